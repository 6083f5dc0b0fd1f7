#pragma once

#include <string>
#include <vector>

#include "heartlab/core/error.h"
#include "heartlab/core/options.h"
#include "heartlab/labels/labels.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

struct MeasureOptions {
  std::vector<Path> inputs;  // folders or files, DICOM
  std::vector<Path> labels;  // contours that were drawn; empty: networks draw
  MatlabLayout matlab;
  Path cavity_model, myocardium_model;  // empty = none
  EngineOptions engine;
  int end_diastole = 0, end_systole = 0;  // phases counted from 1; 0 = found
  bool fill_gaps = false;
  double heart_rate = 0;             // beats a minute; 0 = what the images state
  std::vector<double> rv_insertion;  // X,Y in pixels or X,Y,Z in the patient; empty = not given
  Path rv_insertions;                // a file with one a slice; empty = none
  std::string base = "auto";
  bool late_enhancement = false;
  double deviations = 5;        // of the remote muscle, above its mean
  std::string remote = "auto";  // as in EnhancementOptions
  std::vector<std::string> write = {"png", "sr", "seg", "sc"};
  bool strict = false;  // the first bad file is fatal
  Path out;

  // The object must outlive the table.
  OptionTable table();
  // Those of the network of one structure: a ring is the myocardium's where both are drawn, and it
  // is averaged with the models of its own structure. An Error (kUsage) names one of another.
  EngineOptions engine_of(const std::string& structure) const;
};

// Networks that draw where no contours are given; null = none.
struct MeasureNetworks {
  Segmenter* cavity = nullptr;
  Segmenter* myocardium = nullptr;
};

// What `heartlab measure` prints.
struct MeasureSummary {
  int images = 0, drawn = 0;         // images read, and those with something drawn on them
  std::vector<std::string> lines;    // a few words and figures a stack
  std::vector<std::string> remarks;  // what a reader of the figures must know, with its stack
  std::vector<std::string> skipped;  // "path: reason" of files, and of labels without image
};

// An Error (kBadInput) that says that every image was read and nothing is drawn on any.
struct NothingDrawn : Error {
  using Error::Error;
};

// Measures every stack (docs/how-to/measure.md) and writes OUT whole or not at all. An Error where
// there is no DICOM image, nothing is drawn on any (NothingDrawn), or both contours and networks
// are given.
MeasureSummary measure_studies(const MeasureNetworks& networks, MeasureOptions& options);

}  // namespace heartlab
