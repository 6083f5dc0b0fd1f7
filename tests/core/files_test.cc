#include "heartlab/core/files.h"

#include <gmock/gmock.h>

#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::ElementsAre;
using testing::expect_error;
using testing::TemporaryFolder;

TEST(Files, what_is_written_is_read_back) {
  TemporaryFolder folder;
  write_text(folder / "a.txt", "one\ntwo");
  EXPECT_EQ(read_text(folder / "a.txt"), "one\ntwo");
  const Bytes bytes = {0, 255, 10, 0};
  write_bytes(folder / "b.bin", bytes);
  EXPECT_EQ(read_bytes(folder / "b.bin"), bytes);
  write_text(folder / "empty", "");
  EXPECT_EQ(read_text(folder / "empty"), "");
}

TEST(Files, what_is_not_there_or_is_a_folder_is_an_error_that_names_it) {
  TemporaryFolder folder;
  expect_error(ErrorKind::kNotFound, {"absent.txt"}, [&] { read_text(folder / "absent.txt"); });
  expect_error(ErrorKind::kBadInput, {folder.path().string(), "expected a file"},
               [&] { read_text(folder.path()); });
  expect_error(ErrorKind::kNotFound, {"no/such/folder/a.txt"},
               [&] { write_text(folder / "no/such/folder/a.txt", "x"); });
  expect_error(ErrorKind::kNotFound, {"absent", "no such file or folder"},
               [&] { list_files(folder / "absent"); });
}

TEST(Files, a_moved_mapping_keeps_its_bytes) {
  TemporaryFolder folder;
  write_text(folder / "a", "abc");
  write_text(folder / "b", "de");
  MappedFile first(folder / "a");
  MappedFile second(std::move(first));
  EXPECT_EQ(second.bytes().size(), 3U);
  second = MappedFile(folder / "b");
  EXPECT_EQ(second.bytes()[1], 'e');
}

TEST(AtomicFile, without_commit_the_old_file_stays_and_no_temporary) {
  TemporaryFolder folder;
  write_text(folder / "a.txt", "old");
  {
    AtomicFile file(folder / "a.txt");
    file.write("new");
    EXPECT_EQ(read_text(folder / "a.txt"), "old");
  }
  EXPECT_EQ(read_text(folder / "a.txt"), "old");
  EXPECT_THAT(list_files(folder.path()), ElementsAre(folder / "a.txt"));
}

TEST(AtomicFile, commit_replaces_the_old_file_and_leaves_no_temporary) {
  TemporaryFolder folder;
  write_text(folder / "a.txt", "a much longer old text");
  AtomicFile file(folder / "a.txt");
  file.write("new");
  file.write(std::string(" text"));
  file.commit();
  EXPECT_EQ(read_text(folder / "a.txt"), "new text");
  EXPECT_THAT(list_files(folder.path()), ElementsAre(folder / "a.txt"));
}

TEST(AtomicFile, a_failed_rename_is_an_error_and_leaves_no_temporary) {
  TemporaryFolder folder;
  std::filesystem::create_directory(folder / "taken");
  expect_error(ErrorKind::kDisk, {"taken"}, [&] { write_text(folder / "taken", "x"); });
  EXPECT_THAT(list_files(folder.path()), ElementsAre());
}

TEST(Folders, making_one_twice_is_fine_and_over_a_file_an_error) {
  TemporaryFolder folder;
  make_folder(folder / "a/b/c");
  make_folder(folder / "a/b/c");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "a/b/c"));
  write_text(folder / "file", "x");
  EXPECT_THROW(make_folder(folder / "file"), Error);
  EXPECT_THROW(make_folder(folder / "file/below"), Error);
}

TEST(Folders, files_are_listed_in_order_of_their_paths_at_any_depth) {
  TemporaryFolder folder;
  make_folder(folder / "b/deep");
  make_folder(folder / "a");
  for (const char* name : {"b/deep/2", "b/1", "a/9", "c"}) write_text(folder / name, "x");
  EXPECT_THAT(list_files(folder.path()),
              ElementsAre(folder / "a/9", folder / "b/1", folder / "b/deep/2", folder / "c"));
  EXPECT_THAT(list_files(folder / "c"), ElementsAre(folder / "c"));
}

TEST(AtomicFile, follows_a_link_and_keeps_who_may_read) {
  TemporaryFolder folder;
  make_folder(folder / "real");
  write_text(folder / "real/file", "old");
  std::filesystem::permissions(folder / "real/file", std::filesystem::perms::owner_read |
                                                         std::filesystem::perms::owner_write);
  std::filesystem::create_symlink("real/file", folder / "link");
  std::filesystem::create_symlink("real/none", folder / "dangling");
  write_text(folder / "link", "new");
  write_text(folder / "dangling", "fresh");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_text(folder / "real/file"), "new");
  EXPECT_EQ(read_text(folder / "real/none"), "fresh");
  EXPECT_EQ(std::filesystem::status(folder / "real/file").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace heartlab
