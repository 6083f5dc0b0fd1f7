#include "heartlab/core/bounded_queue.h"

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include "tests/support/support.h"

namespace heartlab {
namespace {

TEST(BoundedQueue, what_goes_in_comes_out_in_its_order) {
  BoundedQueue<int> queue(2, 1);
  std::jthread maker([&queue] {
    for (int i = 0; i < 1000; ++i) queue.push(i);
    queue.done();
  });
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(queue.pop(), i);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, many_makers_and_takers_lose_nothing_and_double_nothing) {
  constexpr int kMakers = 4, kEach = 500;
  BoundedQueue<int> queue(3, kMakers);
  std::vector<std::atomic<int>> seen(std::size_t{kMakers} * kEach);
  {
    std::vector<std::jthread> threads;
    for (int maker = 0; maker < kMakers; ++maker) {
      threads.emplace_back([&queue, maker] {
        for (int i = 0; i < kEach; ++i) queue.push(maker * kEach + i);
        queue.done();
      });
      threads.emplace_back([&] {
        while (const auto item = queue.pop()) ++seen[static_cast<std::size_t>(*item)];
      });
    }
  }
  for (const auto& times : seen) EXPECT_EQ(times, 1);
}

TEST(BoundedQueue, never_holds_more_than_its_capacity) {
  BoundedQueue<int> queue(3, 1);
  std::atomic<int> pushed{0};
  std::jthread maker([&] {
    for (int i = 0; i < 20; ++i) {
      queue.push(i);
      ++pushed;
    }
    queue.done();
  });
  for (int taken = 0; queue.pop(); ++taken) EXPECT_LE(pushed, taken + 1 + 3);
}

}  // namespace
}  // namespace heartlab
