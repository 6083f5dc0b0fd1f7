#pragma once

#include <cstddef>
#include <functional>

namespace heartlab {

// Runs `work` on a thread with a stack of this many bytes, of which only what is used is taken;
// an exception there is thrown again here.
void run_with_stack(std::size_t bytes, const std::function<void()>& work);

}  // namespace heartlab
