#pragma once

#include <cstdint>
#include <string>

#include "heartlab/core/append_file.h"

namespace heartlab {

// TensorBoard's event file: TFRecord framing (length, masked CRC-32C) around protobuf `Event`
// messages with one simple value each. Records are in it whole or
// not at all.
class EventFile {
 public:
  // FOLDER/events.out.tfevents.heartlab; of an earlier one the records up to `last_step` are kept,
  // of those whose tag begins with "validation/" the ones up to `last_validation`.
  EventFile(const Path& folder, std::int64_t last_step, std::int64_t last_validation);

  void add(const std::string& tag, std::int64_t step, double value);

 private:
  void write_record(const std::string& event);

  AppendFile file_;
};

std::uint32_t crc32c(const std::string& bytes);  // Castagnoli polynomial, RFC 3720

}  // namespace heartlab
