#include "heartlab/prepare/preparation.h"

#include <cmath>
#include <numeric>

#include "heartlab/core/random.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

TEST(Preparation, eight_bits_run_from_the_darkest_to_the_brightest_value) {
  Image image(1, 3);
  image.pixels = {-1000, 500, 2000};
  EXPECT_EQ(Preparation{}.eight_bits(image).pixels, (std::vector<std::uint8_t>{0, 128, 255}));
}

TEST(Preparation, eight_bits_do_not_change_under_a_linear_rescale) {
  Generator generator(3);
  Image image(9, 7);
  for (auto& value : image.pixels) value = static_cast<float>(generator.below(1024));
  Image scaled = image;
  for (auto& value : scaled.pixels) value = 4 * value - 512;
  EXPECT_EQ(Preparation{}.eight_bits(image), Preparation{}.eight_bits(scaled));
}

TEST(Preparation, a_full_range_8_bit_image_stays_as_it_is) {
  Image image(16, 16);
  std::iota(image.pixels.begin(), image.pixels.end(), 0.0F);
  const GreyImage grey = Preparation{}.eight_bits(image);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) ASSERT_EQ(grey.pixels[i], i);
}

TEST(Preparation, a_constant_image_is_black) {
  EXPECT_EQ(Preparation{}.eight_bits(Image(4, 4, 37)), GreyImage(4, 4, 0));
}

TEST(Preparation, a_square_image_of_the_right_size_is_not_touched) {
  Generator generator(5);
  GreyImage image(33, 33);
  for (auto& value : image.pixels) value = static_cast<std::uint8_t>(generator.below(256));
  Preparation preparation;
  preparation.size = 33;
  EXPECT_EQ(preparation.to_square(image, {}), image);
}

TEST(Preparation, an_image_that_is_not_square_is_padded_with_black_and_never_stretched) {
  Preparation preparation;
  preparation.size = 40;
  const GreyImage square = preparation.to_square(GreyImage(20, 40, 200), {});
  for (int row = 0; row < 40; ++row) {
    const int expected = row >= 10 && row < 30 ? 200 : 0;
    for (int column = 0; column < 40; ++column) ASSERT_EQ(square.at(row, column), expected);
  }
}

TEST(Preparation, the_mean_of_the_data_set_is_subtracted) {
  Preparation preparation;
  preparation.mean = 20.5;
  EXPECT_EQ(preparation.standardised(GreyImage(1, 2, 30)), (std::vector<float>{9.5F, 9.5F}));
}

TEST(Preparation, an_image_is_standardised_to_zero_mean_and_unit_variance) {
  Preparation preparation;
  preparation.standardise = "image";
  Generator generator(7);
  GreyImage image(20, 20);
  for (auto& value : image.pixels) value = static_cast<std::uint8_t>(generator.below(90) + 60);
  double sum = 0, squares = 0;
  for (const double value : preparation.standardised(image)) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 400, 0, 1e-5);
  EXPECT_NEAR(squares / 400, 1, 1e-5);
}

TEST(Preparation, a_constant_image_is_standardised_to_zeros) {
  Preparation preparation;
  preparation.standardise = "image";
  EXPECT_EQ(preparation.standardised(GreyImage(1, 2, 30)), (std::vector<float>{0, 0}));
}

TEST(Preparation, json_gives_it_back) {
  Preparation preparation;
  preparation.size = 257;
  preparation.intensity = "window";
  preparation.standardise = "image";
  preparation.mean = 144.686;
  const Preparation again = Preparation::from_json(preparation.to_json(), "model");
  EXPECT_EQ(again.to_json(), preparation.to_json());
}

TEST(Preparation, json_gives_back_what_nyul_learned) {
  Preparation preparation;
  preparation.standardise = "nyul";
  preparation.clahe = 2;
  GreyImage image(16, 16);
  std::iota(image.pixels.begin(), image.pixels.end(), 0);
  preparation.learn({histogram_of(image.pixels)});
  const Preparation again = Preparation::from_json(preparation.to_json(), "model");
  EXPECT_EQ(again.standardised(image), preparation.standardised(image));
  EXPECT_EQ(again.clahe, 2);
  auto json = preparation.to_json();
  json["landmarks"] = {3, 2, 1};
  expect_error(ErrorKind::kBadInput, {"m", "landmarks", "11 rising"},
               [&] { Preparation::from_json(json, "m"); });
}

TEST(Preparation, nyul_gives_the_training_images_zero_mean_and_unit_variance) {
  Preparation preparation;
  preparation.standardise = "nyul";
  GreyImage image(16, 16), brighter(16, 16);
  std::iota(image.pixels.begin(), image.pixels.end(), 0);
  std::ranges::transform(image.pixels, brighter.pixels.begin(), [](int value) {
    return static_cast<std::uint8_t>(std::min(255, 2 * value));
  });
  preparation.learn({histogram_of(image.pixels), histogram_of(brighter.pixels)});
  double sum = 0, squares = 0;
  for (const auto* seen : {&image, &brighter}) {
    for (const double value : preparation.standardised(*seen)) {
      sum += value;
      squares += value * value;
    }
  }
  EXPECT_NEAR(sum / 512, 0, 1e-5);
  EXPECT_NEAR(squares / 512, 1, 1e-5);
}

TEST(Preparation, padding_does_not_count_among_an_images_values) {
  Preparation preparation;
  preparation.size = 30;
  for (const auto& [rows, columns] : {std::pair(30, 12), std::pair(7, 30), std::pair(45, 20)}) {
    const GreyImage image(rows, columns, 90);
    const GreyImage square = preparation.to_square(image, {});
    const auto values = values_on_square(square.pixels, preparation.map(rows, columns, {}));
    const double count = std::accumulate(values.begin(), values.end(), 0.0);
    const double expected = 30.0 * 30 * std::min(rows, columns) / std::max(rows, columns);
    EXPECT_NEAR(count, expected, 31);
    // Only where the image ends is its last pixel mixed with padding.
    EXPECT_GE(double(values[90]), 0.8 * expected);
    EXPECT_EQ(values[0], 0U);
  }
}

TEST(Preparation, an_image_narrower_than_a_pixel_of_the_square_still_has_values) {
  Preparation preparation;
  preparation.size = 32;
  const GreyImage image(2, 900, 90);
  const GreyImage square = preparation.to_square(image, {});
  const auto values = values_on_square(square.pixels, preparation.map(2, 900, {}));
  EXPECT_EQ(values, histogram_of(square.pixels));
}

TEST(Preparation, by_patient_one_bright_image_darkens_the_others) {
  Preparation preparation;
  preparation.standardise = "patient";
  const GreyImage dim(4, 4, 20), bright(4, 4, 220);
  Histogram both = histogram_of(dim.pixels);
  add_to(both, histogram_of(bright.pixels));
  const auto seen = preparation.standardisation_of(both);
  EXPECT_FLOAT_EQ(seen.apply(dim)[0], -1);
  EXPECT_FLOAT_EQ(seen.apply(bright)[0], 1);
}

TEST(Preparation, robust_eight_bits_pass_over_a_few_extreme_values) {
  Image image(100, 100);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<float>(i % 100);
  }
  image.pixels[0] = 1e6F;
  Preparation preparation;
  EXPECT_EQ(preparation.eight_bits(image).pixels[99], 0);
  preparation.intensity = "robust";
  EXPECT_EQ(preparation.eight_bits(image).pixels[0], 255);
  EXPECT_EQ(preparation.eight_bits(image).pixels[99], 255);
  EXPECT_EQ(preparation.eight_bits(image).pixels[50], 129);
}

TEST(Preparation, json_of_something_else_is_refused_by_name) {
  auto json = Preparation().to_json();
  json["standardise"] = "cohort";
  expect_error(ErrorKind::kBadInput, {"m.safetensors", "standardise", "dataset, image", "cohort"},
               [&] { Preparation::from_json(json, "m.safetensors"); });
  json = Preparation().to_json();
  json["size"] = 0;
  expect_error(ErrorKind::kBadInput, {"size", "found 0"},
               [&] { Preparation::from_json(json, "m.safetensors"); });
  json.erase("size");
  expect_error(ErrorKind::kBadInput, {"m.safetensors", "size"},
               [&] { Preparation::from_json(json, "m.safetensors"); });
}

TEST(Preparation, what_this_program_cannot_do_is_refused_and_not_left_out) {
  const auto refused = [](const char* key, const nlohmann::ordered_json& value, ErrorKind kind) {
    auto json = Preparation().to_json();
    json[key] = value;
    expect_error(kind, {"m.safetensors", key},
                 [&] { Preparation::from_json(json, "m.safetensors"); });
  };
  refused("crop", 17, ErrorKind::kUnsupported);
  refused("bias_correction", "n5", ErrorKind::kBadInput);
  refused("clahe", -3, ErrorKind::kBadInput);
}

std::vector<int> windowed(std::vector<float> values, double centre, double width) {
  Image image(1, static_cast<int>(values.size()));
  image.pixels = std::move(values);
  Preparation preparation;
  preparation.intensity = "window";
  const GreyImage grey = preparation.eight_bits(image, centre, width);
  return {grey.pixels.begin(), grey.pixels.end()};
}

// The formula of PS3.3 C.11.2.1.2.1, as it stands there.
int by_the_standard(double x, double c, double w) {
  if (x <= c - 0.5 - (w - 1) / 2) return 0;
  if (x > c - 0.5 + (w - 1) / 2) return 255;
  return static_cast<int>(std::lround(((x - (c - 0.5)) / (w - 1) + 0.5) * 255));
}

TEST(Window, maps_as_the_standard_says) {
  for (const auto& [centre, width] :
       {std::pair(2048.0, 4096.0), {2048.0, 1.0}, {0.0, 100.0}, {40.5, 2.0}, {-600.0, 1500.0}}) {
    for (double x = -3000; x < 5000; x += 0.3701) {
      ASSERT_EQ(windowed({static_cast<float>(x)}, centre, width)[0],
                by_the_standard(static_cast<float>(x), centre, width))
          << x << " in " << centre << ", " << width;
    }
  }
}

TEST(Window, without_one_the_values_run_from_minimum_to_maximum) {
  EXPECT_EQ(windowed({-10, 0, 10, 30}, 0, 0), (std::vector<int>{0, 64, 128, 255}));
}

TEST(Window, a_constant_image_without_one_is_black) {
  EXPECT_EQ(windowed({5, 5}, 0, 0), (std::vector<int>{0, 0}));
}

}  // namespace
}  // namespace heartlab
