#pragma once

#include <array>

#include "heartlab/image/contour.h"

namespace heartlab {

// A closed curve around a centre whose radius is a Fourier series of the angle, in millimetres:
// r(theta) = mean + sum over k = 1..5 of cosine[k-1] cos(k theta) + sine[k-1] sin(k theta), theta
// from the x towards the y axis. Its area is known in closed form.
struct FourierShape {
  static constexpr int kHarmonics = 5;

  Point centre;
  double mean = 0;
  std::array<double, kHarmonics> cosine{}, sine{};

  double radius(double theta) const;
  // pi (mean^2 + sum of (cosine^2 + sine^2) / 2), square millimetres.
  double area() const;
  Point at(double theta) const;
  // The curve as a polygon of that many points, in millimetres.
  Contour contour(int points) const;

  // Adds `amount` cos(k (theta - angle)) to the radius.
  void add_harmonic(int k, double amount, double angle);
  FourierShape scaled(double factor) const;  // about its own centre
};

// The curve whose radius is the sum of both radii, around the first one's centre.
FourierShape operator+(const FourierShape& inner, const FourierShape& added);

// (1 - fraction) from + fraction to, in every coefficient.
FourierShape mix(const FourierShape& from, const FourierShape& to, double fraction);

// An ellipse as a polygon: half axes a (along `angle`) and b.
Contour ellipse(Point centre, double a, double b, double angle = 0, int points = 96);

}  // namespace heartlab
