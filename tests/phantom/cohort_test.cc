#include "heartlab/phantom/cohort.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "heartlab/dicom/reader.h"
#include "heartlab/labels/labels.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using heartlab::testing::expect_error;
using heartlab::testing::TemporaryFolder;

PhantomOptions small_cohort(const Path& out) {
  PhantomOptions options;
  options.patients = 4;
  options.slices = 3;
  options.size = 64;
  options.pixel_spacing = 5;
  options.dark = 1;
  options.seed = 5;
  options.out = out;
  return options;
}

std::map<std::string, std::string> checksums(const Path& folder) {
  std::map<std::string, std::string> sums;
  for (const auto& file : list_files(folder)) {
    sums[file.lexically_relative(folder).string()] = sha256_of_file(file);
  }
  return sums;
}

Contour enlarged(Contour contour, double factor) {
  for (auto& point : contour.points) point = {point.x * factor, point.y * factor};
  return contour;
}

// Area in mm2 of a contour in pixels, by rasterising it on a grid eight times finer.
double rasterised_area(const Contour& contour, double spacing, int size) {
  constexpr int kFiner = 8;
  const Mask mask = rasterise(enlarged(contour, kFiner), size * kFiner, size * kFiner);
  const double side = spacing / kFiner;
  return static_cast<double>(count_set(mask)) * side * side;
}

// Mean over the cavity's pixels of the picture mapped to 0..255 by its own minimum and maximum.
double cavity_brightness(const PhantomPatient& patient) {
  const Image image = patient.render(1).front();
  const float brightest = *std::max_element(image.pixels.begin(), image.pixels.end());
  const Contour cavity = patient.to_pixels(patient.ventricle(1, 0).endocardium);
  const Mask mask = rasterise(cavity, image.rows, image.columns);
  double sum = 0;
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) sum += mask.pixels[i] * image.pixels[i];
  return 255 * sum / static_cast<double>(count_set(mask)) / brightest;
}

TEST(Cohort, the_same_seed_gives_the_same_bytes_and_another_seed_others) {
  const TemporaryFolder folder;
  PhantomOptions options = small_cohort(folder / "a");
  write_phantom(options);
  options.out = folder / "b";
  write_phantom(options);
  options.out = folder / "c";
  options.seed = 6;
  write_phantom(options);
  EXPECT_EQ(checksums(folder / "a"), checksums(folder / "b"));
  EXPECT_NE(checksums(folder / "a"), checksums(folder / "c"));
}

TEST(Cohort, rasterised_contours_have_the_area_of_the_truth) {
  PhantomOptions options = small_cohort("unused");
  options.size = 256;
  options.pixel_spacing = 1.37;
  for (const auto& patient : draw_cohort(options)) {
    const auto truth = truth_of(patient);
    for (const auto& image : truth.at("images")) {
      const LeftVentricle left = patient.ventricle(image.at("slice"), image.at("phase"));
      const double cavity = image.at("cavity_area_mm2");
      const double whole = image.at("epicardial_area_mm2");
      const double spacing = patient.pose.spacing;
      EXPECT_NEAR(rasterised_area(patient.to_pixels(left.endocardium), spacing, patient.size),
                  cavity, 0.005 * cavity);
      EXPECT_NEAR(rasterised_area(patient.to_pixels(left.epicardium), spacing, patient.size), whole,
                  0.005 * whole);
      EXPECT_DOUBLE_EQ(image.at("myocardial_area_mm2").get<double>(), whole - cavity);
    }
  }
}

TEST(Cohort, the_volumes_are_the_sums_over_the_slices) {
  PhantomOptions options = small_cohort("unused");
  options.phases = 9;
  for (const auto& patient : draw_cohort(options)) {
    const auto truth = truth_of(patient);
    std::map<std::string, double> cavity, muscle;
    for (const auto& image : truth.at("images")) {
      const double millilitres = truth.at("slice_spacing_mm").get<double>() / 1000;
      const std::string phase = image.at("phase_name");
      cavity[phase] += image.at("cavity_area_mm2").get<double>() * millilitres;
      muscle[phase] += image.at("myocardial_area_mm2").get<double>() * millilitres;
    }
    const double diastole = truth.at("end_diastolic_volume_ml");
    const double systole = truth.at("end_systolic_volume_ml");
    EXPECT_NEAR(diastole, cavity["end_diastole"], 1e-9 * diastole);
    EXPECT_NEAR(systole, cavity["end_systole"], 1e-9 * systole);
    EXPECT_NEAR(truth.at("myocardial_volume_ml"), muscle["end_diastole"], 1e-6);
    EXPECT_NEAR(truth.at("ejection_fraction"), (diastole - systole) / diastole, 1e-12);
  }
}

TEST(Cohort, end_systole_has_the_smallest_cavity_of_the_heartbeat) {
  PhantomOptions options = small_cohort("unused");
  options.phases = 20;
  const PhantomPatient patient = draw_cohort(options).front();
  const double smallest = patient.ventricle(1, patient.end_systole()).endocardium.area();
  for (int phase = 0; phase < options.phases; ++phase) {
    EXPECT_GE(patient.ventricle(1, phase).endocardium.area(), smallest);
  }
  for (int phase = 1; phase < options.phases; ++phase) {
    EXPECT_GT(patient.trigger_time(phase), patient.trigger_time(phase - 1));
  }
}

TEST(Cohort, dark_patients_are_dark_and_the_others_are_not) {
  PhantomOptions options = small_cohort("unused");
  options.patients = 16;
  options.dark = 4;
  int dark = 0;
  for (const auto& patient : draw_cohort(options)) {
    dark += patient.dark ? 1 : 0;
    if (patient.dark) {
      EXPECT_LT(cavity_brightness(patient), 50) << patient.id;
    } else {
      EXPECT_GT(cavity_brightness(patient), 50) << patient.id;
    }
  }
  EXPECT_EQ(dark, 4);
}

TEST(Cohort, contours_lie_inside_the_smallest_allowed_picture) {
  PhantomOptions options = small_cohort("unused");
  options.patients = 60;
  options.pixel_spacing = 200.0 / options.size;
  for (const auto& patient : draw_cohort(options)) {
    for (int slice = 0; slice < patient.slices; ++slice) {
      for (const auto& point : patient.to_pixels(patient.ventricle(slice, 0).epicardium).points) {
        EXPECT_GT(point.x, 0);
        EXPECT_GT(point.y, 0);
        EXPECT_LT(point.x, patient.size - 1);
        EXPECT_LT(point.y, patient.size - 1);
      }
    }
  }
}

TEST(Cohort, blood_is_brighter_than_muscle) {
  for (const auto& patient : draw_cohort(small_cohort("unused"))) {
    const Image image = patient.render(0).front();
    const LeftVentricle left = patient.ventricle(0, 0);
    const auto grey_at = [&](double distance, double theta) {
      const Point centre = left.endocardium.centre;
      const Point pixel = patient.pose.to_pixel(
          {centre.x + distance * std::cos(theta), centre.y + distance * std::sin(theta)});
      return image.at(static_cast<int>(std::lround(pixel.y)),
                      static_cast<int>(std::lround(pixel.x)));
    };
    const auto ring = [&](auto distance_at) {
      double sum = 0;
      for (int i = 0; i < 64; ++i) sum += grey_at(distance_at(i * 0.098), i * 0.098);
      return sum / 64;
    };
    const double blood = ring([&](double theta) { return 0.5 * left.endocardium.radius(theta); });
    const double muscle = ring([&](double theta) {
      return (left.endocardium.radius(theta) + left.epicardium.radius(theta)) / 2;
    });
    EXPECT_GT(blood, 1.3 * muscle) << patient.id;
  }
}

TEST(Cohort, the_files_read_back_with_geometry_and_labels) {
  const TemporaryFolder folder;
  const PhantomOptions options = small_cohort(folder / "cohort");
  const auto truth = write_phantom(options);
  EXPECT_EQ(nlohmann::ordered_json::parse(read_text(folder / "cohort/truth.json")), truth);
  for (const auto& patient : draw_cohort(options)) {
    const auto files = list_files(folder / ("cohort/dicom/" + patient.id));
    ASSERT_EQ(files.size(), 6U);
    for (const auto& file : files) {
      const DicomFrame frame = read_dicom(file).at(0);
      const int slice = (frame.instance_number - 1) / 2;
      const int phase = (frame.instance_number - 1) % 2;
      const Geometry expected = patient.geometry(slice);
      EXPECT_EQ(frame.patient_id, patient.id);
      EXPECT_TRUE(frame.remarks.empty());
      EXPECT_EQ(frame.geometry.spacing, expected.spacing);
      EXPECT_NEAR(frame.geometry.distance_along_normal(), expected.distance_along_normal(), 1e-4);
      EXPECT_NEAR(frame.trigger_time, patient.trigger_time(phase), 1e-4);
    }
    const auto labels =
        read_matlab_contours(folder / ("cohort/matlab/" + patient.id + ".mat"), MatlabLayout{});
    ASSERT_EQ(labels.size(), 6U);
    for (const auto& label : labels) {
      const int slice = (label.instance_number - 1) / 2;
      const int phase = (label.instance_number - 1) % 2;
      const Contour expected = patient.to_pixels(patient.ventricle(slice, phase).endocardium);
      ASSERT_EQ(label.endocardium.points.size(), expected.points.size());
      EXPECT_NEAR(label.endocardium.points[7].x, expected.points[7].x, 1e-9);
      EXPECT_NEAR(area(label.epicardium),
                  area(patient.to_pixels(patient.ventricle(slice, phase).epicardium)), 1e-6);
    }
  }
}

TEST(Cohort, without_a_scar_no_file_speaks_of_one) {
  const TemporaryFolder folder;
  write_phantom(small_cohort(folder / "cohort"));
  for (const char* name : {"truth.json", "manifest.json"}) {
    EXPECT_EQ(read_text(folder / "cohort" / name).find("scar"), std::string::npos) << name;
  }
}

TEST(Cohort, a_scar_takes_its_share_of_the_muscle_and_lies_in_the_wall) {
  PhantomOptions options = small_cohort("");
  options.scar = 0.2;
  for (const auto& patient : draw_cohort(options)) {
    double scar = 0, muscle = 0;
    for (int slice = 0; slice < patient.slices; ++slice) {
      const LeftVentricle left = patient.ventricle(slice, 0);
      EXPECT_NEAR(area(scar_contour(left, *patient.scar)) / scar_area(left, *patient.scar), 1,
                  0.01);
      scar += scar_area(left, *patient.scar);
      muscle += left.epicardium.area() - left.endocardium.area();
    }
    EXPECT_NEAR(scar / muscle, 0.2, 1e-9);
  }
}

TEST(Cohort, options_that_do_not_go_together_are_errors) {
  const TemporaryFolder folder;
  PhantomOptions options = small_cohort(folder / "a");
  options.dark = 5;
  expect_error(ErrorKind::kUsage, {"--dark", "4", "5"}, [&] { write_phantom(options); });
  options = small_cohort(folder / "a");
  options.pixel_spacing = 1;
  expect_error(ErrorKind::kUsage, {"--pixel-spacing", "200", "64"},
               [&] { write_phantom(options); });
  OptionTable table = options.table();
  expect_error(ErrorKind::kUsage, {"phases", "2 to 40", "1"},
               [&] { table.set("phases", "1", "--phases"); });
}

TEST(Cohort, a_folder_that_is_no_earlier_cohort_is_left_alone) {
  const TemporaryFolder folder;
  make_folder(folder / "mine");
  write_text(folder / "mine/thesis.txt", "years of work");
  expect_error(ErrorKind::kUsage, {"mine", "--out"},
               [&] { write_phantom(small_cohort(folder / "mine")); });
  EXPECT_EQ(read_text(folder / "mine/thesis.txt"), "years of work");
  write_text(folder / "file", "");
  EXPECT_THROW(write_phantom(small_cohort(folder / "file/out")), Error);
}

}  // namespace
}  // namespace heartlab
