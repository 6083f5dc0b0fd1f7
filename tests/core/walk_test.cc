#include "heartlab/core/walk.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

void put(const Path& file) {
  make_folder(file.parent_path());
  write_text(file, "x");
}

TEST(Walk, gives_files_in_order_of_their_paths_without_what_is_hidden) {
  const TemporaryFolder folder;
  for (const char* name : {"b/2", "b/1", "a/deep/9", "c", ".trash/0", "a/.hidden/0", "a/.DS_Store"})
    put(folder / name);
  EXPECT_THAT(find_files(folder.path(), {}),
              ElementsAre(folder / "a/deep/9", folder / "b/1", folder / "b/2", folder / "c"));
  EXPECT_THAT(find_files(folder / "a/.DS_Store", {}), ElementsAre(folder / "a/.DS_Store"));
  EXPECT_TRUE(is_hidden(".trash/0001.dcm"));
  EXPECT_FALSE(is_hidden("../in/./0001.dcm"));
}

TEST(Walk, follows_links_to_folders_each_of_which_is_read_once) {
  const TemporaryFolder folder, elsewhere;
  put(folder / "in/z/1");
  put(elsewhere / "2");
  fs::create_directory_symlink(folder / "in/z", folder / "in/a");  // the same folder again
  fs::create_directory_symlink(elsewhere.path(), folder / "in/link");
  fs::create_directory_symlink(folder / "in", elsewhere / "loop");
  EXPECT_THAT(find_files(folder / "in", {}), ElementsAre(folder / "in/link/2", folder / "in/z/1"));
}

TEST(Walk, names_a_folder_that_cannot_be_read_and_goes_on) {
  const TemporaryFolder folder;
  put(folder / "in/a/1");
  put(folder / "in/b/2");
  put(folder / "in/c/3");
  const Unreadable locked(folder / "in/b");
  std::vector<std::string> named;
  EXPECT_THAT(
      find_files(folder / "in", [&](const Error& error) { named.emplace_back(error.what()); }),
      ElementsAre(folder / "in/a/1", folder / "in/c/3"));
  EXPECT_THAT(named, ElementsAre(HasSubstr((folder / "in/b").string())));
  expect_error(ErrorKind::kPermission, {(folder / "in/b").string()},
               [&] { find_files(folder / "in", {}); });
  expect_error(ErrorKind::kPermission, {(folder / "in/b").string()},
               [&] { list_files(folder / "in"); });
  expect_error(ErrorKind::kPermission, {(folder / "in/b").string()},
               [&] { find_files(folder / "in/b", {}); });
}

TEST(Walk, what_is_not_there_is_an_error) {
  const TemporaryFolder folder;
  expect_error(ErrorKind::kNotFound, {"absent", "no such file or folder"},
               [&] { find_files(folder / "absent", {}); });
}

}  // namespace
}  // namespace heartlab::testing
