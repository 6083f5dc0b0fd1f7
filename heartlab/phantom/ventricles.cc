#include "heartlab/phantom/ventricles.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace heartlab {
namespace {

using std::numbers::pi;

constexpr int kPoints = 160;
constexpr double kRightWall = 3;     // millimetres
constexpr double kDarkBorder = 0.7;  // millimetres: where fat and water cancel
constexpr Tissue kInk{0.10F, 0};
constexpr Tissue kHeartFat{0.8F, 0.18F};

FourierShape grown(FourierShape shape, double millimetres) {
  shape.mean += millimetres;
  return shape;
}

void paint_pericardium(Canvas& canvas, const FourierShape& left,
                       const std::optional<FourierShape>& right, double septum_angle,
                       double thickness) {
  const double fat = thickness * std::min(1.0, left.mean / 30);
  FourierShape pad = grown(left, 0.5 * fat);
  pad.add_harmonic(1, 0.45 * fat, septum_angle);
  pad.add_harmonic(3, 0.3 * fat, septum_angle + 0.6);
  if (right) {
    FourierShape right_pad = grown(*right, kRightWall + 0.7 * fat);
    right_pad.add_harmonic(1, 0.5 * fat, septum_angle - 1);
    right_pad.add_harmonic(4, 0.4 * fat, septum_angle);
    right_pad.add_harmonic(5, 0.3 * fat, septum_angle + 1);
    canvas.paint(right_pad.contour(kPoints), kHeartFat);
  }
  canvas.paint(pad.contour(kPoints), kHeartFat);
}

void paint_right(Canvas& canvas, const FourierShape& cavity, const HeartContrast& contrast,
                 double septum_angle, Generator& generator) {
  const auto muscle = static_cast<float>(contrast.myocardium);
  const auto blood = static_cast<float>(contrast.right_blood);
  canvas.paint(grown(cavity, kRightWall + kDarkBorder).contour(kPoints), kInk);
  canvas.paint(grown(cavity, kRightWall).contour(kPoints), {muscle, 0.1F});
  canvas.paint(cavity.contour(kPoints), {blood, 0.06F});
  canvas.clip_to({cavity.contour(kPoints)});
  for (int i = 0; i < 34; ++i) {
    const double angle = septum_angle + generator.uniform(-1.8, 1.8);
    Point centre = cavity.at(angle);
    const double inwards = 12 * generator.uniform() * generator.uniform();
    centre.x -= inwards * std::cos(angle);
    centre.y -= inwards * std::sin(angle);
    const float share = static_cast<float>(generator.uniform(0.1, 0.6));
    canvas.paint(ellipse(centre, generator.uniform(1, 5), generator.uniform(0.5, 1.5),
                         angle + generator.uniform(-0.8, 0.8), 20),
                 {muscle * share + blood * (1 - share), 0});
  }
  canvas.clip_to({});
}

void paint_papillaries(Canvas& canvas, const FourierShape& cavity, double septum_angle,
                       double depth, double contraction, Tissue tissue, Generator& generator) {
  for (const double turn : {2.15, -2.25}) {
    const double angle = septum_angle + turn + generator.uniform(-0.2, 0.2);
    const double visible = std::sin(pi * std::clamp((depth - 0.12) / 0.76, 0.0, 1.0));
    const double length = generator.uniform(4.2, 6.2) * visible;
    const double width = generator.uniform(2.8, 4.2) * visible;
    const double place = 0.74 + 0.1 * contraction + generator.uniform(-0.05, 0.05);
    if (visible < 0.25) continue;
    const double distance = place * cavity.radius(angle);
    const Point centre{cavity.centre.x + distance * std::cos(angle),
                       cavity.centre.y + distance * std::sin(angle)};
    canvas.paint(ellipse(centre, length, width, angle, 32), tissue);
  }
}

void paint_trabeculae(Canvas& canvas, const FourierShape& cavity, double septum_angle,
                      double contraction, Tissue muscle, Tissue blood, Generator& generator) {
  for (int i = 0; i < 26; ++i) {
    const double angle = septum_angle + pi + generator.uniform(-2.4, 2.4);
    const double size = generator.uniform(0.7, 2.0) * (1 + 0.3 * contraction);
    const double stretch = generator.uniform(1, 2);
    const auto share = static_cast<float>(generator.uniform(0.4, 1));
    canvas.paint(ellipse(cavity.at(angle), size * stretch, size, angle, 20),
                 {muscle.signal * share + blood.signal * (1 - share), 0});
  }
}

}  // namespace

void paint_ventricles(Canvas& canvas, const HeartParameters& heart, const ThoraxParameters& thorax,
                      const HeartContrast& contrast, const std::optional<Scar>& scar, double depth,
                      double contraction, Generator generator) {
  const LeftVentricle left = left_ventricle(heart, depth, contraction);
  const auto right = right_ventricle(heart, depth, contraction);
  const Tissue muscle{static_cast<float>(contrast.myocardium), 0.07F};
  const Tissue blood{static_cast<float>(contrast.left_blood), 0.04F};

  paint_pericardium(canvas, left.epicardium, right, heart.septum_angle, thorax.pericardial_fat);
  if (right) paint_right(canvas, *right, contrast, heart.septum_angle, generator);
  canvas.paint(grown(left.epicardium, 0.6 * kDarkBorder).contour(kPoints), {0.2F, 0});
  canvas.paint(left.epicardium.contour(kPoints), muscle);
  if (scar) {
    canvas.paint(scar_contour(left, *scar), {static_cast<float>(contrast.scar), 0.05F});
  }
  canvas.paint(left.endocardium.contour(kPoints), blood);
  canvas.clip_to({left.endocardium.contour(kPoints)});
  paint_papillaries(canvas, left.endocardium, heart.septum_angle, depth, contraction, muscle,
                    generator);
  paint_trabeculae(canvas, left.endocardium, heart.septum_angle, contraction, muscle, blood,
                   generator);
  canvas.clip_to({});
}

}  // namespace heartlab
