#include "heartlab/segment/series_results.h"

#include <set>

#include "heartlab/core/error.h"
#include "heartlab/core/log.h"
#include "heartlab/dicom/rtstruct.h"
#include "heartlab/dicom/seg.h"

namespace heartlab {
namespace {

// Every object of a series says the same: once is enough.
void log_mended(const DerivedObject& object, std::set<std::string>& logged) {
  for (const auto& remark : object.mended) {
    if (!logged.insert(remark).second) continue;
    log_warning(fmt::format("{}: {}", object.file.string(), remark));
  }
}

}  // namespace

void SeriesResults::add(const Path& folder, const SourceFrame& source, const Patch& mask,
                        const Patch& probability) {
  folders_.push_back(folder);
  frames_.push_back(source);
  masks_.push_back(mask);
  if (formats_.probabilities) probabilities_.push_back(probability);
}

DrawnSeries SeriesResults::series_of(const std::vector<std::size_t>& members) const {
  DrawnSeries series;
  series.structure = structure_;
  for (const std::size_t i : members) {
    series.frames.push_back(frames_[i]);
    series.names.push_back((folders_[i] / frames_[i].place.file.filename()).generic_string());
    series.masks.push_back(masks_[i]);
    if (formats_.probabilities) series.probabilities.push_back(probabilities_[i]);
  }
  return series;
}

void SeriesResults::write_file(const std::string& ending,
                               const std::function<void(const Path&)>& write) {
  const std::string name = base_.string() + ending;
  try {
    write(out_ / name);
    written_.push_back(name);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kBadInput && error.kind() != ErrorKind::kUnsupported) throw;
    unwritten_.push_back(fmt::format("{}: not written: {}", (out_ / name).string(), error.what()));
    log_warning(unwritten_.back());
  }
}

void SeriesResults::write_series(const DrawnSeries& series) {
  std::set<std::string> mended;
  const DrawnStructure masks{structure_, algorithm_, series.masks};
  const DrawnStructure probabilities{structure_, algorithm_, series.probabilities};
  if (formats_.seg) {
    write_file("_seg.dcm", [&](const Path& file) {
      log_mended(write_seg(file, series.frames, {masks}, SegKind::kBinary), mended);
    });
  }
  if (formats_.seg && formats_.probabilities) {
    write_file("_probability_seg.dcm", [&](const Path& file) {
      write_seg(file, series.frames, {probabilities}, SegKind::kProbability);
    });
  }
  if (formats_.rtstruct) {
    write_file("_rtstruct.dcm", [&](const Path& file) {
      log_mended(write_rtstruct(file, series.frames, masks), mended);
    });
  }
  if (formats_.nifti) {
    write_file("_mask.nii.gz", [&](const Path& file) { write_mask_nifti(file, series); });
  }
  if (formats_.nifti && formats_.probabilities) {
    write_file("_probability.nii.gz",
               [&](const Path& file) { write_probability_nifti(file, series); });
  }
  // A file without contours is none that `heartlab prepare` reads.
  const bool drawn =
      std::ranges::any_of(series.masks, [](const Patch& mask) { return !mask.is_empty(); });
  if (!formats_.mat || !drawn) return;
  write_file("_contours.mat", [&](const Path& file) {
    const int cut = write_matlab_borders(file, series);
    if (cut == 0) return;
    warn(
        "{}: of {} images the layout holds only a part: the largest piece alone, and a myocardium "
        "whose "
        "cavity is not drawn only as its epicardium",
        file.string(), cut);
  });
}

void SeriesResults::write(const Path& out, const std::map<SeriesKey, Path>& names) {
  out_ = out;
  for (const auto& members : group_by_series(frames_)) {
    const SourceFrame& first = frames_[members.front()];
    base_ = names.at(key_of(first));
    make_folder((out / base_).parent_path());
    write_series(series_of(members));
  }
}

}  // namespace heartlab
