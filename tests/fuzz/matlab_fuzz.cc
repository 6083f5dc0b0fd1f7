#include "heartlab/core/error.h"
#include "heartlab/labels/labels.h"
#include "heartlab/labels/mat_value.h"
#include "tests/fuzz/file_input.h"

// Seeds: the contours that `heartlab phantom` writes, and small files saved with -v4, -v6 and -v7.
// v7.3 is left to its own process (broken_matlab_test.cc): HDF5 and matio do crash on such input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (heartlab::mat_format({data, size}) == heartlab::MatFormat::kV73) return 0;
  const heartlab::fuzzing::FileInput input(data, size);
  try {
    heartlab::read_matlab_contours(input.path(), {});
  } catch (const heartlab::Error&) {
  }
  return 0;
}
