#include "heartlab/train/checkpoint.h"

#include <gtest/gtest.h>

#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::TemporaryFolder;

NetworkOptions small() {
  NetworkOptions options;
  options.backbone = "resnet18";
  options.aspp_channels = 4;
  return options;
}

TEST(Checkpoint, the_last_two_are_kept) {
  const TemporaryFolder folder;
  TrainOptions options;
  Network network(small());
  const Optimiser optimiser(*network, options);
  const WeightAverage average(*network, 0);
  for (int i = 1; i <= 4; ++i) {
    write_checkpoint(folder.path(), *network, optimiser, average, {i, -1, -1}, {});
  }
  std::vector<std::string> names;
  for (const auto& file : list_files(folder.path())) names.push_back(file.filename().string());
  EXPECT_EQ(names, (std::vector<std::string>{"iteration-0000000003.safetensors",
                                             "iteration-0000000004.safetensors"}));
}

TEST(Checkpoint, an_empty_folder_has_none) {
  const TemporaryFolder folder;
  TrainOptions options;
  Network network(small());
  Optimiser optimiser(*network, options);
  WeightAverage average(*network, 0);
  EXPECT_FALSE(read_checkpoint(folder / "none", *network, optimiser, average, {}).has_value());
}

TEST(WeightAverage, exchanging_twice_changes_nothing) {
  Network network(small());
  WeightAverage average(*network, 0.5);
  const auto before = network->parameters().front().detach().clone();
  {
    const torch::NoGradGuard no_gradients;
    network->parameters().front().add_(1.0);
  }
  average.update();
  average.exchange();
  EXPECT_TRUE(torch::allclose(network->parameters().front(), before + 0.5));
  average.exchange();
  EXPECT_TRUE(torch::allclose(network->parameters().front(), before + 1.0));
}

}  // namespace
}  // namespace heartlab
