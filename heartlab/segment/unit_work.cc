#include "heartlab/segment/unit_work.h"

#include "heartlab/segment/series_results.h"

namespace heartlab {

UnitWork::UnitWork(const SegmentTask& task, const StudyUnit& unit)
    : task_(task), unit_(unit), files_(unit.inputs.size()), left_(unit.inputs.size()) {}

void UnitWork::skip(std::size_t file, const Reason& reason) {
  const std::lock_guard lock(mutex_);
  files_[file].skipped = reason;
  --left_;
}

void UnitWork::read(std::size_t file, const std::string& sha256, std::size_t images) {
  const std::lock_guard lock(mutex_);
  files_[file].sha256 = sha256;
  files_[file].images.resize(images);
  left_ += images - 1;
}

void UnitWork::write(std::size_t file, std::size_t image, const InputImage& source,
                     const Segmentation& drawn) {
  const auto& [input, stems] = unit_.inputs[file];
  const ModelDescription& model = task_.segmenter.model();
  ImageResult result;
  const auto contours = contours_json(drawn.mask, source.geometry, model.target);
  for (const auto& name : write_segmentation(task_.out / input.folder, stems[image], source.grey,
                                             drawn, contours, task_.formats)) {
    result.files.push_back((input.folder / name).string());
  }
  if (source.source && task_.formats.of_series()) {
    result.source = source.source;
    result.mask = Patch(drawn.mask);
    if (task_.formats.probabilities) {
      result.probability = Patch(probability_bytes(drawn.probability));
    }
  }
  const Measurement sizes = measure(drawn, source.geometry.spacing);
  const Path mask = input.folder / (stems[image] + "_mask.png");
  result.areas_line = areas_line((input.folder / input.file.filename()).string(), source.frame,
                                 sizes, task_.formats.png ? mask.string() : "");
  result.empty = sizes.area_px == 0;
  const std::lock_guard lock(mutex_);
  files_[file].images[image] = std::move(result);
  --left_;
}

void UnitWork::leave_out(std::size_t file, std::size_t image, const Reason& reason) {
  const std::lock_guard lock(mutex_);
  FileResult& result = files_[file];
  if (!result.skipped || image < result.skipped_image) {
    result.skipped = reason;
    result.skipped_image = image;
  }
  --left_;
}

bool UnitWork::is_whole() const {
  const std::lock_guard lock(mutex_);
  return left_ == 0;
}

UnitRecord UnitWork::finish() {
  UnitRecord record;
  record.unit = unit_.name;
  record.whole = is_whole();
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const FileResult& file = files_[i];
    if (file.skipped) {
      record.skipped.push_back(file.skipped->text);
      record.unread += file.skipped->is_passing ? 1 : 0;
    }
    if (!file.sha256.empty()) {
      record.inputs_sha256[unit_.inputs[i].file.file.string()] = file.sha256;
    }
    for (const auto& image : file.images) {
      if (!image) continue;
      ++record.images;
      record.empty += image->empty ? 1 : 0;
      record.areas += image->areas_line;
      record.results.insert(record.results.end(), image->files.begin(), image->files.end());
    }
  }
  if (record.whole) write_series(record);
  files_.clear();
  return record;
}

void UnitWork::write_series(UnitRecord& record) const {
  SeriesResults series(task_.formats, task_.segmenter.model().target, task_.algorithm);
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].skipped) continue;
    for (const auto& image : files_[i].images) {
      if (!image->source) continue;
      series.add(unit_.inputs[i].file.folder, *image->source, image->mask, image->probability);
    }
  }
  series.write(task_.out, unit_.series);
  record.results.insert(record.results.end(), series.written().begin(), series.written().end());
  record.unwritten = series.unwritten();
}

}  // namespace heartlab
