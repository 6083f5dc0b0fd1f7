#include "heartlab/node/processing.h"

#include "heartlab/core/error.h"
#include "heartlab/node/backoff.h"
#include "heartlab/node/event_log.h"

namespace heartlab {
namespace {

constexpr double kMostRetryS = 3600;
constexpr double kDiskPauseS = 10;

nlohmann::ordered_json names_of(const Ledger::Version& version) {
  return {{"series", version.series}, {"version", version.version}};
}

bool is_full_disk(const std::string& reason) {
  return reason.starts_with(fmt::format("status {}:", exit_status(ErrorKind::kDisk)));
}

}  // namespace

void Processing::run() {
  while (!desk_.stopping) {
    bool worked = false;
    try {
      worked = work_once();
    } catch (const std::exception& error) {
      // The journal, the spool: the machine's trouble, not the series'.
      log_event("processing paused", {{"reason", error.what()}});
      pause_for_disk();
    }
    if (!worked) std::this_thread::sleep_for(kPause);
  }
}

bool Processing::work_once() {
  if (steady_seconds() < not_before_) return false;
  const auto version = next();
  if (!version) return false;
  process(*version);
  return true;
}

std::optional<Ledger::Version> Processing::next() const {
  const double now = unix_time();
  const auto waiting = desk_.journal.with_ledger([&](const Ledger& ledger) {
    std::vector<Ledger::Version> due;
    for (const auto* version : ledger.versions()) {
      const double wait =
          backoff_seconds(version->failures, desk_.config.process.retry_s, kMostRetryS);
      const bool is_due = now >= version->changed + wait || version->changed > now;
      if (version->state == Ledger::State::kComplete && is_due) due.push_back(*version);
    }
    return due;
  });
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
  } else if (end.kind == WorkerEnd::Kind::kFailed) {
    is_full_disk(end.reason) ? pause_for_disk() : record_failure(version, end.reason);
  }
  std::filesystem::remove_all(folder);
}

void Processing::keep(const Ledger::Version& version, const Path& folder) {
  const auto results =
      desk_.spool.keep_results(folder / "results", version.series, version.version);
  if (results.empty()) return record_failure(version, "processing gave no result");
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

void Processing::pause_for_disk() { not_before_ = steady_seconds() + kDiskPauseS; }

}  // namespace heartlab
