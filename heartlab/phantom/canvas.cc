#include "heartlab/phantom/canvas.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace heartlab {
namespace {

constexpr int kFine = 3;  // samples a pixel, each way

// From pixels to samples of the fine grid, both counted from centre to centre.
Contour to_fine(Contour contour) {
  for (auto& point : contour.points) {
    point = {(point.x + 0.5) * kFine - 0.5, (point.y + 0.5) * kFine - 0.5};
  }
  return contour;
}

struct Box {
  int left, top, right, bottom;  // right and bottom are past the end
};

Box box_of(const Contour& contour, int size) {
  double left = size, top = size, right = 0, bottom = 0;
  for (const auto& point : contour.points) {
    left = std::min(left, point.x);
    right = std::max(right, point.x);
    top = std::min(top, point.y);
    bottom = std::max(bottom, point.y);
  }
  const auto within = [size](double value) {
    return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(size)));
  };
  return {within(std::floor(left)), within(std::floor(top)), within(std::ceil(right) + 1),
          within(std::ceil(bottom) + 1)};
}

// The part of the contour's mask inside the box.
Mask rasterise_box(Contour contour, const Box& box) {
  for (auto& point : contour.points) {
    point.x -= box.left;
    point.y -= box.top;
  }
  return rasterise(contour, box.bottom - box.top, box.right - box.left);
}

void add_grain(Image& texture, double grain_pixels, double amplitude, Generator& generator) {
  const int cells = static_cast<int>(texture.rows / grain_pixels) + 3;
  Image lattice(cells, cells);
  for (auto& value : lattice.pixels) value = static_cast<float>(generator.normal());
  for (int row = 0; row < texture.rows; ++row) {
    const double y = row / grain_pixels;
    const int y0 = static_cast<int>(y);
    const auto fy = static_cast<float>(y - y0);
    for (int column = 0; column < texture.columns; ++column) {
      const double x = column / grain_pixels;
      const int x0 = static_cast<int>(x);
      const auto fx = static_cast<float>(x - x0);
      const float upper = lattice.at(y0, x0) * (1 - fx) + lattice.at(y0, x0 + 1) * fx;
      const float lower = lattice.at(y0 + 1, x0) * (1 - fx) + lattice.at(y0 + 1, x0 + 1) * fx;
      texture.at(row, column) += static_cast<float>(amplitude) * (upper * (1 - fy) + lower * fy);
    }
  }
}

}  // namespace

Point Pose::to_pixel(Point millimetres) const {
  const double c = std::cos(rotation) / spacing;
  const double s = std::sin(rotation) / spacing;
  return {origin.x + c * millimetres.x - s * millimetres.y,
          origin.y + s * millimetres.x + c * millimetres.y};
}

Contour Pose::to_pixel(const Contour& millimetres) const {
  Contour pixels;
  for (const auto& point : millimetres.points) pixels.points.push_back(to_pixel(point));
  return pixels;
}

Canvas::Canvas(const Pose& pose, Image texture)
    : pose_(pose),
      texture_(std::move(texture)),
      fine_(texture_.rows * kFine, texture_.columns * kFine) {}

void Canvas::paint(const Contour& contour, Tissue tissue) {
  const Contour fine = to_fine(pose_.to_pixel(contour));
  const Box box = box_of(fine, fine_.rows);
  if (box.left >= box.right || box.top >= box.bottom) return;
  const Mask inside = rasterise_box(fine, box);
  for (int row = 0; row < inside.rows; ++row) {
    for (int column = 0; column < inside.columns; ++column) {
      const int y = row + box.top;
      const int x = column + box.left;
      if (inside.at(row, column) == 0 || (!clip_.empty() && clip_.at(y, x) == 0)) continue;
      fine_.at(y, x) = tissue.signal * (1 + tissue.texture * texture_.at(y / kFine, x / kFine));
    }
  }
}

void Canvas::clip_to(const std::vector<Contour>& contours) {
  clip_ = Mask();
  for (const auto& contour : contours) {
    const Mask inside = rasterise(to_fine(pose_.to_pixel(contour)), fine_.rows, fine_.columns);
    if (clip_.empty()) {
      clip_ = inside;
    } else {
      std::transform(clip_.pixels.begin(), clip_.pixels.end(), inside.pixels.begin(),
                     clip_.pixels.begin(), [](auto a, auto b) { return a & b; });
    }
  }
}

Image Canvas::downsampled() const {
  Image image(texture_.rows, texture_.columns);
  for (int y = 0; y < fine_.rows; ++y) {
    for (int x = 0; x < fine_.columns; ++x) {
      image.at(y / kFine, x / kFine) += fine_.at(y, x) / (kFine * kFine);
    }
  }
  return image;
}

Image tissue_texture(int size, double spacing, Generator& generator) {
  constexpr std::array<std::array<double, 2>, 3> kGrains{{{16, 0.9}, {6, 0.9}, {2.5, 1.0}}};
  Image texture(size, size);
  for (const auto& [grain, amplitude] : kGrains) {
    add_grain(texture, std::max(1.0, grain / spacing), amplitude, generator);
  }
  return texture;
}

}  // namespace heartlab
