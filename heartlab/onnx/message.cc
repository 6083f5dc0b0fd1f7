#include "heartlab/onnx/message.h"

namespace heartlab::onnx {
namespace {

// The kinds of field on the wire.
constexpr std::uint64_t kVarint = 0;
constexpr std::uint64_t kLengthDelimited = 2;

constexpr int kPayloadBits = 7;
constexpr std::uint64_t kMore = 0x80;

std::uint64_t key(int field, std::uint64_t kind) {
  return static_cast<std::uint64_t>(field) << 3 | kind;
}

}  // namespace

void Message::varint(std::uint64_t value) {
  while (value >= kMore) {
    bytes_ += static_cast<char>(value | kMore);
    value >>= kPayloadBits;
  }
  bytes_ += static_cast<char>(value);
}

Message& Message::integer(int field, std::int64_t value) {
  varint(key(field, kVarint));
  varint(static_cast<std::uint64_t>(value));
  return *this;
}

Message& Message::text(int field, std::string_view value) {
  varint(key(field, kLengthDelimited));
  varint(value.size());
  bytes_ += value;
  return *this;
}

Message& Message::append(const Message& other) {
  bytes_ += other.bytes_;
  return *this;
}

}  // namespace heartlab::onnx
