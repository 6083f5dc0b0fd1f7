#include "heartlab/phantom/thorax.h"

#include <cmath>
#include <numbers>

namespace heartlab {
namespace {

using std::numbers::pi;

constexpr double kSkin = 2;         // millimetres
constexpr double kRibSpacing = 36;  // millimetres along the chest wall
constexpr double kFarBelow = 600;   // millimetres: below any picture

constexpr Tissue kSkinTissue{0.45F, 0.1F};
constexpr Tissue kFat{0.95F, 0.07F};
constexpr Tissue kMuscle{0.24F, 0.16F};
constexpr Tissue kBone{0.07F, 0.2F};
constexpr Tissue kMarrow{0.42F, 0.15F};
constexpr Tissue kLung{0.045F, 0.35F};
constexpr Tissue kVisceralFat{0.72F, 0.2F};
constexpr Tissue kBlood{0.95F, 0.05F};
constexpr Tissue kVesselWall{0.25F, 0.1F};

// The outline of the body at some depth below the skin, front and back apart.
class Body {
 public:
  Body(const ThoraxParameters& thorax, const HeartParameters& heart)
      : thorax_(thorax),
        front_{std::cos(thorax.chest_angle), std::sin(thorax.chest_angle)},
        front_distance_(0.85 * heart.right_radius + left_ventricle(heart, 0.2, 0).epicardium.mean +
                        thorax.chest_gap + thorax.muscle + thorax.front_fat + kSkin) {}

  // A superellipse; `turn` is its parameter, 0 at the front, growing towards the head. Layers
  // under the skin undulate by `ripple` millimetres.
  Point at(double front_inset, double back_inset, double turn, double ripple = 0) const {
    const double wave =
        ripple * (std::sin(7 * turn + thorax_.ripple_angle) + 0.6 * std::sin(17 * turn) +
                  0.4 * std::sin(31 * turn - thorax_.ripple_angle));
    const double depth = thorax_.half_depth - (front_inset + back_inset) / 2 + wave;
    const double length = thorax_.half_length - (front_inset + back_inset) / 2;
    const double centre = front_distance_ - front_inset - depth + wave;
    const auto power = [](double value) {
      return std::copysign(std::pow(std::abs(value), 2 / kSquareness), value);
    };
    const double along = centre + depth * power(std::cos(turn));
    const double across = thorax_.length_shift + length * power(std::sin(turn));
    return {along * front_.x - across * front_.y, along * front_.y + across * front_.x};
  }

  Contour outline(double front_inset, double back_inset, double ripple = 0) const {
    Contour contour;
    for (int i = 0; i < kPoints; ++i) {
      contour.points.push_back(at(front_inset, back_inset, 2 * pi * i / kPoints, ripple));
    }
    return contour;
  }

  // The thoracic and abdominal cavity, `more` millimetres inside the wall.
  Contour inside(double more = 0) const {
    const double wall = kSkin + thorax_.muscle + more;
    return outline(wall + thorax_.front_fat, wall + thorax_.back_fat, 0.5);
  }

 private:
  static constexpr int kPoints = 360;
  static constexpr double kSquareness = 2.25;

  const ThoraxParameters& thorax_;
  Point front_;
  double front_distance_;
};

// A flat muscle or pad along the wall.
void paint_along_wall(Canvas& canvas, const Body& body, double front, double back, double turn,
                      double half_length, double half_width, Tissue tissue) {
  const Point centre = body.at(front, back, turn);
  const Point next = body.at(front, back, turn + 0.02);
  const double angle = std::atan2(next.y - centre.y, next.x - centre.x);
  canvas.paint(ellipse(centre, half_length, half_width, angle), tissue);
}

void paint_ribs(Canvas& canvas, const Body& body, const ThoraxParameters& thorax,
                Generator& generator) {
  const double inset = kSkin + 0.62 * thorax.muscle;
  const double front = inset + thorax.front_fat;
  const double back = inset + thorax.back_fat;
  Point last = body.at(front, back, 0);
  double walked = generator.uniform(0, kRibSpacing);
  for (int i = 1; i <= 720; ++i) {
    const Point here = body.at(front, back, 2 * pi * i / 720);
    walked += std::hypot(here.x - last.x, here.y - last.y);
    if (walked > kRibSpacing) {
      walked = generator.uniform(-10, 10);
      const double angle = std::atan2(here.y - last.y, here.x - last.x);
      const double a = generator.uniform(6, 12);
      const double b = 0.3 * thorax.muscle;
      canvas.paint(ellipse(here, a, b, angle, 24), kBone);
      canvas.paint(ellipse(here, a - 1.6, b - 1.4, angle, 24), kMarrow);
    }
    last = here;
  }
}

void paint_chest_wall(Canvas& canvas, const Body& body, const ThoraxParameters& thorax,
                      Generator& generator) {
  canvas.paint(body.outline(0, 0), kSkinTissue);
  canvas.paint(body.outline(kSkin, kSkin), kFat);
  const double front = kSkin + thorax.front_fat;
  const double back = kSkin + thorax.back_fat;
  canvas.clip_to({body.outline(kSkin + 2, kSkin + 2)});
  canvas.paint(body.outline(front, back, 1.2), kMuscle);
  for (const double turn : {0.55, 0.25, 2.2, -2.4, -0.5}) {
    paint_along_wall(canvas, body, front, back, turn + generator.uniform(-0.1, 0.1),
                     generator.uniform(25, 50), 0.45 * thorax.front_fat, kMuscle);
  }
  canvas.clip_to({});
  const double septa = 0.32 * thorax.muscle;
  canvas.paint(body.outline(front + septa, back + septa, 1.4), kVisceralFat);
  canvas.paint(body.outline(front + septa + 1.2, back + septa + 1.2, 1.0), kMuscle);
  paint_ribs(canvas, body, thorax, generator);
  canvas.paint(body.inside(-1.2), kVisceralFat);
  canvas.paint(body.inside(), kLung);
}

// One branch: a chain of ever thinner pieces that wanders away from the hilum.
void paint_branch(Canvas& canvas, Point at, double angle, Generator& generator) {
  double width = generator.uniform(1.2, 2.6);
  while (width > 0.45) {
    const double step = generator.uniform(4, 7);
    const Point next{at.x + step * std::cos(angle), at.y + step * std::sin(angle)};
    const Point middle{(at.x + next.x) / 2, (at.y + next.y) / 2};
    if (generator.chance(0.75)) {
      canvas.paint(ellipse(middle, 0.6 * step, width, angle, 16),
                   {static_cast<float>(0.12 + 0.13 * width), 0});
    }
    at = next;
    angle += 0.35 * generator.normal();
    width *= generator.uniform(0.78, 0.95);
  }
}

void paint_lung_vessels(Canvas& canvas, const ThoraxParameters& thorax, Generator& generator) {
  const double back = thorax.chest_angle + pi;
  const Point hilum{48 * std::cos(back + 0.45), 48 * std::sin(back - 0.45)};
  for (int i = 0; i < 16; ++i) {
    paint_branch(canvas, {hilum.x + 9 * generator.normal(), hilum.y + 9 * generator.normal()},
                 back + generator.uniform(-2.2, 1.2), generator);
  }
  for (int i = 0; i < 90; ++i) {
    const double angle = generator.uniform(-pi, 0.4);
    const double distance = generator.uniform(35, 140);
    const double size = generator.uniform(0.5, 0.9) + generator.uniform() * generator.uniform();
    const Point centre{distance * std::cos(angle), distance * std::sin(angle)};
    const auto signal = static_cast<float>(generator.uniform(0.1, 0.5));
    canvas.paint(ellipse(centre, size * generator.uniform(1, 2.5), size, angle, 16), {signal, 0});
  }
}

// Fat and great vessels between the front of the chest and the heart, on the side of the head.
void paint_mediastinum(Canvas& canvas, const Body& body, const ThoraxParameters& thorax,
                       double depth, Generator& generator) {
  const double front = kSkin + thorax.front_fat + thorax.muscle;
  const double back = kSkin + thorax.back_fat + thorax.muscle;
  const double shrink = 1 - 0.5 * depth;
  for (int i = 0; i < 5; ++i) {
    paint_along_wall(canvas, body, front + 3, back, generator.uniform(0.06, 0.4),
                     generator.uniform(8, 26), generator.uniform(4, 13) * shrink, kVisceralFat);
  }
  if (depth > 0.3) return;
  const double turn = thorax.chest_angle + 1.25;
  const Point artery{62 * std::cos(turn), 62 * std::sin(turn)};
  canvas.paint(ellipse(artery, 19, 16, turn), kVisceralFat);
  canvas.paint(ellipse(artery, 15, 12.5, turn), kVesselWall);
  canvas.paint(ellipse(artery, 13.5, 11, turn), kBlood);
}

void paint_aorta_and_spine(Canvas& canvas, const ThoraxParameters& thorax, double depth,
                           Generator& generator) {
  const double back = thorax.chest_angle + pi + 0.25;
  const auto behind = [&](double distance, double turn) {
    return Point{distance * std::cos(back + turn), distance * std::sin(back + turn)};
  };
  if (depth < 0.55) {
    const Point spine = behind(122, 0.28);
    canvas.paint(ellipse(spine, 21, 17, back), kBone);
    canvas.paint(ellipse(spine, 19.5, 15.5, back), kMarrow);
    const Point canal = behind(147, 0.28);
    canvas.paint(ellipse(canal, 9, 10, back), {0.95F, 0.05F});
    canvas.paint(ellipse(canal, 4.5, 5.5, back), {0.4F, 0.05F});
  }
  const Point aorta = behind(generator.uniform(82, 88), 0.1);
  canvas.paint(ellipse(aorta, 15.5, 14), kVisceralFat);
  canvas.paint(ellipse(aorta, 12.5, 12), kVesselWall);
  canvas.paint(ellipse(aorta, 11, 10.5), kBlood);
}

void paint_liver(Canvas& canvas, const ThoraxParameters& thorax, double top, Generator& generator) {
  const auto signal = static_cast<float>(thorax.liver_signal);
  canvas.paint(ellipse({-58, top + 54}, 92, 49, -0.12), {0.12F, 0});
  canvas.paint(ellipse({-58, top + 54}, 91, 48, -0.12), {signal, 0.06F});
  for (int i = 0; i < 14; ++i) {
    const Point centre{-58 + generator.uniform(-72, 72), top + 56 + generator.uniform(-30, 32)};
    const double size = generator.uniform(0.8, 2.2);
    canvas.paint(
        ellipse(centre, size * generator.uniform(1, 4), size, generator.uniform(0, pi), 20),
        {signal * static_cast<float>(generator.uniform(1.2, 1.9)), 0});
  }
}

void paint_organ(Canvas& canvas, Point centre, double a, double b, double angle, Tissue tissue) {
  canvas.paint(ellipse(centre, a + 1, b + 1, angle), {0.12F, 0});
  canvas.paint(ellipse(centre, a, b, angle), tissue);
}

void paint_bowel(Canvas& canvas, double top, Generator& generator) {
  for (int i = 0; i < 16; ++i) {
    const Point centre{generator.uniform(-70, 100), top + generator.uniform(95, 190)};
    const double size = generator.uniform(7, 15);
    const double angle = generator.uniform(0, pi);
    const double stretch = generator.uniform(1, 1.7);
    canvas.paint(ellipse(centre, size * stretch, size, angle, 32), {0.35F, 0.2F});
    const auto content = static_cast<float>(generator.uniform(0.05, 0.8));
    canvas.paint(ellipse(centre, size * stretch - 2.5, size - 2.5, angle, 32), {content, 0.4F});
  }
}

void paint_abdomen(Canvas& canvas, const Body& body, const ThoraxParameters& thorax, double top,
                   Generator& generator) {
  const auto dome = [&](double below) {
    Contour contour;
    for (double x = -kFarBelow; x <= kFarBelow; x += 8) {
      const double rise = x - 12;
      contour.points.push_back({x, top + below + rise * rise / (2 * thorax.diaphragm_radius)});
    }
    contour.points.push_back({kFarBelow, kFarBelow * 3});
    contour.points.push_back({-kFarBelow, kFarBelow * 3});
    return contour;
  };
  canvas.clip_to({body.inside()});
  canvas.paint(dome(0), kMuscle);
  canvas.clip_to({body.inside(2), dome(2.5)});
  canvas.paint(dome(2.5), kVisceralFat);
  paint_bowel(canvas, top, generator);
  paint_organ(canvas, {112, top + 62}, 22, 44, 0.2, {0.42F, 0.06F});
  paint_organ(canvas, {78, top + 118}, 24, 36, -0.2, {0.5F, 0.1F});
  paint_organ(canvas, {78, top + 118}, 10, 20, -0.2, {0.75F, 0.2F});
  paint_liver(canvas, thorax, top, generator);
  const Point stomach{46 + generator.uniform(-4, 4), top + 36};
  paint_organ(canvas, stomach, 42, 26, 0.25, {0.34F, 0.1F});
  canvas.paint(ellipse(stomach, 38, 22, 0.25), {static_cast<float>(thorax.stomach_signal), 0.22F});
  canvas.clip_to({});
}

}  // namespace

ThoraxParameters draw_thorax(const HeartParameters& heart, Generator& generator) {
  ThoraxParameters thorax;
  thorax.chest_angle = heart.septum_angle + generator.uniform(0.1, 0.75);
  thorax.chest_gap = generator.uniform(4, 12);
  thorax.front_fat = generator.uniform(6, 26);
  thorax.back_fat = generator.uniform(8, 24);
  thorax.muscle = generator.uniform(11, 18);
  thorax.half_depth = generator.uniform(108, 128) + 0.5 * thorax.front_fat;
  thorax.half_length = generator.uniform(230, 290);
  thorax.ripple_angle = generator.uniform(0, 2 * pi);
  thorax.length_shift = generator.uniform(-60, 20);
  thorax.diaphragm_gap = generator.uniform(3, 10);
  thorax.diaphragm_radius = generator.uniform(110, 240);
  thorax.liver_signal = generator.uniform(0.24, 0.4);
  thorax.stomach_signal = generator.chance(0.4) ? 0.06 : generator.uniform(0.35, 0.8);
  thorax.pericardial_fat = generator.uniform(2, 6);
  return thorax;
}

void paint_thorax(Canvas& canvas, const ThoraxParameters& thorax, const HeartParameters& heart,
                  double depth, Generator& generator) {
  const Body body(thorax, heart);
  paint_chest_wall(canvas, body, thorax, generator);
  canvas.clip_to({body.inside()});
  paint_lung_vessels(canvas, thorax, generator);
  paint_mediastinum(canvas, body, thorax, depth, generator);
  paint_aorta_and_spine(canvas, thorax, depth, generator);
  const double base_radius = left_ventricle(heart, 0.2, 0).epicardium.mean;
  paint_abdomen(canvas, body, thorax, base_radius + thorax.diaphragm_gap - 5 * depth, generator);
}

}  // namespace heartlab
