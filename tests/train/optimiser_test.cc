#include "heartlab/train/optimiser.h"

#include <gtest/gtest.h>

#include <cmath>

namespace heartlab {
namespace {

// One convolution's weights, laid out channels last, and a bias.
struct TwoImpl : torch::nn::Module {
  TwoImpl() {
    weight = register_parameter("weight", torch::ones({3, 4, 2, 2}));
    bias = register_parameter("bias", torch::ones({3}));
    weight.set_data(weight.data().contiguous(at::MemoryFormat::ChannelsLast));
  }
  torch::Tensor weight, bias;
};

// A gradient whose layout in memory is another one than the weights'.
void give_gradients(TwoImpl& two) {
  two.weight.mutable_grad() =
      torch::arange(48, torch::kFloat).reshape({3, 4, 2, 2}).contiguous() / 10;
  two.bias.mutable_grad() = torch::full({3}, 2.0F);
}

TrainOptions options_of(const std::string& optimiser) {
  TrainOptions options;
  options.optimiser = optimiser;
  options.head_rate = 10;
  options.head_bias_rate = 20;
  return options;
}

TEST(Optimiser, sgd_is_pytorchs_with_decay_of_convolutions_alone) {
  TwoImpl two;
  const TrainOptions options = options_of("sgd");
  Optimiser optimiser(two, options);
  auto weight = torch::ones({3, 4, 2, 2});
  auto velocity = torch::zeros_like(weight);
  double bias = 1, bias_velocity = 0;
  for (int iteration = 0; iteration < 3; ++iteration) {
    give_gradients(two);
    velocity = 0.9 * velocity + two.weight.grad() + 5e-4 * weight;
    weight = weight - 0.1 * velocity;  // a head's weights: 10 times the rate
    bias_velocity = 0.9 * bias_velocity + 2;
    bias -= 0.2 * bias_velocity;
    optimiser.step(0.01, iteration);
  }
  EXPECT_TRUE(torch::allclose(two.weight, weight, 1e-5, 1e-6));
  EXPECT_NEAR(two.bias[1].item<double>(), bias, 1e-5);
}

TEST(Optimiser, adamw_is_that_of_the_paper) {
  TwoImpl two;
  const TrainOptions options = options_of("adamw");
  Optimiser optimiser(two, options);
  auto weight = torch::ones({3, 4, 2, 2});
  auto first = torch::zeros_like(weight), second = torch::zeros_like(weight);
  for (int iteration = 0; iteration < 3; ++iteration) {
    give_gradients(two);
    const auto gradient = two.weight.grad();
    first = 0.9 * first + 0.1 * gradient;
    second = 0.999 * second + 0.001 * gradient * gradient;
    const auto estimate = first / (1 - std::pow(0.9, iteration + 1));
    const auto spread = second / (1 - std::pow(0.999, iteration + 1));
    weight = weight * (1 - 0.1 * 5e-4) - 0.1 * estimate / (spread.sqrt() + 1e-8);
    optimiser.step(0.01, iteration);
  }
  EXPECT_TRUE(torch::allclose(two.weight, weight, 1e-4, 1e-6));
}

}  // namespace
}  // namespace heartlab
