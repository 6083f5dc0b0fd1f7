#include "heartlab/core/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace heartlab {
namespace {

TEST(Threads, every_index_is_worked_on_once_with_one_thread_or_many) {
  for (const int threads : {0, 1, 2, 9}) {
    std::vector<std::atomic<int>> counts(500);
    parallel_for(counts.size(), threads, [&](std::size_t i) { ++counts[i]; });
    for (const auto& count : counts) EXPECT_EQ(count, 1);
  }
}

TEST(Threads, the_first_exception_comes_back_and_stops_the_rest) {
  std::atomic<int> calls = 0;
  EXPECT_THROW(parallel_for(1000000, 3,
                            [&](std::size_t i) {
                              ++calls;
                              if (i == 5) throw std::runtime_error("five");
                            }),
               std::runtime_error);
  EXPECT_LT(calls, 1000000);
}

TEST(Threads, no_work_is_no_call) {
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
  EXPECT_GE(available_cores(), 1);
}

}  // namespace
}  // namespace heartlab
