#include "heartlab/train/shared_state.h"

#include "heartlab/core/error.h"
#include "heartlab/nn/weights.h"

namespace heartlab {
namespace {

void expect_same(Peers& peers, const torch::Device& device, const std::string& identity) {
  std::string sum =
      sha256({reinterpret_cast<const std::uint8_t*>(identity.data()), identity.size()});
  const auto own = torch::from_blob(sum.data(), {std::ssize(sum)}, torch::kByte).to(device);
  const auto first = own.clone();
  peers.broadcast(first);
  if (torch::equal(own, first)) return;
  fail(ErrorKind::kUsage, "process {} of {}: other options or another data set than process 0",
       peers.rank(), peers.size());
}

torch::Tensor numbers_of(const Progression& progression) {
  return torch::tensor(
      {static_cast<double>(progression.iteration), progression.best_score,
       static_cast<double>(progression.best_iteration), static_cast<double>(progression.validated),
       progression.smooth_loss, static_cast<double>(progression.without_better)},
      torch::kDouble);
}

Progression progression_of(const torch::Tensor& numbers) {
  const auto values = numbers.accessor<double, 1>();
  return {static_cast<int>(values[0]), values[1], static_cast<int>(values[2]),
          static_cast<int>(values[3]), values[4], static_cast<int>(values[5])};
}

}  // namespace

void share_state(Peers& peers, const torch::Device& device, const std::string& identity,
                 const torch::nn::Module& network, const Optimiser& optimiser,
                 const WeightAverage& average, Progression& progression) {
  if (peers.alone()) return;
  expect_same(peers, device, identity);
  const auto numbers = numbers_of(progression).to(device);
  peers.broadcast(numbers);
  progression = progression_of(numbers.to(torch::kCPU));
  for (const auto& state : {state_of(network), optimiser.state(), average.state()}) {
    for (const auto& [name, tensor] : state) peers.broadcast(tensor.detach());
  }
}

}  // namespace heartlab
