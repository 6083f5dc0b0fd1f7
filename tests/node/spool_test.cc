#include "heartlab/node/spool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "heartlab/node/durable.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::TemporaryFolder;

// Puts an object with this content into a series, as an association does.
Spool::Placed put(const Spool& spool, const std::string& series, const std::string& object,
                  const std::string& content) {
  static std::atomic<int> parts{0};
  const Path part = spool.incoming() / (std::to_string(++parts) + ".part");
  write_text(part, content);
  return spool.place(part, series, object);
}

// Whether it was not there before.
bool place(const Spool& spool, const std::string& series, const std::string& object,
           const std::string& content = "object") {
  return put(spool, series, object, content) == Spool::Placed::kFresh;
}

// A file of DICOM as the node writes it: from this sender, in this transfer syntax.
std::string dicom_file(const std::string& sender, const std::string& syntax,
                       const std::string& data_set) {
  const auto element = [](char number, const std::string& representation,
                          const std::string& value) {
    const std::string head = {2, 0, number, 0};
    return head + representation + char(value.size()) + '\0' + value;
  };
  const std::string meta = element(0x10, "UI", syntax) + element(0x16, "AE", sender);
  const std::string length = {char(meta.size()), 0, 0, 0};
  return std::string(128, '\0') + "DICM" + element(0, "UL", length) + meta + data_set;
}

TEST(Spool, an_object_that_comes_twice_is_kept_once_as_it_came_first) {
  const TemporaryFolder folder;
  const Spool spool(folder / "spool");
  EXPECT_TRUE(place(spool, "s", "one", "first"));
  EXPECT_FALSE(place(spool, "s", "one", "second"));
  EXPECT_EQ(spool.images("s"), std::vector<std::string>{"one.dcm"});
  EXPECT_EQ(read_text(spool.root() / "series" / "s" / "one.dcm"), "first");
  EXPECT_TRUE(std::filesystem::is_empty(spool.incoming()));
}

TEST(Spool, the_same_object_from_another_sender_is_the_same) {
  const TemporaryFolder folder;
  const Spool spool(folder / "spool");
  place(spool, "s", "one", dicom_file("SCANNER", "1.2.1 ", "data"));
  EXPECT_EQ(put(spool, "s", "one", dicom_file("PACS", "1.2.1 ", "data")), Spool::Placed::kAgain);
}

TEST(Spool, another_object_of_the_same_name_is_told_from_the_same_one) {
  const TemporaryFolder folder;
  const Spool spool(folder / "spool");
  place(spool, "s", "one", dicom_file("SCANNER", "1.2.1 ", "data"));
  EXPECT_EQ(put(spool, "s", "one", dicom_file("SCANNER", "1.2.1 ", "else")), Spool::Placed::kOther);
  EXPECT_EQ(put(spool, "s", "one", dicom_file("SCANNER", "1.2.4 ", "coded")),
            Spool::Placed::kAgain);
  EXPECT_TRUE(std::filesystem::is_empty(spool.incoming()));
}

TEST(Spool, nobody_but_the_owner_reads_it) {
  const TemporaryFolder folder;
  const Spool spool(folder / "spool");
  place(spool, "s", "one");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(spool.root())) {
    EXPECT_EQ(entry.status().permissions() & std::filesystem::perms(077),
              std::filesystem::perms::none)
        << entry.path();
  }
  EXPECT_EQ(std::filesystem::status(spool.root()).permissions(), std::filesystem::perms(0700));
}

TEST(Spool, a_tag_is_the_same_after_a_restart_and_another_in_another_spool) {
  const TemporaryFolder folder;
  const Spool one(folder / "one"), again(folder / "one"), other(folder / "other");
  EXPECT_EQ(one.tag("1.2.3"), again.tag("1.2.3"));
  EXPECT_NE(one.tag("1.2.3"), other.tag("1.2.3"));
  EXPECT_NE(one.tag("1.2.3"), one.tag("1.2.4"));
}

TEST(Spool, a_version_follows_from_the_images_and_from_nothing_else) {
  EXPECT_EQ(Spool::version_of({"a.dcm", "b.dcm"}), Spool::version_of({"a.dcm", "b.dcm"}));
  EXPECT_NE(Spool::version_of({"a.dcm", "b.dcm"}), Spool::version_of({"a.dcm"}));
}

TEST(Spool, a_series_with_a_new_image_is_not_removed) {
  const TemporaryFolder folder;
  const Spool spool(folder / "spool");
  place(spool, "s", "one");
  const std::string version = Spool::version_of(spool.images("s"));
  place(spool, "s", "two");
  EXPECT_FALSE(spool.remove("s", version));
  EXPECT_EQ(spool.images("s").size(), 2U);
  EXPECT_TRUE(spool.remove("s", Spool::version_of(spool.images("s"))));
  EXPECT_TRUE(spool.images("s").empty());
}

TEST(Spool, removing_a_removed_series_is_done_already) {
  const TemporaryFolder folder;
  const Spool spool(folder / "spool");
  EXPECT_TRUE(spool.remove("s", "v"));
}

TEST(Spool, no_image_is_lost_while_its_series_is_removed_over_and_over) {
  const TemporaryFolder folder;
  const Spool spool(folder / "spool");
  constexpr int kImages = 200;
  int removed = 0;
  std::atomic<bool> done{false};
  std::thread remover([&] {
    while (!done) {
      const auto images = spool.images("s");
      if (images.empty()) continue;
      if (spool.remove("s", Spool::version_of(images))) removed += static_cast<int>(images.size());
    }
  });
  int placed = 0;
  for (int i = 0; i < kImages; ++i) placed += place(spool, "s", std::to_string(i)) ? 1 : 0;
  done = true;
  remover.join();
  EXPECT_EQ(placed, kImages);
  EXPECT_EQ(removed + static_cast<int>(spool.images("s").size()), kImages);
}

TEST(Spool, results_are_moved_whole_and_found_again) {
  const TemporaryFolder folder;
  const Spool spool(folder / "spool");
  make_folder(spool.work() / "out");
  write_text(spool.work() / "out" / "b.dcm", "b");
  write_text(spool.work() / "out" / "a.dcm", "a");
  write_text(spool.work() / "out" / "notes.txt", "no result");
  const std::vector<std::string> names = {"a.dcm", "b.dcm"};
  EXPECT_EQ(spool.keep_results(spool.work() / "out", "s", "v"), names);
  EXPECT_EQ(spool.result_names("s", "v"), names);
  EXPECT_TRUE(spool.result_names("s", "other").empty());
}

TEST(Spool, links_show_the_images_of_their_moment) {
  const TemporaryFolder folder;
  const Spool spool(folder / "spool");
  place(spool, "s", "one");
  spool.link_images("s", spool.images("s"), spool.work() / "in");
  place(spool, "s", "two");
  EXPECT_EQ(list_files(spool.work() / "in").size(), 1U);
}

TEST(Spool, a_second_node_is_kept_out) {
  const TemporaryFolder folder;
  const FileLock lock = FileLock::exclusive_within(folder / "lock", 0);
  expect_error(ErrorKind::kUsage, {"another node"},
               [&] { FileLock::exclusive_within(folder / "lock", 0.05); });
}

TEST(Spool, a_folder_of_somebody_elses_is_refused_and_left_as_it_is) {
  const TemporaryFolder folder;
  make_folder(folder / "mine/trash");
  write_text(folder / "mine/trash/a.txt", "important");
  expect_error(ErrorKind::kUsage, {"spool", "found trash", "salt"},
               [&] { const Spool spool(folder / "mine"); });
  EXPECT_EQ(read_text(folder / "mine/trash/a.txt"), "important");
  EXPECT_FALSE(std::filesystem::exists(folder / "mine/salt"));
  // A disk of its own has this from the start.
  make_folder(folder / "disk/lost+found");
  EXPECT_NO_THROW({ const Spool spool(folder / "disk"); });
  EXPECT_NO_THROW({ const Spool again(folder / "disk"); });
}

}  // namespace
}  // namespace heartlab
