#include "heartlab/model/pickle.h"

#include <gtest/gtest.h>

#include <string>

#include "heartlab/core/error.h"
#include "heartlab/model/state_dict.h"
#include "heartlab/model/zip_archive.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

PickleValue::Pointer read(const std::string& text) {
  return read_pickle({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "a.pth");
}

TEST(Pickle, reads_a_dictionary) {
  const auto value = read(std::string("\x80\x02}q\x00X\x03\x00\x00\x00keyK\x05s.", 18));
  ASSERT_EQ(value->entries.size(), 1U);
  EXPECT_EQ(value->entries[0].first->text, "key");
  EXPECT_EQ(value->entries[0].second->integer, 5);
}

TEST(Pickle, never_calls_what_a_file_names) {
  expect_error(ErrorKind::kBadInput, {"a.pth", "posix system"}, [] {
    read(
        "\x80\x02"
        "cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.");
  });
}

TEST(Pickle, a_cut_anywhere_is_an_error) {
  const std::string whole(
      "\x80\x02}q\x00(X\x01\x00\x00\x00"
      "aK\x01X\x01\x00\x00\x00"
      "bM\x00\x01u.",
      25);
  ASSERT_NO_THROW(read(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(read(whole.substr(0, size)), Error) << size;
  }
}

TEST(Pickle, deep_nesting_is_refused) {
  expect_error(ErrorKind::kBadInput, {"deep"},
               [] { read("\x80\x02)" + std::string(200000, '\x85') + "."); });
}

TEST(Pickle, a_value_never_holds_itself) {
  // L = []; T = (L,); L.append(T)
  const std::string cycle(
      "\x80\x02]q\x00\x85q\x01"
      "0h\x00h\x01"
      "a.",
      14);
  EXPECT_THROW(read(cycle), Error);
  const std::string held(
      "\x80\x02]q\x00\x85h\x00K\x01"
      "a.",
      12);
  expect_error(ErrorKind::kBadInput, {"part of another"}, [&] { read(held); });
}

TEST(Pickle, an_unknown_opcode_is_named) {
  expect_error(ErrorKind::kBadInput, {"0x69"}, [] { read("\x80\x02i"); });
}

TEST(Zip, what_is_no_archive_is_refused) {
  const Bytes bytes(100, 7);
  expect_error(ErrorKind::kBadInput, {"b.pth", "ZIP"}, [&] { read_zip(bytes, "b.pth"); });
}

TEST(StateDict, a_file_of_another_kind_is_refused) {
  const testing::TemporaryFolder folder;
  write_text(folder / "notes.pth", "not weights");
  expect_error(ErrorKind::kUnsupported, {"notes.pth", ".safetensors"},
               [&] { StateDict::read(folder / "notes.pth"); });
}

}  // namespace
}  // namespace heartlab
