#include "heartlab/train/augment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/core/files.h"
#include "heartlab/train/batches.h"
#include "tests/support/support.h"
#include "tests/train/discs.h"

namespace heartlab {
namespace {

using testing::TemporaryFolder;
using testing::write_discs;

TrainOptions plain() {
  TrainOptions options;
  options.crops = {0};
  return options;
}

Example ramp(int side) {
  Example example{GreyImage(side, side), Raster<std::uint8_t>(side, side, kBackgroundClass)};
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      example.image.at(row, column) = static_cast<std::uint8_t>(4 * row + column);
      if (row > column) example.label.at(row, column) = kStructureClass;
    }
  }
  return example;
}

TEST(Augment, nothing_asked_for_changes_nothing) {
  Generator generator(1);
  const Example source = ramp(31);
  const Example view = augment(source, plain(), 0, generator);
  EXPECT_EQ(view.image, source.image);
  EXPECT_EQ(view.label, source.label);
}

TEST(Augment, a_crop_is_a_window_of_the_image) {
  const Example source = ramp(31);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Generator generator(seed);
    const Example view = augment(source, plain(), 20, generator);
    const int corner = view.image.at(0, 0);
    bool found = false;
    for (int row = 0; row <= 11 && !found; ++row) {
      const int column = corner - 4 * row;
      if (column < 0 || column > 11) continue;
      found = view.image.at(19, 19) == source.image.at(row + 19, column + 19) &&
              view.label.at(5, 9) == source.label.at(row + 5, column + 9);
    }
    EXPECT_TRUE(found) << "seed " << seed << ", corner " << corner;
  }
}

// A bright block on a dark ground, and as many pixels as they are not in its view.
Example block() {
  Example source{GreyImage(64, 64), Raster<std::uint8_t>(64, 64, kBackgroundClass)};
  for (int row = 20; row < 40; ++row) {
    for (int column = 12; column < 50; ++column) {
      source.image.at(row, column) = 200;
      source.label.at(row, column) = kStructureClass;
    }
  }
  return source;
}

int pixels_apart(const Example& view) {
  int apart = 0;
  for (std::size_t i = 0; i < view.image.pixels.size(); ++i) {
    const bool bright = view.image.pixels[i] > 100;
    apart += bright != (view.label.pixels[i] == kStructureClass) ? 1 : 0;
  }
  return apart;
}

TEST(Augment, image_and_label_move_together) {
  TrainOptions options = plain();
  options.flip = true;
  options.rotation = 180;
  options.scaling = {0.8, 1.25};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Generator generator(seed);
    EXPECT_LE(pixels_apart(augment(block(), options, 0, generator)), 12) << "seed " << seed;
  }
}

TEST(Augment, the_label_follows_an_elastic_displacement) {
  TrainOptions options = plain();
  options.elastic = 5;
  int moved = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Generator generator(seed);
    const Example view = augment(block(), options, 0, generator);
    EXPECT_LE(pixels_apart(view), 12) << "seed " << seed;
    moved += view.label == block().label ? 0 : 1;
  }
  EXPECT_GE(moved, 15);
}

TEST(Augment, what_an_elastic_displacement_brings_in_is_ignored) {
  TrainOptions options = plain();
  options.elastic = 5;
  Example source = block();
  std::ranges::fill(source.image.pixels, std::uint8_t{90});
  int outside = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Generator generator(seed);
    const Example view = augment(source, options, 0, generator);
    for (std::size_t i = 0; i < view.image.pixels.size(); ++i) {
      if (view.image.pixels[i] > 0) continue;
      EXPECT_EQ(view.label.pixels[i], kIgnoredClass);
      ++outside;
    }
  }
  EXPECT_GT(outside, 0);
}

TEST(Augment, what_is_off_leaves_every_byte_and_every_draw_as_it_was) {
  TrainOptions options = plain();
  options.flip = true;
  options.rotation = 20;
  options.scaling = {0.8, 1.25};
  options.crop_jitter = 5;
  options.gamma = 0.5;
  options.contrast = 0.2;
  options.brightness = 0.1;
  options.noise = 0.05;
  options.bias_field = 0.3;
  Generator generator(7);
  const Example view = augment(ramp(31), options, 24, generator);
  EXPECT_EQ(sha256(view.label.pixels),
            "9f2841282a569a76e428269055cadf9a1d389b02c3d4fd994d038130c7f429da");
  EXPECT_EQ(sha256(view.image.pixels),
            "2493715766b8ed64a3bcb6256021378a75018464b118a651063856c3e7f5d58b");
  EXPECT_EQ(generator.below(1000000), 76761U);
  // With artefacts as good as none, too.
  options.blur = options.motion = options.ghosting = 1e-9;
  Generator again(7);
  const Example other = augment(ramp(31), options, 24, again);
  EXPECT_EQ(other.label, view.label);
  int largest = 0;
  for (std::size_t i = 0; i < view.image.pixels.size(); ++i) {
    largest = std::max(largest, std::abs(view.image.pixels[i] - other.image.pixels[i]));
  }
  EXPECT_LE(largest, 1);
  EXPECT_EQ(again.below(1000000), 76761U);
}

TEST(Augment, artefacts_change_the_image_and_leave_the_label) {
  for (double TrainOptions::*strength :
       {&TrainOptions::blur, &TrainOptions::ghosting, &TrainOptions::motion}) {
    TrainOptions options = plain();
    options.*strength = 1;
    Generator generator(5);
    const Example view = augment(block(), options, 0, generator);
    EXPECT_NE(view.image, block().image);
    EXPECT_EQ(view.label, block().label);
  }
}

// How well two images agree, one of them moved.
double agreement(const GreyImage& image, const GreyImage& moved, int rows, int columns) {
  double sum = 0;
  for (int row = 4; row < image.rows - 4; ++row) {
    for (int column = 4; column < image.columns - 4; ++column) {
      sum += double(image.at(row, column)) * moved.at(row + rows, column + columns);
    }
  }
  return sum;
}

TEST(Augment, motion_leaves_the_heart_where_its_label_is) {
  Example heart{GreyImage(64, 64, 30), Raster<std::uint8_t>(64, 64, kBackgroundClass)};
  for (int row = 24; row < 40; ++row) {
    std::fill_n(&heart.image.at(row, 26), 14, std::uint8_t{200});
  }
  TrainOptions options = plain();
  options.motion = 4;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Generator generator(seed);
    const Example view = augment(heart, options, 0, generator);
    const double in_place = agreement(heart.image, view.image, 0, 0);
    for (int rows = -3; rows <= 3; ++rows) {
      for (int columns = -3; columns <= 3; ++columns) {
        EXPECT_LE(agreement(heart.image, view.image, rows, columns), in_place) << seed;
      }
    }
  }
}

TEST(Augment, an_elastic_displacement_that_would_fold_the_crop_is_refused) {
  TrainOptions options = plain();
  options.crops = {48};
  options.elastic = 4;
  EXPECT_NO_THROW(check_options(options, 64));
  options.elastic = 4.1;
  testing::expect_error(ErrorKind::kUsage, {"elastic", "4.1", "48"},
                        [&] { check_options(options, 64); });
}

TEST(Augment, what_lies_outside_is_ignored) {
  TrainOptions options = plain();
  options.scaling = {0.5, 0.5};
  Generator generator(3);
  const Example view = augment(ramp(32), options, 0, generator);
  EXPECT_EQ(view.label.at(0, 0), kIgnoredClass);
  EXPECT_EQ(view.image.at(0, 0), 0);
}

TEST(Batches, are_functions_of_seed_and_index_alone) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 3, false));
  const PatientSampler sampler(data, data.subset("train"), 0);
  TrainOptions options = plain();
  options.noise = 0.1;
  options.batch = 4;
  const Batch one = draw_batch(data, sampler, options, 24, 7);
  draw_batch(data, sampler, options, 24, 8);
  const Batch again = draw_batch(data, sampler, options, 24, 7);
  EXPECT_TRUE(torch::equal(one.images, again.images));
  EXPECT_TRUE(torch::equal(one.labels, again.labels));
  EXPECT_FALSE(torch::equal(one.images, draw_batch(data, sampler, options, 24, 8).images));
}

TEST(Batches, processes_share_a_batch_out_without_a_patient_twice) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 5, false, 3));
  const PatientSampler sampler(data, data.subset("train"), 0);
  TrainOptions options = plain();
  options.rotation = 30;
  options.batch = 4;
  for (std::uint64_t index = 0; index < 20; ++index) {
    const Batch whole = draw_batch(data, sampler, options, 24, index);
    const Batch first = draw_batch(data, sampler, options, 24, index, {0, 2});
    const Batch second = draw_batch(data, sampler, options, 24, index, {1, 2});
    EXPECT_TRUE(torch::equal(whole.images, torch::cat({first.images, second.images})));
    EXPECT_TRUE(torch::equal(whole.labels, torch::cat({first.labels, second.labels})));
    EXPECT_TRUE(torch::equal(whole.whole, torch::cat({first.whole, second.whole})));
    std::set<std::string> patients;
    int place = 0;
    for (const auto image : images_of_batch(sampler, options, index)) {
      EXPECT_EQ(whole.whole[place++].item<bool>(), data.samples()[image].patient != "P3");
      EXPECT_TRUE(patients.insert(data.samples()[image].patient).second);
    }
  }
}

TEST(Batches, with_fewer_patients_than_images_each_is_drawn_before_one_is_drawn_again) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 3, false));
  const PatientSampler sampler(data, data.subset("train"), 0);
  Generator generator(3);
  const auto drawn = sampler.patients(generator, 7);
  ASSERT_EQ(drawn.size(), 7U);
  EXPECT_EQ(std::set<std::size_t>(drawn.begin(), drawn.begin() + 3).size(), 3U);
  EXPECT_EQ(std::set<std::size_t>(drawn.begin() + 3, drawn.begin() + 6).size(), 3U);
}

TEST(Batches, every_patient_is_drawn_as_often_whatever_their_number_of_images) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 3, false));
  // Patient 0 with one image, the others with two.
  const PatientSampler sampler(data, {0, 2, 3, 4, 5}, 0.5);
  Generator generator(11);
  std::map<std::string, int> drawn;
  for (int i = 0; i < 6000; ++i) {
    const auto image = sampler.image_of(sampler.patients(generator, 1).front(), generator);
    ++drawn[data.samples()[image].patient];
  }
  for (const auto& [patient, count] : drawn) EXPECT_NEAR(count, 2000, 150) << patient;
}

TEST(Batches, small_structures_are_drawn_more_often_where_asked) {
  const TemporaryFolder folder;
  Preparation preparation;
  preparation.size = 32;
  std::vector<PackedSample> samples;
  for (const int side : {20, 10}) {  // four times the area, so half as often by area^-0.5
    PackedSample packed;
    packed.sample.patient = "P";
    packed.sample.stem = std::to_string(side);
    packed.sample.subset = "train";
    packed.sample.rows = packed.sample.columns = 32;
    packed.image = GreyImage(32, 32);
    packed.label = Raster<std::uint8_t>(32, 32, kBackgroundClass);
    for (int row = 0; row < side; ++row) {
      for (int column = 0; column < side; ++column) packed.label.at(row, column) = kStructureClass;
    }
    samples.push_back(std::move(packed));
  }
  write_packed(folder / "dataset.safetensors", "cavity", preparation, samples);
  const Dataset data(folder.path());
  const PatientSampler sampler(data, {0, 1}, 0.5);
  Generator generator(13);
  int small = 0;
  for (int i = 0; i < 6000; ++i) small += sampler.image_of(0, generator) == 1 ? 1 : 0;
  EXPECT_NEAR(small, 4000, 150);
}

TEST(Batches, partial_labels_are_drawn_like_the_patients_others) {
  const TemporaryFolder folder;
  Preparation preparation;
  preparation.size = 32;
  std::vector<PackedSample> samples(3);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].sample = {"P", std::to_string(i), "", "train", 32, 32, {}, false, i == 2};
    samples[i].image = GreyImage(32, 32);
    samples[i].label = Raster<std::uint8_t>(32, 32, kBackgroundClass);
    if (i < 2) std::fill_n(samples[i].label.pixels.begin(), i == 0 ? 400 : 100, kStructureClass);
  }
  write_packed(folder / "dataset.safetensors", "cavity", preparation, samples);
  const Dataset data(folder.path());
  const PatientSampler sampler(data, {0, 1, 2}, 0.5);
  Generator generator(17);
  int partial = 0;
  for (int i = 0; i < 6000; ++i) partial += sampler.image_of(0, generator) == 2 ? 1 : 0;
  EXPECT_NEAR(partial, 2000, 150);
}

}  // namespace
}  // namespace heartlab
