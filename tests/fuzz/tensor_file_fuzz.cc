#include "heartlab/core/error.h"
#include "heartlab/core/tensor_file.h"

// A safetensors file of any content either opens, and then every tensor's bytes can be read, or is
// an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const heartlab::TensorFile file({data, size}, "fuzz.safetensors");
    for (const auto& [name, view] : file.tensors()) {
      if (view.type == heartlab::ElementType::kU8 || view.type == heartlab::ElementType::kI32 ||
          view.type == heartlab::ElementType::kI64) {
        continue;
      }
      heartlab::to_floats(view);
    }
  } catch (const heartlab::Error&) {
    return 0;
  }
  return 0;
}
