#include "heartlab/node/ledger.h"

#include <algorithm>

namespace heartlab {
namespace {

using Version = Ledger::Version;
using State = Ledger::State;

Record record_of(Record::Kind kind, const Version& version) {
  Record record;
  record.kind = kind;
  record.series = version.series;
  record.version = version.version;
  record.time = version.changed;
  return record;
}

void add_deliveries(const Version& version, std::vector<Record>& records) {
  const auto add = [&](Record::Kind kind, const Ledger::Delivery& delivery) {
    Record record = record_of(kind, version);
    std::tie(record.destination, record.result) = delivery;
    records.push_back(record);
  };
  for (const auto& delivery : version.sent) add(Record::Kind::kSent, delivery);
  for (const auto& [delivery, times] : version.refusals) {
    for (int i = 0; i < times; ++i) {
      add(Record::Kind::kRefused, delivery);
      records.back().reason = version.reason;
    }
  }
  for (const auto& delivery : version.uncertain) add(Record::Kind::kSending, delivery);
}

void add_records(const Version& version, std::vector<Record>& records) {
  records.push_back(record_of(Record::Kind::kComplete, version));
  records.back().count = version.images;
  records.back().content = version.content;
  for (int i = 0; i < version.failures; ++i) {
    records.push_back(record_of(Record::Kind::kFailed, version));
    records.back().reason = version.reason;
  }
  if (version.state == State::kAside) {
    records.push_back(record_of(Record::Kind::kAside, version));
    records.back().reason = version.reason;
  }
  if (version.state == State::kFinished && version.results.empty()) {
    records.push_back(record_of(Record::Kind::kNothing, version));
    records.back().reason = version.reason;
  }
  if (!version.results.empty()) {
    records.push_back(record_of(Record::Kind::kProcessed, version));
    records.back().results = version.results;
  }
  add_deliveries(version, records);
  if (version.state == State::kFinished || version.state == State::kRemoved) {
    records.push_back(record_of(Record::Kind::kFinished, version));
  }
  if (version.state == State::kRemoved) {
    records.push_back(record_of(Record::Kind::kRemoved, version));
  }
}

void change(Version& version, State state, double time) {
  version.state = state;
  version.changed = time;
}

// Applies what is said of a known version.
void update(Version& version, const Record& record) {
  const Ledger::Delivery delivery{record.destination, record.result};
  switch (record.kind) {
    case Record::Kind::kComplete:
      break;
    case Record::Kind::kProcessed:
      if (version.state != State::kComplete && version.state != State::kAside) break;
      version.results = record.results;
      change(version, State::kProcessed, record.time);
      break;
    case Record::Kind::kFailed:
      if (version.state != State::kComplete) break;
      ++version.failures;
      version.reason = record.reason;
      version.changed = record.time;
      break;
    case Record::Kind::kAside:
      if (version.state != State::kComplete) break;
      version.reason = record.reason;
      change(version, State::kAside, record.time);
      break;
    case Record::Kind::kRetry:
      if (version.state == State::kAside) {
        version.failures = 0;
        change(version, State::kComplete, record.time);
      } else if (version.state == State::kFinished && !version.refusals.empty()) {
        change(version, State::kProcessed, record.time);
      }
      version.refusals.clear();
      break;
    case Record::Kind::kSending:
      version.uncertain.insert(delivery);
      break;
    case Record::Kind::kSent:
      version.sent.insert(delivery);
      version.uncertain.erase(delivery);
      version.refusals.erase(delivery);
      break;
    case Record::Kind::kRefused:
      version.uncertain.erase(delivery);
      if (version.sent.contains(delivery)) break;
      ++version.refusals[delivery];
      version.reason = record.reason;
      break;
    case Record::Kind::kNothing:
      if (version.state != State::kComplete) break;
      version.reason = record.reason;
      change(version, State::kFinished, record.time);
      break;
    case Record::Kind::kFinished:
      if (version.state == State::kProcessed) change(version, State::kFinished, record.time);
      break;
    case Record::Kind::kRemoved:
      // The reason may quote the images' attributes.
      version.reason.clear();
      change(version, State::kRemoved, record.time);
      break;
  }
}

}  // namespace

void Ledger::erase(const Key& key) {
  const auto found = versions_.find(key);
  present_.erase(found->second.number);
  versions_.erase(found);
}

void Ledger::complete(const Record& record) {
  Version version;
  const Key key{record.series, record.version};
  if (const Version* former = find(record.series, record.version)) {
    if (former->state != State::kRemoved) return;
    if (is_same_content(*former, record.content)) version.sent = former->sent;
    erase(key);
  }
  for (const Version* older : versions_of(record.series)) {
    const bool replaced = older->state == State::kComplete || older->state == State::kAside;
    if (replaced) erase({older->series, older->version});
  }
  version.series = record.series;
  version.version = record.version;
  version.number = next_number_++;
  version.changed = record.time;
  version.images = record.count;
  version.content = record.content;
  present_[version.number] = key;
  versions_.emplace(key, std::move(version));
}

void Ledger::apply(const Record& record) {
  if (record.kind == Record::Kind::kComplete) return complete(record);
  const auto found = versions_.find({record.series, record.version});
  if (found == versions_.end()) return;
  update(found->second, record);
  if (found->second.state == State::kRemoved) present_.erase(found->second.number);
}

const Ledger::Version* Ledger::find(const std::string& series, const std::string& version) const {
  const auto found = versions_.find({series, version});
  return found == versions_.end() ? nullptr : &found->second;
}

std::vector<const Ledger::Version*> Ledger::versions() const {
  std::vector<const Version*> found;
  for (const auto& [number, key] : present_) found.push_back(&versions_.at(key));
  return found;
}

std::vector<const Ledger::Version*> Ledger::versions_of(const std::string& series) const {
  std::vector<const Version*> all;
  for (auto at = versions_.lower_bound({series, ""});
       at != versions_.end() && at->first.first == series; ++at) {
    all.push_back(&at->second);
  }
  std::ranges::sort(all, {}, &Version::number);
  return all;
}

std::vector<Record> Ledger::records() const {
  std::vector<const Version*> all;
  for (const auto& [key, version] : versions_) all.push_back(&version);
  std::ranges::sort(all, {}, &Version::number);
  std::vector<Record> records;
  for (const Version* version : all) add_records(*version, records);
  return records;
}

void Ledger::forget_removed(double oldest) {
  std::erase_if(versions_, [&](const auto& item) {
    return item.second.state == State::kRemoved && item.second.changed < oldest;
  });
}

std::vector<std::string> unsent(const Ledger::Version& version, const std::string& destination,
                                int refusals) {
  std::vector<std::string> names;
  for (const auto& result : version.results) {
    const Ledger::Delivery delivery{destination, result};
    const auto refused = version.refusals.find(delivery);
    const bool given_up = refused != version.refusals.end() && refused->second >= refusals;
    if (!version.sent.contains(delivery) && !given_up) names.push_back(result);
  }
  return names;
}

bool is_same_content(const Version& version, const std::string& content) {
  return version.content.empty() || version.content == content;
}

std::size_t given_up(const Version& version, int refusals) {
  const bool finished = version.state == State::kFinished;
  return static_cast<std::size_t>(std::ranges::count_if(
      version.refusals, [&](const auto& item) { return finished || item.second >= refusals; }));
}

const char* name_of(Ledger::State state) {
  constexpr const char* kNames[] = {"complete", "processed", "set aside", "finished", "removed"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace heartlab
