// allreduce_bench [BYTES]: how long the processes that a launcher started take to add up one
// number, one bucket of 4 MB, and gradients of BYTES (48 MB) in such buckets. Process 0 prints.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <vector>

#include "heartlab/train/rendezvous.h"

namespace {

using namespace heartlab;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kBucket = 4 << 20;

// The median of some tries, seconds.
double time_of(int tries, const std::function<void()>& action) {
  action();
  std::vector<double> seconds;
  for (int i = 0; i < tries; ++i) {
    const auto start = Clock::now();
    action();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::ranges::nth_element(seconds, seconds.begin() + tries / 2);
  return seconds[static_cast<std::size_t>(tries / 2)];
}

void measure(std::int64_t bytes) {
  const Ranks ranks = ranks_from_environment();
  Peers peers(rendezvous_from_environment(ranks), torch::kCPU);
  const auto one = torch::zeros({1}, torch::kDouble);
  const auto bucket = torch::zeros({kBucket / 4}, torch::kFloat);
  std::vector<torch::Tensor> buckets;
  for (std::int64_t at = 0; at < bytes; at += kBucket) {
    buckets.push_back(torch::zeros({std::min(kBucket, bytes - at) / 4}, torch::kFloat));
  }
  const double latency = time_of(500, [&] { peers.sum(one); });
  const double single = time_of(50, [&] { peers.sum(bucket); });
  const double all = time_of(10, [&] {
    std::vector<std::function<void()>> waits;
    for (const auto& part : buckets) waits.push_back(peers.start_sum(part));
    for (const auto& wait : waits) wait();
  });
  peers.sum(one);
  if (peers.rank() > 0) return;
  fmt::print(
      "{} processes: one number {:.0f} us, 4 MB {:.2f} ms, {:.1f} MB in {} buckets {:.1f} ms\n",
      peers.size(), latency * 1e6, single * 1e3, static_cast<double>(bytes) / 1e6, buckets.size(),
      all * 1e3);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    measure(argc > 1 ? std::atoll(argv[1]) : 48'000'000);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "allreduce_bench: {}\n", error.what());
    return 1;
  }
}
