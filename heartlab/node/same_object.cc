#include "heartlab/node/same_object.h"

#include <algorithm>
#include <string_view>

namespace heartlab {
namespace {

// Where a file of DICOM (PS3.10 7.1) is divided.
struct Division {
  std::string_view transfer_syntax, data_set;
};

constexpr std::size_t kPreamble = 128;
// What follows it: "DICM", then the element (0002,0000), whose value of 4 bytes is the length of
// the rest of the meta information.
constexpr std::string_view kStart("DICM\2\0\0\0UL\4\0", 12);
constexpr std::string_view kTransferSyntax("\2\0\x10\0UI", 6);  // (0002,0010)

std::size_t little_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::uint8_t(bytes[i]);
  return value;
}

std::string_view transfer_syntax_in(std::string_view meta) {
  const std::size_t element = meta.find(kTransferSyntax);
  if (element == std::string_view::npos) return {};
  const std::string_view rest = meta.substr(element + kTransferSyntax.size());
  return rest.size() < 2 ? rest : rest.substr(2, little_endian(rest.substr(0, 2)));
}

// What is no such file is data set as a whole.
Division divide(std::string_view file) {
  constexpr std::size_t kMeta = kPreamble + kStart.size() + 4;
  if (file.size() < kMeta || file.substr(kPreamble, kStart.size()) != kStart) return {{}, file};
  const std::size_t length = little_endian(file.substr(kMeta - 4, 4));
  const std::string_view rest = file.substr(kMeta);
  return {transfer_syntax_in(rest.substr(0, length)), rest.substr(std::min(length, rest.size()))};
}

std::string_view text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

}  // namespace

bool is_same_object(const Path& one, const Path& other) {
  const MappedFile first(one), second(other);
  const Division a = divide(text_of(first)), b = divide(text_of(second));
  return a.transfer_syntax != b.transfer_syntax || a.data_set == b.data_set;
}

std::string data_set_digest(const Path& file) {
  const MappedFile mapped(file);
  const std::string_view data = divide(text_of(mapped)).data_set;
  return sha256({reinterpret_cast<const std::uint8_t*>(data.data()), data.size()});
}

}  // namespace heartlab
