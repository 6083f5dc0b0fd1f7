#include "heartlab/labels/isolated.h"

#include <gtest/gtest.h>

#include <csignal>

#include "heartlab/core/error.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

TEST(isolated_work, gives_its_result) {
  const Bytes large(3'000'000, 7);
  EXPECT_EQ(run_isolated("file", [&] { return large; }), large);
  EXPECT_EQ(run_isolated("file", [] { return Bytes(); }), Bytes());
}

TEST(isolated_work, passes_its_error_on) {
  expect_error(ErrorKind::kUnsupported, {"too new"}, [] {
    run_isolated("file", []() -> Bytes { fail(ErrorKind::kUnsupported, "too new"); });
  });
}

TEST(isolated_work, a_crash_is_an_error_that_names_the_file) {
  expect_error(ErrorKind::kBadInput, {"labels.mat", "corrupt"}, [] {
    run_isolated("labels.mat", []() -> Bytes {
      ::raise(SIGSEGV);
      return {};
    });
  });
}

TEST(isolated_work, taking_all_memory_is_an_error_too) {
  expect_error(ErrorKind::kBadInput, {"labels.mat"},
               [] { run_isolated("labels.mat", [] { return Bytes(std::size_t{1} << 36); }); });
}

}  // namespace
}  // namespace heartlab::testing
