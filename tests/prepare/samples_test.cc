#include "heartlab/prepare/samples.h"

#include <gmock/gmock.h>

#include "tests/prepare/fixture.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::ElementsAre;
using testing::source_image;

std::vector<std::string> stems_of(const std::vector<SourceImage>& images) {
  Label label;
  label.mask = Mask(40, 40, 1);
  std::vector<LabelledImage> pairs;
  for (const auto& image : images) pairs.push_back({&image, &label, nullptr, nullptr});
  SkippedFiles skipped(true);
  Preparation preparation;
  preparation.size = 40;
  std::vector<std::string> stems;
  for (const auto& packed :
       make_samples(pairs, preparation, {"cavity", preparation, 0, 0}, skipped)) {
    stems.push_back(packed.sample.patient + "/" + packed.sample.stem);
  }
  return stems;
}

PackedSample grey_sample(std::uint8_t value, const std::string& subset) {
  PackedSample packed;
  packed.sample.subset = subset;
  packed.image = GreyImage(4, 4, value);
  packed.label = Raster<std::uint8_t>(4, 4, kBackgroundClass);
  return packed;
}

TEST(Samples, names_that_collide_are_numbered) {
  EXPECT_THAT(stems_of({source_image("A", "s2/0001.dcm", 1), source_image("A", "s1/0001.dcm", 1),
                        source_image("B", "0001.dcm", 1)}),
              ElementsAre("A/0001_s01", "A/0001_s02", "B/0001"));
}

TEST(Samples, a_number_that_is_a_name_already_is_passed_over) {
  EXPECT_THAT(stems_of({source_image("A", "s1/0001.dcm", 1), source_image("A", "s2/0001.dcm", 1),
                        source_image("A", "0001_s01.dcm", 1)}),
              ElementsAre("A/0001_s02", "A/0001_s03", "A/0001_s01"));
}

TEST(Samples, the_mean_is_that_of_the_training_side) {
  EXPECT_DOUBLE_EQ(
      mean_pixel({grey_sample(10, "train"), grey_sample(30, "train"), grey_sample(200, "test")}),
      20);
}

TEST(Samples, without_a_training_side_the_mean_is_that_of_all) {
  EXPECT_DOUBLE_EQ(mean_pixel({grey_sample(10, "test"), grey_sample(20, "validation")}), 15);
}

TEST(Samples, padding_counts_neither_for_the_mean_nor_for_the_classes) {
  PackedSample packed = grey_sample(80, "train");
  for (int column = 0; column < 4; ++column) {
    packed.label.at(0, column) = kIgnoredClass;
    packed.image.at(0, column) = 0;
    packed.label.at(1, column) = kStructureClass;
  }
  EXPECT_DOUBLE_EQ(mean_pixel({packed}), 80);
  EXPECT_THAT(class_frequencies({packed}), ElementsAre(4.0 / 12, 8.0 / 12));
}

}  // namespace
}  // namespace heartlab
