#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/image/nifti.h"
#include "heartlab/segment/series_files.h"

namespace heartlab {
namespace {

constexpr double kTolerance = 0.01;      // millimetres, and milliseconds
constexpr double kSameDirection = 1e-4;  // of a unit vector
constexpr double kThicknessOfOne = 1;    // millimetre, where a single slice states none

using Vector = std::array<double, 3>;

bool is_near(const Vector& a, const Vector& b, double tolerance) {
  return std::abs(a[0] - b[0]) < tolerance && std::abs(a[1] - b[1]) < tolerance &&
         std::abs(a[2] - b[2]) < tolerance;
}

Vector difference(const Vector& a, const Vector& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

[[noreturn]] void no_grid(const SourceFrame& frame, const std::string& what) {
  fail(ErrorKind::kBadInput, "{}: NIfTI holds a regular grid alone: {}", frame.place.file.string(),
       what);
}

// The frames as a grid: frame_at[phase][slice].
class Grid {
 public:
  explicit Grid(const DrawnSeries& series) : frames_(series.frames), slots_(slots_of(frames_)) {
    if (!is_placed(frames_)) no_grid(frames_.front(), "found images without place or spacing");
    volume_.rows = frames_.front().rows;
    volume_.columns = frames_.front().columns;
    volume_.first = frames_.front().place.geometry;
    volume_.slices = slots_.back().slice + 1;
    volume_.phases = std::ranges::max(slots_, {}, &SeriesSlot::phase).phase + 1;
    if (frames_.size() != std::size_t(volume_.slices) * std::size_t(volume_.phases)) {
      no_grid(frames_.front(), fmt::format("found {} images in {} slices of up to {} phases",
                                           frames_.size(), volume_.slices, volume_.phases));
    }
    set_slice_step();
    set_phase_step();
  }

  const NiftiVolume& volume() const { return volume_; }
  // Slice by slice, and in each by phase: geometric order.
  std::size_t index(int slice, int phase) const {
    return std::size_t(slice) * std::size_t(volume_.phases) + std::size_t(phase);
  }

 private:
  const Geometry& geometry(int slice) const { return frames_[index(slice, 0)].place.geometry; }

  void set_slice_step() {
    const Geometry& first = geometry(0);
    const double thickness = first.slice_thickness > 0 ? first.slice_thickness : kThicknessOfOne;
    const Vector normal = first.normal();
    volume_.slice_step = {normal[0] * thickness, normal[1] * thickness, normal[2] * thickness};
    for (int slice = 1; slice < volume_.slices; ++slice) {
      const Vector step = difference(geometry(slice).position, geometry(slice - 1).position);
      if (slice == 1) volume_.slice_step = step;
      if (!is_near(step, volume_.slice_step, kTolerance)) {
        no_grid(frames_[index(slice, 0)], "found slices that are not equally far apart");
      }
    }
    for (const auto& frame : frames_) {
      const Geometry& other = frame.place.geometry;
      if (other.spacing == first.spacing &&
          is_near(other.row_direction, first.row_direction, kSameDirection) &&
          is_near(other.column_direction, first.column_direction, kSameDirection)) {
        continue;
      }
      no_grid(frame, "found slices that are not parallel, or of another spacing");
    }
    // To the last slice the steps' rounding would add up.
    if (volume_.slices > 1) {
      volume_.slice_step = difference(geometry(volume_.slices - 1).position, first.position);
      for (double& value : volume_.slice_step) value /= volume_.slices - 1;
    }
  }

  void set_phase_step() {
    if (volume_.phases < 2) return;
    const double step = frames_[1].place.trigger_time - frames_[0].place.trigger_time;
    for (int phase = 1; phase < volume_.phases; ++phase) {
      const auto now = std::size_t(phase);
      if (frames_[now - 1].place.trigger_time < 0) return;
      const double gap = frames_[now].place.trigger_time - frames_[now - 1].place.trigger_time;
      if (std::abs(gap - step) > kTolerance * volume_.phases) return;
    }
    volume_.phase_step = step;
  }

  const std::vector<SourceFrame>& frames_;
  std::vector<SeriesSlot> slots_;
  NiftiVolume volume_;
};

void write_patches(const Path& file, const DrawnSeries& series, const std::vector<Patch>& patches,
                   double scale, const std::string& what) {
  const Grid grid(series);
  NiftiVolume volume = grid.volume();
  volume.scale = scale;
  volume.description = fmt::format("HeartLab {} {}", series.structure, what);
  write_nifti(file, volume,
              [&](int slice, int phase) { return patches[grid.index(slice, phase)].raster(); });
}

}  // namespace

void write_mask_nifti(const Path& file, const DrawnSeries& series) {
  write_patches(file, series, series.masks, 1, "mask");
}

void write_probability_nifti(const Path& file, const DrawnSeries& series) {
  write_patches(file, series, series.probabilities, 1.0 / 255, "probability");
}

}  // namespace heartlab
