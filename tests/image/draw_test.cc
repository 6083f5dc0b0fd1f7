#include "heartlab/image/draw.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/image/shapes.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::circle;
using testing::expect_error;

constexpr Colour kRed{255, 0, 0};

std::size_t count_colour(const ColourImage& picture, Colour colour) {
  return static_cast<std::size_t>(std::count(picture.pixels.begin(), picture.pixels.end(), colour));
}

TEST(Draw, what_lies_outside_the_picture_is_cut_off) {
  ColourImage picture(20, 20);
  draw_text(picture, -4, -3, "edge of the picture", kRed, 3);
  EXPECT_GT(count_colour(picture, kRed), 0U);
}

TEST(Draw, enlarging_keeps_the_greys_and_the_centre) {
  const GreyImage large = enlarge(GreyImage(5, 7, 90), 3);
  EXPECT_EQ(large.rows, 15);
  EXPECT_EQ(large.columns, 21);
  EXPECT_EQ(std::count(large.pixels.begin(), large.pixels.end(), 90), 15 * 21);
  GreyImage point(5, 5);
  point.at(2, 2) = 200;
  EXPECT_EQ(enlarge(point, 3).at(7, 7), 200);
}

TEST(Draw, a_dark_image_is_stretched_to_the_whole_range) {
  GreyImage dark(10, 10);
  for (std::size_t i = 0; i < dark.pixels.size(); ++i) {
    dark.pixels[i] = static_cast<std::uint8_t>(i / 4);
  }
  const GreyImage stretched = stretch(dark);
  EXPECT_EQ(*std::max_element(stretched.pixels.begin(), stretched.pixels.end()), 255);
  EXPECT_EQ(*std::min_element(stretched.pixels.begin(), stretched.pixels.end()), 0);
  EXPECT_EQ(stretch(GreyImage(4, 4, 77)), GreyImage(4, 4, 77));
}

TEST(Draw, an_overlay_shows_truth_in_green_and_prediction_in_orange) {
  const GreyImage image(128, 160, 50);
  const Mask truth = rasterise(circle({60, 60}, 30), 128, 160);
  const Mask prediction = rasterise(circle({80, 60}, 30), 128, 160);
  const ColourImage both = overlay(image, truth, prediction);
  EXPECT_EQ(both.rows, 512);
  EXPECT_EQ(both.columns, 640);
  EXPECT_GT(count_colour(both, kTruthColour), 500U);
  EXPECT_GT(count_colour(both, kPredictionColour), 200U);
  EXPECT_EQ(count_colour(overlay(image, truth, {}), kPredictionColour), 0U);
  EXPECT_EQ(count_colour(overlay(image, {}, prediction), kTruthColour), 0U);
}

TEST(Draw, where_the_two_agree_both_are_seen) {
  const Mask mask = rasterise(circle({60, 60}, 30), 128, 128);
  const ColourImage picture = overlay(GreyImage(128, 128, 50), mask, mask);
  const bool has_green = std::any_of(picture.pixels.begin(), picture.pixels.end(),
                                     [](Colour c) { return c.green > c.red + 20; });
  EXPECT_TRUE(has_green);
  EXPECT_GT(count_colour(picture, kPredictionColour), 200U);
}

TEST(Draw, a_mask_of_another_size_is_an_error) {
  expect_error(ErrorKind::kInternal, {"truth", "4 x 4", "8 x 8"},
               [] { overlay(GreyImage(8, 8), Mask(4, 4), {}); });
}

TEST(Text, every_character_has_its_own_shape) {
  std::vector<ColourImage> shapes;
  for (char c = '!'; c <= '~'; ++c) {
    ColourImage shape(9, 5);
    draw_text(shape, 0, 0, std::string(1, c), kRed);
    EXPECT_GT(count_colour(shape, kRed), 0U) << c;
    EXPECT_EQ(std::count(shapes.begin(), shapes.end(), shape), 0) << c;
    shapes.push_back(shape);
  }
}

TEST(Text, width_grows_with_letters_and_scale_and_not_with_bytes) {
  EXPECT_EQ(text_width(""), 0);
  EXPECT_EQ(text_width("A"), 5);
  EXPECT_EQ(text_width("AB"), 11);
  EXPECT_EQ(text_width("AB", 2), 22);
  EXPECT_EQ(text_width("\xc2\xb2"), 5);
}

TEST(ContactSheet, holds_every_picture_whole_in_rows) {
  const std::vector<ColourImage> pictures(5, ColourImage(40, 60, kRed));
  const ColourImage sheet = contact_sheet(pictures, {"a", "b", "c", "d", "e"}, 2);
  EXPECT_EQ(count_colour(sheet, kRed), 5U * 40U * 60U);
  EXPECT_GT(sheet.rows, 3 * 40);
  EXPECT_GT(sheet.columns, 2 * 60);
}

TEST(ContactSheet, a_long_caption_is_wrapped_and_no_picture_is_a_sheet_still) {
  const std::vector<ColourImage> one(1, ColourImage(40, 60, kRed));
  const ColourImage wrapped = contact_sheet(one, {"many words below a narrow picture"}, 4);
  EXPECT_GT(wrapped.rows, contact_sheet(one, {"few"}, 4).rows);
  EXPECT_FALSE(contact_sheet({}, {}, 4).empty());
  expect_error(ErrorKind::kInternal, {"1 pictures, 2 captions"}, [&] {
    contact_sheet(one, {"a", "b"}, 4);
  });
}

TEST(Overlay, of_a_line_of_pixels_is_no_giant) {
  const ColourImage picture = overlay(GreyImage(1, 5000, 7), {}, {});
  EXPECT_EQ(picture.rows, 1);
  EXPECT_EQ(picture.columns, 5000);
  EXPECT_EQ(overlay(GreyImage(96, 96, 7), {}, {}).rows, 576);
}

}  // namespace
}  // namespace heartlab
