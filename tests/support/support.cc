#include "tests/support/support.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace heartlab::testing {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "heartlab-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) fail_errno("make the folder", name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Unreadable::Unreadable(Path folder) : folder_(std::move(folder)) {
  ::chmod(folder_.c_str(), 0);
  constexpr uid_t kNobody = 65534;
  if (::getuid() != 0) return;
  for (Path above = folder_.parent_path(); ::access(above.c_str(), W_OK) == 0;) {
    if (above == std::filesystem::temp_directory_path()) break;
    ::chmod(above.c_str(), 0777);
    above = above.parent_path();
  }
  if (::seteuid(kNobody) != 0) fail_errno("act as nobody", folder_.string());
}

Unreadable::~Unreadable() {
  if (::getuid() == 0) static_cast<void>(::seteuid(0) == 0);
  ::chmod(folder_.c_str(), 0700);
}

void expect_mask_eq(const Mask& expected, const Mask& found) {
  ASSERT_EQ(expected.rows, found.rows);
  ASSERT_EQ(expected.columns, found.columns);
  std::size_t different = 0;
  std::string first;
  for (int row = 0; row < expected.rows; ++row) {
    for (int column = 0; column < expected.columns; ++column) {
      if ((expected.at(row, column) != 0) == (found.at(row, column) != 0)) continue;
      if (different++ == 0) {
        first = fmt::format("row {}, column {}: expected {}, found {}", row, column,
                            expected.at(row, column), found.at(row, column));
      }
    }
  }
  EXPECT_EQ(different, 0U) << "first pixel that differs: " << first;
}

void expect_error(ErrorKind kind, const std::vector<std::string>& words,
                  const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(exit_status(kind), exit_status(error.kind())) << error.what();
    for (const auto& word : words) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos)
          << "expected '" << word << "' in: " << error.what();
    }
    return;
  }
  ADD_FAILURE() << "expected an Error, none was thrown";
}

double dice(const Mask& a, const Mask& b) {
  std::size_t both = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    both += static_cast<std::size_t>(a.pixels[i] != 0 && b.pixels[i] != 0);
  }
  const std::size_t sum = count_set(a) + count_set(b);
  return sum == 0 ? 1.0 : 2.0 * static_cast<double>(both) / static_cast<double>(sum);
}

std::optional<Path> sunnybrook() {
  const char* named = std::getenv("HEARTLAB_SUNNYBROOK");
  const Path folder = named != nullptr ? Path(named) : Path(HEARTLAB_DEFAULT_SUNNYBROOK);
  if (std::filesystem::is_directory(folder / "png")) return folder;
  return std::nullopt;
}

}  // namespace heartlab::testing
