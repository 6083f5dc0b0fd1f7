#include "heartlab/core/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

TEST(Error, every_kind_has_an_exit_status_of_its_own_and_none_is_success) {
  std::set<int> seen;
  for (const auto kind :
       {ErrorKind::kUsage, ErrorKind::kNotFound, ErrorKind::kPermission, ErrorKind::kBadInput,
        ErrorKind::kUnsupported, ErrorKind::kDisk, ErrorKind::kInterrupted, ErrorKind::kInternal}) {
    EXPECT_NE(exit_status(kind), 0);
    EXPECT_TRUE(seen.insert(exit_status(kind)).second);
  }
}

TEST(Error, the_message_is_formatted_and_the_kind_kept) {
  expect_error(ErrorKind::kBadInput, {"a.dcm: expected 2, found 3"},
               [] { fail(ErrorKind::kBadInput, "{}: expected {}, found {}", "a.dcm", 2, 3); });
}

TEST(Error, a_failed_system_call_gives_the_kind_that_fits) {
  const auto with = [](int code) {
    return [code] {
      errno = code;
      fail_errno("open", "a/b.png");
    };
  };
  expect_error(ErrorKind::kNotFound, {"a/b.png", "open", "No such file"}, with(ENOENT));
  expect_error(ErrorKind::kPermission, {"a/b.png", "Permission denied"}, with(EACCES));
  expect_error(ErrorKind::kPermission, {"Read-only"}, with(EROFS));
  expect_error(ErrorKind::kDisk, {"No space left"}, with(ENOSPC));
}

}  // namespace
}  // namespace heartlab
