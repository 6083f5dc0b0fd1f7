#include "heartlab/core/error.h"
#include "heartlab/dicom/reader.h"
#include "tests/fuzz/file_input.h"

// A seed: any small DICOM file; `heartlab phantom` makes uncompressed ones, DCMTK's dcmcjpeg,
// dcmcjpls and dcmcrle the compressed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const heartlab::fuzzing::FileInput input(data, size);
  try {
    heartlab::read_dicom(input.path());
  } catch (const heartlab::Error&) {
  }
  return 0;
}
