#include "heartlab/phantom/scar.h"

#include <cmath>
#include <numbers>

namespace heartlab {
namespace {

using std::numbers::pi;

constexpr int kSteps = 720;  // within the sector

// The scar's outer radius at the angle.
double outer_radius(const LeftVentricle& ventricle, double transmural, double theta) {
  const double inner = ventricle.endocardium.radius(theta);
  return inner + transmural * (ventricle.epicardium.radius(theta) - inner);
}

Point at(const FourierShape& shape, double radius, double theta) {
  return {shape.centre.x + radius * std::cos(theta), shape.centre.y + radius * std::sin(theta)};
}

}  // namespace

double scar_area(const LeftVentricle& ventricle, const Scar& scar) {
  const double step = 2 * scar.half_width / kSteps;
  double sum = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double theta = scar.angle - scar.half_width + (i + 0.5) * step;
    const double inner = ventricle.endocardium.radius(theta);
    const double outer = outer_radius(ventricle, scar.transmural, theta);
    sum += (outer * outer - inner * inner) / 2 * step;
  }
  return sum;
}

Contour scar_contour(const LeftVentricle& ventricle, const Scar& scar) {
  constexpr int kPoints = 120;
  Contour contour;
  const auto theta = [&](int i) { return scar.angle + scar.half_width * (2.0 * i / kPoints - 1); };
  for (int i = 0; i <= kPoints; ++i) {
    const double radius = outer_radius(ventricle, scar.transmural, theta(i));
    contour.points.push_back(at(ventricle.endocardium, radius, theta(i)));
  }
  for (int i = kPoints; i >= 0; --i) {
    const double radius = ventricle.endocardium.radius(theta(i));
    contour.points.push_back(at(ventricle.endocardium, radius, theta(i)));
  }
  return contour;
}

Scar fit_scar(const std::vector<LeftVentricle>& slices, double share, double angle) {
  double muscle = 0;
  for (const auto& slice : slices) muscle += slice.epicardium.area() - slice.endocardium.area();
  double low = 0, high = pi;
  Scar scar{angle, 0, 0.75};
  for (int i = 0; i < 60; ++i) {
    scar.half_width = (low + high) / 2;
    double sum = 0;
    for (const auto& slice : slices) sum += scar_area(slice, scar);
    (sum < share * muscle ? low : high) = scar.half_width;
  }
  return scar;
}

}  // namespace heartlab
