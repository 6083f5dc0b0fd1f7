#include "heartlab/train/memory.h"

#include <gtest/gtest.h>

namespace heartlab {
namespace {

std::string fitting(int batch, int accumulate, int fits, int processes) {
  TrainOptions options;
  options.batch = batch;
  options.accumulate = accumulate;
  return settings_that_fit(options, fits, processes);
}

TEST(Memory, what_is_advised_fits_and_keeps_the_images_of_an_iteration) {
  EXPECT_EQ(fitting(8, 1, 3, 1), "--set batch=2 --set accumulate=4");
  EXPECT_EQ(fitting(6, 2, 5, 1), "--set batch=4 --set accumulate=3");
  EXPECT_EQ(fitting(7, 1, 6, 1), "--set batch=1 --set accumulate=7");
}

TEST(Memory, of_several_processes_the_advice_can_be_shared_out) {
  EXPECT_EQ(fitting(12, 1, 9, 3), "--set batch=6 --set accumulate=2");
  EXPECT_EQ(fitting(16, 1, 12, 4), "--set batch=8 --set accumulate=2");
}

}  // namespace
}  // namespace heartlab
