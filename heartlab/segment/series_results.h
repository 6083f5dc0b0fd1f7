#pragma once

#include <set>
#include <string>
#include <vector>

#include "heartlab/dicom/source_series.h"
#include "heartlab/image/patch.h"
#include "heartlab/segment/output_formats.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

// Gathers what was drawn on DICOM images, in little memory, and writes the files that hold a whole
// series: one each a series and format, `<stem>` = "series-" and the SeriesNumber, in the deepest
// folder that holds all its images.
class SeriesResults {
 public:
  SeriesResults(const OutputFormats& formats, std::string structure, Algorithm algorithm)
      : formats_(formats), structure_(std::move(structure)), algorithm_(std::move(algorithm)) {}

  // `folder`: where the image's own results go, below the output folder.
  void add(const Path& folder, const SourceFrame& source, const Segmentation& segmentation);

  // Writes below `out` and gives the files' names there. What of a source's header was mended is
  // logged.
  std::vector<std::string> write(const Path& out);

 private:
  struct Series {
    std::vector<SourceFrame> frames;  // in geometric order
    std::vector<Patch> masks, probabilities;
    Path base;  // folder and stem, below the output folder
  };

  Series series_of(const std::vector<std::size_t>& members);
  void write_series(const Path& out, const Series& series);
  // The path of a result, which is entered in the list of them.
  Path result(const Path& out, const Series& series, const std::string& ending);

  OutputFormats formats_;
  std::string structure_;
  Algorithm algorithm_;
  std::vector<Path> folders_;  // one an image, as the next three
  std::vector<SourceFrame> frames_;
  std::vector<Patch> masks_, probabilities_;
  std::set<Path> taken_;
  std::vector<std::string> written_;
};

}  // namespace heartlab
