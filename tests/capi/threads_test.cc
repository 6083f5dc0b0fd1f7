#include <gtest/gtest.h>
#include <omp.h>

#include <thread>

#include "tests/capi/fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

constexpr std::size_t kThreads = 64;

TEST(CapiThreads, sixty_four_at_once_on_one_model_get_the_masks_of_one) {
  const Model model = open_cavity();
  std::vector<Mask> expected;
  for (const auto& heart : hearts()) expected.push_back(mask_of(model.get(), heart));
  std::vector<Mask> found(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 2; ++round) {
        found[i] = mask_of(model.get(), hearts()[i % hearts().size()]);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < kThreads; ++i) {
    expect_mask_eq(expected[i % expected.size()], found[i]);
  }
}

TEST(CapiThreads, the_number_of_openmp_threads_stays_the_caller_s) {
  constexpr int kOwn = 7;
  omp_set_num_threads(kOwn);
  const Model model = open_cavity();
  EXPECT_EQ(omp_get_max_threads(), kOwn);
  mask_of(model.get(), hearts().front());
  EXPECT_EQ(omp_get_max_threads(), kOwn);
}

TEST(CapiThreads, a_model_outlives_the_thread_that_opened_it) {
  Model model;
  std::thread([&] { model = open_cavity(); }).join();
  const Mask first = mask_of(model.get(), hearts().front());
  Mask second;
  std::thread([&] { second = mask_of(model.get(), hearts().front()); }).join();
  expect_mask_eq(first, second);
}

TEST(CapiThreads, each_has_its_own_last_error) {
  EXPECT_NE(heartlab_open(nullptr, nullptr, nullptr), HEARTLAB_OK);
  std::string other = "untouched";
  std::thread([&] { other = heartlab_last_error(); }).join();
  EXPECT_EQ(other, "");
  EXPECT_STRNE(heartlab_last_error(), "");
}

}  // namespace
}  // namespace heartlab::testing
