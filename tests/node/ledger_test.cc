#include "heartlab/node/ledger.h"

#include <gtest/gtest.h>

#include "tests/node/records.h"

namespace heartlab {
namespace {

using testing::record;
using Kind = Record::Kind;
using State = Ledger::State;

Ledger ledger_of(const std::vector<Record>& records) {
  Ledger ledger;
  for (const auto& item : records) ledger.apply(item);
  return ledger;
}

std::vector<Record> sent_in_part() {
  return {record(Kind::kComplete, "s", "v1"), testing::processed("s", "v1", {"a.dcm", "b.dcm"}),
          testing::sent("s", "v1", "PACS", "a.dcm")};
}

TEST(Ledger, what_was_acknowledged_is_not_sent_again) {
  const Ledger ledger = ledger_of(sent_in_part());
  EXPECT_EQ(unsent(*ledger.find("s", "v1"), "PACS", 3), std::vector<std::string>{"b.dcm"});
  EXPECT_EQ(unsent(*ledger.find("s", "v1"), "OTHER", 3).size(), 2U);
}

TEST(Ledger, what_was_on_its_way_is_uncertain_until_an_answer) {
  auto records = sent_in_part();
  records.push_back(testing::about_result(Kind::kSending, "s", "v1", "PACS", "b.dcm"));
  const Ledger::Delivery delivery{"PACS", "b.dcm"};
  EXPECT_TRUE(ledger_of(records).find("s", "v1")->uncertain.contains(delivery));
  const Ledger again = ledger_of(ledger_of(records).records());
  EXPECT_TRUE(again.find("s", "v1")->uncertain.contains(delivery));
  records.push_back(testing::sent("s", "v1", "PACS", "b.dcm"));
  EXPECT_TRUE(ledger_of(records).find("s", "v1")->uncertain.empty());
}

TEST(Ledger, what_is_refused_too_often_is_left_unsent_until_a_retry) {
  auto records = sent_in_part();
  for (int i = 0; i < 3; ++i) records.push_back(testing::refused("s", "v1", "PACS", "b.dcm"));
  EXPECT_TRUE(unsent(*ledger_of(records).find("s", "v1"), "PACS", 3).empty());
  records.push_back(record(Kind::kFinished, "s", "v1"));
  records.push_back(record(Kind::kRetry, "s", "v1"));
  const Ledger ledger = ledger_of(records);
  EXPECT_EQ(ledger.find("s", "v1")->state, State::kProcessed);
  EXPECT_EQ(unsent(*ledger.find("s", "v1"), "PACS", 3), std::vector<std::string>{"b.dcm"});
}

TEST(Ledger, a_series_that_was_set_aside_comes_back_by_a_retry_with_new_tries) {
  std::vector<Record> records = {record(Kind::kComplete, "s", "v1"),
                                 record(Kind::kFailed, "s", "v1"), record(Kind::kAside, "s", "v1")};
  EXPECT_EQ(ledger_of(records).find("s", "v1")->state, State::kAside);
  records.push_back(record(Kind::kRetry, "s", "v1"));
  const Ledger ledger = ledger_of(records);
  EXPECT_EQ(ledger.find("s", "v1")->state, State::kComplete);
  EXPECT_EQ(ledger.find("s", "v1")->failures, 0);
}

TEST(Ledger, a_newer_version_replaces_one_that_was_not_processed) {
  const Ledger ledger =
      ledger_of({record(Kind::kComplete, "s", "v1"), record(Kind::kComplete, "s", "v2")});
  EXPECT_EQ(ledger.find("s", "v1"), nullptr);
  EXPECT_NE(ledger.find("s", "v2"), nullptr);
}

TEST(Ledger, a_newer_version_leaves_the_results_of_an_older_one) {
  auto records = sent_in_part();
  records.push_back(record(Kind::kComplete, "s", "v2"));
  const Ledger ledger = ledger_of(records);
  EXPECT_EQ(unsent(*ledger.find("s", "v1"), "PACS", 3).size(), 1U);
  EXPECT_EQ(ledger.versions_of("s").size(), 2U);
}

TEST(Ledger, records_of_what_is_not_known_change_nothing) {
  const Ledger ledger =
      ledger_of({testing::sent("s", "v1", "PACS", "a.dcm"), record(Kind::kRemoved, "s", "v1")});
  EXPECT_TRUE(ledger.versions().empty());
}

TEST(Ledger, its_own_records_lead_to_it_again) {
  auto records = sent_in_part();
  records.push_back(testing::refused("s", "v1", "PACS", "b.dcm"));
  records.push_back(record(Kind::kComplete, "t", "v1"));
  records.push_back(record(Kind::kFailed, "t", "v1"));
  records.push_back(record(Kind::kAside, "t", "v1"));
  records.push_back(record(Kind::kComplete, "u", "v1"));
  records.push_back(testing::processed("u", "v1", {"a.dcm"}));
  records.push_back(testing::sent("u", "v1", "PACS", "a.dcm"));
  records.push_back(record(Kind::kFinished, "u", "v1"));
  records.push_back(record(Kind::kRemoved, "u", "v1"));
  const Ledger before = ledger_of(records);
  const Ledger after = ledger_of(before.records());
  for (const char* series : {"s", "t", "u"}) {
    const auto* one = before.find(series, "v1");
    const auto* other = after.find(series, "v1");
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(one->state, other->state) << series;
    EXPECT_EQ(one->sent, other->sent) << series;
    EXPECT_EQ(one->refusals, other->refusals) << series;
    EXPECT_EQ(one->failures, other->failures) << series;
    EXPECT_EQ(one->results, other->results) << series;
    EXPECT_EQ(one->images, other->images) << series;
  }
}

TEST(Ledger, a_series_without_a_result_is_finished_after_a_restart_too) {
  Record nothing = record(Kind::kNothing, "s", "v1");
  nothing.reason = "nothing is drawn";
  const Ledger before = ledger_of({record(Kind::kComplete, "s", "v1"), nothing});
  const Ledger after = ledger_of(before.records());
  EXPECT_EQ(after.find("s", "v1")->state, State::kFinished);
  EXPECT_EQ(after.find("s", "v1")->reason, "nothing is drawn");
}

TEST(Ledger, what_is_removed_is_found_but_not_listed) {
  auto records = sent_in_part();
  records.push_back(record(Kind::kComplete, "t", "v1"));
  records.push_back(record(Kind::kRemoved, "s", "v1"));
  const Ledger ledger = ledger_of(records);
  EXPECT_NE(ledger.find("s", "v1"), nullptr);
  ASSERT_EQ(ledger.versions().size(), 1U);
  EXPECT_EQ(ledger.versions().front()->series, "t");
}

TEST(Ledger, other_images_under_the_same_names_start_anew) {
  auto records = sent_in_part();
  records.front().content = "one";
  records.push_back(record(Kind::kFinished, "s", "v1"));
  records.push_back(record(Kind::kRemoved, "s", "v1"));
  Record again = record(Kind::kComplete, "s", "v1");
  for (const char* content : {"one", "other"}) {
    again.content = content;
    auto all = records;
    all.push_back(again);
    const Ledger ledger = ledger_of(ledger_of(all).records());
    ASSERT_EQ(ledger.versions().size(), 1U);
    EXPECT_EQ(ledger.versions().front()->state, State::kComplete);
    EXPECT_EQ(ledger.versions().front()->content, content);
    EXPECT_EQ(ledger.versions().front()->sent.size(), content == std::string("one") ? 1U : 0U);
  }
}

TEST(Ledger, what_was_removed_long_ago_is_forgotten) {
  Ledger ledger;
  ledger.apply(record(Kind::kComplete, "s", "v1"));
  Record removed = record(Kind::kRemoved, "s", "v1");
  removed.time = 100;
  ledger.apply(removed);
  ledger.forget_removed(99);
  EXPECT_FALSE(ledger.records().empty());
  ledger.forget_removed(101);
  EXPECT_TRUE(ledger.records().empty());
}

std::vector<Record> given_up_and_removed() {
  auto records = sent_in_part();
  for (int i = 0; i < 3; ++i) records.push_back(testing::refused("s", "v1", "PACS", "b.dcm"));
  records.push_back(record(Kind::kFinished, "s", "v1"));
  records.push_back(record(Kind::kRemoved, "s", "v1"));
  return records;
}

TEST(Ledger,
     what_comes_again_after_a_result_was_given_up_is_not_done_but_what_was_sent_stays_sent) {
  auto records = given_up_and_removed();
  EXPECT_FALSE(ledger_of(records).find("s", "v1")->is_done_and_removed());
  records.push_back(record(Kind::kComplete, "s", "v1"));
  records.push_back(testing::processed("s", "v1", {"a.dcm", "b.dcm"}));
  const Ledger ledger = ledger_of(records);
  EXPECT_EQ(ledger.find("s", "v1")->state, State::kProcessed);
  EXPECT_EQ(unsent(*ledger.find("s", "v1"), "PACS", 3), std::vector<std::string>{"b.dcm"});
}

TEST(Ledger, what_was_refused_and_sent_in_the_end_is_done) {
  auto records = sent_in_part();
  records.push_back(testing::refused("s", "v1", "PACS", "b.dcm"));
  records.push_back(testing::sent("s", "v1", "PACS", "b.dcm"));
  records.push_back(record(Kind::kFinished, "s", "v1"));
  EXPECT_EQ(given_up(*ledger_of(records).find("s", "v1"), 3), 0U);
  records.push_back(record(Kind::kRemoved, "s", "v1"));
  EXPECT_TRUE(ledger_of(records).find("s", "v1")->is_done_and_removed());
}

TEST(Ledger, what_is_given_up_is_counted) {
  auto records = sent_in_part();
  records.push_back(testing::refused("s", "v1", "PACS", "b.dcm"));
  EXPECT_EQ(given_up(*ledger_of(records).find("s", "v1"), 2), 0U);
  records.push_back(testing::refused("s", "v1", "PACS", "b.dcm"));
  EXPECT_EQ(given_up(*ledger_of(records).find("s", "v1"), 2), 1U);
}

TEST(Ledger, the_reason_of_a_refusal_is_known_after_a_restart_until_the_version_is_removed) {
  auto records = sent_in_part();
  records.push_back(testing::refused("s", "v1", "PACS", "b.dcm"));
  records.back().reason = "C-STORE status C000";
  const Ledger again = ledger_of(ledger_of(records).records());
  EXPECT_EQ(again.find("s", "v1")->reason, "C-STORE status C000");
  records.push_back(record(Kind::kRemoved, "s", "v1"));
  EXPECT_EQ(ledger_of(records).find("s", "v1")->reason, "");
}

}  // namespace
}  // namespace heartlab
