#include "heartlab/node/worker.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>

#include "heartlab/core/files.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::TemporaryFolder;

// Runs a line of shell with "$1" = images and "$2" = out.
WorkerEnd run(const TemporaryFolder& folder, const std::string& line,
              const NodeConfig::Process& limits = {}, bool stopped = false) {
  return run_worker({"/bin/sh", "-c", line, "sh"}, folder / "images", folder / "out",
                    folder / "log", limits, [stopped] { return stopped; });
}

TEST(Worker, it_is_given_both_folders) {
  const TemporaryFolder folder;
  const WorkerEnd end = run(folder, "echo \"$1 $2\"");
  EXPECT_EQ(end.kind, WorkerEnd::Kind::kDone);
  EXPECT_EQ(read_text(folder / "log"),
            (folder / "images").string() + " " + (folder / "out").string() + "\n");
}

TEST(Worker, a_failure_carries_its_status_and_its_last_line) {
  const TemporaryFolder folder;
  const WorkerEnd end = run(folder, "echo first; echo 'no heart' >&2; exit 5");
  EXPECT_EQ(end.kind, WorkerEnd::Kind::kFailed);
  EXPECT_EQ(end.reason, "status 5: no heart");
}

TEST(Worker, a_status_of_its_own_says_that_there_is_no_result_to_give) {
  const TemporaryFolder folder;
  const WorkerEnd end = run(folder, "echo 'nothing is drawn' >&2; exit 9");
  EXPECT_EQ(end.kind, WorkerEnd::Kind::kNothing);
  EXPECT_EQ(end.reason, "status 9: nothing is drawn");
}

TEST(Worker, a_crash_is_a_failure_that_names_the_signal) {
  const TemporaryFolder folder;
  const WorkerEnd end = run(folder, "kill -SEGV $$");
  EXPECT_EQ(end.kind, WorkerEnd::Kind::kFailed);
  EXPECT_NE(end.reason.find("signal 11"), std::string::npos) << end.reason;
}

TEST(Worker, what_takes_too_long_is_ended_with_all_it_started) {
  const TemporaryFolder folder;
  NodeConfig::Process limits;
  limits.timeout_s = 1;
  const auto start = std::chrono::steady_clock::now();
  const WorkerEnd end = run(folder, "sleep 30 & wait", limits);
  EXPECT_EQ(end.kind, WorkerEnd::Kind::kFailed);
  EXPECT_NE(end.reason.find("more than 1 s"), std::string::npos) << end.reason;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(15));
}

TEST(Worker, what_takes_too_much_memory_fails_by_itself) {
  const TemporaryFolder folder;
  NodeConfig::Process limits;
  limits.memory_gb = 0.05;
  const WorkerEnd end = run(folder, "exec head -c 200000000 /dev/zero | sort >/dev/null", limits);
  EXPECT_EQ(end.kind, WorkerEnd::Kind::kFailed);
}

TEST(Worker, it_does_not_inherit_that_the_node_ignores_a_closed_connection) {
  const TemporaryFolder folder;
  const auto former = std::signal(SIGPIPE, SIG_IGN);
  const WorkerEnd end = run(folder, "kill -PIPE $$");
  std::signal(SIGPIPE, former);
  EXPECT_NE(end.reason.find("signal 13"), std::string::npos) << end.reason;
}

TEST(Worker, it_stops_when_the_node_stops) {
  const TemporaryFolder folder;
  EXPECT_EQ(run(folder, "sleep 30", {}, true).kind, WorkerEnd::Kind::kStopped);
}

TEST(Worker, a_program_that_is_not_there_is_a_failure) {
  const TemporaryFolder folder;
  const WorkerEnd end = run_worker({"/no/such/program"}, folder / "images", folder / "out",
                                   folder / "log", {}, [] { return false; });
  EXPECT_EQ(end.kind, WorkerEnd::Kind::kFailed);
}

}  // namespace
}  // namespace heartlab
