#include "heartlab/node/journal.h"

#include <gtest/gtest.h>

#include "heartlab/core/error.h"
#include "heartlab/core/random.h"
#include "tests/node/records.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::record;
using testing::TemporaryFolder;
using Kind = Record::Kind;

std::vector<Record> some_records() {
  return {record(Kind::kComplete, "s1", "v1"),
          testing::processed("s1", "v1", {"a.dcm", "b.dcm"}),
          testing::sent("s1", "v1", "dicom://A@b:1", "a.dcm"),
          record(Kind::kComplete, "s2", "v1"),
          testing::sent("s1", "v1", "dicom://A@b:1", "b.dcm"),
          record(Kind::kFinished, "s1", "v1")};
}

std::string text_of(const std::vector<Record>& records) {
  std::string text;
  for (const auto& item : records) text += journal_line(item);
  return text;
}

TEST(Journal, what_was_appended_is_there_after_a_restart) {
  const TemporaryFolder folder;
  {
    Journal journal(folder / "journal", 0);
    for (const auto& item : some_records()) journal.append(item);
  }
  const Journal again(folder / "journal", 0);
  again.with_ledger([](const Ledger& ledger) {
    EXPECT_EQ(ledger.find("s1", "v1")->state, Ledger::State::kFinished);
    EXPECT_EQ(ledger.find("s1", "v1")->sent.size(), 2U);
    EXPECT_EQ(ledger.find("s2", "v1")->state, Ledger::State::kComplete);
    return 0;
  });
  EXPECT_EQ(again.damaged(), 0U);
}

TEST(Journal, cut_off_anywhere_it_keeps_every_whole_line) {
  const std::string text = text_of(some_records());
  for (std::size_t length = 0; length <= text.size(); ++length) {
    const JournalText journal = parse_journal(text.substr(0, length));
    const auto lines = std::count(text.begin(), text.begin() + std::ptrdiff_t(length), '\n');
    ASSERT_EQ(journal.records.size(), std::size_t(lines)) << "cut off at " << length;
    ASSERT_EQ(journal.damaged, 0U) << "cut off at " << length;
  }
}

TEST(Journal, a_line_that_was_cut_off_does_not_spoil_the_next_one) {
  const TemporaryFolder folder;
  const std::string text = text_of(some_records());
  write_text(folder / "journal", text.substr(0, text.size() - 5));
  {
    Journal journal(folder / "journal", 0);
    journal.append(record(Kind::kFinished, "s1", "v1"));
  }
  const Journal again(folder / "journal", 0);
  EXPECT_EQ(again.damaged(), 0U);
  again.with_ledger([](const Ledger& ledger) {
    EXPECT_EQ(ledger.find("s1", "v1")->state, Ledger::State::kFinished);
    return 0;
  });
}

TEST(Journal, any_changed_byte_costs_at_most_the_lines_it_touches) {
  const auto records = some_records();
  const std::string text = text_of(records);
  Generator random(7);
  for (int round = 0; round < 500; ++round) {
    std::string damaged = text;
    damaged[random.below(damaged.size())] ^= static_cast<char>(1 + random.below(255));
    const JournalText journal = parse_journal(damaged);
    // A line end that is lost joins two lines, and may leave none behind the last.
    ASSERT_GE(journal.records.size() + 2, records.size());
    ASSERT_LT(journal.records.size(), records.size());
  }
}

TEST(Journal, a_damaged_file_is_kept_beside_the_new_one) {
  const TemporaryFolder folder;
  std::string text = text_of(some_records());
  text[20] ^= 1;
  write_text(folder / "journal", text);
  const Journal journal(folder / "journal", 0);
  EXPECT_EQ(journal.damaged(), 1U);
  EXPECT_EQ(read_text(folder / "journal.damaged"), text);
}

TEST(Journal, what_is_appended_after_it_was_compacted_is_there_after_a_restart) {
  const TemporaryFolder folder;
  {
    Journal journal(folder / "journal", 0);
    for (const auto& item : some_records()) journal.append(item);
    journal.append(record(Kind::kRemoved, "s1", "v1"));
    const auto before = std::filesystem::file_size(folder / "journal");
    journal.compact(2000);
    EXPECT_LT(std::filesystem::file_size(folder / "journal"), before);
    journal.append(record(Kind::kComplete, "s3", "v1"));
  }
  const Ledger again = read_ledger(folder / "journal");
  EXPECT_EQ(again.find("s1", "v1"), nullptr);
  EXPECT_NE(again.find("s2", "v1"), nullptr);
  EXPECT_NE(again.find("s3", "v1"), nullptr);
}

TEST(Journal, where_compacting_fails_nothing_is_lost) {
  const TemporaryFolder folder;
  make_folder(folder / "here");
  Journal journal(folder / "here" / "journal", 0);
  journal.append(record(Kind::kComplete, "s1", "v1"));
  std::filesystem::rename(folder / "here", folder / "there");
  EXPECT_THROW(journal.compact(0), Error);
  std::filesystem::rename(folder / "there", folder / "here");
  journal.append(record(Kind::kComplete, "s2", "v1"));
  const Ledger again = read_ledger(folder / "here" / "journal");
  EXPECT_NE(again.find("s1", "v1"), nullptr);
  EXPECT_NE(again.find("s2", "v1"), nullptr);
}

TEST(Journal, names_that_lead_out_of_the_spool_are_not_taken) {
  std::string text = journal_line(record(Kind::kComplete, "../../etc", "v1"));
  text += journal_line(record(Kind::kComplete, "..", "v1"));
  text += journal_line(testing::processed("s", "v", {"../../etc/passwd"}));
  const JournalText journal = parse_journal(text);
  EXPECT_TRUE(journal.records.empty());
  EXPECT_EQ(journal.damaged, 3U);
}

}  // namespace
}  // namespace heartlab
