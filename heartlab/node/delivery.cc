#include "heartlab/node/delivery.h"

#include <algorithm>

#include "heartlab/core/error.h"
#include "heartlab/node/backoff.h"
#include "heartlab/node/event_log.h"

namespace heartlab {
namespace {

void send_files(const Destination& to, const NodeConfig& config, const std::vector<Path>& files,
                const Exchange& exchange) {
  to.is_web() ? send_by_web(to, config, files, exchange)
              : send_by_dicom(to, config, files, exchange);
}

Asked ask(const Destination& to, const NodeConfig& config, const Path& file) {
  const ResultIdentity object = result_identity(file);
  return to.is_web() ? ask_by_web(to, config, object) : ask_by_dicom(to, config, object);
}

}  // namespace

void Delivery::run() {
  while (!desk_.stopping) {
    std::optional<Ledger::Version> version;
    try {
      if (steady_seconds() >= not_before_) version = next();
      if (version) deliver(*version);
    } catch (const std::exception& error) {
      back_off(error.what());
    }
    if (version && steady_seconds() < not_before_) held_back_.hold(*version, not_before_);
    if (!version) std::this_thread::sleep_for(kPause);
  }
}

std::optional<Ledger::Version> Delivery::next() const {
  return desk_.journal.with_ledger([&](const Ledger& ledger) -> std::optional<Ledger::Version> {
    const Ledger::Version* first = nullptr;
    double first_held = steady_seconds();
    for (const auto* version : ledger.versions()) {
      if (version->state != Ledger::State::kProcessed) continue;
      const double until = held_back_.until(*version);
      if (until >= first_held) continue;
      if (unsent(*version, to_.text, desk_.config.send.refusals).empty()) continue;
      first = version;
      first_held = until;
    }
    return first == nullptr ? std::optional<Ledger::Version>() : *first;
  });
}

void Delivery::deliver(const Ledger::Version& version) {
  if (!settle_uncertain(version)) return;
  const auto names = desk_.journal.with_ledger([&](const Ledger& ledger) {
    const auto* known = ledger.find(version.series, version.version);
    return unsent(*known, to_.text, desk_.config.send.refusals);
  });
  std::vector<Path> files;
  for (const auto& name : names) files.push_back(path_of(version, name));
  bool refused = false;
  Exchange exchange;
  exchange.before = [&](std::size_t i) {
    desk_.journal.append(about(Record::Kind::kSending, version, names[i]));
  };
  exchange.answer = [&](std::size_t i, const Answer& answer) {
    refused = refused || answer.kind == Answer::Kind::kRefused;
    return record(version, names[i], answer) && !desk_.stopping;
  };
  if (!files.empty()) send_files(to_, desk_.config, files, exchange);
  held_back_.release(version);
  for (const auto& file : files) unanswered_.erase(file.string());
  if (refused) hold_back(version);
  finish_if_all_sent(desk_, version.series, version.version);
}

// Whether a destination that answers, but not what it has, was asked often enough: then the result
// is sent again, as where such questions cannot be asked at all. Until then it waits by itself.
bool Delivery::is_given_up_asking(const Ledger::Version& version, const std::string& result,
                                  const std::string& status) {
  const NodeConfig::Send& send = desk_.config.send;
  const std::string key = path_of(version, result).string();
  const int times = ++unanswered_[key];
  log_event("destination does not say what it has", {{"series", version.series},
                                                     {"result", result},
                                                     {"destination", to_.text},
                                                     {"reason", status},
                                                     {"times", times}});
  if (times >= send.refusals) return true;
  held_back_.hold(version,
                  steady_seconds() + backoff_seconds(times, send.retry_s, send.retry_most_s));
  return false;
}

// Of results that were on their way when the connection broke or the node was killed, the
// destination knows best. False where it cannot be asked now.
bool Delivery::settle_uncertain(const Ledger::Version& version) {
  for (const auto& [destination, result] : version.uncertain) {
    if (destination != to_.text) continue;
    const auto [holds, status] = ask(to_, desk_.config, path_of(version, result));
    if (holds == Holds::kUnreachable) {
      if (status.empty()) {
        back_off("asked for what it has");
        return false;
      }
      if (!is_given_up_asking(version, result, status)) return false;
    }
    if (holds == Holds::kUnreachable) continue;
    unanswered_.erase(path_of(version, result).string());
    log_event("destination asked", {{"series", version.series},
                                    {"result", result},
                                    {"destination", to_.text},
                                    {"has_it", holds == Holds::kYes}});
    if (holds == Holds::kYes) record(version, result, {Answer::Kind::kTaken, ""});
  }
  return true;
}

Path Delivery::path_of(const Ledger::Version& version, const std::string& result) const {
  return desk_.spool.results(version.series, version.version) / result;
}

Record Delivery::about(Record::Kind kind, const Ledger::Version& version,
                       const std::string& result) const {
  Record made = record_about(kind, version);
  made.destination = to_.text;
  made.result = result;
  return made;
}

// Whether the destination can be asked further.
bool Delivery::record(const Ledger::Version& version, const std::string& result,
                      const Answer& answer) {
  if (answer.kind == Answer::Kind::kUnreachable) {
    back_off(answer.reason);
    return false;
  }
  failures_ = 0;
  const bool taken = answer.kind == Answer::Kind::kTaken;
  Record said = about(taken ? Record::Kind::kSent : Record::Kind::kRefused, version, result);
  said.reason = answer.reason;
  desk_.journal.append(said);
  ++(taken ? desk_.counters.results_sent : desk_.counters.results_refused);
  log_event(taken ? "result sent" : "result refused", {{"series", version.series},
                                                       {"version", version.version},
                                                       {"result", result},
                                                       {"destination", to_.text},
                                                       {"reason", answer.reason}});
  if (!taken) log_given_up(version, result);
  return true;
}

// Where that was the last refusal.
void Delivery::log_given_up(const Ledger::Version& version, const std::string& result) const {
  const auto left = desk_.journal.with_ledger([&](const Ledger& ledger) {
    return unsent(*ledger.find(version.series, version.version), to_.text,
                  desk_.config.send.refusals);
  });
  if (std::ranges::find(left, result) != left.end()) return;
  log_event("result given up", {{"series", version.series},
                                {"version", version.version},
                                {"result", result},
                                {"destination", to_.text}});
}

void Delivery::hold_back(const Ledger::Version& version) {
  const int refusals = desk_.journal.with_ledger([&](const Ledger& ledger) {
    const auto* known = ledger.find(version.series, version.version);
    int most = 0;
    for (const auto& [delivery, times] : known->refusals) {
      if (delivery.first == to_.text) most = std::max(most, times);
    }
    return most;
  });
  const NodeConfig::Send& send = desk_.config.send;
  held_back_.hold(version,
                  steady_seconds() + backoff_seconds(refusals, send.retry_s, send.retry_most_s));
}

void Delivery::back_off(const std::string& reason) {
  ++failures_;
  ++desk_.counters.send_failures;
  const double wait =
      backoff_seconds(failures_, desk_.config.send.retry_s, desk_.config.send.retry_most_s);
  not_before_ = steady_seconds() + wait;
  log_event("destination not reached", {{"destination", to_.text},
                                        {"reason", reason},
                                        {"failures", failures_},
                                        {"next_try_s", wait}});
}

}  // namespace heartlab
