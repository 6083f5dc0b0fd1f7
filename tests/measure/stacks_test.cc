#include "heartlab/measure/stacks.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace heartlab {
namespace {

SourceImage image_at(double position, const std::string& series) {
  SourceImage image;
  image.patient = "P";
  image.series = series;
  image.dicom.place.study = "1.2";
  image.geometry.in_patient = true;
  image.geometry.spacing = {1, 1};
  image.geometry.position = {0, 0, position};
  image.grey = GreyImage(8, 8);
  return image;
}

TEST(Stacks, series_of_one_slice_each_are_one_stack_with_a_remark) {
  const auto stacks =
      stacks_of({image_at(0, "1"), image_at(0, "1"), image_at(10, "2"), image_at(20, "3")});
  ASSERT_EQ(stacks.size(), 1U);
  EXPECT_EQ(stacks[0].images.size(), 4U);
  ASSERT_EQ(stacks[0].remarks.size(), 1U);
  EXPECT_THAT(stacks[0].remarks[0], ::testing::HasSubstr("3 series of one slice each"));
}

TEST(Stacks, single_images_among_the_series_of_a_cine_are_no_phases_of_it) {
  std::vector<SourceImage> images;
  for (const double place : {0, 10, 20}) {
    images.push_back(image_at(place, "late" + std::to_string(place)));
    for (int phase = 0; phase < 4; ++phase) {
      images.push_back(image_at(place, "cine" + std::to_string(place)));
    }
  }
  images.push_back(image_at(30, "late elsewhere"));
  const auto stacks = stacks_of(images);
  ASSERT_EQ(stacks.size(), 2U);
  EXPECT_EQ(stacks[0].images.size(), 4U);
  EXPECT_EQ(stacks[1].images.size(), 12U);
}

// Two acquisitions of single slices, one after the other or in turns.
std::vector<SourceImage> rest_and_stress(bool in_turns) {
  std::vector<SourceImage> images;
  for (int slice = 0; slice < 4; ++slice) {
    for (const int scan : {0, 1}) {
      // By the UIDs of their series the slices come in another order.
      SourceImage image = image_at(10.0 * slice, std::to_string((slice + scan) % 2));
      image.series += std::to_string(slice);
      image.dicom.series_number = in_turns ? 2 * slice + scan : 4 * scan + slice;
      image.dicom.sop_instance_uid = scan == 0 ? "rest" : "stress";
      images.push_back(image);
    }
  }
  std::ranges::stable_sort(images, {}, &SourceImage::series);
  return images;
}

TEST(Stacks, slices_that_were_taken_twice_are_told_apart_by_the_numbers_of_their_series) {
  const auto images = rest_and_stress(false);
  const auto stacks = stacks_of(images);
  ASSERT_EQ(stacks.size(), 2U);
  for (const auto& stack : stacks) {
    ASSERT_EQ(stack.images.size(), 4U);
    for (const std::size_t i : stack.images) {
      EXPECT_EQ(images[i].dicom.sop_instance_uid,
                images[stack.images.front()].dicom.sop_instance_uid);
    }
  }
}

TEST(Stacks, a_remark_says_whether_the_numbers_tell) {
  using ::testing::Contains;
  using ::testing::HasSubstr;
  // The last slice was taken in the second acquisition alone: it could be the first one's.
  auto apart = rest_and_stress(false);
  std::erase_if(apart, [](const SourceImage& image) { return image.dicom.series_number == 3; });
  auto in_turns = rest_and_stress(true), unnumbered = in_turns;
  for (auto& image : unnumbered) image.dicom.series_number = -1;
  const auto remarks = [](const auto& images, const char* part) {
    const auto stacks = stacks_of(images);
    ASSERT_EQ(stacks.size(), 2U);
    for (const auto& stack : stacks) EXPECT_THAT(stack.remarks, Contains(HasSubstr(part)));
  };
  remarks(apart, "1 slice could belong to this stack or to another one");
  remarks(apart, "told apart by the numbers of their series");
  remarks(in_turns, "do not tell which belong together");
  remarks(unnumbered, "do not tell which belong together");
}

TEST(Stacks, series_of_several_slices_stay_apart) {
  const auto stacks =
      stacks_of({image_at(0, "1"), image_at(10, "1"), image_at(0, "2"), image_at(10, "2")});
  ASSERT_EQ(stacks.size(), 2U);
  EXPECT_EQ(stacks[0].name, "P");
  EXPECT_EQ(stacks[1].name, "P_s02");
}

TEST(Stacks, planes_that_are_not_parallel_are_stacks_of_their_own) {
  SourceImage turned = image_at(20, "1");
  turned.geometry.row_direction = {0, 0, 1};
  EXPECT_EQ(stacks_of({image_at(0, "1"), image_at(10, "1"), turned}).size(), 2U);
}

TEST(Stacks, images_of_another_size_are_a_stack_of_their_own_and_named) {
  SourceImage smaller = image_at(20, "1");
  smaller.grey = GreyImage(6, 8);
  const auto stacks = stacks_of({image_at(0, "1"), image_at(10, "1"), smaller});
  ASSERT_EQ(stacks.size(), 2U);
  ASSERT_EQ(stacks[0].remarks.size(), 1U);
  EXPECT_THAT(stacks[0].remarks[0], ::testing::HasSubstr("1 image of the series has another"));
  EXPECT_THAT(stacks[1].remarks.at(0), ::testing::HasSubstr("2 images"));
}

}  // namespace
}  // namespace heartlab
