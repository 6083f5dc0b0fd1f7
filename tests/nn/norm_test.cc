#include "heartlab/nn/norm.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/nn/formula.h"

namespace heartlab {
namespace {

using testing::formula;
using testing::random_bf16;
using testing::relative_error;

constexpr int kBatch = 2, kRows = 7, kColumns = 9;

// Everything that comes out of one norm, as fp32.
struct Outcome {
  torch::Tensor y, x, shortcut, weight, bias, mean,
      variance;  // all but y, mean, variance: gradients
};

struct Case {
  int channels;
  bool relu, shortcut;
};

BatchNorm make_norm(int channels) {
  BatchNorm norm(channels);
  const torch::NoGradGuard no_gradients;
  norm->weight.copy_(1.0 + 0.5 * formula({channels}, 0.1));
  norm->bias.copy_(0.3 * formula({channels}, 0.2));
  return norm;
}

torch::Tensor leaf(int channels, std::uint64_t seed, torch::ScalarType type) {
  const auto values = random_bf16({kBatch, channels, kRows, kColumns}, seed).to(type);
  return values.contiguous(at::MemoryFormat::ChannelsLast).detach().requires_grad_(true);
}

Outcome collect(BatchNorm& norm, const torch::Tensor& y, const torch::Tensor& x,
                const torch::Tensor& shortcut) {
  const auto direction = random_bf16(y.sizes(), 3).to(y.scalar_type());
  (y * direction).sum().backward();
  return {y.detach().to(torch::kFloat),
          x.grad().to(torch::kFloat),
          shortcut.defined() ? shortcut.grad().to(torch::kFloat) : torch::zeros({1}),
          norm->weight.grad(),
          norm->bias.grad(),
          norm->running_mean,
          norm->running_var};
}

void expect_fused(const torch::Tensor& y) {
  EXPECT_NE(y.grad_fn()->name().find("FusedNorm"), std::string::npos) << y.grad_fn()->name();
}

Outcome by_one_function(const Case& item, torch::ScalarType type) {
  auto norm = make_norm(item.channels);
  const auto x = leaf(item.channels, 1, type);
  torch::Tensor shortcut, y;
  if (item.shortcut) {
    shortcut = leaf(item.channels, 2, type);
    const Twice twice = normed_relu(norm, x, shortcut);
    expect_fused(twice.first);
    // As two readers, of which each sees its part.
    y = twice.first * 0.25 + twice.second * 0.75;
  } else {
    y = item.relu ? normed_relu(norm, x) : normed(norm, x);
    expect_fused(y);
  }
  return collect(norm, y, x, shortcut);
}

Outcome by_plain_modules(const Case& item, torch::ScalarType type) {
  auto norm = make_norm(item.channels);
  // The values that `type` holds, computed with in fp32.
  const auto x = leaf(item.channels, 1, type).to(torch::kFloat).detach().requires_grad_(true);
  torch::Tensor shortcut;
  auto y = norm(x);
  if (item.shortcut) {
    shortcut = leaf(item.channels, 2, type).to(torch::kFloat).detach().requires_grad_(true);
    y = y + shortcut;
  }
  if (item.relu) y = torch::relu(y);
  return collect(norm, y, x, shortcut);
}

void expect_same_outcome(const Case& item, torch::ScalarType type, double tolerance) {
  const Outcome found = by_one_function(item, type);
  const Outcome expected = by_plain_modules(item, type);
  EXPECT_LE(relative_error(found.y, expected.y), tolerance) << "values";
  EXPECT_LE(relative_error(found.x, expected.x), tolerance) << "gradient of x";
  EXPECT_LE(relative_error(found.shortcut, expected.shortcut), tolerance)
      << "gradient of the shortcut";
  EXPECT_LE(relative_error(found.weight, expected.weight), tolerance) << "gradient of the weight";
  EXPECT_LE(relative_error(found.bias, expected.bias), tolerance) << "gradient of the bias";
  EXPECT_LE(relative_error(found.mean, expected.mean), tolerance) << "running mean";
  EXPECT_LE(relative_error(found.variance, expected.variance), tolerance) << "running variance";
}

constexpr Case kCases[] = {{64, true, true}, {64, true, false}, {64, false, false},
                           {5, true, true},  {1, true, false},  {48, false, false}};

TEST(Norm, one_function_equals_the_plain_modules) {
  for (const auto& item : kCases) {
    SCOPED_TRACE(fmt::format("{} channels", item.channels));
    expect_same_outcome(item, torch::kFloat, 1e-5);
  }
}

TEST(Norm, in_bf16_it_stays_near_the_plain_modules_in_fp32) {
  for (const auto& item : kCases) {
    SCOPED_TRACE(fmt::format("{} channels", item.channels));
    expect_same_outcome(item, torch::kBFloat16, 1e-2);
  }
}

TEST(Norm, a_shortcut_of_which_one_reader_is_used_has_that_ones_gradient) {
  auto norm = make_norm(16), plain = make_norm(16);
  const auto x = leaf(16, 1, torch::kFloat), shortcut = leaf(16, 2, torch::kFloat);
  const Outcome found = collect(norm, normed_relu(norm, x, shortcut).first, x, shortcut);
  const auto x2 = leaf(16, 1, torch::kFloat), shortcut2 = leaf(16, 2, torch::kFloat);
  const Outcome expected = collect(plain, torch::relu(plain(x2) + shortcut2), x2, shortcut2);
  EXPECT_LE(relative_error(found.x, expected.x), 1e-5);
  EXPECT_LE(relative_error(found.shortcut, expected.shortcut), 1e-5);
}

TEST(Norm, a_batch_of_one_and_another_layout_change_nothing) {
  const auto values = random_bf16({1, 6, kRows, kColumns}, 1).to(torch::kFloat);
  const auto run = [&values](const torch::Tensor& given, bool one_function) {
    auto norm = make_norm(6);
    const auto x = given.detach().requires_grad_(true);
    return collect(norm, one_function ? normed(norm, x) : norm(x), x, {});
  };
  const Outcome found = run(values.contiguous(), true), expected = run(values.contiguous(), false);
  EXPECT_LE(relative_error(found.y, expected.y), 1e-5);
  EXPECT_LE(relative_error(found.x, expected.x), 1e-5);
  EXPECT_LE(relative_error(found.weight, expected.weight), 1e-5);
}

TEST(Norm, a_large_mean_costs_no_digits) {
  auto norm = make_norm(8);
  const auto x = leaf(8, 1, torch::kFloat).detach();
  const auto y = normed(norm, x);
  const auto shifted = normed(norm, x + 4096.0);
  EXPECT_LE(relative_error(shifted, y), 1e-3);
}

TEST(Norm, threads_change_no_bit) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const Outcome one = by_one_function({64, true, true}, torch::kFloat);
  at::set_num_threads(2);
  const Outcome two = by_one_function({64, true, true}, torch::kFloat);
  at::set_num_threads(threads);
  EXPECT_TRUE(torch::equal(one.y, two.y));
  EXPECT_TRUE(torch::equal(one.x, two.x));
  EXPECT_TRUE(torch::equal(one.weight, two.weight));
}

TEST(Norm, for_evaluation_the_running_statistics_serve) {
  auto norm = make_norm(8);
  norm->eval();
  const torch::NoGradGuard no_gradients;
  const auto x = leaf(8, 1, torch::kFloat);
  EXPECT_TRUE(torch::equal(normed_relu(norm, x), torch::relu(norm(x))));
}

}  // namespace
}  // namespace heartlab
