#include "heartlab/train/event_file.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/support.h"

namespace heartlab {
namespace {

TEST(EventFile, the_checksum_is_castagnolis) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);  // the check value of RFC 3720's polynomial
}

std::vector<std::string> records_of(const Path& file) {
  const Bytes bytes = read_bytes(file);
  std::vector<std::string> records;
  for (std::size_t at = 0; at + 16 <= bytes.size();) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, 8);
    EXPECT_LE(at + 16 + length, bytes.size());
    records.emplace_back(reinterpret_cast<const char*>(bytes.data()) + at + 12, length);
    at += 16 + length;
  }
  return records;
}

TEST(EventFile, a_resumed_run_drops_what_it_will_write_again_and_a_new_one_all) {
  const testing::TemporaryFolder folder;
  const Path file = folder / "events.out.tfevents.heartlab";
  for (const int start : {0, 300}) {
    EventFile events(folder.path(), start, start);
    for (int step = start + 100; step <= 500; step += 100) events.add("loss", step, 0.5);
  }
  EXPECT_EQ(records_of(file).size(), 1U + 3U + 2U);
  Bytes cut = read_bytes(file);
  cut.resize(cut.size() - 3);
  write_bytes(file, cut);
  EventFile(folder.path(), 500, 500);
  EXPECT_EQ(records_of(file).size(), 1U + 3U + 1U);
  EventFile(folder.path(), 0, 0);
  EXPECT_EQ(records_of(file).size(), 1U);
}

TEST(EventFile, a_validation_that_will_be_done_again_is_dropped_though_its_iteration_is_done) {
  const testing::TemporaryFolder folder;
  {
    EventFile events(folder.path(), 0, 0);
    for (const int step : {100, 200}) {
      events.add("train/loss", step, 0.5);
      events.add("validation/missed", step, 1);
    }
  }
  EventFile(folder.path(), 200, 100);
  const auto records = records_of(folder / "events.out.tfevents.heartlab");
  ASSERT_EQ(records.size(), 4U);
  EXPECT_NE(records[3].find("train/loss"), std::string::npos);
}

TEST(EventFile, holds_a_header_and_one_record_a_value) {
  const testing::TemporaryFolder folder;
  {
    EventFile file(folder.path(), 0, 0);
    file.add("loss", 3, 0.5);
    file.add("loss", 4, 0.25);
  }
  const auto records = records_of(folder / "events.out.tfevents.heartlab");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_NE(records[0].find("brain.Event:2"), std::string::npos);
  EXPECT_NE(records[1].find("loss"), std::string::npos);
}

}  // namespace
}  // namespace heartlab
