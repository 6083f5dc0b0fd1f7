#include <gmock/gmock.h>

#include "heartlab/core/files.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::ElementsAre;
using testing::expect_error;
using testing::TemporaryFolder;

std::vector<std::string> names_in(const Path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void fill_with(const Path& path, const std::string& text) {
  write_folder(path, "manifest.json", [&](const Path& fresh) {
    write_text(fresh / "manifest.json", "{}");
    write_text(fresh / "data", text);
  });
}

TEST(WriteFolder, a_former_result_is_replaced_whole) {
  TemporaryFolder folder;
  fill_with(folder / "out", "first");
  fill_with(folder / "out/", "second");
  EXPECT_EQ(read_text(folder / "out/data"), "second");
  EXPECT_THAT(names_in(folder / "out"), ElementsAre(".heartlab", "data", "manifest.json"));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("out"));
}

TEST(WriteFolder, interrupted_the_old_folder_is_as_it_was) {
  TemporaryFolder folder;
  fill_with(folder / "out", "old");
  expect_error(ErrorKind::kInterrupted, {"stopped"}, [&] {
    write_folder(folder / "out", "manifest.json", [](const Path& fresh) {
      write_text(fresh / "half", "x");
      fail(ErrorKind::kInterrupted, "stopped");
    });
  });
  EXPECT_EQ(read_text(folder / "out/data"), "old");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("out"));
}

TEST(WriteFolder, interrupted_the_first_time_nothing_is_left) {
  TemporaryFolder folder;
  EXPECT_THROW(write_folder(folder / "out", "m", [](const Path&) { throw std::bad_alloc(); }),
               std::bad_alloc);
  EXPECT_THAT(names_in(folder.path()), ElementsAre());
}

TEST(WriteFolder, a_folder_that_is_no_former_result_is_never_replaced) {
  TemporaryFolder folder;
  make_folder(folder / "photos");
  write_text(folder / "photos/dear.jpg", "x");
  expect_error(ErrorKind::kUsage, {"photos", "manifest.json"},
               [&] { fill_with(folder / "photos", "new"); });
  EXPECT_EQ(read_text(folder / "photos/dear.jpg"), "x");
  write_text(folder / "file", "x");
  expect_error(ErrorKind::kUsage, {"file"}, [&] { fill_with(folder / "file", "new"); });
}

TEST(WriteFolder, an_empty_folder_may_be_filled_and_missing_parents_are_made) {
  TemporaryFolder folder;
  make_folder(folder / "empty");
  fill_with(folder / "empty", "x");
  EXPECT_EQ(read_text(folder / "empty/data"), "x");
  fill_with(folder / "a/b/out", "y");
  EXPECT_EQ(read_text(folder / "a/b/out/data"), "y");
}

// Writes a result of one file with this text.
void put_result(const Path& folder, const std::string& text) {
  write_folder(folder, "result.json",
               [&](const Path& fresh) { write_text(fresh / "result.json", text); });
}

TEST(WriteFolder, a_former_result_is_replaced_but_not_with_what_else_lies_there) {
  TemporaryFolder folder;
  put_result(folder / "out", "one");
  put_result(folder / "out", "two");
  EXPECT_EQ(read_text(folder / "out/result.json"), "two");
  make_folder(folder / "out/run");
  write_text(folder / "out/run/model.safetensors", "work of a night");
  expect_error(ErrorKind::kUsage, {"out", "holds run"},
               [&] { put_result(folder / "out", "three"); });
  EXPECT_EQ(read_text(folder / "out/run/model.safetensors"), "work of a night");
  EXPECT_EQ(read_text(folder / "out/result.json"), "two");
}

TEST(WriteFolder, a_link_stays_one_and_leads_to_the_result) {
  TemporaryFolder folder;
  make_folder(folder / "large_disk/out");
  std::filesystem::create_directory_symlink(folder / "large_disk/out", folder / "out");
  for (const char* text : {"one", "two"}) put_result(folder / "out", text);
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "out"));
  EXPECT_EQ(read_text(folder / "large_disk/out/result.json"), "two");
}

TEST(WriteFolder, the_current_folder_is_refused) {
  expect_error(ErrorKind::kUsage, {"current one"}, [] { require_replaceable(".", "result.json"); });
}

}  // namespace
}  // namespace heartlab
