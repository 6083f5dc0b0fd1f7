#include "heartlab/node/processing.h"

#include <algorithm>

#include "heartlab/core/error.h"
#include "heartlab/node/backoff.h"
#include "heartlab/node/event_log.h"

namespace heartlab {
namespace {

constexpr double kMostRetryS = 3600;
constexpr double kDiskPauseS = 10;
constexpr double kRoomForResults = 1e8;  // bytes: with less free a disk may be full for a series

nlohmann::ordered_json names_of(const Ledger::Version& version) {
  return {{"series", version.series}, {"version", version.version}};
}

bool says_full_disk(const std::string& reason) {
  return reason.starts_with(fmt::format("status {}:", exit_status(ErrorKind::kDisk)));
}

}  // namespace

void Processing::run() {
  while (!desk_.stopping) {
    bool worked = false;
    try {
      worked = work_once();
    } catch (const std::exception& error) {
      log_event("look failed", {{"reason", error.what()}});
    }
    if (!worked) std::this_thread::sleep_for(kPause);
  }
}

bool Processing::work_once() {
  const auto version = next();
  if (!version) return false;
  held_back_.release(*version);
  try {
    process(*version);
  } catch (const std::exception& error) {
    // The journal, the spool: the machine's trouble, not the series'.
    hold_back(*version, error.what());
  }
  return true;
}

std::optional<Ledger::Version> Processing::next() const {
  const double now = unix_time();
  auto waiting = desk_.journal.with_ledger([&](const Ledger& ledger) {
    std::vector<Ledger::Version> due;
    for (const auto* version : ledger.versions()) {
      const double wait =
          backoff_seconds(version->failures, desk_.config.process.retry_s, kMostRetryS);
      const bool is_due = now >= version->changed + wait || version->changed > now;
      if (version->state == Ledger::State::kComplete && is_due) due.push_back(*version);
    }
    return due;
  });
  std::erase_if(waiting,
                [&](const auto& version) { return steady_seconds() < held_back_.until(version); });
  std::ranges::stable_sort(waiting, {},
                           [&](const auto& version) { return held_back_.until(version); });
  for (const auto& version : waiting) {
    // Where images came late, a newer version is on its way.
    if (Spool::version_of(desk_.spool.images(version.series)) == version.version) return version;
  }
  return std::nullopt;
}

void Processing::process(const Ledger::Version& version) {
  // Moved to its place before the node was stopped, and not recorded.
  const auto there = desk_.spool.result_names(version.series, version.version);
  if (!there.empty()) return record_done(version, there);

  const Path folder = desk_.spool.work() / (version.series + "-" + version.version);
  std::filesystem::remove_all(folder);
  desk_.spool.link_images(version.series, desk_.spool.images(version.series), folder / "images");
  make_folder(folder / "results");
  log_event("processing", names_of(version));
  const double start = steady_seconds();
  const WorkerEnd end = processor_(folder / "images", folder / "results", folder / "log");
  if (end.kind == WorkerEnd::Kind::kDone) {
    keep(version, folder);
    auto fields = names_of(version);
    fields["seconds"] = steady_seconds() - start;
    log_event("processed", fields);
  } else if (end.kind == WorkerEnd::Kind::kNothing) {
    record_nothing(version, end.reason);
  } else if (end.kind == WorkerEnd::Kind::kFailed) {
    const bool waits = says_full_disk(end.reason) && is_disk_full();
    waits ? hold_back(version, "the disk is full") : record_failure(version, end.reason);
  }
  std::filesystem::remove_all(folder);
}

void Processing::keep(const Ledger::Version& version, const Path& folder) {
  const auto results =
      desk_.spool.keep_results(folder / "results", version.series, version.version);
  if (results.empty()) return record_failure(version, "processing gave no result");
  const Path kept = desk_.spool.results(version.series, version.version);
  for (const auto& name : results) {
    desk_.counters.spool_bytes += std::filesystem::file_size(kept / name);
  }
  record_done(version, results);
}

void Processing::record_done(const Ledger::Version& version,
                             const std::vector<std::string>& results) {
  Record record = record_about(Record::Kind::kProcessed, version);
  record.results = results;
  desk_.journal.append(record);
  ++desk_.counters.series_processed;
}

void Processing::record_failure(const Ledger::Version& version, const std::string& reason) {
  Record record = record_about(Record::Kind::kFailed, version);
  record.reason = reason;
  desk_.journal.append(record);
  ++desk_.counters.processing_failures;
  auto fields = names_of(version);
  fields["try"] = version.failures + 1;
  // The reason may quote the image's attributes: it stays in the journal (heartlab node --list).
  log_event("processing failed", fields);
  if (version.failures + 1 < desk_.config.process.tries) return;
  record.kind = Record::Kind::kAside;
  desk_.journal.append(record);
  log_event("series set aside", names_of(version));
}

void Processing::record_nothing(const Ledger::Version& version, const std::string& reason) {
  Record record = record_about(Record::Kind::kNothing, version);
  record.reason = reason;
  desk_.journal.append(record);
  ++desk_.counters.series_without_result;
  log_event("series finished without a result", names_of(version));
}

bool Processing::is_disk_full() const {
  const double least = std::max(desk_.config.disk.free_gb * kGiga, kRoomForResults);
  return static_cast<double>(desk_.spool.bytes_free()) < least;
}

void Processing::hold_back(const Ledger::Version& version, const std::string& reason) {
  held_back_.hold(version, steady_seconds() + kDiskPauseS);
  auto fields = names_of(version);
  fields["reason"] = reason;
  log_event("processing paused", fields);
}

}  // namespace heartlab
