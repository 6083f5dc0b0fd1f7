#pragma once

#include <sys/types.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace heartlab {

// bench/train_bench.py in a process of its own, run by PYTHON (default /usr/bin/python3, the one
// that Debian's python3-torch is installed for).
class PytorchSteps {
 public:
  // An Error where Python or its torch is absent.
  explicit PytorchSteps(const nlohmann::ordered_json& options);
  ~PytorchSteps();
  PytorchSteps(const PytorchSteps&) = delete;
  PytorchSteps& operator=(const PytorchSteps&) = delete;

  struct Step {
    double seconds;
    double busy;  // of all cores together
  };
  // `count` steps. Between calls the process sleeps.
  std::vector<Step> take(int count);
  const std::string& version() const { return version_; }

 private:
  std::string read_line();

  pid_t process_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
  std::string version_;
};

}  // namespace heartlab
