#pragma once

#include <map>
#include <string>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/dicom/source_series.h"
#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"
#include "heartlab/prepare/dark.h"
#include "heartlab/prepare/preparation.h"
#include "heartlab/prepare/skipped.h"

namespace heartlab {

// A file below one of the paths that the caller named.
struct InputFile {
  Path file;
  std::string name;                  // path below the named folder; the file's name for a file
  std::vector<std::string> folders;  // innermost first, down to the named folder itself
};

// The files below each path as find_files() finds them, a file reached twice only once. A folder
// that cannot be read goes to `skipped`; an Error where a path does not exist.
std::vector<InputFile> list_inputs(const std::vector<Path>& paths, SkippedFiles& skipped);

// One image (a PNG, or a frame of a DICOM file), 8 bits deep, in its own size.
struct SourceImage {
  InputFile input;
  // PatientID for DICOM, else the deepest folder with all of the study; the parent folder for PNG.
  // Fit for a folder's name, and of two PatientIDs never the same.
  std::string patient;
  std::string stem;    // the file's name without its ending, with _fNNNN (1-based) for frames
  std::string series;  // SeriesInstanceUID; empty for PNG
  SourceFrame dicom;   // how DICOM refers to it; without UIDs for PNG
  int instance = -1;   // InstanceNumber; for frames the frame's number (1-based); for PNG the
                       // number that the name consists of; -1 = unknown
  double trigger_time = -1;
  double heart_interval = 0;  // as in DicomFrame
  Geometry geometry;
  GreyImage grey;
  Brightness brightness;  // of the 8 bits by minimum and maximum or window, before anything mends

  FramePlace place() const;
};

struct Sources {
  std::vector<SourceImage> images;
  std::map<std::string, int> remarks;  // accepted oddities, and on how many images
};

// Reads every PNG and DICOM file, 8 bits by `preparation`, in geometric order: by patient, series,
// position along the normal, time. Whatever is neither goes to `skipped`. Stops where a signal has
// come.
Sources read_sources(const std::vector<InputFile>& files, const Preparation& preparation,
                     SkippedFiles& skipped);

// By the ending of its name, in either case.
bool is_png_name(const Path& file);

}  // namespace heartlab
