#include <gtest/gtest.h>

#include <map>

#include "heartlab/image/png.h"
#include "heartlab/prepare/builder.h"
#include "heartlab/prepare/dataset.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::dice;
using testing::sunnybrook;
using testing::TemporaryFolder;

// The folder's name of each PatientID.
const std::map<std::string, std::string> kFolderOf{{"SCD0000101", "SC-HF-I-01"},
                                                   {"SCD0000201", "SC-HF-I-02"},
                                                   {"SCD0000301", "SC-HF-I-04"},
                                                   {"SCD0000401", "SC-HF-I-05"}};

struct Agreement {
  std::size_t images = 0;
  double worst = 1;
};

// Prepares DICOM with these labels and compares every mask with png/myocardium.
Agreement agreement(const std::vector<Path>& labels) {
  const Path data = *sunnybrook();
  TemporaryFolder folder;
  PrepareOptions options;
  options.images = {data / "dicom"};
  for (const auto& label : labels) options.labels.push_back(data / label);
  options.size = 256;
  options.out = folder / "set";
  prepare_dataset(options);
  const Dataset dataset(options.out);
  Agreement found{dataset.size(), 1};
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const Sample& sample = dataset.samples()[i];
    const Mask truth = read_mask_png(data / "png/myocardium" / kFolderOf.at(sample.patient) /
                                     (sample.stem + ".png"));
    found.worst = std::min(found.worst, dice(truth, dataset.structure(i)));
  }
  return found;
}

TEST(Sunnybrook, dicom_and_matlab_give_the_masks_of_the_png_set) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const Agreement found = agreement({"matlab/SC-HF-I-01.mat", "matlab/SC-HF-I-02.mat",
                                     "matlab/SC-HF-I-04.mat", "matlab/SC-HF-I-05.mat"});
  EXPECT_EQ(found.images, 37U);
  EXPECT_GE(found.worst, 0.98);
}

TEST(Sunnybrook, matlab_7_3_gives_the_masks_of_the_png_set) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const Agreement found = agreement({"matlab/SC-HF-I-04_v73.mat"});
  EXPECT_EQ(found.images, 10U);
  EXPECT_GE(found.worst, 0.98);
}

// The cells hold the contours at 32 points of equal arc length, which cuts corners and leaves the
// half-pixel grid on which the drawn ones hold the pixels of their border.
TEST(Sunnybrook, york_cells_give_nearly_the_masks_of_the_png_set) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const Agreement found = agreement({"matlab/SC-HF-I-01_cells.mat"});
  EXPECT_EQ(found.images, 9U);
  EXPECT_GE(found.worst, 0.93);
}

TEST(Sunnybrook, dicom_and_text_contours_give_the_masks_of_the_png_set) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const Agreement found = agreement({"contours"});
  EXPECT_EQ(found.images, 37U);
  EXPECT_GE(found.worst, 0.98);
}

TEST(Sunnybrook, the_8_bit_images_are_those_of_the_png_set) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const Path data = *sunnybrook();
  TemporaryFolder folder;
  PrepareOptions options;
  options.images = {data / "dicom"};
  options.labels = {data / "contours"};
  options.target = "cavity";
  options.size = 256;
  options.out = folder / "set";
  EXPECT_EQ(prepare_dataset(options).images, 74);
  const Dataset dataset(options.out);
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const Sample& sample = dataset.samples()[i];
    const GreyImage png =
        read_png(data / "png/images" / kFolderOf.at(sample.patient) / (sample.stem + ".png"));
    const auto image = dataset.image(i);
    int difference = 0;
    for (std::size_t k = 0; k < image.size(); ++k) {
      difference = std::max(difference, std::abs(image[k] - png.pixels[k]));
    }
    EXPECT_LE(difference, 2) << sample.stem;
  }
}

// The labels of the PNG set lie one pixel right and below (the data set's README).
TEST(Sunnybrook, the_moved_png_labels_lie_on_the_cavity_of_the_contours) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const Path data = *sunnybrook();
  TemporaryFolder folder;
  PrepareOptions options;
  options.images = {data / "png/images/SC-HF-I-05"};
  options.target = "cavity";
  options.size = 256;
  options.labels = {data / "png/labels/SC-HF-I-05"};
  options.label_offset = {-1, -1};
  options.out = folder / "masks";
  prepare_dataset(options);
  options.labels = {data / "contours/SC-HF-I-05"};
  options.label_offset = {0, 0};
  options.out = folder / "contours";
  prepare_dataset(options);
  const Dataset masks(folder / "masks"), contours(folder / "contours");
  ASSERT_EQ(masks.size(), 18U);
  ASSERT_EQ(contours.size(), 18U);
  double sum = 0;
  for (std::size_t i = 0; i < 18; ++i) sum += dice(masks.structure(i), contours.structure(i));
  EXPECT_GT(sum / 18, 0.97);
}

TEST(Sunnybrook, end_systolic_labels_of_the_cavity_join_the_training_side) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const Path data = *sunnybrook();
  TemporaryFolder folder;
  PrepareOptions options;
  options.images = {data / "png/images"};
  options.labels = {data / "png/myocardium"};
  options.partial_labels = {data / "png/labels"};
  options.partial_label_offset = {-1, -1};
  options.size = 256;
  options.out = folder / "set";
  const auto summary = prepare_dataset(options);
  EXPECT_EQ(summary.images - summary.partial_images, 232);
  EXPECT_EQ(summary.partial_images + static_cast<int>(summary.partial_left_out.size()), 491 - 232);
  EXPECT_GT(summary.partial_images, 150);
  EXPECT_EQ(summary.skipped.size(), 0U);
  const Dataset dataset(options.out);
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const Sample& sample = dataset.samples()[i];
    if (!sample.partial) continue;
    EXPECT_EQ(sample.subset, "train");
    // A ring of 3 mm.
    EXPECT_GT(count_set(dataset.structure(i)), 30U) << sample.patient << " " << sample.stem;
    EXPECT_LT(count_set(dataset.structure(i)), 600U) << sample.patient << " " << sample.stem;
    const auto unknown = std::ranges::count(dataset.label(i), kIgnoredClass);
    EXPECT_GT(unknown, 1500) << sample.patient << " " << sample.stem;
    EXPECT_LT(unknown, 15000) << sample.patient << " " << sample.stem;
  }
}

}  // namespace
}  // namespace heartlab
