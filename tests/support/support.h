#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "heartlab/core/error.h"
#include "heartlab/core/files.h"
#include "heartlab/image/raster.h"

namespace heartlab::testing {

// A fresh folder, removed with everything in it at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const Path& path() const { return path_; }
  Path operator/(const std::string& name) const { return path_ / name; }

 private:
  Path path_;
};

// A folder that may not be read as long as this lives. Root, who may, acts as another user.
class Unreadable {
 public:
  explicit Unreadable(Path folder);
  ~Unreadable();
  Unreadable(const Unreadable&) = delete;
  Unreadable& operator=(const Unreadable&) = delete;

 private:
  Path folder_;
};

// Fails with the first pixel that differs, and how many do.
void expect_mask_eq(const Mask& expected, const Mask& found);

// Fails unless `action` throws an Error of this kind whose message holds every one of `words`.
void expect_error(ErrorKind kind, const std::vector<std::string>& words,
                  const std::function<void()>& action);

// Dice of two masks of equal size; 1 where both are empty.
double dice(const Mask& a, const Mask& b);

// The folder of real hearts (environment HEARTLAB_SUNNYBROOK, else ../shared/data/sunnybrook
// beside the checkout); nothing where it is absent.
std::optional<Path> sunnybrook();

// Skips the running test with a clear message where the real hearts are absent.
#define HEARTLAB_REQUIRE_SUNNYBROOK()     \
  if (!::heartlab::testing::sunnybrook()) \
  GTEST_SKIP() << "real hearts not found: set HEARTLAB_SUNNYBROOK to the data set's folder"

}  // namespace heartlab::testing
