#include "heartlab/segment/plan.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/progress.h"
#include "heartlab/dicom/header.h"

namespace heartlab {
namespace {

Path common_folder(const Path& a, const Path& b) {
  Path common;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end() && *i == *j; ++i, ++j) {
    common /= *i;
  }
  return common;
}

// A series as its files name it.
struct SeriesFiles {
  Path folder;  // the deepest that holds them all
  int number = -1;
  std::size_t unit = 0;
};

class Planner {
 public:
  void add(const SegmentInput& input) {
    // A PNG is no DICOM; to what else a file may be, read_input() has the answer.
    const auto header =
        has_png_signature(input.file) ? std::nullopt : read_dicom_header(input.file);
    StudyUnit& unit = unit_of(input, header);
    PlannedInput planned{input, {}};
    const int frames = header ? header->frames : 1;
    for (int frame = 1; frame <= frames; ++frame) {
      planned.stems.push_back(stems_.claim(input, frames > 1 ? frame : 0));
    }
    unit.inputs.push_back(std::move(planned));
  }

  std::vector<StudyUnit> finish() {
    // In the order of their keys, which no file name changes.
    std::set<Path> taken;
    for (const auto& [key, series] : series_) {
      const std::string plain =
          series.number >= 0 ? fmt::format("series-{}", series.number) : "series";
      Path base = series.folder / plain;
      for (int copy = 2; !taken.insert(base).second; ++copy) {
        base = series.folder / fmt::format("{}_s{:02}", plain, copy);
      }
      units_[series.unit].series[key] = base;
    }
    return std::move(units_);
  }

 private:
  StudyUnit& unit_of(const SegmentInput& input, const std::optional<DicomHeader>& header) {
    const std::string name =
        header ? "study " + header->study_uid : "folder " + input.file.parent_path().string();
    const auto [place, is_new] = numbers_.try_emplace(name, units_.size());
    if (is_new) units_.push_back({name, {}, {}});
    if (header) add_to_series(input, *header, place->second);
    return units_[place->second];
  }

  void add_to_series(const SegmentInput& input, const DicomHeader& header, std::size_t unit) {
    const SeriesKey key{header.patient_id, header.study_uid, header.series_uid, header.rows,
                        header.columns};
    const auto [place, is_new] =
        series_.try_emplace(key, SeriesFiles{input.folder, header.series_number, unit});
    if (!is_new) place->second.folder = common_folder(place->second.folder, input.folder);
  }

  std::vector<StudyUnit> units_;
  std::map<std::string, std::size_t> numbers_;  // of the units, by name
  std::map<SeriesKey, SeriesFiles> series_;
  StemNames stems_;
};

}  // namespace

std::vector<StudyUnit> plan_studies(const std::vector<SegmentInput>& inputs) {
  Planner planner;
  // Headers of thousands take seconds, those of a study none.
  constexpr std::size_t kWorthTelling = 1000;
  std::optional<Progress> progress;
  if (inputs.size() >= kWorthTelling) progress.emplace("looking for studies", inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    stop_if_interrupted("nothing was written");
    planner.add(inputs[i]);
    if (progress) progress->update(i + 1);
  }
  return planner.finish();
}

std::string digest_of(const StudyUnit& unit) {
  std::string text = unit.name + "\n";
  for (const auto& [file, stems] : unit.inputs) {
    std::error_code code;  // a file that is gone is found to be so when it is read
    const auto size = std::filesystem::file_size(file.file, code);
    const auto time = std::filesystem::last_write_time(file.file, code).time_since_epoch().count();
    text += fmt::format("{}\n{} {}\n{}\n{}\n", file.file.string(), size, time, file.folder.string(),
                        fmt::join(stems, "\n"));
  }
  for (const auto& [key, base] : unit.series) text += base.string() + "\n";
  return sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::vector<std::vector<std::size_t>> share_out(const std::vector<StudyUnit>& units, int ranks) {
  std::vector<std::size_t> largest_first(units.size());
  std::iota(largest_first.begin(), largest_first.end(), std::size_t{0});
  std::ranges::stable_sort(largest_first, std::greater<>(),
                           [&](std::size_t i) { return units[i].inputs.size(); });
  std::vector<std::vector<std::size_t>> shares(static_cast<std::size_t>(ranks));
  std::vector<std::size_t> files(shares.size());
  for (const std::size_t i : largest_first) {
    const auto least = std::size_t(std::ranges::min_element(files) - files.begin());
    shares[least].push_back(i);
    files[least] += units[i].inputs.size();
  }
  for (auto& share : shares) std::ranges::sort(share);
  return shares;
}

}  // namespace heartlab
