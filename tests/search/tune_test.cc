#include "heartlab/search/tune.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "heartlab/search/runs.h"
#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::disc_sample;
using ::testing::ElementsAre;
using testing::expect_error;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

// A training that takes no time: its score is the momentum plus a little for every iteration, and
// without momentum it diverges. Leaves a checkpoint.
class FakeTraining {
 public:
  TrainSummary operator()(const Dataset&, const TrainOptions& options,
                          const TrainRequest& request) {
    ++runs;
    if (request.resume && !whole_checkpoints) fail(ErrorKind::kBadInput, "none of them is whole");
    if (request.after_start) request.after_start();
    resumed += request.resume ? 1 : 0;
    outs.push_back(request.out.filename().string());
    warm_ups.insert(options.warm_up);
    make_folder(request.out / "checkpoints");
    write_text(request.out / "checkpoints" / "iteration-1.safetensors", "x");
    if (stop_after > 0 && runs > stop_after) fail(ErrorKind::kInterrupted, "stopped");
    if (options.momentum < 0.1) fail(ErrorKind::kBadInput, "the loss is nan");
    TrainSummary summary;
    summary.iterations = options.total_iterations();
    summary.best_score = options.momentum + 1e-4 * summary.iterations;
    summary.best_iteration = summary.iterations;
    return summary;
  }
  int runs = 0, resumed = 0, stop_after = 0;
  bool whole_checkpoints = true;
  std::vector<std::string> outs;
  std::set<int> warm_ups;
};

class Tune : public ::testing::Test {
 protected:
  static constexpr int kSide = 32;

  Tune() {
    std::vector<PackedSample> samples;
    for (const std::string subset : {"train", "validation"}) {
      samples.push_back(disc_sample("P" + subset, "1", subset, kSide, {16, 16, 6}, {16, 16, 6}));
    }
    testing::write_dataset(folder_ / "data", "cavity", samples);
    options_.data = folder_ / "data";
    options_.space = folder_ / "space.toml";
    options_.out = folder_ / "search";
    options_.settings = {"crops=0", "iterations=80", "schedules=fixed", "rates=1e-3"};
    options_.trials = 8;
    write_text(options_.space, "momentum = { min = 0.1, max = 0.9 }\n");
  }

  std::vector<Trial> run(FakeTraining& training) {
    return tune(options_,
                [&](const Dataset& data, const TrainOptions& options, const TrainRequest& request) {
                  return training(data, options, request);
                });
  }

  TemporaryFolder folder_;
  TuneOptions options_;
};

TEST(Halving, every_rung_has_twice_the_iterations_of_the_one_before) {
  EXPECT_THAT(rung_iterations({100, 40}, 1, 3), ElementsAre(25, 10));
  EXPECT_THAT(rung_iterations({100, 40}, 2, 3), ElementsAre(50, 20));
  EXPECT_THAT(rung_iterations({100, 40}, 3, 3), ElementsAre(100, 40));
  EXPECT_THAT(rung_iterations({1}, 1, 3), ElementsAre(1));
}

TEST(Halving, the_best_share_goes_on_and_what_failed_does_not) {
  std::vector<Trial> trials(5);
  const std::vector<double> scores = {0.5, 0.8, -1, 0.8, 0.1};
  for (int i = 0; i < 5; ++i) {
    trials[static_cast<std::size_t>(i)].number = i + 1;
    trials[static_cast<std::size_t>(i)].score = scores[static_cast<std::size_t>(i)];
  }
  trials[2].failure = "diverged";
  EXPECT_THAT(survivors(trials, 0.5), ElementsAre(2, 4, 1));
  EXPECT_THAT(survivors(trials, 0.4), ElementsAre(2, 4));
  EXPECT_THAT(survivors(trials, 0.01), ElementsAre(2));
  EXPECT_THAT(survivors(trials, 1), ElementsAre(2, 4, 1, 5));
}

TEST_F(Tune, the_best_of_all_trials_climbs_to_the_last_rung) {
  FakeTraining training;
  const auto trials = run(training);
  EXPECT_EQ(training.runs, 8 + 4 + 2);
  const auto& best = best_of(trials);
  EXPECT_EQ(best.rung, 3);
  EXPECT_EQ(best.iterations, 80);
  double highest = 0;
  for (const auto& trial : trials) {
    highest = std::max(highest, std::stod(trial.settings.at(0).items.at(0)));
  }
  EXPECT_EQ(std::stod(best.settings.at(0).items.at(0)), highest);
  const std::string table = read_text(options_.out / "trials.csv");
  EXPECT_THAT(table, ::testing::StartsWith("trial,rung,iterations,score,best_iteration,momentum,"));
  EXPECT_EQ(std::ranges::count(table, '\n'), 1 + 8);
}

TEST_F(Tune, its_configuration_is_one_that_a_training_takes) {
  FakeTraining training;
  const auto trials = run(training);
  const TrainOptions options = configured(options_.out / "best.toml", {});
  EXPECT_EQ(options.momentum, std::stod(best_of(trials).settings.at(0).items.at(0)));
  EXPECT_THAT(options.iterations, ElementsAre(80));
  EXPECT_THAT(options.rates, ElementsAre(1e-3));
  EXPECT_THAT(options.schedules, ElementsAre("fixed"));
}

TEST_F(Tune, a_fixed_rate_goes_on_where_it_stood_and_another_starts_anew) {
  FakeTraining training;
  run(training);
  EXPECT_EQ(training.resumed, 4 + 2);
  EXPECT_THAT(training.outs, ::testing::Each("run"));
  options_.settings[2] = "schedules=cosine";
  options_.settings.emplace_back("warm_up=20");
  options_.out = folder_ / "anew";
  FakeTraining other;
  run(other);
  EXPECT_EQ(other.resumed, 0);
  EXPECT_THAT(other.warm_ups, ElementsAre(5, 10, 20));  // as the iterations: 20, 40, 80
  EXPECT_THAT(other.outs, ::testing::Contains("rung-3").Times(2));
}

TEST_F(Tune, resuming_does_what_is_left_and_ends_the_same) {
  FakeTraining whole;
  const auto expected = run(whole);
  options_.out = folder_ / "cut";
  FakeTraining first;
  first.stop_after = 9;
  expect_error(ErrorKind::kInterrupted, {"stopped"}, [&] { run(first); });
  std::ofstream(options_.out / "journal.jsonl", std::ios::app) << "{\"trial\": 3, \"ru";
  options_.resume = true;
  FakeTraining second;
  run(second);
  EXPECT_EQ(second.runs, whole.runs - 9);
  for (const std::string name : {"trials.csv", "best.toml", "journal.jsonl"}) {
    EXPECT_EQ(read_text(folder_ / "cut" / name), read_text(folder_ / "search" / name)) << name;
  }
  FakeTraining third;
  run(third);
  EXPECT_EQ(third.runs, 0);
}

TEST_F(Tune, a_trial_that_cannot_go_on_is_not_one_that_failed) {
  FakeTraining cut;
  cut.stop_after = 2;
  expect_error(ErrorKind::kInterrupted, {"stopped"}, [&] { run(cut); });
  options_.resume = true;
  FakeTraining damaged;
  damaged.whole_checkpoints = false;
  expect_error(ErrorKind::kBadInput,
               {"trial 3 cannot go on", "none of them is whole", "trains it anew"},
               [&] { run(damaged); });
  std::filesystem::remove_all(options_.out / "trial-003" / "run");
  FakeTraining whole;
  EXPECT_EQ(best_of(run(whole)).rung, 3);
}

TEST_F(Tune, a_trial_that_fails_is_last_and_says_why) {
  write_text(options_.space, "momentum = [0.0, 0.5]\n");
  FakeTraining training;
  const auto trials = run(training);
  int failed = 0;
  for (const auto& trial : trials) {
    if (trial.failure.empty()) continue;
    EXPECT_THAT(trial.failure, HasSubstr("the loss is nan"));
    EXPECT_EQ(trial.rung, 1);
    ++failed;
  }
  EXPECT_GT(failed, 0);
  EXPECT_TRUE(best_of(trials).failure.empty());
  write_text(options_.space, "momentum = [0.0]\n");
  options_.out = folder_ / "hopeless";
  expect_error(ErrorKind::kBadInput, {"every trial failed", "the loss is nan"},
               [&] { run(training); });
}

TEST_F(Tune, only_the_checkpoints_of_running_trials_are_kept) {
  FakeTraining training;
  run(training);
  for (const auto& file : list_files(options_.out)) {
    EXPECT_NE(file.parent_path().filename(), "checkpoints") << file;
  }
}

TEST_F(Tune, another_search_in_the_folder_is_left_alone) {
  FakeTraining training;
  run(training);
  expect_error(ErrorKind::kUsage, {"earlier heartlab tune", "--resume"}, [&] { run(training); });
  options_.resume = true;
  options_.seed = 2;
  expect_error(ErrorKind::kUsage, {"seed = 1", "now it is 2"}, [&] { run(training); });
  options_.seed = 1;
  write_text(options_.space, "momentum = [0.5]\n");
  expect_error(ErrorKind::kUsage, {"momentum"}, [&] { run(training); });
  options_.out = folder_ / "nowhere";
  expect_error(ErrorKind::kNotFound, {"nothing to resume"}, [&] { run(training); });
}

}  // namespace
}  // namespace heartlab
