#include "heartlab/core/installation.h"

#include <dlfcn.h>

#include "heartlab/core/error.h"

namespace heartlab {

Path library_folder() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<void*>(&library_folder), &info) == 0) {
    fail(ErrorKind::kInternal, "the loader does not know where libheartlab is");
  }
  return std::filesystem::canonical(info.dli_fname).parent_path();
}

}  // namespace heartlab
