#pragma once

#include <omp.h>

namespace heartlab::onednn {

// While it lives, what this thread asks of OpenMP, and so of oneDNN, is computed by this many
// threads. Then the number is what it was: it is the host program's.
class OwnThreads {
 public:
  explicit OwnThreads(int count) { omp_set_num_threads(count); }
  ~OwnThreads() { omp_set_num_threads(before_); }
  OwnThreads(const OwnThreads&) = delete;
  OwnThreads& operator=(const OwnThreads&) = delete;

 private:
  int before_ = omp_get_max_threads();
};

}  // namespace heartlab::onednn
