#include "heartlab/segment/series_results.h"

#include "heartlab/core/files.h"
#include "heartlab/core/log.h"
#include "heartlab/dicom/seg.h"
#include "heartlab/segment/outputs.h"

namespace heartlab {
namespace {

Path common_folder(const Path& a, const Path& b) {
  Path common;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end() && *i == *j; ++i, ++j) {
    common /= *i;
  }
  return common;
}

void log_mended(const DerivedObject& object) {
  for (const auto& remark : object.mended) {
    log_warning(fmt::format("{}: {}", object.file.string(), remark));
  }
}

}  // namespace

void SeriesResults::add(const Path& folder, const SourceFrame& source,
                        const Segmentation& segmentation) {
  if (!formats_.of_series()) return;
  folders_.push_back(folder);
  frames_.push_back(source);
  masks_.emplace_back(segmentation.mask);
  if (formats_.probabilities) {
    probabilities_.emplace_back(probability_bytes(segmentation.probability));
  }
}

SeriesResults::Series SeriesResults::series_of(const std::vector<std::size_t>& members) {
  Series series;
  Path folder = folders_[members.front()];
  for (const std::size_t i : members) {
    folder = common_folder(folder, folders_[i]);
    series.frames.push_back(frames_[i]);
    series.masks.push_back(masks_[i]);
    if (formats_.probabilities) series.probabilities.push_back(probabilities_[i]);
  }
  const int number = series.frames.front().series_number;
  const std::string plain = number >= 0 ? fmt::format("series-{}", number) : "series";
  series.base = folder / plain;
  for (int copy = 2; !taken_.insert(series.base).second; ++copy) {
    series.base = folder / fmt::format("{}_s{:02}", plain, copy);
  }
  return series;
}

Path SeriesResults::result(const Path& out, const Series& series, const std::string& ending) {
  written_.push_back(series.base.string() + ending);
  return out / written_.back();
}

void SeriesResults::write_series(const Path& out, const Series& series) {
  make_folder((out / series.base).parent_path());
  if (formats_.seg) {
    log_mended(write_seg(result(out, series, "_seg.dcm"), series.frames,
                         {{structure_, algorithm_, series.masks}}, SegKind::kBinary));
  }
  if (formats_.seg && formats_.probabilities) {
    write_seg(result(out, series, "_probability_seg.dcm"), series.frames,
              {{structure_, algorithm_, series.probabilities}}, SegKind::kProbability);
  }
}

std::vector<std::string> SeriesResults::write(const Path& out) {
  for (const auto& members : group_by_series(frames_)) write_series(out, series_of(members));
  return written_;
}

}  // namespace heartlab
