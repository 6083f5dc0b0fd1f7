#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "heartlab/core/error.h"
#include "heartlab/train/trainer.h"
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

TEST(Resume, why_a_run_cannot_be_resumed_is_said) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainRequest request;
  request.out = folder / "run";
  request.resume = true;
  expect_error(ErrorKind::kNotFound, {"no run to resume", "without --resume"},
               [&] { train(data, quick(4), request); });
  request.resume = false;
  train(data, quick(4), request);
  request.resume = true;
  const Path checkpoints = request.out / "checkpoints";
  for (const auto& file : list_files(checkpoints)) write_text(file, "damaged");
  expect_error(ErrorKind::kBadInput, {"none of the 2 checkpoints", "--init"},
               [&] { train(data, quick(4), request); });
  std::filesystem::remove_all(checkpoints);
  expect_error(ErrorKind::kNotFound, {"no checkpoint to resume from", "--init"},
               [&] { train(data, quick(4), request); });
}

TEST(Resume, resuming_starts_nothing_where_no_run_was_or_one_that_began_with_weights) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainRequest request;
  request.out = folder / "run";
  request.resume = true;
  make_folder(request.out);
  write_text(request.out / "notes.txt", "mine");
  expect_error(ErrorKind::kNotFound, {"no run to resume"}, [&] { train(data, quick(2), request); });
  EXPECT_EQ(list_files(request.out).size(), 1U);
  std::filesystem::remove(request.out / "notes.txt");
  write_text(request.out / "manifest.json", R"({"command": "train", "init": {"file": "x"}})");
  expect_error(ErrorKind::kUsage, {"began with --init", "give it again"},
               [&] { train(data, quick(2), request); });
  TrainRequest other;
  other.out = folder / "other";
  train(data, quick(1), other);
  request.init = other.out / "last.safetensors";
  train(data, quick(2), request);
  const auto manifest = nlohmann::json::parse(read_text(request.out / "manifest.json"));
  EXPECT_TRUE(manifest.contains("init"));
  // Once there is a checkpoint, the weights to start from are not read.
  std::filesystem::remove(request.init);
  EXPECT_EQ(train(data, quick(2), request).iterations, 2);
}

TEST(Resume, a_damaged_checkpoint_is_none_of_the_two_that_are_kept) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainOptions options = quick(6);
  options.checkpoint_every = 3;
  TrainRequest request;
  request.out = folder / "run";
  train(data, options, request);
  const auto checkpoint = [&](int iteration) {
    return request.out / "checkpoints" / fmt::format("iteration-{:010}.safetensors", iteration);
  };
  write_text(checkpoint(6), "damaged");
  request.resume = true;
  options.checkpoint_every = 1;
  int done = 3;
  request.after_iteration = [&](const IterationTimes&) {
    if (++done != 5) return;
    EXPECT_TRUE(std::filesystem::exists(checkpoint(3)));
  };
  train(data, options, request);
  EXPECT_EQ(done, 6);
  EXPECT_TRUE(std::filesystem::exists(checkpoint(6).string() + ".damaged"));
}

TEST(Resume, a_best_model_that_is_gone_is_said_and_written_anew) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, true));
  TrainOptions options = quick(4);
  options.validate_every = 2;
  TrainRequest request;
  request.out = folder / "run";
  train(data, options, request);
  std::filesystem::remove(request.out / "model.safetensors");
  request.resume = true;
  EXPECT_EQ(train(data, options, request).best_iteration, 4);
  expect_same_weights(request.out / "model.safetensors", request.out / "last.safetensors");
}

// A job that is requeued gives --resume whenever RUN is there.
TEST(Resume, a_run_cut_before_its_first_checkpoint_starts_again) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 2, false));
  TrainRequest request;
  request.out = folder / "run";
  std::filesystem::create_directories(request.out / "checkpoints");
  write_text(request.out / "manifest.json", R"({"command": "train"})");
  request.resume = true;
  EXPECT_EQ(train(data, quick(2), request).iterations, 2);
}

}  // namespace
}  // namespace heartlab
