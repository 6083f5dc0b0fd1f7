#include "heartlab/prepare/skipped.h"

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

bool about_input(ErrorKind kind) {
  return kind == ErrorKind::kBadInput || kind == ErrorKind::kUnsupported ||
         kind == ErrorKind::kPermission || kind == ErrorKind::kNotFound;
}

}  // namespace

void SkippedFiles::guard(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    if (strict_ || !about_input(error.kind())) throw;
    reasons_.emplace_back(error.what());
  }
}

}  // namespace heartlab
