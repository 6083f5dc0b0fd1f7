#include "heartlab/model/state_dict.h"

#include <algorithm>
#include <cstring>

#include "heartlab/core/error.h"
#include "heartlab/model/pickle.h"
#include "heartlab/model/zip_archive.h"

namespace heartlab {
namespace {

using Kind = PickleValue::Kind;
using Pointer = PickleValue::Pointer;
using Span = std::span<const std::uint8_t>;

constexpr std::uint64_t kMostElements = std::uint64_t{1} << 31;

ElementType type_of_storage(const std::string& global, const std::string& where) {
  static const std::map<std::string, ElementType> kTypes = {
      {"torch FloatStorage", ElementType::kF32}, {"torch DoubleStorage", ElementType::kF64},
      {"torch HalfStorage", ElementType::kF16},  {"torch BFloat16Storage", ElementType::kBF16},
      {"torch LongStorage", ElementType::kI64},  {"torch IntStorage", ElementType::kI32},
      {"torch ByteStorage", ElementType::kU8}};
  const auto found = kTypes.find(global);
  if (found == kTypes.end()) {
    fail(ErrorKind::kUnsupported, "{}: storage type '{}'", where, global);
  }
  return found->second;
}

const PickleValue* look_up(const PickleValue& dictionary, const std::string& key) {
  for (const auto& [name, value] : dictionary.entries) {
    if (name->kind == Kind::kText && name->text == key) return value.get();
  }
  return nullptr;
}

}  // namespace

class StateDictReader {
 public:
  StateDictReader(Span bytes, const std::string& name)
      : name_(name), entries_(read_zip(bytes, name)) {}

  void read(StateDict& result) {
    const Pointer root = read_pickle(entry("data.pkl"), name_);
    const PickleValue* dictionary = root.get();
    for (const char* key : {"state_dict", "model"}) {
      const PickleValue* inner = look_up(*dictionary, key);
      if (inner != nullptr && !inner->entries.empty()) dictionary = inner;
    }
    for (const auto& [key, value] : dictionary->entries) {
      if (key->kind == Kind::kText) add(key->text, *value, result);
    }
    if (result.tensors_.empty()) {
      fail(ErrorKind::kBadInput, "{}: expected a state_dict of tensors, found none", name_);
    }
  }

 private:
  Span entry(const std::string& suffix) const {
    for (const auto& [name, bytes] : entries_) {
      if (name == suffix || name.ends_with("/" + suffix)) return bytes;
    }
    fail(ErrorKind::kBadInput, "{}: the archive holds no {}", name_, suffix);
  }

  [[noreturn]] void refuse(const std::string& tensor) const {
    fail(ErrorKind::kBadInput, "{}: tensor {}: damaged or not as torch.save writes it", name_,
         tensor);
  }

  std::vector<std::int64_t> integers(const PickleValue& value, const std::string& tensor) const {
    if (value.kind != Kind::kSequence || value.items.size() > 8) refuse(tensor);
    std::vector<std::int64_t> numbers;
    for (const auto& item : value.items) {
      if (item->kind != Kind::kInteger || item->integer < 0) refuse(tensor);
      numbers.push_back(item->integer);
    }
    return numbers;
  }

  void add(const std::string& tensor, const PickleValue& value, StateDict& result) {
    if (value.kind != Kind::kCall) return;
    if (value.text == "torch._utils _rebuild_parameter") {
      if (value.items.empty()) refuse(tensor);
      add(tensor, *value.items[0], result);
      return;
    }
    // _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks); storage is the
    // persistent id ("storage", type, key, location, elements).
    if (value.text != "torch._utils _rebuild_tensor_v2" || value.items.size() < 4) return;
    const PickleValue& storage = *value.items[0];
    const PickleValue& offset = *value.items[1];
    if (storage.kind != Kind::kPersistent || storage.items.size() < 3 ||
        storage.items[1]->kind != Kind::kGlobal || storage.items[2]->kind != Kind::kText ||
        offset.kind != Kind::kInteger || offset.integer < 0) {
      refuse(tensor);
    }
    TensorView view;
    view.type = type_of_storage(storage.items[1]->text, name_ + ": tensor " + tensor);
    view.shape = integers(*value.items[2], tensor);
    const auto strides = integers(*value.items[3], tensor);
    if (strides.size() != view.shape.size()) refuse(tensor);
    view.bytes = elements(tensor, entry("data/" + storage.items[2]->text), view,
                          static_cast<std::uint64_t>(offset.integer), strides, result);
    result.tensors_[tensor] = view;
  }

  Span elements(const std::string& tensor, Span storage, const TensorView& view,
                std::uint64_t offset, const std::vector<std::int64_t>& strides,
                StateDict& result) const {
    const std::uint64_t available = storage.size() / element_size(view.type);
    std::uint64_t count = 1;
    std::uint64_t last = offset;
    bool contiguous = true;
    std::uint64_t expected_stride = 1;
    for (std::size_t d = view.shape.size(); d-- > 0;) {
      const auto extent = static_cast<std::uint64_t>(view.shape[d]);
      const auto stride = static_cast<std::uint64_t>(strides[d]);
      if (extent == 0) return {};
      if (extent > kMostElements || stride > kMostElements) refuse(tensor);
      contiguous = contiguous && (extent == 1 || stride == expected_stride);
      count *= extent;
      expected_stride *= extent;
      last += (extent - 1) * stride;
      if (count > kMostElements || last >= available) refuse(tensor);
    }
    if (last >= available || count > available) refuse(tensor);
    const std::size_t size = element_size(view.type);
    if (contiguous) return storage.subspan(offset * size, count * size);
    return copy_strided(storage, view, offset, strides, count, result);
  }

  static Span copy_strided(Span storage, const TensorView& view, std::uint64_t offset,
                           const std::vector<std::int64_t>& strides, std::uint64_t count,
                           StateDict& result) {
    const std::size_t size = element_size(view.type);
    Bytes& copy = result.copies_.emplace_back(count * size);
    std::vector<std::int64_t> index(view.shape.size(), 0);
    for (std::uint64_t i = 0; i < count; ++i) {
      std::uint64_t from = offset;
      for (std::size_t d = 0; d < index.size(); ++d) {
        from += static_cast<std::uint64_t>(index[d] * strides[d]);
      }
      std::memcpy(copy.data() + i * size, storage.data() + from * size, size);
      for (std::size_t d = index.size(); d-- > 0;) {
        if (++index[d] < view.shape[d]) break;
        index[d] = 0;
      }
    }
    return copy;
  }

  const std::string& name_;
  std::map<std::string, Span> entries_;
};

StateDict StateDict::from_zip(Span bytes, const std::string& name) {
  StateDict result;
  StateDictReader(bytes, name).read(result);
  return result;
}

StateDict StateDict::read(const Path& path) {
  if (path.extension() == ".safetensors") {
    StateDict result;
    result.file_.emplace_back(path);
    result.tensors_ = result.file_.front().tensors();
    return result;
  }
  MappedFile mapping(path);
  const Span bytes = mapping.bytes();
  const bool zip = bytes.size() >= 4 && std::memcmp(bytes.data(), "PK\x03\x04", 4) == 0;
  if (!zip) {
    fail(ErrorKind::kUnsupported,
         "{}: expected .safetensors or a zip-format state_dict (torch.save since 1.6), found "
         "neither",
         path.string());
  }
  StateDict result = from_zip(bytes, path.string());
  result.mapping_.push_back(std::move(mapping));
  return result;
}

}  // namespace heartlab
