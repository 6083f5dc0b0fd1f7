#include <gtest/gtest.h>

#include "heartlab/model/context_module.h"
#include "heartlab/nn/context.h"
#include "heartlab/nn/network.h"
#include "heartlab/nn/parsenet.h"
#include "tests/nn/formula.h"

namespace heartlab {
namespace {

using testing::formula;

torch::Tensor scores_of_at_least_0(int classes) {
  return formula({1, classes, 24, 20}, 0.5).to(torch::kFloat).abs();
}

TEST(ContextHead, starts_by_passing_scores_through) {
  const torch::NoGradGuard no_gradients;
  for (const int classes : {2, 3, 5}) {
    ContextHead head(16, classes);
    for (auto& parameter : head.parameters()) parameter.zero_();
    head.initialise(Generator(4));
    const auto scores = scores_of_at_least_0(classes);
    const auto found = head.context(scores);
    ASSERT_EQ(found.sizes(), scores.sizes());
    const double change = (found - scores).abs().max().item<double>();
    EXPECT_GT(change, 0) << "noise";
    EXPECT_LT(change, 0.1 * scores.max().item<double>()) << classes;
  }
}

TEST(ContextHead, has_the_layers_of_the_papers_large_module) {
  const int64_t classes = 3;
  ContextHead head(16, static_cast<int>(classes));
  const int64_t widths[] = {classes,      2 * classes,  2 * classes,  4 * classes, 8 * classes,
                            16 * classes, 32 * classes, 32 * classes, classes};
  int64_t expected = 16 * classes + classes;
  for (int i = 0; i < 8; ++i) {
    expected += widths[i] * widths[i + 1] * (i < 7 ? 9 : 1) + widths[i + 1];
  }
  int64_t found = 0;
  for (const auto& parameter : head.parameters()) found += parameter.numel();
  EXPECT_EQ(found, expected);
}

// Table 1: 67 x 67.
TEST(ContextHead, sees_67_places_either_way) {
  int reach = 0;
  for (const auto& layer : kContextLayers) reach += layer.dilation * (layer.kernel / 2);
  EXPECT_EQ(2 * reach + 1, 67);
}

TEST(ParseNetHead, gives_features_a_length_of_one_at_every_place) {
  const auto x = formula({2, 7, 5, 4}, 0.25).to(torch::kFloat) * 30;
  const auto lengths = of_unit_length(x).square().sum(1).sqrt();
  EXPECT_TRUE(torch::allclose(lengths, torch::ones_like(lengths), 1e-5, 1e-6));
  const auto direction = x / x.square().sum(1, true).sqrt();
  EXPECT_TRUE(torch::allclose(of_unit_length(x), direction, 1e-5, 1e-6));
  EXPECT_TRUE(torch::equal(of_unit_length(torch::zeros({1, 3, 2, 2})), torch::zeros({1, 3, 2, 2})));
}

TEST(ParseNetHead, does_not_depend_on_how_large_its_features_are) {
  const torch::NoGradGuard no_gradients;
  ParseNetHead head(6, 2);
  testing::fill_by_formula(head);
  const auto x = formula({1, 6, 5, 4}, 0.25).to(torch::kFloat);
  EXPECT_TRUE(torch::allclose(head.forward({10 * x}), head.forward({100 * x}), 1e-4, 1e-5));
}

TEST(ParseNetHead, starts_with_scales_of_10) {
  const torch::NoGradGuard no_gradients;
  NetworkOptions options;
  options.network = "parsenet";
  options.backbone = "resnet18";
  Network network(options);
  initialise(network, Generator(1));
  const auto state = state_of(*network);
  for (const char* name : {"classifier.scale", "classifier.global_scale"}) {
    EXPECT_TRUE(torch::equal(state.at(name), torch::full({512}, 10.0F))) << name;
  }
}

}  // namespace
}  // namespace heartlab
