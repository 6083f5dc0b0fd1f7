#include "heartlab/phantom/thorax.h"

#include <cmath>
#include <numbers>

namespace heartlab {
namespace {

using std::numbers::pi;

constexpr double kSkin = 2;         // millimetres
constexpr double kRibSpacing = 27;  // millimetres along the chest wall
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

// The outline of the body at `inset` below the skin, front and back apart.
class Body {
 public:
  Body(const ThoraxParameters& thorax, const HeartParameters& heart)
      : thorax_(thorax),
        front_{std::cos(thorax.chest_angle), std::sin(thorax.chest_angle)},
        front_distance_(0.85 * heart.right_radius + left_ventricle(heart, 0.2, 0).epicardium.mean +
                        thorax.chest_gap + thorax.muscle + thorax.front_fat + kSkin) {}

  // A superellipse of exponent 2.6; `turn` is the angle of the parameter, 0 at the front.
  Point at(double front_inset, double back_inset, double turn) const {
    const double depth = thorax_.half_depth - (front_inset + back_inset) / 2;
    const double length = thorax_.half_length - (front_inset + back_inset) / 2;
    const double centre = front_distance_ - front_inset - depth;
    const auto power = [](double value) {
      return std::copysign(std::pow(std::abs(value), 2 / 2.6), value);
    };
    const double along = centre + depth * power(std::cos(turn));
    const double across = thorax_.length_shift + length * power(std::sin(turn));
    return {along * front_.x - across * front_.y, along * front_.y + across * front_.x};
  }

  Contour outline(double front_inset, double back_inset) const {
    Contour contour;
    for (int i = 0; i < 240; ++i) {
      contour.points.push_back(at(front_inset, back_inset, 2 * pi * i / 240));
    }
    return contour;
  }

  Contour inside(double more = 0) const {
    const double wall = kSkin + thorax_.muscle + more;
    return outline(wall + thorax_.front_fat, wall + thorax_.back_fat);
  }

 private:
  const ThoraxParameters& thorax_;
  Point front_;
  double front_distance_;
};

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
      walked = generator.uniform(-6, 6);
      const double angle = std::atan2(here.y - last.y, here.x - last.x);
      const double a = generator.uniform(5.5, 8.5);
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
  canvas.paint(body.outline(front, back), kMuscle);
  canvas.paint(body.outline(front + 0.30 * thorax.muscle, back + 0.30 * thorax.muscle),
               kVisceralFat);
  canvas.paint(body.outline(front + 0.38 * thorax.muscle, back + 0.38 * thorax.muscle), kMuscle);
  paint_ribs(canvas, body, thorax, generator);
  canvas.paint(body.inside(-1.5), kVisceralFat);
  canvas.paint(body.inside(), kLung);
}

void paint_lung_vessels(Canvas& canvas, Generator& generator) {
  for (int i = 0; i < 110; ++i) {
    const double angle = generator.uniform(-pi, 0.2);
    const double distance = generator.uniform(38, 150);
    const double size = generator.uniform(0.5, 1) + 0.9 * generator.uniform() * generator.uniform();
    const Point centre{distance * std::cos(angle), distance * std::sin(angle)};
    const auto signal = static_cast<float>(generator.uniform(0.08, 0.4));
    canvas.paint(ellipse(centre, size * generator.uniform(1, 3), size, angle, 16), {signal, 0});
  }
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
  thorax.half_length = generator.uniform(180, 230);
  thorax.length_shift = generator.uniform(-25, 25);
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
  paint_lung_vessels(canvas, generator);
  paint_aorta_and_spine(canvas, thorax, depth, generator);
  const double base_radius = left_ventricle(heart, 0.2, 0).epicardium.mean;
  paint_abdomen(canvas, body, thorax, base_radius + thorax.diaphragm_gap - 5 * depth, generator);
}

}  // namespace heartlab
