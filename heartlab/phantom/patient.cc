#include "heartlab/phantom/patient.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "heartlab/phantom/cohort.h"

namespace heartlab {
namespace {

using std::numbers::pi;
using Vector = std::array<double, 3>;

constexpr double kCovered = 0.96;     // of the long axis, by the stack of slices
constexpr double kSystole = 0.35;     // of the heart's cycle, from end diastole to end systole
constexpr double kThickestSlice = 8;  // millimetres
constexpr int kContourPoints = 200;
constexpr double kSpacingSpread = 0.08;  // around the cohort's pixel spacing

Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Vector unit(Vector v) {
  const double length = std::hypot(v[0], v[1], v[2]);
  for (auto& value : v) value /= length;
  return v;
}

HeartKind kind_of(int index) {
  constexpr std::array kKinds{HeartKind::kNormal, HeartKind::kHypertrophic, HeartKind::kDilated,
                              HeartKind::kNormal};
  return kKinds[static_cast<std::size_t>(index) % kKinds.size()];
}

// Short-axis planes of usual orientation: rows run to the left and back, columns to the feet.
Geometry draw_geometry(const PhantomPatient& patient, Generator& generator) {
  const auto near = [&](double value) { return value + generator.uniform(-0.12, 0.12); };
  Geometry geometry;
  geometry.in_patient = true;
  geometry.spacing = {patient.pose.spacing, patient.pose.spacing};
  geometry.slice_thickness = patient.slice_thickness;
  geometry.row_direction = unit({near(0.66), near(0.72), near(-0.2)});
  const Vector down{near(-0.35), near(0.1), near(-0.93)};
  const Vector normal = unit(cross(geometry.row_direction, down));
  geometry.column_direction = cross(normal, geometry.row_direction);
  const Vector heart{generator.uniform(15, 40), generator.uniform(-40, -10),
                     generator.uniform(-20, 40)};
  for (std::size_t i = 0; i < 3; ++i) {
    geometry.position[i] =
        heart[i] - patient.pose.spacing * (patient.pose.origin.x * geometry.row_direction[i] +
                                           patient.pose.origin.y * geometry.column_direction[i]);
  }
  return geometry;
}

AcquisitionParameters draw_acquisition(const PhantomPatient& patient, double noise,
                                       Generator& generator) {
  AcquisitionParameters acquisition;
  acquisition.blood_level = generator.uniform(420, 900);
  acquisition.noise = noise * generator.uniform(0.7, 1.4);
  acquisition.coil_gain = generator.uniform(1.5, 4);
  acquisition.coil_reach = generator.uniform(55, 90);
  const double angle = patient.thorax.chest_angle + generator.uniform(-0.4, 0.4);
  const double distance = 95 + patient.thorax.front_fat;
  acquisition.coil = {distance * std::cos(angle), distance * std::sin(angle)};
  acquisition.slope = {generator.uniform(-0.9, 0.9), generator.uniform(-0.9, 0.9),
                       generator.uniform(-1.2, 0.2)};
  acquisition.field_of_view = static_cast<FieldOfView>(generator.below(3));
  acquisition.field_radius = generator.uniform(0.42, 0.47);
  if (patient.dark) {
    acquisition.blood_level *= 0.15;
    acquisition.noise *= 1.8;
    acquisition.coil_gain *= 6;
    acquisition.coil_reach *= 0.6;
  }
  return acquisition;
}

// Late enhancement: the muscle is nulled, scar is brightest, blood between them; coils are
// evened out, as scanners do it for such pictures. Draws nothing, so that all else stays the same.
void add_scar(PhantomPatient& patient, double share) {
  constexpr double kFromSeptum = 2.2;  // radians: inferolateral
  std::vector<LeftVentricle> slices;
  for (int s = 0; s < patient.slices; ++s) slices.push_back(patient.ventricle(s, 0));
  patient.scar = fit_scar(slices, share, patient.heart.septum_angle + kFromSeptum);
  patient.contrast = {0.08, 0.5, 0.5, 0.95};
  patient.acquisition.coil_gain *= 0.05;
  for (double& slope : patient.acquisition.slope) slope *= 0.1;
}

}  // namespace

double PhantomPatient::depth(int slice) const { return kCovered * (slice + 0.5) / slices; }

int PhantomPatient::end_systole() const {
  return std::max(1, static_cast<int>(std::lround(kSystole * phases)));
}

double PhantomPatient::contraction(int phase) const {
  const int peak = end_systole();
  const double way = phase <= peak ? static_cast<double>(phase) / peak
                                   : static_cast<double>(phases - phase) / (phases - peak);
  return 0.5 - 0.5 * std::cos(pi * way);
}

double PhantomPatient::trigger_time(int phase) const {
  const double cycle = 60000 / heart.heart_rate;
  return phases == 2 ? kSystole * cycle * phase : cycle * phase / phases;
}

const char* PhantomPatient::phase_name(int phase) const {
  if (phase == 0) return "end_diastole";
  return phase == end_systole() ? "end_systole" : "between";
}

LeftVentricle PhantomPatient::ventricle(int slice, int phase) const {
  return left_ventricle(heart, depth(slice), contraction(phase));
}

Contour PhantomPatient::to_pixels(const FourierShape& shape) const {
  return pose.to_pixel(shape.contour(kContourPoints));
}

Geometry PhantomPatient::geometry(int slice) const {
  Geometry geometry = base;
  const Vector to_base = cross(base.row_direction, base.column_direction);
  for (std::size_t i = 0; i < 3; ++i) geometry.position[i] -= slice_spacing * slice * to_base[i];
  return geometry;
}

std::vector<Image> PhantomPatient::render(int slice) const {
  Generator generator = details.fork(static_cast<std::uint64_t>(slice));
  Canvas chest(pose, tissue_texture(size, pose.spacing, generator));
  Generator surroundings = details.fork(1000);
  paint_thorax(chest, thorax, heart, depth(slice), surroundings);
  std::vector<Image> images;
  for (int phase = 0; phase < phases; ++phase) {
    Canvas canvas = chest;
    paint_ventricles(canvas, heart, thorax, contrast, scar, depth(slice), contraction(phase),
                     generator.fork(1));
    images.push_back(acquire(canvas.downsampled(), acquisition, pose, generator));
  }
  return images;
}

PhantomPatient draw_patient(const PhantomOptions& options, int index, bool dark) {
  Generator generator = Generator(options.seed).fork(static_cast<std::uint64_t>(index) + 1);
  PhantomPatient patient;
  patient.id = fmt::format("PHANTOM-{:03}", index + 1);
  patient.dark = dark;
  patient.size = options.size;
  patient.slices = options.slices;
  patient.phases = options.phases;
  patient.heart = draw_heart(kind_of(index), generator);
  patient.thorax = draw_thorax(patient.heart, generator);
  patient.contrast = {generator.uniform(0.27, 0.4), generator.uniform(0.85, 1.0)};
  const double spread = generator.uniform(1 - kSpacingSpread, 1 + kSpacingSpread);
  patient.pose.spacing = std::round(options.pixel_spacing * spread * 10000) / 10000;
  const double middle = (options.size - 1) / 2.0;
  patient.pose.origin = {middle + options.size * generator.uniform(-0.05, 0.06),
                         middle + options.size * generator.uniform(-0.06, 0.05)};
  patient.pose.rotation = generator.uniform(-0.5, 0.5);
  patient.acquisition = draw_acquisition(patient, options.noise, generator);
  patient.slice_spacing =
      std::round(100 * kCovered * patient.heart.long_axis / options.slices) / 100;
  patient.slice_thickness = std::min(kThickestSlice, patient.slice_spacing);
  patient.base = draw_geometry(patient, generator);
  patient.details = generator.fork(7);
  if (options.scar > 0) add_scar(patient, options.scar);
  return patient;
}

}  // namespace heartlab
