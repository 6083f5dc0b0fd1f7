#include <dlfcn.h>

#include "heartlab/core/error.h"
#include "heartlab/core/installation.h"
#include "heartlab/core/manifest.h"
#include "heartlab/learning/learning.h"

namespace heartlab {
namespace {

constexpr const char* kModule = "libheartlab-learning.so";

const Learning& load(const std::string& asked) {
  const Path file = library_folder() / kModule;
  if (!std::filesystem::exists(file)) {
    fail(ErrorKind::kUnsupported, "{}: not part of this installation: expected {} in {}", asked,
         kModule, file.parent_path().string());
  }
  void* module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    fail(ErrorKind::kUnsupported, "{}: {} cannot be loaded: {}", asked, file.string(), ::dlerror());
  }
  using Door = const Learning* (*)();
  const auto door = reinterpret_cast<Door>(::dlsym(module, "heartlab_learning"));
  const std::string found = door == nullptr ? "none" : door()->version;
  if (found != version()) {
    fail(ErrorKind::kUnsupported, "{}: {}: expected the module of heartlab {}, found {}", asked,
         file.string(), version(), found);
  }
  return *door();
}

}  // namespace

const Learning& learning(const std::string& asked) {
  static const Learning& loaded = load(asked);
  return loaded;
}

}  // namespace heartlab
