#include "heartlab/prepare/split.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "heartlab/core/random.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

std::vector<std::string> patients(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(fmt::format("P{:03}", i));
  return names;
}

SplitOptions ratios(double train, double validation, double test) {
  SplitOptions options;
  options.ratios = {train, validation, test};
  return options;
}

std::map<std::string, int> sizes(const std::map<std::string, std::string>& split) {
  std::map<std::string, int> count;
  for (const auto& [patient, subset] : split) ++count[subset];
  return count;
}

using Sizes = std::map<std::string, int>;

TEST(Split, sizes_go_by_largest_remainder) {
  EXPECT_EQ(sizes(split_patients(patients(10), ratios(0.7, 0.1, 0.2))),
            (Sizes{{"train", 7}, {"validation", 1}, {"test", 2}}));
  EXPECT_EQ(sizes(split_patients(patients(28), ratios(0.7, 0.1, 0.2))),
            (Sizes{{"train", 19}, {"validation", 3}, {"test", 6}}));
}

TEST(Split, whatever_the_ratios_every_patient_is_on_one_side_and_wanted_sides_are_not_empty) {
  Generator generator(17);
  for (int round = 0; round < 500; ++round) {
    const int count = static_cast<int>(generator.below(40)) + 1;
    const double a = generator.below(11) / 10.0;
    const double b = (1 - a) * generator.below(11) / 10.0;
    SplitOptions options = ratios(a, b, 1 - a - b < 1e-9 ? 0 : 1 - a - b);
    options.seed = generator.next();
    const auto split = split_patients(patients(count), options);
    ASSERT_EQ(split.size(), static_cast<std::size_t>(count));
    Sizes found = sizes(split);
    const char* names[] = {"train", "validation", "test"};
    const auto wanted = std::ranges::count_if(options.ratios, [](double r) { return r > 0; });
    for (int side = 0; side < 3; ++side) {
      const double ratio = options.ratios[static_cast<std::size_t>(side)];
      ASSERT_TRUE(ratio > 0 || found[names[side]] == 0) << names[side];
      ASSERT_TRUE(ratio == 0 || count < wanted || found[names[side]] > 0) << names[side];
    }
  }
}

TEST(Split, the_same_seed_gives_the_same_split_in_whatever_order_patients_come) {
  auto names = patients(20);
  const auto first = split_patients(names, ratios(0.5, 0.25, 0.25));
  std::ranges::reverse(names);
  names.push_back(names.front());
  EXPECT_EQ(split_patients(names, ratios(0.5, 0.25, 0.25)), first);
}

TEST(Split, another_seed_gives_another_split) {
  SplitOptions options = ratios(0.5, 0.25, 0.25);
  const auto first = split_patients(patients(20), options);
  options.seed = 2;
  EXPECT_NE(split_patients(patients(20), options), first);
}

TEST(Split, one_patient_alone_is_for_training) {
  EXPECT_EQ(split_patients({"A"}, ratios(0.7, 0.1, 0.2)),
            (std::map<std::string, std::string>{{"A", "train"}}));
  EXPECT_EQ(split_patients({"A"}, ratios(0, 0, 1)),
            (std::map<std::string, std::string>{{"A", "test"}}));
}

TEST(Split, lists_win_and_the_rest_is_shared_by_the_other_ratios) {
  SplitOptions options = ratios(0.7, 0.1, 0.2);
  options.test_patients = {"P003", "P007"};
  const auto split = split_patients(patients(18), options);
  EXPECT_EQ(split.at("P003"), "test");
  EXPECT_EQ(split.at("P007"), "test");
  EXPECT_EQ(sizes(split), (Sizes{{"train", 14}, {"validation", 2}, {"test", 2}}));
  options.validation_patients = {"P001"};
  EXPECT_EQ(sizes(split_patients(patients(18), options)),
            (Sizes{{"train", 15}, {"validation", 1}, {"test", 2}}));
}

TEST(Split, a_patient_who_does_not_exist_is_an_error_that_names_the_nearest) {
  SplitOptions options;
  options.test_patients = {"P0O3"};
  expect_error(ErrorKind::kUsage, {"--test-patients", "P0O3", "did you mean"},
               [&] { split_patients(patients(9), options); });
  options.test_patients = {"somebody"};
  expect_error(ErrorKind::kUsage, {"somebody", "9", "P000"},
               [&] { split_patients(patients(9), options); });
}

TEST(Split, nobody_is_on_both_lists) {
  SplitOptions options;
  options.validation_patients = {"P001", "P002"};
  options.test_patients = {"P002"};
  expect_error(ErrorKind::kUsage, {"P002", "--validation-patients", "--test-patients"},
               [&] { split_patients(patients(9), options); });
}

TEST(Split, ratios_that_do_not_fit_are_errors) {
  for (const auto& bad : {ratios(0.7, 0.1, 0.1), ratios(1.5, -0.5, 0)}) {
    expect_error(ErrorKind::kUsage, {"--split", "sum 1"}, [&] { split_patients({"A"}, bad); });
  }
  SplitOptions two;
  two.ratios = {0.5, 0.5};
  expect_error(ErrorKind::kUsage, {"three ratios", "0.5,0.5"}, [&] { split_patients({"A"}, two); });
}

}  // namespace
}  // namespace heartlab
