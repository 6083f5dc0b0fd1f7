#include "heartlab/train/event_file.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>

namespace heartlab {
namespace {

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

void put_key(std::string& out, int field, int wire_type) {
  put_varint(out, static_cast<std::uint64_t>(field << 3 | wire_type));
}

void put_text(std::string& out, int field, const std::string& text) {
  put_key(out, field, 2);
  put_varint(out, text.size());
  out += text;
}

template <typename T>
void put_fixed(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

std::uint32_t masked(std::uint32_t crc) { return std::rotr(crc, 15) + 0xa282ead8U; }

// Event: 1 wall_time (double), 2 step (int64), 3 file_version (string), 5 summary.
std::string event_header(std::int64_t step) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::string event;
  put_key(event, 1, 1);
  put_fixed(event, std::chrono::duration<double>(now).count());
  put_key(event, 2, 0);
  put_varint(event, static_cast<std::uint64_t>(step));
  return event;
}

// The step of an event that event_header() began.
std::int64_t step_of(std::span<const std::uint8_t> event) {
  constexpr std::size_t kBefore = 10;  // key and value of the wall time, key of the step
  std::uint64_t step = 0;
  int shift = 0;
  for (std::size_t at = kBefore; at < event.size() && shift < 63; ++at, shift += 7) {
    step |= static_cast<std::uint64_t>(event[at] & 0x7f) << shift;
    if (event[at] < 0x80) break;
  }
  return static_cast<std::int64_t>(step);
}

bool is_validation(std::span<const std::uint8_t> event) {
  constexpr std::string_view kTag = "validation/";
  return std::search(event.begin(), event.end(), kTag.begin(), kTag.end()) != event.end();
}

// A record cut short by a crash, and what follows it, is dropped.
Bytes records_up_to(std::int64_t last_step, std::int64_t last_validation, const Bytes& file) {
  constexpr std::size_t kFrame = 16;  // length 8, its sum 4, the event's sum 4
  Bytes kept;
  for (std::size_t at = 0; file.size() - at >= kFrame;) {
    std::uint64_t length = 0;
    std::memcpy(&length, file.data() + at, sizeof length);
    if (length > file.size() - at - kFrame) break;
    const auto record = std::span(file).subspan(at, kFrame + length);
    const auto event = record.subspan(12, length);
    if (step_of(event) <= (is_validation(event) ? last_validation : last_step)) {
      kept.insert(kept.end(), record.begin(), record.end());
    }
    at += record.size();
  }
  return kept;
}

Path start_events(const Path& file, std::int64_t last_step, std::int64_t last_validation) {
  if (last_step == 0) {
    std::filesystem::remove(file);
  } else if (std::filesystem::exists(file)) {
    write_bytes(file, records_up_to(last_step, last_validation, read_bytes(file)));
  }
  return file;
}

}  // namespace

std::uint32_t crc32c(const std::string& bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0x82f63b78U & (0U - (crc & 1U)));
  }
  return ~crc;
}

EventFile::EventFile(const Path& folder, std::int64_t last_step, std::int64_t last_validation)
    : file_(start_events(folder / "events.out.tfevents.heartlab", last_step, last_validation)) {
  if (!file_.empty()) return;
  std::string event = event_header(0);
  put_text(event, 3, "brain.Event:2");
  write_record(event);
}

void EventFile::add(const std::string& tag, std::int64_t step, double value) {
  std::string item;  // Summary.Value: 1 tag, 2 simple_value (float)
  put_text(item, 1, tag);
  put_key(item, 2, 5);
  put_fixed(item, static_cast<float>(value));
  std::string summary;
  put_text(summary, 1, item);
  std::string event = event_header(step);
  put_text(event, 5, summary);
  write_record(event);
}

void EventFile::write_record(const std::string& event) {
  std::string length;
  put_fixed(length, std::uint64_t{event.size()});
  std::string record = length;
  put_fixed(record, masked(crc32c(length)));
  record += event;
  put_fixed(record, masked(crc32c(event)));
  file_.append(record);
}

}  // namespace heartlab
