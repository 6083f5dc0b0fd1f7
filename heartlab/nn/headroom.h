#pragma once

namespace heartlab {

// Whether the process may not have all the memory it asks for: ulimit -v, or a system that never
// promises more than it has.
bool memory_is_limited();

// libtorch's allocator from here on refuses a tensor that would leave less than 256 MB: of what the
// process may ask for where that is limited, since what stands beside libtorch, oneDNN above all,
// crashes where it gets nothing; else of what machine and container have (memory_left()), since the
// kernel would end the process without a word. Where memory is limited, what is freed goes back to
// the system at once, so that a batch that did not fit leaves its room to a smaller one.
void keep_headroom(bool limited);

// Gives freed memory back to the system, for once.
void release_freed_memory();

}  // namespace heartlab
