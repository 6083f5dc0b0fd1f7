#pragma once

#include <string>
#include <vector>

#include "heartlab/core/options.h"
#include "heartlab/core/ranks.h"
#include "heartlab/dicom/source_series.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

struct SegmentOptions {
  Path model;
  std::vector<Path> inputs;  // DICOM or PNG files, or folders of them
  Path out;
  std::vector<std::string> write = {"json", "png"};  // OutputFormats::names()
  bool save_probabilities = false;
  int jobs = 0;         // images in work at once; 0 = twice the threads
  bool resume = false;  // go on with the work in `out`
  EngineOptions engine;
  Ranks ranks;  // among which the studies are shared out; of no option

  // The object must outlive the table.
  OptionTable table();
  // `engine`, with the threads shared among the images that are computed at once.
  EngineOptions engine_for_jobs() const;
};

// What `heartlab segment` prints.
struct SegmentSummary {
  int images = 0;
  int empty = 0;                       // images on which nothing was drawn
  std::vector<std::string> skipped;    // "path: reason" of every file that gave no image
  std::vector<std::string> unwritten;  // the same of every file that a series cannot be written as
  // Of several processes only the one that joins all results speaks of them.
  bool joined = false;
  std::size_t studies = 0;  // of this process
  std::size_t missing = 0;  // of others, when this one was done
};

// Segments every image of the inputs into OPTIONS.out, study by study, several images at once: per
// image what write_segmentation() writes, per study what SeriesResults writes, at the end areas.csv
// and manifest.json, the same bytes however many images, processes and calls it took. A file that
// cannot be read is named, counted and passed over; an Error where no file gave an image. Stopped
// by a signal, the images done are on disk and in areas.csv, and RESUME goes on with the first
// study that is not done. Of several processes each does its share of the studies, and the last
// joins them. `algorithm` is algorithm_of() the options' models: it reads them whole, which can be
// done while they are opened.
SegmentSummary segment_inputs(Segmenter& segmenter, const SegmentOptions& options,
                              const Algorithm& algorithm);

}  // namespace heartlab
