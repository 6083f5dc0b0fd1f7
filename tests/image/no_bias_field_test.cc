#include <gtest/gtest.h>

#include "heartlab/image/bias_field.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

TEST(NoBiasField, a_build_without_itk_says_what_it_lacks) {
  EXPECT_FALSE(has_bias_correction());
  testing::expect_error(ErrorKind::kUnsupported, {"N4", "HEARTLAB_N4"},
                        [] { bias_corrected(Image(4, 4)); });
}

}  // namespace
}  // namespace heartlab
