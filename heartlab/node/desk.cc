#include "heartlab/node/desk.h"

#include <algorithm>

#include "heartlab/node/event_log.h"

namespace heartlab {

Record record_about(Record::Kind kind, const Ledger::Version& version) {
  Record record;
  record.kind = kind;
  record.series = version.series;
  record.version = version.version;
  return record;
}

void finish_if_all_sent(Desk& desk, const std::string& series, const std::string& version) {
  const bool finished = desk.journal.with_ledger([&](const Ledger& ledger) {
    const Ledger::Version* known = ledger.find(series, version);
    return known != nullptr && known->state == Ledger::State::kProcessed &&
           std::ranges::all_of(desk.config.send.destinations, [&](const std::string& to) {
             return unsent(*known, to, desk.config.send.refusals).empty();
           });
  });
  if (!finished) return;
  Record record;
  record.kind = Record::Kind::kFinished;
  record.series = series;
  record.version = version;
  desk.journal.append(record);
  log_event("series finished", {{"series", series}, {"version", version}});
}

}  // namespace heartlab
