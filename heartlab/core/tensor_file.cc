#include "heartlab/core/tensor_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "heartlab/core/error.h"
#include "heartlab/core/json.h"

namespace heartlab {
namespace {

using Json = nlohmann::json;

struct TypeName {
  ElementType type;
  const char* name;
  std::size_t size;
};

constexpr TypeName kTypes[] = {
    {ElementType::kU8, "U8", 1},   {ElementType::kI32, "I32", 4},   {ElementType::kI64, "I64", 8},
    {ElementType::kF16, "F16", 2}, {ElementType::kBF16, "BF16", 2}, {ElementType::kF32, "F32", 4},
    {ElementType::kF64, "F64", 8},
};

constexpr std::uint64_t kLongestHeader = 100'000'000;  // the limit of the reference reader
constexpr std::size_t kAlignment = 64;

const TypeName& entry_of(ElementType type) {
  return *std::find_if(std::begin(kTypes), std::end(kTypes),
                       [&](const TypeName& entry) { return entry.type == type; });
}

ElementType type_of(const std::string& name, const std::string& where) {
  for (const auto& entry : kTypes) {
    if (name == entry.name) return entry.type;
  }
  fail(ErrorKind::kUnsupported, "{}: element type '{}' is not one HeartLab reads", where, name);
}

float from_half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int mantissa = bits & 1023;
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 31) {
    return mantissa != 0 ? std::numeric_limits<float>::quiet_NaN()
                         : sign * std::numeric_limits<float>::infinity();
  }
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
}

// shape product x element size, or an Error where it is negative or does not fit.
std::uint64_t byte_count(const std::vector<std::int64_t>& shape, ElementType type,
                         const std::string& where) {
  std::uint64_t bytes = element_size(type);
  for (const auto extent : shape) {
    if (extent < 0) fail(ErrorKind::kBadInput, "{}: negative extent {}", where, extent);
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes)) {
      fail(ErrorKind::kBadInput, "{}: the shape is too large", where);
    }
  }
  return bytes;
}

// Fractions and numbers beyond 64 bits are refused, not rounded.
std::vector<std::int64_t> integers(const Json& list, const std::string& where) {
  std::vector<std::int64_t> values;
  for (const auto& item : list) {
    const bool fits = item.is_number_integer() &&
                      !(item.is_number_unsigned() &&
                        item.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max());
    if (!fits) fail(ErrorKind::kBadInput, "{}: expected integers, found {}", where, item.dump());
    values.push_back(item.get<std::int64_t>());
  }
  return values;
}

TensorView parse_entry(const Json& entry, std::span<const std::uint8_t> data,
                       const std::string& where) {
  TensorView view;
  view.type = type_of(entry.at("dtype").get<std::string>(), where);
  view.shape = integers(entry.at("shape"), where);
  const auto offsets = integers(entry.at("data_offsets"), where);
  const std::uint64_t expected = byte_count(view.shape, view.type, where);
  const auto size = static_cast<std::int64_t>(data.size());
  if (offsets.size() != 2 || offsets[0] < 0 || offsets[0] > offsets[1] || offsets[1] > size) {
    fail(ErrorKind::kBadInput, "{}: data offsets outside the file's {} data bytes (cut short?)",
         where, size);
  }
  const auto found = static_cast<std::uint64_t>(offsets[1] - offsets[0]);
  if (found != expected) {
    fail(ErrorKind::kBadInput, "{}: expected {} bytes for its shape, found {}", where, expected,
         found);
  }
  view.bytes = data.subspan(static_cast<std::size_t>(offsets[0]), expected);
  return view;
}

void check_apart(const std::map<std::string, TensorView>& tensors, const std::string& file) {
  std::vector<const std::pair<const std::string, TensorView>*> order;
  for (const auto& entry : tensors) {
    if (!entry.second.bytes.empty()) order.push_back(&entry);
  }
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return a->second.bytes.data() < b->second.bytes.data();
  });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& before = order[i - 1]->second.bytes;
    if (before.data() + before.size() <= order[i]->second.bytes.data()) continue;
    fail(ErrorKind::kBadInput, "{}: the data of tensors {} and {} overlap", file,
         order[i - 1]->first, order[i]->first);
  }
}

template <typename T>
T load(const std::uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace

std::size_t element_size(ElementType type) { return entry_of(type).size; }
const char* element_name(ElementType type) { return entry_of(type).name; }

std::int64_t TensorView::elements() const {
  return static_cast<std::int64_t>(bytes.size() / element_size(type));
}

std::vector<float> to_floats(const TensorView& view) {
  std::vector<float> values(static_cast<std::size_t>(view.elements()));
  const std::size_t size = element_size(view.type);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint8_t* at = view.bytes.data() + i * size;
    switch (view.type) {
      case ElementType::kF32:
        values[i] = load<float>(at);
        break;
      case ElementType::kF64:
        values[i] = static_cast<float>(load<double>(at));
        break;
      case ElementType::kF16:
        values[i] = from_half(load<std::uint16_t>(at));
        break;
      case ElementType::kBF16:
        values[i] = from_bfloat16(load<std::uint16_t>(at));
        break;
      default:
        fail(ErrorKind::kBadInput, "expected floating-point values, found {}",
             element_name(view.type));
    }
  }
  return values;
}

TensorFile::TensorFile(const Path& path) : name_(path.string()) {
  mapping_.emplace_back(path);
  parse(mapping_.front().bytes());
}

TensorFile::TensorFile(std::span<const std::uint8_t> bytes, const std::string& name) : name_(name) {
  parse(bytes);
}

void TensorFile::parse(std::span<const std::uint8_t> bytes) {
  const auto refuse = [&](const std::string& what) {
    fail(ErrorKind::kBadInput, "{}: not a safetensors file: {}", name_, what);
  };
  if (bytes.size() < 8) refuse(fmt::format("{} bytes long", bytes.size()));
  const auto length = load<std::uint64_t>(bytes.data());
  if (length > kLongestHeader || length > bytes.size() - 8) {
    refuse(fmt::format("the header's length {} is past the file's end", length));
  }
  const auto data = bytes.subspan(8 + length);
  try {
    const auto* text = reinterpret_cast<const char*>(bytes.data() + 8);
    if (length == 0 || *text != '{') refuse("its header does not begin with '{'");
    const auto header = parse_json<Json>({text, length}, name_ + ": not a safetensors file");
    if (!header.is_object()) refuse("the header is not a JSON object");
    for (const auto& [key, entry] : header.items()) {
      if (key == "__metadata__") {
        metadata_ = entry.get<std::map<std::string, std::string>>();
      } else {
        tensors_[key] = parse_entry(entry, data, name_ + ": tensor " + key);
      }
    }
  } catch (const Json::exception& error) {
    refuse(error.what());
  }
  check_apart(tensors_, name_);
}

const TensorView& TensorFile::at(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    fail(ErrorKind::kBadInput, "{}: holds no tensor '{}'", name_, name);
  }
  return found->second;
}

void write_tensor_file(const Path& path, const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, view] : tensors) {
    if (byte_count(view.shape, view.type, name) != view.bytes.size()) {
      fail(ErrorKind::kInternal, "{}: tensor {}: shape and bytes disagree", path.string(), name);
    }
    header[name] = {{"dtype", element_name(view.type)},
                    {"shape", view.shape},
                    {"data_offsets", {offset, offset + view.bytes.size()}}};
    offset += view.bytes.size();
  }
  std::string text = header.empty() ? "{}" : header.dump();
  text.resize((8 + text.size() + kAlignment - 1) / kAlignment * kAlignment - 8, ' ');
  std::uint8_t length[8];
  const std::uint64_t size = text.size();
  std::memcpy(length, &size, sizeof length);

  AtomicFile file(path);
  file.write(length);
  file.write(text);
  for (const auto& [name, view] : tensors) file.write(view.bytes);
  file.commit();
}

std::uint16_t to_bfloat16(float value) {
  auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
  bits += 0x7fff + (bits >> 16 & 1);
  return static_cast<std::uint16_t>(bits >> 16);
}

float from_bfloat16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

}  // namespace heartlab
