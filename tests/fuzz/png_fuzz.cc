#include "heartlab/core/error.h"
#include "heartlab/image/png.h"

// A PNG file of any content either decodes to an image of at least one pixel or is an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto image = heartlab::decode_png_deep({data, size}, "fuzz.png");
    if (image.empty()) __builtin_trap();
  } catch (const heartlab::Error&) {
    return 0;
  }
  return 0;
}
