#include "heartlab/phantom/acquisition.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace heartlab {
namespace {

constexpr double kPointSpread = 0.65;  // standard deviation in pixels
constexpr float kBrightest = 4095;     // 12 bits, as scanners digitise

void blur_line(const float* from, float* to, int count, int step, const std::array<float, 2>& w) {
  for (int i = 0; i < count; ++i) {
    const float before = from[std::max(i - 1, 0) * step];
    const float after = from[std::min(i + 1, count - 1) * step];
    to[i * step] = w[0] * from[i * step] + w[1] * (before + after);
  }
}

Image point_spread(const Image& image) {
  const double side = std::exp(-0.5 / (kPointSpread * kPointSpread));
  const std::array<float, 2> weights{static_cast<float>(1 / (1 + 2 * side)),
                                     static_cast<float>(side / (1 + 2 * side))};
  Image across(image.rows, image.columns);
  Image both(image.rows, image.columns);
  for (int row = 0; row < image.rows; ++row) {
    blur_line(&image.at(row, 0), &across.at(row, 0), image.columns, 1, weights);
  }
  for (int column = 0; column < image.columns; ++column) {
    blur_line(&across.at(0, column), &both.at(0, column), image.rows, image.columns, weights);
  }
  return both;
}

class BiasField {
 public:
  BiasField(const AcquisitionParameters& acquisition, const Pose& pose, int size)
      : acquisition_(acquisition),
        origin_(pose.origin),
        coil_(pose.to_pixel(acquisition.coil)),
        reach_(acquisition.coil_reach / pose.spacing),
        size_(size),
        at_heart_(raw(pose.origin.x, pose.origin.y)) {}

  double at(int row, int column) const { return raw(column, row) / at_heart_; }

 private:
  double raw(double x, double y) const {
    const double dx = (x - origin_.x) / size_;
    const double dy = (y - origin_.y) / size_;
    const auto& slope = acquisition_.slope;
    const double smooth = std::exp(slope[0] * dx + slope[1] * dy + slope[2] * (dx * dx + dy * dy));
    const double distance = std::hypot(x - coil_.x, y - coil_.y) / reach_;
    return smooth * (1 + acquisition_.coil_gain * std::exp(-0.5 * distance * distance));
  }

  const AcquisitionParameters& acquisition_;
  Point origin_, coil_;
  double reach_;
  int size_;
  double at_heart_;
};

bool in_field(const AcquisitionParameters& acquisition, int row, int column, int size) {
  const double x = (column + 0.5) / size - 0.5;
  const double y = (row + 0.5) / size - 0.5;
  const double radius = acquisition.field_radius;
  switch (acquisition.field_of_view) {
    case FieldOfView::kCircle:
      return std::hypot(x, y) <= radius;
    case FieldOfView::kBarrel:
      return std::abs(x) <= radius + 0.25 * y * y;
    default:
      return true;
  }
}

}  // namespace

const char* name_of(FieldOfView shape) {
  switch (shape) {
    case FieldOfView::kCircle:
      return "circle";
    case FieldOfView::kBarrel:
      return "barrel";
    default:
      return "full";
  }
}

Image acquire(const Image& signal, const AcquisitionParameters& acquisition, const Pose& pose,
              Generator& generator) {
  Image image = point_spread(signal);
  const BiasField bias(acquisition, pose, image.columns);
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      float& pixel = image.at(row, column);
      const double real = pixel * bias.at(row, column) + acquisition.noise * generator.normal();
      const double imaginary = acquisition.noise * generator.normal();
      const auto grey =
          static_cast<float>(std::round(acquisition.blood_level * std::hypot(real, imaginary)));
      pixel = in_field(acquisition, row, column, image.columns) ? std::min(grey, kBrightest) : 0;
    }
  }
  return image;
}

}  // namespace heartlab
