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

  // Why a file, or one of its images, gives no result.
  struct Reason {
    std::string text;         // "path: what is wrong"
    bool is_passing = false;  // it could not be opened, no memory was left: worth another try
  };

  // Of each file, once, one of these two.
  void skip(std::size_t file, const Reason& reason);
  void read(std::size_t file, const std::string& sha256, std::size_t images);
  // Of each image of a file that was read, once, one of these two. The first writes its results;
  // the second leaves them out, and the file out of what is written of its series.
  void write(std::size_t file, std::size_t image, const InputImage& source,
             const Segmentation& drawn);
  void leave_out(std::size_t file, std::size_t image, const Reason& reason);

  // Every file was skipped, or all its images were written or left out.
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
    std::optional<Reason> skipped;
    std::size_t skipped_image = 0;  // that the reason speaks of: the first
    std::string sha256;
    std::vector<std::optional<ImageResult>> images;
  };

  void write_series(UnitRecord& record) const;

  const SegmentTask& task_;
  const StudyUnit& unit_;
  mutable std::mutex mutex_;
  std::vector<FileResult> files_;
  std::size_t left_;  // files not read yet, and images of the others that are not done
};

}  // namespace heartlab
