#include "heartlab/core/error.h"
#include "heartlab/dicom/seg.h"
#include "tests/fuzz/file_input.h"

// A file of any content either reads as a segmentation, all frames of one size, or is an Error.
// Seeds: what `heartlab segment --write seg --save-probabilities` writes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const heartlab::fuzzing::FileInput input(data, size);
  try {
    const heartlab::Seg seg = heartlab::read_seg(input.path());
    for (const auto& frame : seg.frames) {
      if (frame.segment >= seg.segments.size()) __builtin_trap();
      if (frame.values.rows() != seg.frames[0].values.rows()) __builtin_trap();
    }
  } catch (const heartlab::Error&) {
  }
  return 0;
}
