#include "heartlab/node/delivery.h"

#include "heartlab/core/error.h"
#include "heartlab/node/backoff.h"
#include "heartlab/node/event_log.h"

namespace heartlab {
namespace {

std::string key_of(const Ledger::Version& version) {
  return version.series + "-" + version.version;
}

void send_files(const Destination& to, const NodeConfig& config, const std::vector<Path>& files,
                const OnAnswer& on_answer) {
  to.is_web() ? send_by_web(to, config, files, on_answer)
              : send_by_dicom(to, config, files, on_answer);
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
    if (!version) std::this_thread::sleep_for(kPause);
  }
}

std::optional<Ledger::Version> Delivery::next() const {
  const double now = steady_seconds();
  return desk_.journal.with_ledger([&](const Ledger& ledger) -> std::optional<Ledger::Version> {
    for (const auto* version : ledger.versions()) {
      if (version->state != Ledger::State::kProcessed) continue;
      const auto held = held_back_.find(key_of(*version));
      if (held != held_back_.end() && now < held->second) continue;
      if (!unsent(*version, to_.text, desk_.config.send.refusals).empty()) return *version;
    }
    return std::nullopt;
  });
}

void Delivery::deliver(const Ledger::Version& version) {
  const auto names = unsent(version, to_.text, desk_.config.send.refusals);
  const Path folder = desk_.spool.results(version.series, version.version);
  std::vector<Path> files;
  for (const auto& name : names) files.push_back(folder / name);
  bool refused = false;
  send_files(to_, desk_.config, files, [&](std::size_t index, const Answer& answer) {
    refused = refused || answer.kind == Answer::Kind::kRefused;
    return record(version, names[index], answer) && !desk_.stopping;
  });
  if (refused) hold_back(version);
  finish_if_all_sent(desk_, version.series, version.version);
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
  Record record = record_about(taken ? Record::Kind::kSent : Record::Kind::kRefused, version);
  record.destination = to_.text;
  record.result = result;
  record.reason = answer.reason;
  desk_.journal.append(record);
  ++(taken ? desk_.counters.results_sent : desk_.counters.results_refused);
  log_event(taken ? "result sent" : "result refused", {{"series", version.series},
                                                       {"version", version.version},
                                                       {"result", result},
                                                       {"destination", to_.text},
                                                       {"reason", answer.reason}});
  return true;
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
  held_back_[key_of(version)] =
      steady_seconds() + backoff_seconds(refusals, send.retry_s, send.retry_most_s);
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
