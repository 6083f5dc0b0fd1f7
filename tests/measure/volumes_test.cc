#include <gmock/gmock.h>

#include <numbers>

#include "heartlab/core/random.h"
#include "tests/measure/fixture.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using std::numbers::pi;
using testing::disc_slice;
using testing::disc_stack;
using testing::names;

constexpr testing::Discs kDiastole{25, 33}, kSystole{15, 27};

double disc_ml(double radius, double height) { return pi * radius * radius * height / 1000; }

TEST(Volumes, a_cylinder_has_the_volume_of_its_discs) {
  const auto found = measure_stack(disc_stack(8, kDiastole, kSystole), {});
  const Volumes& volumes = found.volumes;
  EXPECT_NEAR(volumes.end_diastolic.value.value(), disc_ml(25, 80), 0.1);
  EXPECT_NEAR(volumes.end_systolic.value.value(), disc_ml(15, 80), 0.1);
  EXPECT_NEAR(volumes.ejection_fraction.value.value(), 64, 0.01);
  EXPECT_NEAR(volumes.mass.value.value(), 1.05 * (disc_ml(33, 80) - disc_ml(25, 80)), 0.1);
  EXPECT_EQ(volumes.end_diastole, 0);
  EXPECT_EQ(volumes.end_systole, 1);
  EXPECT_TRUE(found.remarks().empty()) << found.remarks().front();
}

TEST(Volumes, the_order_of_the_images_does_not_matter) {
  auto images = disc_stack(8, kDiastole, kSystole);
  images[4].drawn = disc_slice(0, 0, 0, {20, 31}).drawn;
  const auto expected = to_json(measure_stack(images, {}));
  Generator generator(5);
  for (int i = 0; i < 10; ++i) {
    generator.shuffle(images);
    EXPECT_EQ(to_json(measure_stack(images, {})), expected);
  }
}

TEST(Volumes, forced_phases_are_respected) {
  StackOptions options;
  options.volumes.end_diastole = 1;
  options.volumes.end_systole = 0;
  const auto found = measure_stack(disc_stack(8, kDiastole, kSystole), options);
  EXPECT_NEAR(found.volumes.end_diastolic.value.value(), disc_ml(15, 80), 0.1);
  // A negative ejection fraction is none.
  EXPECT_FALSE(found.volumes.stroke.value);
  EXPECT_FALSE(found.volumes.ejection_fraction.value);
  EXPECT_THAT(found.volumes.ejection_fraction.refused,
              ::testing::HasSubstr("larger at end systole"));
}

TEST(Volumes, one_phase_as_both_ends_of_the_beat_has_no_stroke) {
  StackOptions options;
  options.volumes.end_diastole = options.volumes.end_systole = 1;
  const auto found = measure_stack(disc_stack(8, kDiastole, kSystole), options);
  EXPECT_TRUE(found.volumes.end_diastolic.value);
  EXPECT_THAT(found.volumes.stroke.refused, ::testing::HasSubstr("one phase"));
}

TEST(Volumes, slices_that_are_not_drawn_at_one_end_of_the_beat_are_named) {
  auto images = disc_stack(8, kDiastole, kSystole);
  for (const std::size_t slice : {0, 1, 7}) images[2 * slice + 1].drawn = {};
  const auto found = measure_stack(images, {});
  EXPECT_NEAR(found.volumes.end_systolic.value.value(), disc_ml(15, 50), 0.1);
  EXPECT_TRUE(names(found.remarks(), {"of 8 slices", "8 at end diastole", "5 at end systole"}));
}

TEST(Volumes, bridged_slices_do_not_count_as_outside_the_ventricle) {
  auto images = disc_stack(8, kDiastole, kSystole);
  images[2 * 3 + 1].drawn = {};
  StackOptions options;
  options.volumes.fill_gaps = true;
  EXPECT_TRUE(names(measure_stack(images, options).remarks(),
                    {"7 at end systole", "the others lie between drawn ones and were bridged"}));
  images[1].drawn = {};
  EXPECT_TRUE(names(measure_stack(images, options).remarks(),
                    {"6 at end systole; 1 between drawn ones", "outside the ventricle"}));
}

TEST(Volumes, an_end_of_the_beat_beside_a_phase_without_a_volume_is_said_to_be_doubtful) {
  auto images = disc_stack(8, kDiastole, kSystole);
  for (int slice = 0; slice < 8; ++slice) {
    images.push_back(images[std::size_t(2 * slice)]);  // a third phase, as large as the first
    images.back().trigger_time = 1000;
  }
  EXPECT_FALSE(names(measure_stack(images, {}).remarks(), {"may be it"}));
  images.erase(images.end() - 4);
  EXPECT_TRUE(names(measure_stack(images, {}).remarks(),
                    {"end diastole is phase 1", "phase 3 beside it has none and may be it"}));
}

TEST(Volumes, a_phase_that_is_both_ends_of_the_beat_was_not_asked_for_as_both) {
  const auto still = measure_stack(disc_stack(8, kDiastole, kDiastole), {});
  EXPECT_THAT(still.volumes.stroke.refused, ::testing::HasSubstr("phase 1 is both"));
  StackOptions options;
  options.volumes.end_systole = 0;
  const auto one = measure_stack(disc_stack(8, kDiastole, kSystole), options);
  EXPECT_THAT(one.volumes.stroke.refused, ::testing::HasSubstr("phase 1 is both"));
}

TEST(Volumes, a_forced_phase_that_does_not_exist_is_an_error) {
  StackOptions options;
  options.volumes.end_systole = 2;
  testing::expect_error(ErrorKind::kUsage, {"--end-systole", "1 to 2", "found 3"},
                        [&] { measure_stack(disc_stack(8, kDiastole, kSystole), options); });
}

TEST(Volumes, a_missing_slice_refuses_the_volume_unless_gaps_are_filled) {
  auto images = disc_stack(8, kDiastole, kSystole);
  images.erase(images.begin() + 6, images.begin() + 8);
  const auto refused = measure_stack(images, {});
  EXPECT_FALSE(refused.volumes.end_diastolic.value);
  EXPECT_THAT(refused.volumes.end_diastolic.refused, ::testing::HasSubstr("missing after slice 3"));
  EXPECT_TRUE(names(refused.remarks(), {"slices 3 and 4", "20.0 mm apart", "missing"}));

  StackOptions options;
  options.volumes.fill_gaps = true;
  const auto filled = measure_stack(images, options);
  EXPECT_NEAR(filled.volumes.end_diastolic.value.value(), disc_ml(25, 80), 0.1);
}

TEST(Volumes, a_slice_not_drawn_between_drawn_ones_refuses_that_phase) {
  auto images = disc_stack(8, kDiastole, kSystole);
  images[5].drawn = {};
  const auto found = measure_stack(images, {});
  ASSERT_EQ(found.volumes.phases.size(), 2U);
  EXPECT_TRUE(found.volumes.phases[0].cavity.value);
  EXPECT_THAT(found.volumes.phases[1].cavity.refused, ::testing::HasSubstr("slice 3"));
  EXPECT_FALSE(found.volumes.ejection_fraction.value);
  EXPECT_THAT(found.volumes.ejection_fraction.refused, ::testing::HasSubstr("one phase alone"));
}

TEST(Volumes, what_is_not_drawn_at_the_ends_is_outside_the_ventricle) {
  auto images = disc_stack(8, kDiastole, kSystole);
  images[0].drawn = images[1].drawn = images[15].drawn = {};
  const auto found = measure_stack(images, {});
  EXPECT_NEAR(found.volumes.end_diastolic.value.value(), disc_ml(25, 70), 0.1);
  EXPECT_NEAR(found.volumes.end_systolic.value.value(), disc_ml(15, 60), 0.1);
}

TEST(Volumes, a_missing_image_refuses_its_phase_and_is_named) {
  auto images = disc_stack(8, kDiastole, kSystole);
  images.erase(images.begin() + 7);
  const auto found = measure_stack(images, {});
  EXPECT_TRUE(names(found.remarks(), {"slice 4", "no image of phase 2", "300 ms"}));
  EXPECT_THAT(found.volumes.phases[1].cavity.refused, ::testing::HasSubstr("no image of slice 4"));
}

TEST(Volumes, a_doubled_image_is_named_and_the_drawn_one_counts) {
  auto images = disc_stack(8, kDiastole, kSystole);
  images.push_back(disc_slice(20, 0, 99, {}));
  const auto found = measure_stack(images, {});
  EXPECT_TRUE(names(found.remarks(), {"slice 3", "image-5", "image-99", "image-5 counts"}));
  EXPECT_NEAR(found.volumes.end_diastolic.value.value(), disc_ml(25, 80), 0.1);
}

TEST(Volumes, a_slice_taken_twice_is_named_and_not_counted_twice) {
  auto images = disc_stack(8, kDiastole, kSystole);
  images.push_back(disc_slice(30.5, 0, 50, kDiastole));
  images.push_back(disc_slice(30.5, 300, 51, kSystole));
  const auto found = measure_stack(images, {});
  EXPECT_TRUE(names(found.remarks(), {"slices 4 and 5", "0.5 mm apart", "twice"}));
  EXPECT_NEAR(found.volumes.end_diastolic.value.value(), disc_ml(25, 80), 0.1);
}

TEST(Volumes, uneven_spacing_is_named_and_each_slice_counts_by_its_own_distances) {
  std::vector<StackImage> images;
  int instance = 0;
  for (const double position : {0.0, 10.0, 21.5, 30.0, 40.0}) {
    images.push_back(disc_slice(position, 0, ++instance, kDiastole));
    images.push_back(disc_slice(position, 300, ++instance, kSystole));
  }
  const auto found = measure_stack(images, {});
  EXPECT_TRUE(names(found.remarks(), {"slices 2 and 3", "11.5 mm", "uneven"}));
  EXPECT_NEAR(found.volumes.end_diastolic.value.value(), disc_ml(25, 50), 0.1);
}

TEST(Volumes, without_trigger_times_the_instance_order_stands_in_with_a_remark) {
  auto images = disc_stack(8, kDiastole, kSystole);
  for (auto& image : images) image.trigger_time = -1;
  const auto found = measure_stack(images, {});
  EXPECT_TRUE(names(found.remarks(), {"trigger time", "InstanceNumber"}));
  EXPECT_NEAR(found.volumes.ejection_fraction.value.value(), 64, 0.01);

  images.pop_back();
  const auto refused = measure_stack(images, {});
  EXPECT_THAT(refused.volumes.end_diastolic.refused, ::testing::HasSubstr("slice 8 has 1 images"));
}

TEST(Volumes, trigger_times_that_are_one_for_all_phases_count_as_absent) {
  auto images = disc_stack(8, kDiastole, kSystole);
  for (auto& image : images) image.trigger_time = 0;
  const auto found = measure_stack(images, {});
  EXPECT_EQ(found.layout.phases(), 2);
  EXPECT_TRUE(names(found.remarks(), {"all 2 images of slice 1", "0 ms", "InstanceNumber"}));
  EXPECT_FALSE(names(found.remarks(), {"same place and time"}));
  EXPECT_NEAR(found.volumes.ejection_fraction.value.value(), 64, 0.01);
}

TEST(Volumes, one_phase_alone_is_neither_end_unless_said_so) {
  std::vector<StackImage> images;
  for (int s = 0; s < 8; ++s) images.push_back(disc_slice(10.0 * s, 0, s + 1, kDiastole));
  EXPECT_FALSE(measure_stack(images, {}).volumes.mass.value);
  StackOptions options;
  options.volumes.end_diastole = 0;
  EXPECT_NEAR(measure_stack(images, options).volumes.end_diastolic.value.value(), disc_ml(25, 80),
              0.1);
}

TEST(Volumes, a_sparsely_drawn_phase_is_not_taken_for_end_systole) {
  auto images = disc_stack(8, kDiastole, kSystole);
  for (int s = 0; s < 8; ++s) {
    images.push_back(disc_slice(10.0 * s, 600, 100 + s, s < 3 ? kDiastole : testing::Discs{}));
  }
  const auto found = measure_stack(images, {});
  EXPECT_EQ(found.volumes.end_systole, 1);
  EXPECT_TRUE(names(found.remarks(), {"phase 3", "3 of the 8 slices"}));
}

TEST(Volumes, images_without_a_place_or_out_of_plane_are_refused_with_their_name) {
  auto images = disc_stack(8, kDiastole, kSystole);
  images[3].geometry.in_patient = false;
  EXPECT_THAT(measure_stack(images, {}).volumes.end_diastolic.refused,
              ::testing::HasSubstr("image-4"));
  images[3].geometry.in_patient = true;
  images[3].geometry.row_direction = {0, 0, 1};
  EXPECT_THAT(measure_stack(images, {}).volumes.end_diastolic.refused,
              ::testing::HasSubstr("not parallel"));
}

TEST(Volumes, a_missing_epicardium_refuses_the_mass_alone) {
  auto images = disc_stack(8, kDiastole, kSystole);
  images[0].drawn.epicardium = {};
  const auto found = measure_stack(images, {});
  EXPECT_TRUE(found.volumes.ejection_fraction.value);
  EXPECT_THAT(found.volumes.mass.refused, ::testing::HasSubstr("no epicardium on slice 1"));
}

TEST(Volumes, the_heart_rate_gives_the_cardiac_output) {
  StackOptions options;
  options.volumes.heart_rate = 60;
  const auto found = measure_stack(disc_stack(8, kDiastole, kSystole), options);
  EXPECT_NEAR(found.volumes.cardiac_output.value.value(),
              found.volumes.stroke.value.value() * 60 / 1000, 1e-9);
  EXPECT_FALSE(measure_stack(disc_stack(8, kDiastole, kSystole), {}).volumes.cardiac_output.value);
}

}  // namespace
}  // namespace heartlab
