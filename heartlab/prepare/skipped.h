#pragma once

#include <functional>
#include <string>
#include <vector>

namespace heartlab {

// Files that gave nothing, and why: bad input is skipped, named and counted, unless every file
// must be good.
class SkippedFiles {
 public:
  // `strict`: the first bad file is fatal.
  explicit SkippedFiles(bool strict) : strict_(strict) {}

  // Runs `work` and notes the message of an Error about its input; any other Error goes on.
  void guard(const std::function<void()>& work);

  // In the words of the Errors, each of which names its file.
  const std::vector<std::string>& reasons() const { return reasons_; }

 private:
  bool strict_;
  std::vector<std::string> reasons_;
};

}  // namespace heartlab
