#include "heartlab/train/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "heartlab/core/error.h"
#include "heartlab/core/tensor_file.h"
#include "heartlab/model/model_file.h"
#include "heartlab/train/run_folder.h"
#include "tests/support/support.h"
#include "tests/train/discs.h"
#include "tests/train/quick_run.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::expect_same_weights;
using testing::quick;
using testing::TemporaryFolder;
using testing::write_discs;

// The lines of log.csv up to the learning rate.
std::vector<std::string> without_speed(const Path& log) {
  std::istringstream lines(read_text(log));
  std::vector<std::string> kept;
  for (std::string line; std::getline(lines, line);)
    kept.push_back(line.substr(0, line.rfind(',')));
  EXPECT_GT(kept.size(), 1U);
  return kept;
}

TEST(Trainer, discs_are_learned) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 4, true));
  TrainRequest request;
  request.out = folder / "run";
  const TrainSummary summary = train(data, quick(60), request);
  EXPECT_EQ(summary.iterations, 60);
  EXPECT_GT(summary.best_score, 0.8);
  const ModelFile model(folder / "run" / "model.safetensors");
  EXPECT_EQ(model.description().target, "cavity");
  EXPECT_EQ(model.description().network.decoder_channels, 8);
  EXPECT_EQ(model.description().preparation.size, 32);
}

TEST(Trainer, the_same_seed_gives_the_same_weights) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  for (const std::string precision : {"fp32", "bf16"}) {
    TrainOptions options = quick(5);
    options.precision = precision;
    for (const std::string name : {"one-", "two-"}) {
      TrainRequest request;
      request.out = folder / (name + precision);
      train(data, options, request);
    }
    expect_same_weights(folder / ("one-" + precision) / "last.safetensors",
                        folder / ("two-" + precision) / "last.safetensors");
  }
}

TEST(Trainer, resuming_equals_uninterrupted_training) {
  const std::map<std::string, std::string> kinds = {{"sgd", "bf16"}, {"adamw", "fp32"}};
  for (const auto& [optimiser, precision] : kinds) {
    const TemporaryFolder folder;
    const Dataset data(write_discs(folder.path(), 3, true));
    TrainOptions options = quick(10);
    options.optimiser = optimiser;
    options.precision = precision;
    options.validate_every = 4;
    options.average = 0.9;
    options.warm_up = 3;
    TrainRequest request;
    request.out = folder / "whole";
    train(data, options, request);
    // A run cut after its checkpoint at 4: the newer one and the results are gone.
    std::filesystem::copy(folder / "whole", folder / "cut",
                          std::filesystem::copy_options::recursive);
    const Path checkpoints = folder / "cut" / "checkpoints";
    std::filesystem::remove(checkpoints / "iteration-0000000010.safetensors");
    ASSERT_TRUE(std::filesystem::exists(checkpoints / "iteration-0000000008.safetensors"));
    std::filesystem::remove(folder / "cut" / "last.safetensors");
    request.out = folder / "cut";
    request.resume = true;
    train(data, options, request);
    expect_same_weights(folder / "whole" / "last.safetensors", folder / "cut" / "last.safetensors");
    expect_same_weights(folder / "whole" / "model.safetensors",
                        folder / "cut" / "model.safetensors");
    const std::string validation = read_text(folder / "whole" / "validation.csv");
    EXPECT_EQ(std::ranges::count(validation, '\n'), 1 + 3);
    EXPECT_EQ(validation, read_text(folder / "cut" / "validation.csv"));
    EXPECT_EQ(without_speed(folder / "whole" / "log.csv"),
              without_speed(folder / "cut" / "log.csv"));
  }
}

// The validations' measure by image, in order.
std::vector<double> scores_of(const Path& run) {
  std::istringstream lines(read_text(run / "validation.csv"));
  std::vector<double> scores;
  std::string line;
  for (std::getline(lines, line); std::getline(lines, line);) {
    std::istringstream fields(line);
    for (int i = 0; i < 8; ++i) std::getline(fields, line, ',');
    scores.push_back(std::stod(line));
  }
  return scores;
}

TEST(Trainer, a_run_ends_after_so_many_validations_without_a_better_one) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 3, true));
  TrainOptions options = quick(400);
  options.validate_every = 2;
  options.patience = 3;
  options.rates = {2e-2};
  TrainRequest request;
  request.out = folder / "whole";
  const TrainSummary summary = train(data, options, request);
  ASSERT_TRUE(summary.stopped_early);
  const auto scores = scores_of(request.out);
  const auto best = std::ranges::max_element(scores) - scores.begin();
  EXPECT_EQ(std::ssize(scores), best + 1 + 3);
  EXPECT_EQ(summary.iterations, 2 * std::ssize(scores));
  EXPECT_EQ(summary.best_iteration, 2 * (best + 1));
  // Cut after the last checkpoint but one, it ends where and as it did.
  std::filesystem::copy(folder / "whole", folder / "cut", std::filesystem::copy_options::recursive);
  const Path checkpoints = folder / "cut" / "checkpoints";
  std::filesystem::remove(list_files(checkpoints).back());
  std::filesystem::remove(folder / "cut" / "last.safetensors");
  request.out = folder / "cut";
  request.resume = true;
  EXPECT_TRUE(train(data, options, request).stopped_early);
  expect_same_weights(folder / "whole" / "last.safetensors", folder / "cut" / "last.safetensors");
  EXPECT_EQ(scores_of(request.out), scores);
  // Resumed again there is nothing left to do.
  EXPECT_EQ(train(data, options, request).iterations, summary.iterations);
}

TEST(Trainer, patience_without_a_validation_side_is_refused) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainOptions options = quick(4);
  options.patience = 1;
  TrainRequest request;
  request.out = folder / "run";
  expect_error(ErrorKind::kUsage, {"patience", "validation side is empty"},
               [&] { train(data, options, request); });
}

TEST(Trainer, class_weights_that_are_all_nothing_are_refused) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainOptions options = quick(4);
  options.class_weights = {0, 0};
  TrainRequest request;
  request.out = folder / "run";
  expect_error(ErrorKind::kUsage, {"class_weights", "above 0"},
               [&] { train(data, options, request); });
  EXPECT_FALSE(std::filesystem::exists(request.out));
}

TEST(Trainer, a_damaged_checkpoint_is_passed_over) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainRequest request;
  request.out = folder / "run";
  train(data, quick(10), request);
  const Path newest = folder / "run" / "checkpoints" / "iteration-0000000010.safetensors";
  const Bytes good = read_bytes(newest);
  const Bytes whole = read_bytes(folder / "run" / "last.safetensors");
  request.resume = true;
  // In a tensor, and in the running mean of the loss.
  const std::string text(good.begin(), good.end());
  const std::string key = "smooth_loss\\\":0.";
  ASSERT_NE(text.find(key), std::string::npos);
  for (const std::size_t place : {good.size() / 2, text.find(key) + key.size()}) {
    Bytes bytes = good;
    bytes[place] ^= 1;
    write_bytes(newest, bytes);
    std::filesystem::remove(folder / "run" / "last.safetensors");
    ::testing::internal::CaptureStderr();
    train(data, quick(10), request);
    EXPECT_NE(::testing::internal::GetCapturedStderr().find("passed over"), std::string::npos);
    EXPECT_EQ(whole, read_bytes(folder / "run" / "last.safetensors"));
  }
}

TEST(Trainer, resuming_with_other_options_is_refused) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainRequest request;
  request.out = folder / "run";
  train(data, quick(4), request);
  request.resume = true;
  TrainOptions other = quick(4);
  other.batch = 3;
  expect_error(ErrorKind::kUsage, {"batch", "2", "3"}, [&] { train(data, other, request); });
}

TEST(Trainer, an_earlier_run_is_not_overwritten) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainRequest request;
  request.out = folder / "run";
  train(data, quick(1), request);
  expect_error(ErrorKind::kUsage, {"earlier run", "--resume"},
               [&] { train(data, quick(1), request); });
}

TEST(Trainer, a_diverging_loss_stops_and_names_the_images_and_the_last_good_state) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainOptions options = quick(40);
  options.optimiser = "sgd";
  options.rates = {1e-4, 90};  // good for four iterations
  options.iterations = {4, 40};
  options.schedules = {"fixed"};
  TrainRequest request;
  request.out = folder / "run";
  const auto kept = request.out / "checkpoints";
  expect_error(ErrorKind::kBadInput, {"iteration", "P0/", "P1/", "Rate 90", kept.string()},
               [&] { train(data, options, request); });
  for (const auto& checkpoint : list_files(kept)) {
    const TensorFile file(checkpoint);
    for (const auto& [name, view] : file.tensors()) {
      for (const float value : to_floats(view)) ASSERT_TRUE(std::isfinite(value)) << name;
    }
  }
}

TEST(Trainer, one_run_at_a_time_writes_to_a_folder) {
  const TemporaryFolder folder;
  const RunFolder held = RunFolder::start(folder / "run");
  expect_error(ErrorKind::kUsage, {"another heartlab train"},
               [&] { RunFolder::start(folder / "run"); });
}

TEST(Trainer, what_a_killed_run_left_is_removed_and_taken_for_nothing) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainRequest request;
  request.out = folder / "run";
  train(data, quick(4), request);
  const std::vector<Path> halves = {
      request.out / "model.safetensors.tmp-17",
      request.out / "checkpoints" / "iteration-0000000099.safetensors.tmp-17"};
  for (const auto& half : halves) write_text(half, "half");
  write_text(request.out / "notes.tmp-x", "somebody's");
  request.resume = true;
  train(data, quick(4), request);
  for (const auto& half : halves) EXPECT_FALSE(std::filesystem::exists(half)) << half;
  EXPECT_TRUE(std::filesystem::exists(request.out / "notes.tmp-x"));
}

TEST(Trainer, with_an_average_the_models_hold_it_whole) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainOptions options = quick(4);
  options.average = 0.5;
  TrainRequest request;
  request.out = folder / "run";
  train(data, options, request);
  const TensorFile last(request.out / "last.safetensors");
  const TensorFile checkpoint(list_files(request.out / "checkpoints").back());
  int averaged = 0, moved = 0;
  for (const auto& [name, view] : checkpoint.tensors()) {
    if (!name.starts_with("average.")) continue;
    const std::string parameter = name.substr(std::string("average.").size());
    EXPECT_TRUE(std::ranges::equal(last.at(parameter).bytes, view.bytes)) << name;
    ++averaged;
    moved += std::ranges::equal(checkpoint.at("network." + parameter).bytes, view.bytes) ? 0 : 1;
  }
  EXPECT_GT(averaged, 50);
  EXPECT_GT(2 * moved, averaged);
}

TEST(Trainer, a_run_that_goes_on_under_other_circumstances_says_so) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainRequest request;
  request.out = folder / "run";
  TrainOptions options = quick(2);
  options.schedules = {"fixed"};
  train(data, options, request);
  request.resume = true;
  for (const int threads : {2, 1}) {
    options.iterations = {5 - threads};
    options.threads = threads;
    train(data, options, request);
  }
  const auto manifest = nlohmann::json::parse(read_text(request.out / "manifest.json"));
  EXPECT_EQ(manifest.at("same_bits_with").at("threads"), 2);
  ASSERT_EQ(manifest.at("resumed").size(), 1U);
  EXPECT_EQ(manifest.at("resumed")[0].at("iteration"), 3);
  EXPECT_EQ(manifest.at("resumed")[0].at("same_bits_with").at("threads"), 1);
}

TEST(Trainer, the_manifest_says_what_the_same_bits_need) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainRequest request;
  request.out = folder / "run";
  train(data, quick(1), request);
  const auto manifest = nlohmann::json::parse(read_text(request.out / "manifest.json"));
  const auto& needs = manifest.at("same_bits_with");
  EXPECT_EQ(needs.at("threads"), 2);
  EXPECT_EQ(needs.at("processes"), 1);
  EXPECT_EQ(needs.at("precision"), "fp32");
  EXPECT_TRUE(needs.contains("libtorch") && needs.contains("processor"));
}

// One step with the mean of two batches' gradients lies half way between a step with the first and
// one with the second.
TEST(Trainer, accumulated_gradients_are_the_mean_over_the_batches) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainOptions options = quick(1);
  options.optimiser = "sgd";
  options.momentum = options.weight_decay = 0;
  options.schedules = {"fixed"};
  options.rates = {0.1};
  const auto weights_of = [&](const std::string& name) {
    TrainRequest request;
    request.out = folder / name;
    train(data, options, request);
    return request.out / "last.safetensors";
  };
  const TensorFile first(weights_of("first"));
  options.accumulate = 2;
  const TensorFile both(weights_of("both"));
  options.accumulate = 1;
  options.iterations = {1, 1};
  options.rates = {0, 0.1};
  const TensorFile second(weights_of("second"));
  for (const auto& [name, view] : both.tensors()) {
    if (name.find("running") != std::string::npos) continue;
    const auto found = to_floats(view);
    const auto one = to_floats(first.at(name)), other = to_floats(second.at(name));
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_NEAR(found[i], (one[i] + other[i]) / 2, 1e-5) << name;
    }
  }
  EXPECT_FALSE(std::ranges::equal(first.at("classifier.logits.weight").bytes,
                                  second.at("classifier.logits.weight").bytes));
}

TEST(Trainer, a_model_knows_the_patients_behind_the_weights_it_started_from) {
  const TemporaryFolder folder;
  const Dataset first(write_discs(folder.path(), 3, false));
  TrainRequest request;
  request.out = folder / "first";
  train(first, quick(1), request);
  make_folder(folder / "others");
  const Dataset second(write_discs(folder / "others", 2, true));
  request.init = folder / "first" / "last.safetensors";
  request.out = folder / "second";
  train(second, quick(1), request);
  const ModelFile model(folder / "second" / "last.safetensors");
  EXPECT_EQ(model.description().patients_trained_on(), (std::set<std::string>{"P0", "P1", "P2"}));
}

TEST(Trainer, options_that_do_not_fit_the_data_are_refused) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainOptions options = quick(1);
  options.crops = {450};
  TrainRequest request;
  request.out = folder / "run";
  expect_error(ErrorKind::kUsage, {"450", "32"}, [&] { train(data, options, request); });
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

}  // namespace
}  // namespace heartlab
