#pragma once

#include <cstdint>

#include "heartlab/core/files.h"

namespace heartlab {

// Bytes that this process may still take before the kernel ends one for it: what the machine has to
// give, pages of files and swap included, and what is left of the limits of its control groups
// (both versions) and of those above them. `root` is where proc/ and sys/ are; the largest value
// where they say nothing.
std::uint64_t memory_left(const Path& root = "/");

}  // namespace heartlab
