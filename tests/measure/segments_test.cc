#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "heartlab/phantom/cohort.h"
#include "tests/measure/fixture.h"

namespace heartlab {
namespace {

using std::numbers::pi;
using testing::names;

constexpr double kInsertion = 3.9;  // radians in the heart's frame, in the septum's front half

// The phantom's shapes as a stack in memory, turned by `turn` more.
std::vector<StackImage> stack_of(PhantomPatient patient, double turn = 0) {
  patient.pose.rotation += turn;
  std::vector<StackImage> images;
  for (int slice = 0; slice < patient.slices; ++slice) {
    for (int phase = 0; phase < patient.phases; ++phase) {
      const LeftVentricle left = patient.ventricle(slice, phase);
      StackImage image;
      image.geometry = patient.geometry(slice);
      image.trigger_time = patient.trigger_time(phase);
      image.instance_number = patient.instance(slice, phase);
      image.drawn.endocardium = outline_of(patient.to_pixels(left.endocardium));
      image.drawn.epicardium = outline_of(patient.to_pixels(left.epicardium));
      images.push_back(std::move(image));
    }
  }
  return images;
}

// The insertion at that angle of every slice; slices of a stack run from the apex to the base.
SegmentOptions insertions(PhantomPatient patient, double turn = 0) {
  patient.pose.rotation += turn;
  SegmentOptions options;
  for (int slice = patient.slices - 1; slice >= 0; --slice) {
    const Point point = patient.ventricle(slice, 0).epicardium.at(kInsertion);
    options.insertions.emplace_back(patient.pose.to_pixel(point));
  }
  return options;
}

PhantomPatient patient_of(int seed, int index) {
  PhantomOptions options;
  options.patients = 4;
  options.slices = 12;
  options.dark = 0;
  options.seed = static_cast<std::uint64_t>(seed);
  return draw_cohort(options)[static_cast<std::size_t>(index)];
}

StackMeasurements measured(const PhantomPatient& patient, double turn = 0) {
  StackOptions options;
  options.segments = insertions(patient, turn);
  return measure_stack(stack_of(patient, turn), options);
}

// The mean of the analytic wall over a segment's slices and angles. The heart's frame has y down
// and is seen from the apex, so segments follow each other against the angle.
double analytic(const PhantomPatient& patient, int number, int phase) {
  const int third = number <= 6 ? 0 : number <= 12 ? 1 : 2;
  const double width = third == 2 ? 90 : 60;
  const int place = third == 2 ? (number - 14 + 4) % 4 : ((number - 1) % 6 + 5) % 6;
  const double start = (third == 2 ? 15 : 0) + place * width;
  double sum = 0;
  int count = 0;
  for (int slice = third * patient.slices / 3; slice < (third + 1) * patient.slices / 3; ++slice) {
    const LeftVentricle left = patient.ventricle(slice, phase);
    for (double degrees = start + 0.5; degrees < start + width; ++degrees) {
      const double theta = kInsertion - degrees * pi / 180;
      sum += left.epicardium.radius(theta) - left.endocardium.radius(theta);
      ++count;
    }
  }
  return sum / count;
}

class WallsOfHearts : public ::testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(WallsOfHearts, every_segment_is_within_3_percent_of_the_analytic_wall) {
  const PhantomPatient patient = patient_of(std::get<0>(GetParam()), std::get<1>(GetParam()));
  const WallThickness walls = measured(patient).walls;
  ASSERT_EQ(walls.refused, "");
  for (int number = 1; number <= kSegments; ++number) {
    const SegmentWall& wall = walls.segments[static_cast<std::size_t>(number) - 1];
    const double diastole = analytic(patient, number, 0);
    const double systole = analytic(patient, number, patient.end_systole());
    EXPECT_NEAR(wall.diastole.value.value() / diastole, 1, 0.03) << "segment " << number;
    EXPECT_NEAR(wall.systole.value.value() / systole, 1, 0.03) << "segment " << number;
  }
}

INSTANTIATE_TEST_SUITE_P(Hearts, WallsOfHearts,
                         ::testing::Combine(::testing::Values(1, 2), ::testing::Values(0, 1, 2)));

TEST(Segments, turning_the_heart_changes_nothing) {
  const PhantomPatient patient = patient_of(3, 1);
  const StackMeasurements straight = measured(patient), turned = measured(patient, 1.1);
  EXPECT_NEAR(*turned.volumes.end_diastolic.value, *straight.volumes.end_diastolic.value, 1e-6);
  EXPECT_NEAR(*turned.volumes.mass.value, *straight.volumes.mass.value, 1e-6);
  for (std::size_t i = 0; i < kSegments; ++i) {
    EXPECT_NEAR(*turned.walls.segments[i].diastole.value,
                *straight.walls.segments[i].diastole.value, 0.02);
  }
}

TEST(Segments, a_heart_seen_from_the_base_has_the_same_segments) {
  const PhantomPatient patient = patient_of(3, 1);
  auto images = stack_of(patient);
  StackOptions options;
  options.segments = insertions(patient);
  const WallThickness expected = measure_stack(images, options).walls;
  // Mirrored from left to right: the first column's centre moves to the other end of the row.
  const double last = patient.size - 1;
  for (auto& image : images) {
    Geometry& geometry = image.geometry;
    for (std::size_t i = 0; i < 3; ++i) {
      geometry.position[i] += last * geometry.spacing.column * geometry.row_direction[i];
      geometry.row_direction[i] *= -1;
    }
    for (Outline* outline : {&image.drawn.endocardium, &image.drawn.epicardium}) {
      for (auto& point : outline->contour.points) point.x = last - point.x;
    }
  }
  std::ranges::reverse(options.segments.insertions);
  for (auto& point : options.segments.insertions) point->x = last - point->x;
  const WallThickness mirrored = measure_stack(images, options).walls;
  for (std::size_t i = 0; i < kSegments; ++i) {
    EXPECT_NEAR(*mirrored.segments[i].diastole.value, *expected.segments[i].diastole.value, 0.02);
  }
}

TEST(Segments, without_an_insertion_they_are_refused_with_the_reason) {
  const StackMeasurements found = measure_stack(stack_of(patient_of(1, 0)), {});
  EXPECT_THAT(found.walls.refused, ::testing::HasSubstr("--rv-insertion"));
  EXPECT_TRUE(found.volumes.end_diastolic.value);
}

TEST(Segments, a_slice_without_its_own_insertion_takes_the_nearest_with_a_remark) {
  const PhantomPatient patient = patient_of(1, 0);
  StackOptions options;
  options.segments = insertions(patient);
  options.segments.insertions[4] = std::nullopt;
  const StackMeasurements found = measure_stack(stack_of(patient), options);
  EXPECT_TRUE(names(found.remarks(), {"nearest slice", "slice 5"}));
}

TEST(Segments, the_base_is_found_by_the_larger_cavities_and_can_be_forced) {
  const PhantomPatient patient = patient_of(1, 0);
  StackOptions options;
  options.segments = insertions(patient);
  EXPECT_TRUE(names(measure_stack(stack_of(patient), options).remarks(),
                    {"slice 12 is at the base", "slice 1 at the apex"}));
  options.segments.base = "first";
  EXPECT_TRUE(names(measure_stack(stack_of(patient), options).remarks(),
                    {"slice 1 is at the base", "slice 12 at the apex"}));
}

TEST(Segments, an_insertion_that_cannot_be_one_is_named) {
  const PhantomPatient patient = patient_of(1, 0);
  StackOptions options;
  options.segments = insertions(patient);
  EXPECT_FALSE(names(measure_stack(stack_of(patient), options).remarks(), {"as given lies"}));
  options.segments.insertions.assign(12, patient.pose.to_pixel({0, 0}));
  EXPECT_TRUE(names(measure_stack(stack_of(patient), options).remarks(), {"within the cavity"}));
  options.segments.insertions.assign(12, Point{0, 0});
  EXPECT_TRUE(names(measure_stack(stack_of(patient), options).remarks(), {"more than 20 mm"}));
}

}  // namespace
}  // namespace heartlab
