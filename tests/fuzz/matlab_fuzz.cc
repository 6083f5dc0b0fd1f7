#include "heartlab/core/error.h"
#include "heartlab/labels/labels.h"
#include "tests/fuzz/file_input.h"

// Seeds: the contours that `heartlab phantom` writes, and small files saved with -v4, -v6 and -v7.
// v7.3 is read in a process of its own, which is slow here; -only_ascii=0 -max_len=20000.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const heartlab::fuzzing::FileInput input(data, size);
  try {
    heartlab::read_matlab_contours(input.path(), {});
  } catch (const heartlab::Error&) {
  }
  return 0;
}
