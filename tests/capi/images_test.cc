#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "heartlab/learning/open_segmenter.h"
#include "tests/capi/fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

// Whole numbers up to 255, so that every pixel type holds the same image.
Image in_bytes(const Image& image) {
  const GreyImage grey = Preparation{}.eight_bits(image);
  Image values(image.rows, image.columns);
  std::copy(grey.pixels.begin(), grey.pixels.end(), values.pixels.begin());
  return values;
}

TEST(Capi, gives_the_mask_and_probabilities_of_the_segmenter) {
  const Model model = open_cavity();
  EngineOptions options;
  options.threads = 1;
  options.views = 1;
  const Segmenter segmenter = open_segmenter(HEARTLAB_MODEL, options);
  std::size_t found = 0;
  for (const auto& heart : hearts()) {
    const Segmentation expected =
        segmenter.segment(segmenter.model().preparation.eight_bits(heart));
    Passed<float> passed(heart, HEARTLAB_FLOAT32);
    Mask mask(heart.rows, heart.columns);
    Image probability(heart.rows, heart.columns);
    ASSERT_EQ(
        heartlab_segment(model.get(), &passed.image, mask.pixels.data(), probability.pixels.data()),
        HEARTLAB_OK);
    expect_mask_eq(expected.mask, mask);
    EXPECT_EQ(expected.probability, probability);
    found += count_set(mask);
  }
  EXPECT_GT(found, 0U);
}

TEST(Capi, the_pixel_type_does_not_change_the_mask) {
  const Model model = open_cavity();
  const Image image = in_bytes(hearts().front());
  const Mask expected = mask_of(model.get(), image);
  expect_mask_eq(expected, mask_of(model.get(), Passed<std::uint8_t>(image, HEARTLAB_UINT8).image));
  expect_mask_eq(expected,
                 mask_of(model.get(), Passed<std::uint16_t>(image, HEARTLAB_UINT16).image));
  expect_mask_eq(expected, mask_of(model.get(), Passed<std::int16_t>(image, HEARTLAB_INT16).image));
}

TEST(Capi, rows_may_lie_apart_and_run_upwards) {
  const Model model = open_cavity();
  const Image image = in_bytes(hearts().front());
  const Mask expected = mask_of(model.get(), image);
  const std::size_t gap = 13, stride = static_cast<std::size_t>(image.columns) + gap;
  std::vector<std::uint8_t> apart(stride * static_cast<std::size_t>(image.rows), 255);
  std::vector<std::uint8_t> upwards = apart;
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      const auto value = static_cast<std::uint8_t>(image.at(row, column));
      const auto at = static_cast<std::size_t>(column);
      apart[static_cast<std::size_t>(row) * stride + at] = value;
      upwards[static_cast<std::size_t>(image.rows - 1 - row) * stride + at] = value;
    }
  }
  heartlab_image passed = Passed<std::uint8_t>(image, HEARTLAB_UINT8).image;
  passed.pixels = apart.data();
  passed.stride = static_cast<std::ptrdiff_t>(stride);
  expect_mask_eq(expected, mask_of(model.get(), passed));
  passed.pixels = upwards.data() + stride * static_cast<std::size_t>(image.rows - 1);
  passed.stride = -passed.stride;
  expect_mask_eq(expected, mask_of(model.get(), passed));
}

TEST(Capi, one_pixel_is_an_image_without_a_structure) {
  const Model model = open_cavity();
  EXPECT_EQ(count_set(mask_of(model.get(), Image(1, 1, 42))), 0U);
}

TEST(Capi, a_line_of_pixels_is_an_image) {
  const Model model = open_cavity();
  Image line(1, 300);
  std::iota(line.pixels.begin(), line.pixels.end(), 0.0F);
  mask_of(model.get(), line);
}

// Every pixel of a heart becomes a square of 32 x 32: the map to the network's square evens them
// out, and the mask is the small one's, but for its border.
TEST(Capi, an_image_of_8192_x_8192_gives_the_mask_of_its_small_twin) {
  const Model model = open_cavity();
  const Image& heart = hearts().front();
  constexpr int kSide = 8192;
  Image large(kSide, kSide);
  for (int row = 0; row < kSide; ++row) {
    for (int column = 0; column < kSide; ++column) {
      large.at(row, column) = heart.at(row * heart.rows / kSide, column * heart.columns / kSide);
    }
  }
  const Mask small_mask = mask_of(model.get(), heart);
  const Mask mask = mask_of(model.get(), large);
  Mask shrunk(heart.rows, heart.columns);
  for (int row = 0; row < heart.rows; ++row) {
    for (int column = 0; column < heart.columns; ++column) {
      shrunk.at(row, column) = mask.at((2 * row + 1) * kSide / (2 * heart.rows),
                                       (2 * column + 1) * kSide / (2 * heart.columns));
    }
  }
  EXPECT_GT(count_set(small_mask), 100U);
  EXPECT_GT(dice(small_mask, shrunk), 0.95);
}

TEST(Capi, null_pointers_are_named) {
  const Model model = open_cavity();
  Passed<float> passed(Image(8, 8, 1), HEARTLAB_FLOAT32);
  std::vector<std::uint8_t> mask(64);
  heartlab_model* opened = nullptr;
  expect_failure(HEARTLAB_USAGE, heartlab_open(nullptr, nullptr, &opened), {"path", "NULL"});
  expect_failure(HEARTLAB_USAGE, heartlab_open(HEARTLAB_MODEL, nullptr, nullptr), {"model"});
  expect_failure(HEARTLAB_USAGE, heartlab_segment(nullptr, &passed.image, mask.data(), nullptr),
                 {"model", "NULL"});
  expect_failure(HEARTLAB_USAGE, heartlab_segment(model.get(), nullptr, mask.data(), nullptr),
                 {"image", "NULL"});
  expect_failure(HEARTLAB_USAGE, heartlab_segment(model.get(), &passed.image, nullptr, nullptr),
                 {"mask and probability"});
  passed.image.pixels = nullptr;
  expect_failure(HEARTLAB_USAGE, heartlab_segment(model.get(), &passed.image, mask.data(), nullptr),
                 {"pixels"});
  heartlab_close(nullptr);
  EXPECT_EQ(heartlab_structure(nullptr), nullptr);
  EXPECT_EQ(heartlab_engine(nullptr), nullptr);
}

TEST(Capi, fields_out_of_range_are_named_and_results_left_alone) {
  const Model model = open_cavity();
  Passed<float> passed(hearts().front(), HEARTLAB_FLOAT32);
  const auto refused = [&](heartlab_status status, const std::vector<std::string>& words,
                           const auto& change) {
    heartlab_image image = passed.image;
    change(image);
    std::vector<std::uint8_t> mask(passed.pixels.size(), 7);
    expect_failure(status, heartlab_segment(model.get(), &image, mask.data(), nullptr), words);
    EXPECT_EQ(mask, std::vector<std::uint8_t>(passed.pixels.size(), 7));
  };
  refused(HEARTLAB_USAGE, {"rows", "0"}, [](auto& image) { image.rows = 0; });
  refused(HEARTLAB_USAGE, {"columns", "-5"}, [](auto& image) { image.columns = -5; });
  refused(HEARTLAB_USAGE, {"rows", "65535"}, [](auto& image) { image.rows = 70000; });
  refused(HEARTLAB_USAGE, {"pixels", "65535 x 65535"},
          [](auto& image) { image.rows = image.columns = 65535; });
  refused(HEARTLAB_USAGE, {"type", "9"}, [](auto& image) { image.type = 9; });
  refused(HEARTLAB_USAGE, {"stride", "12"}, [](auto& image) { image.stride = 12; });
  refused(HEARTLAB_USAGE, {"window"}, [](auto& image) { image.window_width = -1; });
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double spacing : {1e-6, 1e300, kInfinity, std::nan(""), -1.0}) {
    refused(HEARTLAB_USAGE, {"row_spacing", "0.001 to 1000"},
            [&](auto& image) { image.row_spacing = spacing; });
    refused(HEARTLAB_USAGE, {"column_spacing", "0.001 to 1000"},
            [&](auto& image) { image.column_spacing = spacing; });
  }
  passed.pixels[static_cast<std::size_t>(passed.image.columns) + 2] =
      std::numeric_limits<float>::quiet_NaN();
  refused(HEARTLAB_BAD_INPUT, {"row 1, column 2", "nan"}, [](auto&) {});
}

TEST(Capi, says_its_release_structure_and_engine) {
  const Model model = open_cavity();
  EXPECT_STREQ(heartlab_version(), HEARTLAB_EXPECTED_VERSION);
  EXPECT_STREQ(heartlab_structure(model.get()), "cavity");
  EXPECT_NE(std::string(heartlab_engine(model.get())).find("oneDNN"), std::string::npos);
}

}  // namespace
}  // namespace heartlab::testing
