#include "heartlab/phantom/shape.h"

#include <cmath>
#include <numbers>

namespace heartlab {

using std::numbers::pi;

double FourierShape::radius(double theta) const {
  double r = mean;
  for (int k = 1; k <= kHarmonics; ++k) {
    r += cosine[k - 1] * std::cos(k * theta) + sine[k - 1] * std::sin(k * theta);
  }
  return r;
}

double FourierShape::area() const {
  double sum = mean * mean;
  for (int k = 0; k < kHarmonics; ++k) {
    sum += (cosine[k] * cosine[k] + sine[k] * sine[k]) / 2;
  }
  return pi * sum;
}

Point FourierShape::at(double theta) const {
  const double r = radius(theta);
  return {centre.x + r * std::cos(theta), centre.y + r * std::sin(theta)};
}

Contour FourierShape::contour(int points) const {
  Contour contour;
  for (int i = 0; i < points; ++i) contour.points.push_back(at(2 * pi * i / points));
  return contour;
}

void FourierShape::add_harmonic(int k, double amount, double angle) {
  cosine[k - 1] += amount * std::cos(k * angle);
  sine[k - 1] += amount * std::sin(k * angle);
}

FourierShape FourierShape::scaled(double factor) const {
  FourierShape shape = *this;
  shape.mean *= factor;
  for (auto& value : shape.cosine) value *= factor;
  for (auto& value : shape.sine) value *= factor;
  return shape;
}

FourierShape operator+(const FourierShape& inner, const FourierShape& added) {
  FourierShape sum = inner;
  sum.mean += added.mean;
  for (int k = 0; k < FourierShape::kHarmonics; ++k) {
    sum.cosine[k] += added.cosine[k];
    sum.sine[k] += added.sine[k];
  }
  return sum;
}

FourierShape mix(const FourierShape& from, const FourierShape& to, double fraction) {
  FourierShape mixed = from.scaled(1 - fraction) + to.scaled(fraction);
  mixed.centre = {(1 - fraction) * from.centre.x + fraction * to.centre.x,
                  (1 - fraction) * from.centre.y + fraction * to.centre.y};
  return mixed;
}

Contour ellipse(Point centre, double a, double b, double angle, int points) {
  Contour contour;
  for (int i = 0; i < points; ++i) {
    const double t = 2 * pi * i / points;
    const double x = a * std::cos(t);
    const double y = b * std::sin(t);
    contour.points.push_back({centre.x + x * std::cos(angle) - y * std::sin(angle),
                              centre.y + x * std::sin(angle) + y * std::cos(angle)});
  }
  return contour;
}

}  // namespace heartlab
