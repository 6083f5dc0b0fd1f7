#include "heartlab/segment/segmenter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "heartlab/segment/engine_options.h"
#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::expect_mask_eq;

constexpr int kSide = 24;

// Sees less of the structure the further right it lies, as a network that learned a side.
class OneSidedEngine : public Engine {
 public:
  Logits run(const std::vector<float>& input, int side) override {
    ++runs_;
    Logits planes(2, Image(side, side));
    for (std::size_t i = 0; i < input.size(); ++i) {
      const auto column = static_cast<float>(i % static_cast<std::size_t>(side));
      planes[0].pixels[i] = input[i] - 60 - 8 * column;
    }
    return planes;
  }
  std::string description() const override { return std::to_string(runs_) + " runs"; }

 private:
  int runs_ = 0;
};

Segmenter one_sided(int views) {
  const testing::TemporaryFolder folder;
  const ModelFile model(testing::write_model(folder / "cavity.safetensors", "cavity", kSide));
  EngineOptions options;
  options.views = views;
  return {model, std::make_unique<OneSidedEngine>(), options};
}

GreyImage mirrored(const GreyImage& image) {
  GreyImage result = image;
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      result.at(row, column) = image.at(row, image.columns - 1 - column);
    }
  }
  return result;
}

GreyImage turned(const GreyImage& image) {
  GreyImage result(image.columns, image.rows);
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      result.at(column, image.rows - 1 - row) = image.at(row, column);
    }
  }
  return result;
}

TEST(Segmenter, mirroring_the_image_mirrors_the_mask_once_views_are_averaged) {
  const GreyImage image = testing::disc_image(kSide, kSide, {9, 15, 5});
  Segmenter single = one_sided(1), four = one_sided(4);
  EXPECT_NE(single.segment(mirrored(image)).mask, mirrored(single.segment(image).mask));
  const Mask mask = four.segment(image).mask;
  EXPECT_GT(count_set(mask), 40U);
  expect_mask_eq(mirrored(mask), four.segment(mirrored(image)).mask);
}

TEST(Segmenter, turning_the_image_turns_the_mask_over_eight_views) {
  const GreyImage image = testing::disc_image(kSide, kSide, {9, 15, 5});
  Segmenter eight = one_sided(8);
  expect_mask_eq(turned(eight.segment(image).mask), eight.segment(turned(image)).mask);
  EXPECT_EQ(eight.engine_description(), "16 runs");
}

TEST(Segmenter, other_numbers_of_views_are_refused) {
  expect_error(ErrorKind::kUsage, {"1, 4 or 8", "3"}, [] { one_sided(3); });
}

TEST(Segmenter, averages_over_the_scales_that_are_asked_for) {
  // Sees every input, and the structure on those of double side alone.
  class NeedsFineInput : public Engine {
   public:
    explicit NeedsFineInput(std::vector<int>& sides) : sides_(sides) {}
    Logits run(const std::vector<float>& input, int side) override {
      EXPECT_EQ(input.size(), static_cast<std::size_t>(side * side));
      sides_.push_back(side);
      Logits planes(2, Image(side, side));
      planes[0].pixels.assign(planes[0].pixels.size(), side == 2 * kSide ? 3.0F : -1.0F);
      return planes;
    }
    std::string description() const override { return ""; }

   private:
    std::vector<int>& sides_;
  };
  const testing::TemporaryFolder folder;
  const ModelFile model(testing::write_model(folder / "cavity.safetensors", "cavity", kSide));
  EngineOptions options;
  options.scales = {0.5, 1, 2};
  std::vector<int> sides;
  const Segmenter three(model, std::make_unique<NeedsFineInput>(sides), options);
  const auto drawn = three.segment(testing::disc_image(kSide, kSide, {9, 15, 5}));
  EXPECT_EQ(sides, (std::vector<int>{kSide / 2, kSide, 2 * kSide}));
  // The mean of -1, -1 and 3 is above the background's 0.
  EXPECT_EQ(count_set(drawn.mask), static_cast<std::size_t>(kSide * kSide));
  EXPECT_NEAR(drawn.probability.at(3, 3), 1 / (1 + std::exp(-1.0 / 3)), 1e-6);
}

TEST(Segmenter, looks_again_at_the_part_around_what_it_found) {
  // Where the input is bright: on the whole square one pixel around it too, on a part itself alone.
  class SharperInPart : public Engine {
   public:
    Logits run(const std::vector<float>& input, int side) override {
      Logits planes(2, Image(side, side));
      for (int i = 0; i < side * side; ++i) {
        const auto bright = [&](int at) {
          return at >= 0 && at < side * side && input[static_cast<std::size_t>(at)] > 128;
        };
        const bool near = side == kSide && (bright(i - 1) || bright(i + 1));
        planes[0].pixels[static_cast<std::size_t>(i)] = bright(i) || near ? 1.0F : -1.0F;
      }
      return planes;
    }
    std::string description() const override { return ""; }
  };
  const testing::TemporaryFolder folder;
  const ModelFile model(testing::write_model(folder / "cavity.safetensors", "cavity", kSide));
  EngineOptions options;
  const GreyImage image = testing::disc_image(kSide, kSide, {5, 18, 4});
  const Mask once =
      Segmenter(model, std::make_unique<SharperInPart>(), options).segment(image).mask;
  options.focus = 0.5;
  EXPECT_EQ(input_sides(model.description(), options), (std::vector<int>{kSide, kSide / 2}));
  const Segmenter twice(model, std::make_unique<SharperInPart>(), options);
  Mask bright(kSide, kSide);
  std::ranges::transform(image.pixels, bright.pixels.begin(),
                         [](std::uint8_t value) { return static_cast<std::uint8_t>(value > 128); });
  EXPECT_GT(count_set(once), count_set(bright));
  expect_mask_eq(twice.segment(image).mask, bright);
  const GreyImage faint(kSide, kSide, 100);
  GreyImage nothing = faint;
  nothing.at(0, 0) = 90;
  EXPECT_EQ(count_set(twice.segment(nothing).mask), 0U);
}

TEST(Segmenter, of_a_fixed_spacing_draws_on_what_the_square_holds_in_the_images_own_pixels) {
  const testing::TemporaryFolder folder;
  const Path file = testing::write_model(folder / "cavity.safetensors", "cavity", kSide);
  ModelDescription description = ModelFile(file).description();
  description.preparation.spacing = 2;
  write_tensor_file(file, {}, model_metadata(description));
  const ModelFile model(file);
  const Segmenter segmenter(model, std::make_unique<testing::ThresholdEngine>(120));
  GreyImage image = testing::disc_image(96, 96, {48, 40, 10});
  const auto bright = count_set(segmenter.segment(image, {{1, 1}, {}}).mask);
  // Pixels twice as large blur a small disc: it loses a twentieth.
  EXPECT_NEAR(static_cast<double>(bright), 3.14159 * 100, 16);
  const auto drawn = segmenter.segment(image, {{1, 1}, {}});
  EXPECT_NEAR(drawn.evidence->area, static_cast<double>(bright) / 4, 1e-6)
      << "the network's pixels";
  for (int row = 0; row < 10; ++row) image.at(row, 3) = 255;  // beyond the square's 48 mm
  expect_mask_eq(segmenter.segment(image, {{1, 1}, {}}).mask, drawn.mask);
  EXPECT_LT(drawn.probability.at(0, 0), 1e-9) << "beyond the square";
  expect_error(ErrorKind::kBadInput, {"pixel spacing", "2 mm"}, [&] { segmenter.segment(image); });
}

TEST(Segmenter, by_patient_a_mask_follows_from_all_his_images) {
  const testing::TemporaryFolder folder;
  const Path file = testing::write_model(folder / "cavity.safetensors", "cavity", kSide);
  ModelDescription description = ModelFile(file).description();
  description.preparation.standardise = "patient";
  write_tensor_file(file, {}, model_metadata(description));
  const ModelFile model(file);
  const Segmenter segmenter(model, std::make_unique<testing::ThresholdEngine>(1));
  const GreyImage image = testing::disc_image(kSide, kSide, {9, 15, 5});
  EXPECT_GT(count_set(segmenter.segment(image).mask), 0U);
  Histogram all = segmenter.values_of(image, {});
  add_to(all, segmenter.values_of(GreyImage(kSide, kSide, 255), {}));
  EXPECT_EQ(count_set(segmenter.segment(image, {{}, all}).mask), 0U)
      << "it is dim among his others";
}

TEST(Segmenter, is_sure_of_a_mask_as_far_as_its_probabilities_are) {
  const testing::TemporaryFolder folder;
  const ModelFile model(testing::write_model(folder / "cavity.safetensors", "cavity", kSide));
  const Segmenter segmenter(model, std::make_unique<testing::ThresholdEngine>(128));
  const auto drawn = segmenter.segment(testing::disc_image(kSide, kSide, {9, 15, 5}));
  ASSERT_TRUE(drawn.evidence);
  EXPECT_DOUBLE_EQ(drawn.evidence->area, static_cast<double>(count_set(drawn.mask)));
  EXPECT_NEAR(drawn.evidence->soft_dice, 1, 1e-3);
  EXPECT_FALSE(drawn.confidence);  // the model was not calibrated
}

TEST(Segmenter, keeps_the_largest_piece_alone_where_asked) {
  const testing::TemporaryFolder folder;
  const ModelFile model(testing::write_model(folder / "cavity.safetensors", "cavity", kSide));
  GreyImage image = testing::disc_image(kSide, kSide, {9, 15, 5});
  Segmenter all(model, std::make_unique<testing::ThresholdEngine>(128));
  const Mask heart = all.segment(image).mask;
  image.at(2, 2) = 200;
  EXPECT_EQ(count_set(all.segment(image).mask), count_set(heart) + 1);
  EngineOptions options;
  options.clean_up.largest = true;
  Segmenter largest(model, std::make_unique<testing::ThresholdEngine>(128), options);
  expect_mask_eq(largest.segment(image).mask, heart);
}

TEST(Segmenter, scores_that_are_no_numbers_are_an_error_that_names_the_model) {
  class Broken : public testing::ThresholdEngine {
   public:
    explicit Broken(float score) : ThresholdEngine(128), score_(score) {}
    Logits run(const std::vector<float>& input, int side) override {
      Logits planes = ThresholdEngine::run(input, side);
      planes[1].pixels.back() = score_;
      return planes;
    }

   private:
    float score_;
  };
  const testing::TemporaryFolder folder;
  const ModelFile model(testing::write_model(folder / "cavity.safetensors", "cavity", kSide));
  const GreyImage image = testing::disc_image(kSide, kSide, {9, 15, 5});
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float score : {kInfinity, -kInfinity, std::nanf(""), 3e38F}) {
    const Segmenter segmenter(model, std::make_unique<Broken>(score));
    expect_error(ErrorKind::kBadInput, {"cavity.safetensors", "no number"},
                 [&] { segmenter.segment(image); });
  }
  EXPECT_NO_THROW(Segmenter(model, std::make_unique<Broken>(1e6F)).segment(image));
}

class Calibrated : public ::testing::Test {
 protected:
  // Of a model whose confidence was fitted with what the report says.
  bool has_confidence(const EngineOptions& options, const nlohmann::ordered_json& report) {
    ModelDescription description = ModelFile(file_).description();
    description.views = 4;
    description.confidence = {0, 1, 0, report};
    write_tensor_file(file_, {}, model_metadata(description));
    const Segmenter segmenter(ModelFile(file_), std::make_unique<testing::ThresholdEngine>(128),
                              options);
    const bool has = segmenter.model().confidence.has_value();
    EXPECT_EQ(has, segmenter.left_out().empty());
    const auto drawn = segmenter.segment(testing::disc_image(kSide, kSide, {9, 15, 5}));
    EXPECT_EQ(has, drawn.confidence.has_value());
    return has;
  }

  testing::TemporaryFolder folder_;
  const Path file_ = testing::write_model(folder_ / "cavity.safetensors", "cavity", kSide);
};

TEST_F(Calibrated, has_a_confidence_where_masks_are_made_as_those_it_was_fitted_on) {
  EngineOptions options;
  options.views = 8;
  options.scales = {0.75, 1};
  options.focus = 0.5;
  options.clean_up.largest = true;
  const auto report = conditions_of(8, options);
  EXPECT_TRUE(has_confidence(options, report));
  EXPECT_FALSE(has_confidence({}, report));
  const auto refused = [&](const auto& change) {
    EngineOptions other = options;
    change(other);
    EXPECT_FALSE(has_confidence(other, report));
  };
  refused([](auto& other) { other.views = 1; });
  refused([](auto& other) { other.scales = {0.75}; });
  refused([](auto& other) { other.focus = 0; });
  refused([](auto& other) { other.clean_up.largest = false; });
}

TEST_F(Calibrated, without_a_word_of_it_was_fitted_as_the_model_file_says) {
  EXPECT_TRUE(has_confidence({}, {{"patients", {"A"}}}));
  EngineOptions options;
  options.scales = {1};
  options.views = 4;
  EXPECT_TRUE(has_confidence(options, {}));
  options.views = 1;
  EXPECT_FALSE(has_confidence(options, {}));
  options.views = 0;
  options.clean_up.smooth = 1;
  EXPECT_FALSE(has_confidence(options, {}));
}

// A data set holds images of the network's size, a clinic larger ones: both mean the same outlines.
TEST(Segmenter, smoothing_reaches_as_far_in_a_larger_image) {
  const testing::TemporaryFolder folder;
  const ModelFile model(testing::write_model(folder / "cavity.safetensors", "cavity", kSide));
  GreyImage image = testing::disc_image(2 * kSide, 2 * kSide, {24, 24, 12});
  for (int row = 23; row <= 26; ++row) std::fill_n(&image.at(row, 24), 20, std::uint8_t{200});
  const auto drawn = [&](double smooth) {
    EngineOptions options;
    options.clean_up.smooth = smooth;
    return Segmenter(model, std::make_unique<testing::ThresholdEngine>(128.0F), options)
        .segment(image)
        .mask;
  };
  CleanUp twice;
  twice.smooth = 2 * 1.5;
  const Mask expected = cleaned_mask(drawn(0), "cavity", twice);
  ASSERT_NE(expected, drawn(0));
  expect_mask_eq(drawn(1.5), expected);
}

TEST(EngineOptions, what_a_program_sets_is_judged_as_what_a_person_types) {
  const auto refused = [](const std::string& word, const auto& change) {
    EngineOptions options;
    change(options);
    testing::expect_error(ErrorKind::kUsage, {word}, [&] { check_engine_options(options); });
  };
  refused("scales", [](EngineOptions& options) { options.scales = {-1}; });
  refused("focus", [](EngineOptions& options) { options.focus = 3; });
  refused("threads", [](EngineOptions& options) { options.threads = -3; });
  refused("precision", [](EngineOptions& options) { options.precision = "FP32"; });
  refused("engine", [](EngineOptions& options) { options.engine = "Torch"; });
  EXPECT_NO_THROW(check_engine_options({}));
}

}  // namespace
}  // namespace heartlab
