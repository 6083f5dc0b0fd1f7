#include <cstddef>
#include <cstdint>

#include "heartlab/core/error.h"
#include "heartlab/model/pickle.h"
#include "heartlab/model/state_dict.h"

// The first byte chooses: a bare pickle, or a whole archive as torch.save writes it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  try {
    if ((data[0] & 1) != 0) {
      heartlab::read_pickle(bytes, "fuzz");
    } else {
      heartlab::StateDict::from_zip(bytes, "fuzz");
    }
  } catch (const heartlab::Error&) {
  }
  return 0;
}
