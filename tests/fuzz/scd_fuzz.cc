#include <filesystem>

#include "heartlab/core/error.h"
#include "heartlab/labels/labels.h"
#include "tests/fuzz/file_input.h"

// A seed: three lines "x y". The reader wants a telling name, so the bytes stand behind a link.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const heartlab::fuzzing::FileInput input(data, size);
  static const heartlab::Path link = [&] {
    std::string folder = (std::filesystem::temp_directory_path() / "scd-fuzz-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) std::abort();
    const heartlab::Path name = heartlab::Path(folder) / "IM-0001-0001-icontour-manual.txt";
    std::filesystem::create_symlink(input.path(), name);
    return name;
  }();
  try {
    heartlab::read_scd_contour(link);
  } catch (const heartlab::Error&) {
  }
  return 0;
}
