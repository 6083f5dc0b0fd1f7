#include "heartlab/phantom/heart.h"

#include <cmath>
#include <numbers>

namespace heartlab {
namespace {

using std::numbers::pi;

constexpr double kWidestDepth = 0.2;      // of the cavity
constexpr double kApicalThinning = 0.25;  // of the wall, from base to apex
constexpr double kSystolicGain = 1.12;    // of the muscle's area as the ventricle shortens
constexpr double kApicalContraction = 0.08;
constexpr double kRightApex = 0.9;  // depth at which the right ventricle ends

double taper(double depth) {
  const double offset = (depth - kWidestDepth) / (1 - kWidestDepth);
  return std::sqrt(1 - offset * offset);
}

Point centre_at(const HeartParameters& heart, double depth) {
  return {heart.apex_shift.x * depth, heart.apex_shift.y * depth};
}

FourierShape diastolic_cavity(const HeartParameters& heart, double depth) {
  FourierShape cavity;
  cavity.centre = centre_at(heart, depth);
  cavity.mean = heart.cavity_radius * taper(depth);
  for (int i = 0; i < 3; ++i) {
    cavity.add_harmonic(i + 2, heart.cavity_harmonics[i] * cavity.mean, heart.harmonic_angles[i]);
  }
  return cavity;
}

FourierShape diastolic_wall(const HeartParameters& heart, double depth) {
  FourierShape wall;
  wall.mean = heart.wall_thickness * (1 - kApicalThinning * depth);
  wall.add_harmonic(1, heart.septal_excess * wall.mean, heart.septum_angle);
  wall.add_harmonic(2, 0.06 * wall.mean, heart.harmonic_angles[1]);
  wall.add_harmonic(3, 0.05 * wall.mean, heart.harmonic_angles[2]);
  return wall;
}

}  // namespace

const char* name_of(HeartKind kind) {
  switch (kind) {
    case HeartKind::kHypertrophic:
      return "hypertrophic";
    case HeartKind::kDilated:
      return "dilated";
    default:
      return "normal";
  }
}

HeartParameters draw_heart(HeartKind kind, Generator& generator) {
  HeartParameters heart;
  heart.kind = kind;
  heart.long_axis = generator.uniform(78, 98);
  heart.heart_rate = generator.uniform(55, 85);
  heart.septum_angle = pi + generator.uniform(-0.35, 0.25);
  heart.right_radius = generator.uniform(26, 36);
  heart.cavity_harmonics = {generator.uniform(0.02, 0.08), generator.uniform(0.01, 0.035),
                            generator.uniform(0.005, 0.02)};
  for (auto& angle : heart.harmonic_angles) angle = generator.uniform(0, 2 * pi);
  heart.apex_shift = {generator.uniform(0, 9), generator.uniform(0, 8)};
  switch (kind) {
    case HeartKind::kNormal:
      heart.cavity_radius = generator.uniform(22, 27);
      heart.wall_thickness = generator.uniform(7, 9.5);
      heart.septal_excess = generator.uniform(0.02, 0.12);
      heart.ejection_fraction = generator.uniform(0.55, 0.68);
      break;
    case HeartKind::kHypertrophic:
      heart.cavity_radius = generator.uniform(19, 23);
      heart.wall_thickness = generator.uniform(12, 16);
      heart.septal_excess = generator.uniform(0.1, 0.32);
      heart.ejection_fraction = generator.uniform(0.62, 0.75);
      break;
    case HeartKind::kDilated:
      heart.cavity_radius = generator.uniform(29, 35);
      heart.wall_thickness = generator.uniform(6.5, 9);
      heart.septal_excess = generator.uniform(-0.1, 0.05);
      heart.ejection_fraction = generator.uniform(0.2, 0.4);
      heart.long_axis += 8;
      break;
  }
  return heart;
}

LeftVentricle left_ventricle(const HeartParameters& heart, double depth, double contraction) {
  const FourierShape cavity = diastolic_cavity(heart, depth);
  const FourierShape wall = diastolic_wall(heart, depth);
  const double shrink = std::sqrt(1 - heart.ejection_fraction) - kApicalContraction * (depth - 0.5);
  const FourierShape systolic_cavity = cavity.scaled(shrink);
  const double outer = cavity.mean + wall.mean;
  const double muscle = (outer * outer - cavity.mean * cavity.mean) * kSystolicGain;
  const double inner = systolic_cavity.mean;
  const double thickness = std::sqrt(inner * inner + muscle) - inner;
  const FourierShape systolic_wall = wall.scaled(thickness / wall.mean);

  LeftVentricle ventricle;
  ventricle.endocardium = mix(cavity, systolic_cavity, contraction);
  ventricle.epicardium = ventricle.endocardium + mix(wall, systolic_wall, contraction);
  return ventricle;
}

std::optional<FourierShape> right_ventricle(const HeartParameters& heart, double depth,
                                            double contraction) {
  const double share = 1 - std::pow(depth / kRightApex, 2.5);
  if (share < 0.05) return std::nullopt;
  const double size = std::sqrt(share) * (1 - 0.16 * contraction);
  const double left_radius = left_ventricle(heart, depth, 0).epicardium.mean;
  const double across = heart.right_radius * size;
  const double along = (0.9 * left_radius + 6) * size;
  const double distance = left_radius - 0.15 * across;

  FourierShape cavity;
  const Point centre = centre_at(heart, depth);
  cavity.centre = {centre.x + distance * std::cos(heart.septum_angle),
                   centre.y + distance * std::sin(heart.septum_angle)};
  cavity.mean = (across + along) / 2;
  cavity.add_harmonic(2, (along - across) / 2, heart.septum_angle + pi / 2);
  cavity.add_harmonic(3, 0.07 * cavity.mean, heart.septum_angle + 0.5);
  return cavity;
}

}  // namespace heartlab
