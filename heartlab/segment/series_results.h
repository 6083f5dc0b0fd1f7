#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "heartlab/segment/output_formats.h"
#include "heartlab/segment/segmenter.h"
#include "heartlab/segment/series_files.h"

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

  // Writes below `out`. What of a source's header was mended is logged; a file that the series
  // cannot be written as is named in unwritten().
  void write(const Path& out);

  const std::vector<std::string>& written() const { return written_; }      // below `out`
  const std::vector<std::string>& unwritten() const { return unwritten_; }  // "path: reason"

 private:
  DrawnSeries series_of(const std::vector<std::size_t>& members) const;
  // Folder and stem below the output folder.
  Path claim_base(const std::vector<std::size_t>& members);
  void write_series(const DrawnSeries& series);
  void write_file(const std::string& ending, const std::function<void(const Path&)>& write);

  OutputFormats formats_;
  std::string structure_;
  Algorithm algorithm_;
  std::vector<Path> folders_;  // one an image, as the next three
  std::vector<SourceFrame> frames_;
  std::vector<Patch> masks_, probabilities_;
  Path out_, base_;  // of the series that is being written
  std::set<Path> taken_;
  std::vector<std::string> written_, unwritten_;
};

}  // namespace heartlab
