#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "heartlab/core/files.h"

namespace heartlab {

// The safetensors container: 8 bytes little-endian header length, a JSON header, then the data of
// all tensors. One format for model files, checkpoints and packed data sets.

enum class ElementType { kU8, kI32, kI64, kF16, kBF16, kF32, kF64 };

std::size_t element_size(ElementType type);  // bytes
const char* element_name(ElementType type);  // "F32", as in the file

struct TensorView {
  ElementType type = ElementType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::uint8_t> bytes;  // row-major, little-endian, shape product x element size

  std::int64_t elements() const;
};

// All values as float, from any floating-point type; an Error for integers.
std::vector<float> to_floats(const TensorView& view);

// A safetensors file mapped into memory; views stay valid as long as it lives. The whole header is
// checked on opening: sizes, types, ranges. Errors name the file.
class TensorFile {
 public:
  explicit TensorFile(const Path& path);
  // For bytes already in memory (tests, fuzzing), which must outlive the object.
  TensorFile(std::span<const std::uint8_t> bytes, const std::string& name);

  bool contains(const std::string& name) const { return tensors_.contains(name); }
  const TensorView& at(const std::string& name) const;
  const std::map<std::string, TensorView>& tensors() const { return tensors_; }
  // The "__metadata__" entry: text by key.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::string& name() const { return name_; }

 private:
  void parse(std::span<const std::uint8_t> bytes);

  std::string name_;
  std::vector<MappedFile> mapping_;  // empty, or the one mapping
  std::map<std::string, TensorView> tensors_;
  std::map<std::string, std::string> metadata_;
};

// Writes the container atomically, tensors in order of name, the data starting at a multiple of 64
// bytes.
void write_tensor_file(const Path& path, const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata);

std::uint16_t to_bfloat16(float value);  // round to nearest even; NaN stays NaN
float from_bfloat16(std::uint16_t bits);

}  // namespace heartlab
