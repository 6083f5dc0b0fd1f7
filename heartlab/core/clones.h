#pragma once

// Before a function of plain loops: it is compiled for several generations of processors, and the
// one at hand chooses when the program starts. What it calls must be HEARTLAB_INLINE.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define HEARTLAB_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HEARTLAB_CLONES
#endif
#define HEARTLAB_INLINE inline __attribute__((always_inline))
