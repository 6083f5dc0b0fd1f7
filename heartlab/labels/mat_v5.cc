#include <array>
#include <bit>
#include <cstring>

#include "heartlab/core/error.h"
#include "heartlab/core/utf8.h"
#include "heartlab/labels/mat_elements.h"
#include "heartlab/labels/mat_value.h"

// Level 5 MAT-files ("MAT-File Format", chapter 1).

namespace heartlab {
namespace {

using Span = std::span<const std::uint8_t>;
using Kind = MatValue::Kind;

constexpr std::size_t kHeader = 128;                             // bytes
constexpr std::size_t kMostInflated = std::size_t{64} << 20;     // bytes of one variable
constexpr std::size_t kMostNumbersInAll = std::size_t{1} << 25;  // of all arrays kept
constexpr std::size_t kMostParts = std::size_t{1} << 20;         // arrays within a file

constexpr std::array<const char*, 18> kClassNames = {
    "unknown", "cell",   "struct",          "object", "char",   "sparse", "double",
    "single",  "int8",   "uint8",           "int16",  "uint16", "int32",  "uint32",
    "int64",   "uint64", "function_handle", "opaque"};
constexpr std::uint32_t kOpaque = 17;

Kind kind_of(std::uint32_t class_code) {
  switch (class_code) {
    case 1:
      return Kind::kCell;
    case 2:
      return Kind::kStruct;
    case 4:
      return Kind::kText;
    default:
      return class_code >= 6 && class_code <= 15 ? Kind::kNumeric : Kind::kOther;
  }
}

std::string text_of(Span bytes) { return clean_utf8({bytes.begin(), bytes.end()}); }

class Parser {
 public:
  Parser(const std::string& name, bool swap) : elements_(name, swap) {}

  std::vector<MatVariable> parse_file(Span bytes) {
    std::vector<MatVariable> variables;
    Span rest = bytes.subspan(kHeader);
    while (!rest.empty()) {
      const MatElement element = elements_.next(rest);
      if (element.type == kMatMatrix) variables.push_back(parse_variable(element.data));
      if (element.type == kMatCompressed) variables.push_back(parse_compressed(element));
    }
    return variables;
  }

 private:
  MatVariable parse_variable(Span matrix) {
    MatVariable variable;
    variable.value = parse_matrix(matrix, 0, &variable.name);
    return variable;
  }

  MatVariable parse_compressed(const MatElement& compressed) {
    const Bytes bytes = elements_.inflate(compressed, kMostInflated);
    Span rest(bytes);
    if (bytes.size() < kMostInflated) {
      const MatElement matrix = elements_.next(rest);
      if (matrix.type != kMatMatrix) elements_.corrupt("a compressed element that is no array");
      return parse_variable(matrix.data);
    }
    // Of a large array only the size is wanted, which its beginning tells.
    constexpr std::size_t kTag = 8, kFlags = 16;  // bytes
    if (kind_of(elements_.word(bytes, kFlags / 4) & 0xff) != Kind::kNumeric) {
      fail(ErrorKind::kUnsupported, "{}: a struct or cell array of more than {} bytes",
           elements_.name(), kMostInflated);
    }
    return parse_variable(rest.subspan(kTag));
  }

  MatValue parse_matrix(Span rest, int depth, std::string* variable_name) {
    if (++parts_ > kMostParts) elements_.corrupt("too many arrays");
    if (depth > MatValue::kDeepest) elements_.corrupt("structs and cells nested too deeply");
    MatValue value;
    if (rest.empty()) return value;
    const MatElement flags = elements_.next(rest);
    if (flags.type != kMatUint32 || flags.items() == 0) elements_.corrupt("an array without flags");
    const std::uint32_t code = elements_.word(flags.data, 0) & 0xff;
    value.kind = kind_of(code);
    value.class_name = kClassNames[code < kClassNames.size() ? code : 0];
    if (code != kOpaque) parse_dims(elements_.next(rest), value);
    const MatElement name = elements_.next(rest);
    if (variable_name != nullptr) *variable_name = text_of(name.data);
    if (value.kind == Kind::kCell) parse_parts(rest, value, value.count(), depth);
    if (value.kind == Kind::kStruct) parse_struct(rest, value, depth);
    if (value.kind == Kind::kText) parse_text(rest, value);
    if (value.kind == Kind::kNumeric) parse_numbers(rest, value);
    return value;
  }

  void parse_dims(const MatElement& element, MatValue& value) const {
    constexpr std::size_t kMostDims = 32;
    if (element.type != kMatInt32 || element.items() < 2 || element.items() > kMostDims) {
      elements_.corrupt("an array without dimensions");
    }
    value.dims.clear();
    std::size_t product = 1;
    for (std::size_t i = 0; i < element.items(); ++i) {
      const double dim = elements_.number(element, i);
      if (dim < 0 || __builtin_mul_overflow(product, std::size_t(dim), &product)) {
        elements_.corrupt("an array of impossible size");
      }
      value.dims.push_back(std::size_t(dim));
    }
  }

  void parse_numbers(Span rest, MatValue& value) {
    const std::size_t count = value.count();
    if (count == 0 || count > MatValue::kMostNumbers) return;
    const MatElement real = elements_.next(rest);
    if (real.items() < count) {
      elements_.corrupt(fmt::format("{} in {} bytes", value.description(), real.data.size()));
    }
    if ((numbers_ += count) > kMostNumbersInAll) elements_.corrupt("too many numbers");
    value.numbers.resize(count);
    for (std::size_t i = 0; i < count; ++i) value.numbers[i] = elements_.number(real, i);
  }

  void parse_text(Span rest, MatValue& value) const {
    if (value.count() == 0) return;
    const MatElement characters = elements_.next(rest);
    if (characters.item_size() == 1) value.text = text_of(characters.data);
    if (characters.item_size() != 2) return;
    std::string text;
    for (std::size_t i = 0; i < characters.items(); ++i) {
      append_utf8(text, static_cast<std::uint32_t>(elements_.number(characters, i)));
    }
    value.text = clean_utf8(text);
  }

  void parse_parts(Span rest, MatValue& value, std::size_t count, int depth) {
    constexpr std::size_t kSmallest = 8;  // bytes of an element
    if (count > rest.size() / kSmallest) {
      elements_.corrupt(fmt::format("no room for the {} parts of a {}", count, value.class_name));
    }
    for (std::size_t i = 0; i < count; ++i) {
      const MatElement element = elements_.next(rest);
      if (element.type != kMatMatrix) elements_.corrupt("a part that is no array");
      value.elements.push_back(parse_matrix(element.data, depth + 1, nullptr));
    }
  }

  void parse_struct(Span rest, MatValue& value, int depth) {
    const MatElement length = elements_.next(rest);
    const MatElement names = elements_.next(rest);
    const std::size_t width =
        length.type == kMatInt32 && length.items() > 0 ? elements_.word(length.data, 0) : 0;
    if (width == 0) elements_.corrupt("a struct without the length of its field names");
    for (std::size_t i = 0; i + width <= names.data.size(); i += width) {
      const Span name = names.data.subspan(i, width);
      const auto* text = reinterpret_cast<const char*>(name.data());
      value.fields.push_back(text_of(name.first(::strnlen(text, width))));
    }
    std::size_t count = 0;
    if (__builtin_mul_overflow(value.count(), value.fields.size(), &count)) {
      elements_.corrupt("a struct array of impossible size");
    }
    parse_parts(rest, value, count, depth);
  }

  MatElementReader elements_;
  std::size_t parts_ = 0;
  std::size_t numbers_ = 0;
};

}  // namespace

std::vector<MatVariable> read_mat_v5(std::span<const std::uint8_t> bytes, const std::string& name) {
  const bool file_is_little = bytes[126] == 'I';
  const bool machine_is_little = std::endian::native == std::endian::little;
  return Parser(name, file_is_little != machine_is_little).parse_file(bytes);
}

}  // namespace heartlab
