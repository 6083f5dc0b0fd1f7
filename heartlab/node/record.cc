#include "heartlab/node/record.h"

#include <algorithm>
#include <array>
#include <optional>

#include "heartlab/core/error.h"
#include "heartlab/core/files.h"
#include "heartlab/core/json.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kChecksumDigits = 8;
constexpr std::array<const char*, 11> kKinds = {"complete", "processed", "failed",  "aside",
                                                "retry",    "sent",      "refused", "finished",
                                                "removed",  "sending",   "nothing"};

std::string checksum(std::string_view text) {
  return sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})
      .substr(0, kChecksumDigits);
}

// What names a file or folder of the spool: never a path that leads out of it.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name.front() != '.' &&
         name.find('\0') == std::string::npos;
}

std::optional<Record> parse_record(const Json& json) {
  const auto kind = std::ranges::find(kKinds, json.value("event", ""));
  if (kind == kKinds.end()) return std::nullopt;
  Record record;
  record.kind = static_cast<Record::Kind>(kind - kKinds.begin());
  record.series = json.value("series", "");
  record.version = json.value("version", "");
  record.time = json.value("time", 0.0);
  record.count = json.value("count", 0);
  record.content = json.value("content", "");
  record.destination = json.value("destination", "");
  record.result = json.value("result", "");
  record.reason = json.value("reason", "");
  record.results = json.value("results", std::vector<std::string>());
  if (!is_plain_name(record.series) || !is_plain_name(record.version)) return std::nullopt;
  if (!std::ranges::all_of(record.results, is_plain_name)) return std::nullopt;
  return record;
}

std::optional<Record> parse_line(std::string_view line) {
  if (line.size() <= kChecksumDigits + 1 || line[kChecksumDigits] != ' ') return std::nullopt;
  const std::string_view body = line.substr(kChecksumDigits + 1);
  if (line.substr(0, kChecksumDigits) != checksum(body)) return std::nullopt;
  try {
    return parse_record(parse_json<Json>(body, "journal"));
  } catch (const Error&) {
    return std::nullopt;
  } catch (const Json::exception&) {  // a value of another type than its key has
    return std::nullopt;
  }
}

}  // namespace

std::string journal_line(const Record& record) {
  Json json;
  json["event"] = kKinds.at(static_cast<std::size_t>(record.kind));
  json["series"] = record.series;
  json["version"] = record.version;
  json["time"] = record.time;
  if (record.count != 0) json["count"] = record.count;
  if (!record.content.empty()) json["content"] = record.content;
  if (!record.destination.empty()) json["destination"] = record.destination;
  if (!record.result.empty()) json["result"] = record.result;
  if (!record.reason.empty()) json["reason"] = record.reason;
  if (!record.results.empty()) json["results"] = record.results;
  const std::string body = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return checksum(body) + " " + body + "\n";
}

JournalText parse_journal(std::string_view text) {
  JournalText journal;
  for (std::size_t end; (end = text.find('\n', journal.whole_bytes)) != std::string_view::npos;
       journal.whole_bytes = end + 1) {
    auto record = parse_line(text.substr(journal.whole_bytes, end - journal.whole_bytes));
    if (record) {
      journal.records.push_back(std::move(*record));
    } else {
      ++journal.damaged;
    }
  }
  return journal;
}

}  // namespace heartlab
