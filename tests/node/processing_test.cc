#include "heartlab/node/processing.h"

#include <gtest/gtest.h>

#include "heartlab/core/error.h"
#include "heartlab/node/intake.h"
#include "tests/node/records.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::TemporaryFolder;
using State = Ledger::State;

// A node without network: a spool with one complete series of two images.
class ProcessingTest : public ::testing::Test {
 protected:
  ProcessingTest() {
    receive("one"), receive("two");
    intake_.look();
  }

  static NodeConfig impatient() {
    NodeConfig config;
    config.process.retry_s = 0;
    config.process.tries = 3;
    config.quiet_s = 0;
    config.keep_hours = 0;
    config.send.destinations = {"dicom://PACS@127.0.0.1:1"};
    return config;
  }

  void receive(const std::string& object, const std::string& series = "s") {
    const Path part = spool_.incoming() / "1.part";
    write_text(part, object);
    spool_.place(part, series, object);
  }

  static WorkerEnd write_result(const Path& images, const Path& out, const Path&) {
    write_text(out / "result.dcm", std::to_string(list_files(images).size()));
    return {};
  }
  static WorkerEnd crash(const Path&, const Path& out, const Path&) {
    write_text(out / "result.dcm", "half");
    return {WorkerEnd::Kind::kFailed, "ended by signal 11"};
  }

  Ledger::Version newest(const std::string& series = "s") const {
    return journal_.with_ledger(
        [&](const Ledger& ledger) { return *ledger.versions_of(series).back(); });
  }
  std::size_t versions() const {
    return journal_.with_ledger(
        [](const Ledger& ledger) { return ledger.versions_of("s").size(); });
  }
  void acknowledge_all() {
    for (const auto& result : newest().results) {
      Record record = record_about(Record::Kind::kSent, newest());
      record.destination = config_.send.destinations[0];
      record.result = result;
      journal_.append(record);
    }
    finish_if_all_sent(desk_, "s", newest().version);
  }

  void process_send_and_delete(Processing& processing, Intake& intake) {
    EXPECT_TRUE(processing.work_once());
    acknowledge_all();
    intake.look();
    EXPECT_EQ(newest().state, State::kRemoved);
  }

  void refuse_for_good() {
    Record record = record_about(Record::Kind::kRefused, newest());
    record.destination = config_.send.destinations[0];
    record.result = newest().results.at(0);
    for (int i = 0; i < config_.send.refusals; ++i) journal_.append(record);
    finish_if_all_sent(desk_, "s", newest().version);
  }

  TemporaryFolder folder_;
  NodeConfig config_ = impatient();
  Spool spool_{folder_ / "spool"};
  Journal journal_{spool_.journal(), 0};
  Counters counters_;
  Desk desk_{config_, spool_, journal_, counters_};
  Intake intake_{desk_};
};

TEST_F(ProcessingTest, a_complete_series_is_processed_once) {
  Processing processing(desk_, write_result);
  EXPECT_TRUE(processing.work_once());
  EXPECT_EQ(newest().state, State::kProcessed);
  EXPECT_EQ(newest().results, std::vector<std::string>{"result.dcm"});
  EXPECT_EQ(read_text(spool_.results("s", newest().version) / "result.dcm"), "2");
  EXPECT_FALSE(processing.work_once());
  EXPECT_TRUE(std::filesystem::is_empty(spool_.work()));
}

TEST_F(ProcessingTest, results_count_among_what_the_spool_holds) {
  EXPECT_EQ(counters_.spool_bytes, 6U);
  Processing processing(desk_, write_result);
  processing.work_once();
  EXPECT_EQ(counters_.spool_bytes, 7U);
}

TEST_F(ProcessingTest, a_poison_series_is_set_aside_after_its_tries_and_leaves_no_result) {
  Processing processing(desk_, crash);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(processing.work_once());
  EXPECT_FALSE(processing.work_once());
  EXPECT_EQ(newest().state, State::kAside);
  EXPECT_EQ(newest().reason, "ended by signal 11");
  EXPECT_TRUE(spool_.result_names("s", newest().version).empty());
  EXPECT_EQ(spool_.images("s").size(), 2U);
}

TEST_F(ProcessingTest, what_was_set_aside_is_processed_after_a_retry) {
  Processing bad(desk_, crash);
  while (bad.work_once()) {
  }
  ask_for_retry(spool_.root(), "s");
  intake_.look();
  Processing good(desk_, write_result);
  EXPECT_TRUE(good.work_once());
  EXPECT_EQ(newest().state, State::kProcessed);
}

// A request that another process is just writing.
TEST_F(ProcessingTest, half_a_request_is_left_alone) {
  const Path half = spool_.asked() / "retry-s.tmp-17";
  write_text(half, "");
  intake_.look();
  EXPECT_TRUE(std::filesystem::exists(half));
}

TEST_F(ProcessingTest, a_retry_of_nothing_says_so) {
  expect_error(ErrorKind::kNotFound, {"set aside"}, [&] { ask_for_retry(spool_.root(), "all"); });
}

TEST_F(ProcessingTest, images_that_come_late_make_a_new_version_of_all) {
  Processing processing(desk_, write_result);
  processing.work_once();
  receive("three");
  intake_.look();
  EXPECT_EQ(versions(), 2U);
  EXPECT_TRUE(processing.work_once());
  EXPECT_EQ(read_text(spool_.results("s", newest().version) / "result.dcm"), "3");
}

TEST_F(ProcessingTest, an_image_that_comes_again_changes_nothing) {
  Processing processing(desk_, write_result);
  processing.work_once();
  receive("two");
  intake_.look();
  EXPECT_EQ(versions(), 1U);
  EXPECT_FALSE(processing.work_once());
}

TEST_F(ProcessingTest, a_stop_is_no_failure) {
  Processing processing(desk_, [](const Path&, const Path&, const Path&) {
    return WorkerEnd{WorkerEnd::Kind::kStopped, ""};
  });
  processing.work_once();
  EXPECT_EQ(newest().state, State::kComplete);
  EXPECT_EQ(newest().failures, 0);
}

WorkerEnd says_full_disk(const Path&, const Path&, const Path&) {
  return {WorkerEnd::Kind::kFailed, "status 7: no space left on device"};
}

TEST_F(ProcessingTest, a_full_disk_counts_against_no_series) {
  config_.disk.free_gb = 1e6;
  Processing processing(desk_, says_full_disk);
  processing.work_once();
  EXPECT_EQ(newest().failures, 0);
  EXPECT_FALSE(processing.work_once());
}

TEST_F(ProcessingTest, who_says_that_the_disk_is_full_while_it_is_not_has_failed) {
  config_.disk.free_gb = 0;
  Processing processing(desk_, says_full_disk);
  while (processing.work_once()) {
  }
  EXPECT_EQ(newest().state, State::kAside);
}

TEST_F(ProcessingTest, a_series_that_met_a_full_disk_holds_up_no_other) {
  config_.disk.free_gb = 1e6;
  receive("one", "t");
  intake_.look();
  int tries = 0;
  Processing processing(desk_, [&](const Path& images, const Path& out, const Path& log) {
    return tries++ == 0 ? says_full_disk(images, out, log) : write_result(images, out, log);
  });
  EXPECT_TRUE(processing.work_once());
  EXPECT_TRUE(processing.work_once());
  EXPECT_EQ(newest("t").series, "t");
  EXPECT_EQ(newest("t").state, State::kProcessed);
}

TEST_F(ProcessingTest, a_series_on_which_nothing_is_drawn_is_finished_and_deleted) {
  Processing processing(desk_, [](const Path&, const Path&, const Path&) {
    return WorkerEnd{WorkerEnd::Kind::kNothing, "status 9: nothing is drawn"};
  });
  EXPECT_TRUE(processing.work_once());
  EXPECT_FALSE(processing.work_once());
  EXPECT_EQ(newest().state, State::kFinished);
  EXPECT_EQ(newest().reason, "status 9: nothing is drawn");
  EXPECT_EQ(counters_.series_without_result, 1U);
  Intake(desk_).look();
  EXPECT_TRUE(spool_.images("s").empty());
}

TEST_F(ProcessingTest, results_that_were_moved_but_not_recorded_are_taken_as_they_are) {
  make_folder(spool_.work() / "out");
  write_text(spool_.work() / "out" / "result.dcm", "made before the crash");
  spool_.keep_results(spool_.work() / "out", "s", newest().version);
  Processing processing(desk_, write_result);
  processing.work_once();
  EXPECT_EQ(read_text(spool_.results("s", newest().version) / "result.dcm"),
            "made before the crash");
}

TEST_F(ProcessingTest, what_was_sent_is_deleted_and_the_same_images_are_known_afterwards) {
  Processing processing(desk_, write_result);
  Intake later(desk_);
  process_send_and_delete(processing, later);
  EXPECT_TRUE(spool_.images("s").empty());
  receive("one"), receive("two");
  later.look();
  EXPECT_FALSE(processing.work_once());
  EXPECT_TRUE(spool_.images("s").empty());
  EXPECT_EQ(versions(), 1U);
}

TEST_F(ProcessingTest, corrected_images_or_a_new_destination_make_it_work_again) {
  Processing processing(desk_, write_result);
  Intake later(desk_), latest(desk_);
  process_send_and_delete(processing, later);
  const auto receive_corrected = [&] {
    write_text(spool_.incoming() / "1.part", "one, corrected");
    spool_.place(spool_.incoming() / "1.part", "s", "one");
    receive("two");
  };
  const auto left_for = [&](std::size_t destination) {
    return unsent(newest(), config_.send.destinations[destination], config_.send.refusals).size();
  };
  receive_corrected();
  later.look();
  process_send_and_delete(processing, latest);
  config_.send.destinations.emplace_back("dicom://OTHER@127.0.0.1:1");
  receive_corrected();
  latest.look();
  EXPECT_TRUE(processing.work_once());
  EXPECT_EQ(left_for(0), 0U);
  EXPECT_EQ(left_for(1), 1U);
}

TEST_F(ProcessingTest, a_program_that_was_replaced_works_again) {
  const Path program = folder_ / "program";
  write_text(program, "one");
  Processing processing(desk_, write_result);
  Intake first(desk_), second(desk_), third(desk_);
  process_send_and_delete(processing, first);
  config_.process.command = {program.string()};
  receive("one"), receive("two");
  first.look();
  process_send_and_delete(processing, second);
  receive("one"), receive("two");
  second.look();
  EXPECT_FALSE(processing.work_once());
  write_text(program, "two");
  receive("one"), receive("two");
  third.look();
  EXPECT_TRUE(processing.work_once());
}

TEST_F(ProcessingTest, a_series_that_cannot_be_read_holds_up_no_other_and_is_looked_at_again) {
  const Path unreadable = spool_.root() / "series" / "a" / "1.dcm";
  make_folder(unreadable);
  receive("one", "t");
  EXPECT_NO_THROW(intake_.look());
  EXPECT_EQ(newest("t").state, State::kComplete);
  std::filesystem::remove(unreadable);
  receive("1", "a");
  intake_.look();
  EXPECT_EQ(newest("a").state, State::kComplete);
}

TEST_F(ProcessingTest, what_was_set_aside_and_deleted_is_tried_anew_when_it_is_sent_again) {
  Processing bad(desk_, crash);
  while (bad.work_once()) {
  }
  config_.keep_aside_hours = 0;
  Intake later(desk_);
  later.look();
  EXPECT_TRUE(spool_.images("s").empty());
  receive("one"), receive("two");
  later.look();
  Processing good(desk_, write_result);
  EXPECT_TRUE(good.work_once());
  EXPECT_EQ(newest().state, State::kProcessed);
}

TEST_F(ProcessingTest, a_result_that_was_given_up_stays_as_long_as_what_was_set_aside) {
  Processing processing(desk_, write_result);
  processing.work_once();
  refuse_for_good();
  Intake later(desk_);
  later.look();
  EXPECT_EQ(newest().state, State::kFinished);
  EXPECT_EQ(counters_.results_given_up, 1U);
  config_.keep_aside_hours = 0;
  Intake(desk_).look();
  EXPECT_EQ(newest().state, State::kRemoved);
  EXPECT_TRUE(spool_.images("s").empty());
}

TEST_F(ProcessingTest, the_same_images_are_processed_anew_after_a_result_was_given_up) {
  Processing processing(desk_, write_result);
  processing.work_once();
  refuse_for_good();
  config_.keep_aside_hours = 0;
  Intake later(desk_);
  later.look();
  receive("one"), receive("two");
  later.look();
  EXPECT_TRUE(processing.work_once());
  EXPECT_EQ(newest().state, State::kProcessed);
}

TEST_F(ProcessingTest, a_damaged_journal_is_kept_as_long_as_what_was_set_aside) {
  const Path damaged = damaged_copy_of(spool_.journal());
  write_text(damaged, "damaged");
  Intake(desk_).look();
  EXPECT_TRUE(std::filesystem::exists(damaged));
  config_.keep_aside_hours = 0;
  Intake(desk_).look();
  EXPECT_FALSE(std::filesystem::exists(damaged));
}

TEST_F(ProcessingTest, what_was_not_sent_is_not_deleted) {
  Processing processing(desk_, write_result);
  processing.work_once();
  Intake later(desk_);
  later.look();
  EXPECT_EQ(newest().state, State::kProcessed);
  EXPECT_EQ(spool_.images("s").size(), 2U);
}

}  // namespace
}  // namespace heartlab
