#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace heartlab {

// Where this thread's processor time goes, by libtorch operation, without what an operation calls
// in turn. Convolutions are told apart by the size of their kernel.
class StepProfile {
 public:
  StepProfile();
  ~StepProfile();
  StepProfile(const StepProfile&) = delete;
  StepProfile& operator=(const StepProfile&) = delete;

  // One line an operation, the longest first, as milliseconds of each of `steps` steps.
  std::string table(int steps, std::size_t rows) const;

  void enter(std::string name);
  void leave();

 private:
  struct Frame {
    std::string name;
    double start;       // seconds
    double inside = 0;  // seconds of the operations it called
  };
  struct Sum {
    double seconds = 0;
    int calls = 0;
  };

  std::thread::id thread_ = std::this_thread::get_id();
  std::uint64_t handle_ = 0;
  std::vector<Frame> frames_;
  std::map<std::string, Sum> sums_;
};

}  // namespace heartlab
