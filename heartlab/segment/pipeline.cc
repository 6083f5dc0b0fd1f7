#include "heartlab/segment/pipeline.h"

#include <algorithm>
#include <new>
#include <optional>
#include <thread>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/log.h"

namespace heartlab {
namespace {

constexpr int kComputedPerReader = 8;  // computing takes that many times as long as reading

bool is_of_the_content(ErrorKind kind) {
  return kind == ErrorKind::kBadInput || kind == ErrorKind::kUnsupported;
}

bool is_of_opening(ErrorKind kind) {
  return kind == ErrorKind::kNotFound || kind == ErrorKind::kPermission;
}

bool is_of_the_file(ErrorKind kind) { return is_of_the_content(kind) || is_of_opening(kind); }

// Calls `step`; gives why the file, or the image, is to be passed over, where it is.
std::optional<UnitWork::Reason> reason_of(const std::function<void()>& step, const Path& file) {
  try {
    step();
    return {};
  } catch (const Error& error) {
    if (!is_of_the_file(error.kind())) throw;
    return UnitWork::Reason{error.what(), is_of_opening(error.kind())};
  } catch (const std::bad_alloc&) {
    return UnitWork::Reason{fmt::format("{}: not enough memory for it", file.string()), true};
  }
}

void run_threads(std::vector<std::jthread>& threads, int count, const std::function<void()>& work) {
  for (int i = 0; i < count; ++i) threads.emplace_back(work);
}

}  // namespace

Pipeline::Pipeline(const SegmentTask& task, const std::vector<StudyUnit>& units,
                   const std::vector<std::size_t>& chosen, const Jobs& jobs, Finished finished)
    : task_(task),
      units_(units),
      jobs_(jobs),
      finished_(std::move(finished)),
      readers_((jobs.computed + kComputedPerReader - 1) / kComputedPerReader),
      writers_(std::max(1, jobs.images - jobs.computed)),
      places_(jobs.images),
      read_(static_cast<std::size_t>(jobs.images), readers_),
      computed_(static_cast<std::size_t>(jobs.images), jobs.computed),
      progress_("segmenting", [&] {
        std::size_t files = 0;
        for (const std::size_t unit : chosen) files += units[unit].inputs.size();
        return files;
      }()) {
  for (const std::size_t unit : chosen) {
    for (std::size_t file = 0; file < units[unit].inputs.size(); ++file) {
      files_.push_back({unit, file});
    }
  }
}

void Pipeline::run() {
  {
    std::vector<std::jthread> threads;
    run_threads(threads, readers_, [this] { read_files(); });
    run_threads(threads, jobs_.computed, [this] { compute_images(); });
    run_threads(threads, writers_, [this] { write_images(); });
  }
  progress_.pause();
  if (failure_) std::rethrow_exception(failure_);
  for (const auto& [number, unit] : open_) finished_(number, unit->work.finish());
  open_.clear();
}

void Pipeline::read_files() {
  for (std::size_t i = next_file_++; i < files_.size() && !is_stopped(); i = next_file_++) {
    attempt([&] { read(files_[i]); });
  }
  read_.done();
}

void Pipeline::read(const FilePlace& file) {
  std::optional<Place> place(places_);
  const StudyUnit& unit = units_[file.unit];
  const PlannedInput& input = unit.inputs[file.file];
  const std::shared_ptr<OpenUnit> opened = open(file.unit);
  std::vector<InputImage> images;
  const auto reason = reason_of(
      [&] {
        images = images_of(input, unit);
        std::call_once(opened->measured, [&] { measure(*opened); });
        opened->work.read(file.file, sha256_of_file(input.file.file), images.size());
      },
      input.file.file);
  if (reason) {
    warn_about(fmt::format("skipped: {}", reason->text));
    opened->work.skip(file.file, *reason);
    file_is_done(input.file.file.filename().string());
    close_if_whole(opened);
    return;
  }
  for (std::size_t i = 0; i < images.size() && !is_stopped(); ++i) {
    if (!place) place.emplace(places_);
    read_.push({std::move(*place), opened, file.file, i, std::move(images[i]), {}});
    place.reset();
  }
}

std::vector<InputImage> Pipeline::images_of(const PlannedInput& input,
                                            const StudyUnit& unit) const {
  const Path& file = input.file.file;
  auto images = read_input(file, task_.segmenter.model().preparation);
  if (!task_.formats.of_images() && !images.front().source) {
    fail(ErrorKind::kBadInput, "{}: expected DICOM, whose series --write {} is about; found PNG",
         file.string(), fmt::join(task_.formats.chosen(), ","));
  }
  const auto& source = images.front().source;
  if (images.size() != input.stems.size() || (source && !unit.series.contains(key_of(*source)))) {
    fail(ErrorKind::kBadInput, "{}: is another file than at the start of the work", file.string());
  }
  return images;
}

void Pipeline::measure(OpenUnit& unit) const {
  const Preparation& preparation = task_.segmenter.model().preparation;
  if (preparation.standardise != "patient") return;
  unit.values.emplace();
  for (const auto& input : units_[unit.number].inputs) {
    reason_of(  // what is passed over is told of when its turn comes
        [&] {
          for (const auto& image : read_input(input.file.file, preparation)) {
            add_to(*unit.values, task_.segmenter.values_of(image.grey, image.geometry.spacing));
          }
        },
        input.file.file);
  }
}

void Pipeline::compute_images() {
  while (auto item = read_.pop()) {
    attempt([&] { compute(std::move(*item)); });
  }
  computed_.done();
}

void Pipeline::compute(Item item) {
  if (is_flat(item.image.grey)) {
    warn_about(fmt::format("{}: every pixel has the same value; nothing is drawn on it",
                           units_[item.unit->number].inputs[item.file].file.file.string()));
  }
  const bool is_drawn = done(item, [&] {
    item.drawn =
        task_.segmenter.segment(item.image.grey, {item.image.geometry.spacing, item.unit->values});
  });
  if (is_drawn) {
    computed_.push(std::move(item));
  } else {
    image_is_done(item);
  }
}

void Pipeline::write_images() {
  while (auto item = computed_.pop()) {
    attempt([&] {
      done(*item,
           [&] { item->unit->work.write(item->file, item->number, item->image, item->drawn); });
      image_is_done(*item);
    });
  }
}

bool Pipeline::done(const Item& item, const std::function<void()>& step) {
  const PlannedInput& input = units_[item.unit->number].inputs[item.file];
  const std::string name = input.file.file.string();
  std::string what;
  bool is_passing = false;
  try {
    step();
    return true;
  } catch (const Error& error) {
    if (!is_of_the_content(error.kind())) throw;
    what = error.what();
  } catch (const std::bad_alloc&) {
    what = "not enough memory for it";
    is_passing = true;
  }
  const std::string frame =
      input.stems.size() > 1 ? fmt::format("frame {}: ", item.number + 1) : "";
  const std::string text = fmt::format("{}: {}{}", name, frame, what);
  warn_about(fmt::format("skipped: {}", text));
  item.unit->work.leave_out(item.file, item.number, {text, is_passing});
  return false;
}

void Pipeline::image_is_done(const Item& item) {
  const PlannedInput& input = units_[item.unit->number].inputs[item.file];
  if (item.number + 1 == input.stems.size()) file_is_done(input.file.file.filename().string());
  close_if_whole(item.unit);
}

std::shared_ptr<Pipeline::OpenUnit> Pipeline::open(std::size_t unit) {
  const std::lock_guard lock(mutex_);
  auto& opened = open_[unit];
  if (!opened) opened = std::make_shared<OpenUnit>(unit, task_, units_[unit]);
  return opened;
}

void Pipeline::close_if_whole(const std::shared_ptr<OpenUnit>& unit) {
  {
    const std::lock_guard lock(mutex_);
    if (!unit->work.is_whole() || open_.erase(unit->number) == 0) return;
  }
  UnitRecord record = unit->work.finish();
  const std::lock_guard lock(finishing_);
  finished_(unit->number, std::move(record));
}

void Pipeline::warn_about(const std::string& message) {
  const std::lock_guard lock(speaking_);
  progress_.pause();
  log_warning(message);
}

void Pipeline::file_is_done(const std::string& name) {
  const std::lock_guard lock(speaking_);
  progress_.update(++files_done_, name);
}

void Pipeline::attempt(const std::function<void()>& step) {
  if (failed_) return;
  try {
    step();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    failed_ = true;
  }
}

bool Pipeline::is_stopped() const { return failed_ || interrupted(); }

}  // namespace heartlab
