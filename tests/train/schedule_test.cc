#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/train/options.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

TEST(Schedule, the_studys_second_phase_counts_from_zero_again) {
  const TrainOptions options;  // the study's DeepLabv3
  EXPECT_EQ(options.total_iterations(), 35000);
  EXPECT_DOUBLE_EQ(schedule_at(options, 14999).rate, 2.5e-4);
  const SchedulePoint start = schedule_at(options, 15000);
  EXPECT_EQ(start.phase, 1);
  EXPECT_EQ(start.iteration, 0);
  EXPECT_DOUBLE_EQ(start.rate, 2.5e-4);
  EXPECT_DOUBLE_EQ(schedule_at(options, 25000).rate, 2.5e-4 * std::pow(0.5, 0.9));
  EXPECT_GT(schedule_at(options, 34999).rate, 0);
}

TEST(Schedule, cosine_falls_by_half_a_wave) {
  TrainOptions options;
  options.schedules = {"cosine"};
  options.iterations = {100, 40};
  options.rates = {2, 1};
  EXPECT_DOUBLE_EQ(schedule_at(options, 0).rate, 2);
  EXPECT_DOUBLE_EQ(schedule_at(options, 50).rate, 1);
  EXPECT_DOUBLE_EQ(schedule_at(options, 25).rate, 1 + std::sqrt(0.5));
  EXPECT_GT(schedule_at(options, 99).rate, 0);
  EXPECT_DOUBLE_EQ(schedule_at(options, 100).rate, 1) << "each phase from its own start";
}

TEST(Schedule, patience_needs_validations) {
  TrainOptions options;
  options.patience = 3;
  options.validate_every = 0;
  testing::expect_error(ErrorKind::kUsage, {"patience", "validate_every"},
                        [&] { check_options(options, 513); });
}

TEST(Schedule, warm_up_rises_to_the_rate) {
  TrainOptions options;
  options.warm_up = 10;
  EXPECT_DOUBLE_EQ(schedule_at(options, 0).rate, 2.5e-5);
  EXPECT_DOUBLE_EQ(schedule_at(options, 9).rate, 2.5e-4);
  EXPECT_DOUBLE_EQ(schedule_at(options, 10).rate, 2.5e-4);
}

TEST(TrainOptions, the_studys_files_state_its_settings) {
  for (const std::string name : {"feilles2018-deeplabv2", "feilles2018-deeplabv3", "recommended"}) {
    TrainOptions options;
    OptionTable table = options.table();
    table.load_toml(Path(HEARTLAB_CONFIGS) / (name + ".toml"));
    EXPECT_NO_THROW(check_options(options, 513)) << name;
    if (name == "recommended") continue;
    EXPECT_EQ(options.network.backbone, "resnet101");
    EXPECT_EQ(options.class_weights, (std::vector<double>{0.95, 0.05}));
    EXPECT_EQ(options.crops, std::vector<int>{450});
    EXPECT_EQ(options.batch, 2);
  }
}

TEST(TrainOptions, an_unknown_key_names_the_nearest) {
  TrainOptions options;
  OptionTable table = options.table();
  testing::expect_error(ErrorKind::kUsage, {"momentun", "momentum"},
                        [&] { table.set_assignment("momentun=0.5"); });
}

TEST(TrainOptions, go_through_json_unchanged) {
  TrainOptions options, copy;
  options.iterations = {3, 4, 5};
  options.network.scales = {0.5, 1};
  options.flip = true;
  options.rates = {1e-3};
  copy.table().from_json(options.table().to_json(), "test");
  EXPECT_EQ(options.table().to_json(), copy.table().to_json());
}

}  // namespace
}  // namespace heartlab
