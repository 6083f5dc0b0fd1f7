#pragma once

#include <map>
#include <string>
#include <vector>

#include "heartlab/core/tensor_file.h"

namespace heartlab {

// The floating-point tensors of a file of weights, by name, whatever its container.
class StateDict {
 public:
  // `.safetensors`, or a zip-format state_dict as torch.save writes it (read without executing
  // anything; a nested "model" or "state_dict" entry is opened). An Error for anything else.
  static StateDict read(const Path& path);
  static StateDict from_zip(std::span<const std::uint8_t> bytes, const std::string& name);

  const std::map<std::string, TensorView>& tensors() const { return tensors_; }

 private:
  std::vector<TensorFile> file_;  // what the views look into: one of these three
  std::vector<MappedFile> mapping_;
  std::vector<Bytes> copies_;  // of tensors that were not contiguous
  std::map<std::string, TensorView> tensors_;

  friend class StateDictReader;
};

}  // namespace heartlab
