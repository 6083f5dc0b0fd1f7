#include <algorithm>
#include <exception>
#include <optional>
#include <tuple>

#include "heartlab/core/error.h"
#include "heartlab/core/threads.h"
#include "heartlab/dicom/reader.h"

namespace heartlab {
namespace {

// Positions nearer to each other than this are the same slice at another time, in millimetres.
constexpr double kSamePlace = 0.05;

struct Placed {
  DicomFrame frame;
  double distance = 0;  // along the normal, millimetres
  int slice = 0;        // within the series
};

auto series_of(const Placed& placed) {
  return std::tie(placed.frame.patient_id, placed.frame.study_uid, placed.frame.series_uid);
}

// Numbers the slices of every series from its lowest position up; frames without a position first.
void number_slices(std::vector<Placed>& frames) {
  const auto place = [](const Placed& p) {
    return std::tuple(series_of(p), p.frame.geometry.in_patient, p.distance);
  };
  std::ranges::sort(frames, [&](const auto& a, const auto& b) { return place(a) < place(b); });
  double start = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Placed& current = frames[i];
    const bool same_series = i > 0 && series_of(frames[i - 1]) == series_of(current);
    const bool same_place =
        same_series &&
        frames[i - 1].frame.geometry.in_patient == current.frame.geometry.in_patient &&
        current.distance - start < kSamePlace;
    if (!same_place) start = current.distance;
    if (same_series) current.slice = frames[i - 1].slice + (same_place ? 0 : 1);
  }
}

bool comes_first(const Placed& a, const Placed& b) {
  const auto key = [](const Placed& p) {
    return std::tuple(series_of(p), p.slice, p.frame.trigger_time, p.frame.instance_number,
                      p.frame.frame, std::cref(p.frame.file));
  };
  return key(a) < key(b);
}

struct Reading {
  std::vector<DicomFrame> frames;
  std::optional<SkippedFile> skipped;
};

Reading read_one(const Path& file) {
  try {
    return {read_dicom(file), std::nullopt};
  } catch (const Error& error) {
    return {{}, SkippedFile{file, error.what()}};
  }
}

}  // namespace

std::vector<DicomFrame> read_dicom_files(const std::vector<Path>& files,
                                         std::vector<SkippedFile>& skipped) {
  std::vector<Reading> readings(files.size());
  parallel_for(files.size(), available_cores(),
               [&](std::size_t i) { readings[i] = read_one(files[i]); });
  std::vector<Placed> placed;
  for (Reading& reading : readings) {
    if (reading.skipped) skipped.push_back(std::move(*reading.skipped));
    for (DicomFrame& frame : reading.frames) {
      const double distance =
          frame.geometry.in_patient ? frame.geometry.distance_along_normal() : 0.0;
      placed.push_back({std::move(frame), distance, 0});
    }
  }
  number_slices(placed);
  std::ranges::sort(placed, comes_first);
  std::vector<DicomFrame> frames;
  frames.reserve(placed.size());
  for (Placed& p : placed) frames.push_back(std::move(p.frame));
  return frames;
}

}  // namespace heartlab
