#include "heartlab/segment/unit_record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kDigits = 64;  // of a SHA-256, which leads the file

// File names may be any bytes, which JSON as text cannot hold.
Bytes packed(const UnitRecord& record) {
  return Json::to_cbor({{"unit", record.unit},
                        {"digest", record.digest},
                        {"whole", record.whole},
                        {"rank", record.rank},
                        {"images", record.images},
                        {"empty", record.empty},
                        {"unread", record.unread},
                        {"areas", record.areas},
                        {"results", record.results},
                        {"former", record.former},
                        {"skipped", record.skipped},
                        {"unwritten", record.unwritten},
                        {"inputs_sha256", record.inputs_sha256}});
}

UnitRecord unpacked(std::span<const std::uint8_t> bytes) {
  const Json json = Json::from_cbor(bytes.begin(), bytes.end());
  UnitRecord record;
  json.at("unit").get_to(record.unit);
  json.at("digest").get_to(record.digest);
  json.at("whole").get_to(record.whole);
  json.at("rank").get_to(record.rank);
  json.at("images").get_to(record.images);
  json.at("empty").get_to(record.empty);
  record.unread = json.value("unread", 0);
  json.at("areas").get_to(record.areas);
  json.at("results").get_to(record.results);
  json.at("former").get_to(record.former);
  json.at("skipped").get_to(record.skipped);
  json.at("unwritten").get_to(record.unwritten);
  json.at("inputs_sha256").get_to(record.inputs_sha256);
  return record;
}

}  // namespace

void write_record(const Path& file, const UnitRecord& record) {
  const Bytes bytes = packed(record);
  AtomicFile whole(file);
  whole.write(sha256(bytes));
  whole.write(bytes);
  whole.commit();
}

std::optional<UnitRecord> read_record(const Path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  const MappedFile mapped(file);
  if (mapped.bytes().size() < kDigits) return std::nullopt;
  const auto digest = mapped.bytes().first(kDigits);
  const auto bytes = mapped.bytes().subspan(kDigits);
  if (!std::ranges::equal(sha256(bytes), digest, {},
                          [](char c) { return static_cast<std::uint8_t>(c); })) {
    return std::nullopt;
  }
  try {
    return unpacked(bytes);
  } catch (const Json::exception&) {  // of another release
    return std::nullopt;
  }
}

}  // namespace heartlab
