#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "heartlab/segment/output_formats.h"
#include "heartlab/segment/plan.h"
#include "heartlab/segment/series_files.h"

namespace heartlab {

// Gathers what was drawn on the DICOM images of a study, in little memory, and writes the files
// that hold a whole series: one each a series and format.
class SeriesResults {
 public:
  SeriesResults(const OutputFormats& formats, std::string structure, Algorithm algorithm)
      : formats_(formats), structure_(std::move(structure)), algorithm_(std::move(algorithm)) {}

  // `folder`: where the image's own results go, below the output folder.
  // `probability` is looked at where probabilities are written.
  void add(const Path& folder, const SourceFrame& source, const Patch& mask,
           const Patch& probability);

  // Writes below `out`; `names`: what each series is called, folder and stem. What of a source's
  // header was mended is logged; a file that the series cannot be written as is named in
  // unwritten().
  void write(const Path& out, const std::map<SeriesKey, Path>& names);

  const std::vector<std::string>& written() const { return written_; }      // below `out`
  const std::vector<std::string>& unwritten() const { return unwritten_; }  // "path: reason"

 private:
  DrawnSeries series_of(const std::vector<std::size_t>& members) const;
  void write_series(const DrawnSeries& series);
  void write_file(const std::string& ending, const std::function<void(const Path&)>& write);

  OutputFormats formats_;
  std::string structure_;
  Algorithm algorithm_;
  std::vector<Path> folders_;  // one an image, as the next three
  std::vector<SourceFrame> frames_;
  std::vector<Patch> masks_, probabilities_;
  Path out_, base_;  // of the series that is being written
  std::vector<std::string> written_, unwritten_;
};

}  // namespace heartlab
