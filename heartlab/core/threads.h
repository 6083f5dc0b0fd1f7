#pragma once

#include <cstddef>
#include <functional>

namespace heartlab {

// The cores this process may use (its affinity mask, not the machine's count), at least 1.
int available_cores();

// Calls work(i) for i in [0, count) on up to `threads` threads. The first exception stops the
// rest and is thrown again here.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace heartlab
