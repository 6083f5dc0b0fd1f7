#pragma once

namespace heartlab {

// Where the process may not have all the memory it asks for (ulimit -v, or a system that never
// promises more than it has), libtorch's allocator from here on refuses a tensor that would leave
// less than 256 MB: what stands beside libtorch, oneDNN above all, crashes where it gets nothing.
void keep_headroom();

}  // namespace heartlab
