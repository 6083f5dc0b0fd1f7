#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heartlab::onnx {

// One message of the protobuf wire format, written field by field; the few kinds of field that
// ONNX's messages are made of. Field numbers: onnx.proto.
class Message {
 public:
  Message& integer(int field, std::int64_t value);
  Message& text(int field, std::string_view value);
  Message& message(int field, const Message& value) { return text(field, value.bytes_); }
  // All fields of another message, as they stand in it.
  Message& append(const Message& other);

  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value);

  std::string bytes_;
};

}  // namespace heartlab::onnx
