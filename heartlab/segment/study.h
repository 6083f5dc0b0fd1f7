#pragma once

#include <string>
#include <vector>

#include "heartlab/core/options.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

struct SegmentOptions {
  Path model;
  std::vector<Path> inputs;  // DICOM or PNG files, or folders of them
  Path out;
  std::vector<std::string> write = {"json", "png"};  // OutputFormats::names()
  bool save_probabilities = false;
  EngineOptions engine;

  // The object must outlive the table.
  OptionTable table();
};

// What `heartlab segment` prints.
struct SegmentSummary {
  int images = 0;
  int empty = 0;                       // images on which nothing was drawn
  std::vector<std::string> skipped;    // "path: reason" of every file that gave no image
  std::vector<std::string> unwritten;  // the same of every file that a series cannot be written as
};

// Segments every image of the inputs into OPTIONS.out: per image what write_segmentation() writes,
// then what SeriesResults writes, areas.csv and manifest.json. A file that cannot be read is named,
// counted and passed over; an Error where no file gave an image. Stopped by a signal, the images
// done are on disk and in areas.csv, and no file of a whole series is written.
SegmentSummary segment_inputs(Segmenter& segmenter, const SegmentOptions& options);

}  // namespace heartlab
