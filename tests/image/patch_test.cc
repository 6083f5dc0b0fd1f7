#include "heartlab/image/patch.h"

#include <gtest/gtest.h>

#include "tests/image/shapes.h"

namespace heartlab::testing {
namespace {

TEST(APatch, gives_back_the_raster_it_was_made_of) {
  Generator generator(2);
  for (int round = 0; round < 50; ++round) {
    const Mask mask = random_mask(generator, 1 + round % 9, 1 + round % 7, 0.02 * round);
    const Patch patch(mask);
    EXPECT_EQ(patch.raster(), mask);
    EXPECT_EQ(patch.is_empty(), count_set(mask) == 0);
    EXPECT_EQ(patch.rows(), mask.rows);
    EXPECT_EQ(patch.columns(), mask.columns);
  }
}

}  // namespace
}  // namespace heartlab::testing
