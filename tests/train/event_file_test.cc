#include "heartlab/train/event_file.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/support.h"

namespace heartlab {
namespace {

TEST(EventFile, the_checksum_is_castagnolis) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);  // the check value of RFC 3720's polynomial
}

TEST(EventFile, holds_a_header_and_one_record_a_value) {
  const testing::TemporaryFolder folder;
  {
    EventFile file(folder.path());
    file.add("loss", 3, 0.5);
    file.add("loss", 4, 0.25);
  }
  const Bytes bytes = read_bytes(folder / "events.out.tfevents.heartlab");
  std::vector<std::string> records;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint64_t length = 0;
    ASSERT_LE(at + 12, bytes.size());
    std::memcpy(&length, bytes.data() + at, 8);
    ASSERT_LE(at + 16 + length, bytes.size());
    records.emplace_back(reinterpret_cast<const char*>(bytes.data()) + at + 12, length);
    at += 16 + length;
  }
  ASSERT_EQ(records.size(), 3U);
  EXPECT_NE(records[0].find("brain.Event:2"), std::string::npos);
  EXPECT_NE(records[1].find("loss"), std::string::npos);
}

}  // namespace
}  // namespace heartlab
