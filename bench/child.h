#pragma once

#include <functional>
#include <string>

namespace heartlab::bench {

struct ChildResult {
  bool ended_well = false;
  std::string message;        // how it ended otherwise
  double peak_megabytes = 0;  // the most memory it had beyond what it began with
};

// Runs `work` in a process of its own: what it allocates, and how it dies, is its own. To be called
// before this process has threads.
ChildResult in_child(const std::function<void()>& work);

}  // namespace heartlab::bench
