#include "heartlab/node/intake.h"

#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "heartlab/core/abandoned_files.h"
#include "heartlab/core/error.h"
#include "heartlab/core/manifest.h"
#include "heartlab/node/event_log.h"

namespace heartlab {
namespace {

constexpr double kCleanEveryS = 2;
constexpr double kSizeEveryS = 600;  // what comes in between is added by who writes it
constexpr double kHour = 3600, kDay = 24 * kHour;
constexpr std::uint64_t kNano = 1000000000;
const std::string kRetry = "retry-";

bool is_stuck(const Ledger::Version& version) {
  return version.state == Ledger::State::kAside ||
         (version.state == Ledger::State::kFinished && !version.refusals.empty());
}

// When an entry of the folder was made or removed last, or the file was written, in nanoseconds
// since 1970; 0 where it is not there.
std::uint64_t change_mark(const Path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_mtim.tv_sec) * kNano +
         static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
}

// How long the images and results of a version stay once it came to its state; below 0: until it
// comes to another.
double seconds_to_keep(const Ledger::Version& version, const NodeConfig& config) {
  const double sent = config.keep_hours * kHour, stuck = config.keep_aside_hours * kHour;
  if (version.state == Ledger::State::kAside) return stuck;
  if (version.state != Ledger::State::kFinished) return -1;
  return given_up(version, config.send.refusals) > 0 ? std::max(sent, stuck) : sent;
}

}  // namespace

Intake::Intake(Desk& desk)
    : desk_(desk), quiet_(desk.config.quiet_s), next_forgetting_(steady_seconds() + kDay) {}

void Intake::look() {
  find_complete();
  do_what_was_asked();
  if (steady_seconds() >= next_clean_) {
    clean();
    next_clean_ = steady_seconds() + kCleanEveryS;
  }
  if (steady_seconds() >= next_forgetting_) {
    next_forgetting_ = steady_seconds() + kDay;
    desk_.journal.compact(unix_time() - kRememberS);
  }
  count();
}

void Intake::find_complete() {
  for (const auto& series : desk_.spool.series()) {
    const std::uint64_t mark = change_mark(desk_.spool.root() / "series" / series);
    if (mark == 0 || !quiet_.became_complete(series, mark, steady_seconds())) continue;
    try {
      complete(series);
    } catch (const std::exception& error) {
      // A disk that is full, an image that cannot be read: the others go on, and this one again.
      quiet_.forget(series);
      log_event("look failed", {{"series", series}, {"reason", error.what()}});
    }
  }
}

void Intake::complete(const std::string& series) {
  const auto images = desk_.spool.images(series);
  if (images.empty()) return;
  Record record;
  record.kind = Record::Kind::kComplete;
  record.series = series;
  record.version = Spool::version_of(images);
  record.count = static_cast<int>(images.size());
  const auto known = desk_.journal.with_ledger([&](const Ledger& ledger) {
    const auto* version = ledger.find(series, record.version);
    return version == nullptr ? std::optional<Ledger::Version>() : *version;
  });
  if (known && known->state != Ledger::State::kRemoved) return;
  record.content = desk_.spool.content_of(series, images, processing_mark());
  if (known && known->is_done_and_removed() && is_same_content(*known, record.content) &&
      went_everywhere(*known)) {
    // Sent again long after all was done: the answer would be the same.
    log_event("series known", {{"series", series}, {"version", record.version}});
    return remove(series, record.version);
  }
  desk_.journal.append(record);
  ++desk_.counters.series_complete;
  log_event("series complete",
            {{"series", series}, {"version", record.version}, {"images", record.count}});
}

// What the results follow from beside the images: the program and the models, which may be
// replaced.
std::string Intake::processing_mark() {
  const NodeConfig::Process& process = desk_.config.process;
  if (!process.command.empty()) {
    return fmt::format("{}\n{}", fmt::join(process.command, "\n"),
                       digest_of(process.command.front()));
  }
  std::string mark = version();
  for (const Path& model : {process.cavity_model, process.myocardium_model}) {
    if (!model.empty()) mark += "\n" + digest_of(model);
  }
  return mark;
}

// Of what the file holds; it is read again when it changed. Empty where there is no such file: a
// command may be a name that is looked up.
std::string Intake::digest_of(const Path& file) {
  const FileMark mark = FileMark::of(file);
  if (mark == FileMark{}) return {};
  auto& [known, digest] = digests_[file];
  if (digest.empty() || known != mark || mark.is_young()) digest = sha256_of_file(file);
  known = mark;
  return digest;
}

bool Intake::went_everywhere(const Ledger::Version& version) const {
  return std::ranges::all_of(desk_.config.send.destinations, [&](const std::string& to) {
    return unsent(version, to, desk_.config.send.refusals).empty();
  });
}

void Intake::do_what_was_asked() {
  for (const auto& entry : std::filesystem::directory_iterator(desk_.spool.asked())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kRetry) || is_temporary(entry.path())) continue;
    const std::string series = name.substr(kRetry.size());
    const auto stuck = desk_.journal.with_ledger([&](const Ledger& ledger) {
      std::vector<Ledger::Version> found;
      for (const auto* version : ledger.versions()) {
        if (is_stuck(*version) && (series == "all" || series == version->series)) {
          found.push_back(*version);
        }
      }
      return found;
    });
    for (const auto& version : stuck) {
      desk_.journal.append(record_about(Record::Kind::kRetry, version));
      log_event("series retried", {{"series", version.series}, {"version", version.version}});
    }
    std::filesystem::remove(entry.path());
  }
}

void Intake::clean() {
  const double now = unix_time();
  // Of each series its newest version, where every version has been done with long enough.
  const auto done = desk_.journal.with_ledger([&](const Ledger& ledger) {
    std::map<std::string, std::string> newest;
    std::set<std::string> pending;
    for (const auto* version : ledger.versions()) {
      newest[version->series] = version->version;
      const double keep = seconds_to_keep(*version, desk_.config);
      if (keep < 0 || now < version->changed + keep) pending.insert(version->series);
    }
    std::erase_if(newest, [&](const auto& item) { return pending.contains(item.first); });
    return newest;
  });
  for (const auto& [series, version] : done) remove(series, version);
  remove_damaged_journal();
  if (steady_seconds() < next_size_) return;
  next_size_ = steady_seconds() + kSizeEveryS;
  desk_.counters.spool_bytes = desk_.spool.bytes_used();
}

void Intake::remove_damaged_journal() {
  const Path damaged = damaged_copy_of(desk_.spool.journal());
  const std::uint64_t written = change_mark(damaged) / kNano;
  if (written == 0) return;
  const double age = unix_time() - static_cast<double>(written);
  if (age >= desk_.config.keep_aside_hours * kHour) std::filesystem::remove(damaged);
}

void Intake::remove(const std::string& series, const std::string& version) {
  if (!desk_.spool.remove(series, version)) return;
  quiet_.forget(series);
  next_size_ = 0;
  const auto versions = desk_.journal.with_ledger([&](const Ledger& ledger) {
    std::vector<Ledger::Version> copies;
    for (const auto* item : ledger.versions_of(series)) {
      if (item->state != Ledger::State::kRemoved) copies.push_back(*item);
    }
    return copies;
  });
  for (const auto& item : versions) {
    desk_.journal.append(record_about(Record::Kind::kRemoved, item));
  }
  log_event("series deleted", {{"series", series}, {"version", version}});
}

void Intake::count() {
  std::uint64_t complete = 0, aside = 0, unsent_results = 0, given_up_results = 0;
  desk_.journal.with_ledger([&](const Ledger& ledger) {
    for (const auto* version : ledger.versions()) {
      complete += version->state == Ledger::State::kComplete ? 1 : 0;
      aside += version->state == Ledger::State::kAside ? 1 : 0;
      given_up_results += given_up(*version, desk_.config.send.refusals);
      if (version->state != Ledger::State::kProcessed) continue;
      for (const auto& to : desk_.config.send.destinations) {
        unsent_results += unsent(*version, to, desk_.config.send.refusals).size();
      }
    }
    return 0;
  });
  desk_.counters.series_waiting = complete + quiet_.unsettled();
  desk_.counters.series_set_aside = aside;
  desk_.counters.results_waiting = unsent_results;
  desk_.counters.results_given_up = given_up_results;
}

void ask_for_retry(const Path& spool, const std::string& series) {
  const Ledger ledger = read_ledger(spool / "journal.jsonl");
  const auto versions = ledger.versions();
  const bool found = std::ranges::any_of(versions, [&](const auto* version) {
    return is_stuck(*version) && (series == "all" || series == version->series);
  });
  if (!found) {
    fail(ErrorKind::kNotFound, "{}: nothing of '{}' is set aside or was left unsent",
         spool.string(), series);
  }
  write_text(spool / "asked" / (kRetry + series), "");
}

}  // namespace heartlab
