#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/segment/outputs.h"
#include "heartlab/segment/plan.h"
#include "heartlab/segment/unit_record.h"

namespace heartlab {

// What all images of a call share.
struct SegmentTask {
  const Segmenter& segmenter;
  Path out;
  OutputFormats formats;
  Algorithm algorithm;
};

// Gathers what comes of one unit, whose files and images may be done in any order and by several
// threads at once; what it gives follows the order of the plan.
class UnitWork {
 public:
  UnitWork(const SegmentTask& task, const StudyUnit& unit);

  // Of each file, once, one of these two.
  void skip(std::size_t file, const std::string& reason);
  void read(std::size_t file, const std::string& sha256, std::size_t images);
  // Writes the results of one image of a file that was read.
  void write(std::size_t file, std::size_t image, const InputImage& source,
             const Segmentation& drawn);

  // Every file was skipped, or all its images were written.
  bool is_whole() const;
  // Once, when no other thread works on it: what was done. Of a whole unit the files of its series
  // are written first.
  UnitRecord finish();

 private:
  struct ImageResult {
    std::vector<std::string> files;
    std::string areas_line;
    bool empty = false;
    std::optional<SourceFrame> source;
    Patch mask, probability;
  };
  struct FileResult {
    bool read = false;
    std::string skipped, sha256;
    std::vector<std::optional<ImageResult>> images;
  };

  void write_series(UnitRecord& record) const;

  const SegmentTask& task_;
  const StudyUnit& unit_;
  mutable std::mutex mutex_;
  std::vector<FileResult> files_;
  std::size_t left_;  // files not read yet, and images of the others that are not written
};

}  // namespace heartlab
