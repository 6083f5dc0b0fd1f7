#include "heartlab/measure/stacks.h"

#include <gmock/gmock.h>

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
