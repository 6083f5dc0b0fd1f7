#pragma once

#include <string>
#include <vector>

namespace heartlab {

// One operation of a network and the time it took.
struct OperationTime {
  std::string name;            // of the layer in the model file, or of what is done: "resize"
  std::string shape;           // "3x3 rate 6, 2048 to 256, 33 x 33"
  std::string implementation;  // as the library calls what it chose
  double macs = 0;             // multiplications with their additions, in one run
  double seconds = 0;          // median of the runs
};

// Where the time of an engine's runs went.
struct Profile {
  int runs = 0;
  double seconds = 0;                     // a whole run, median
  std::vector<OperationTime> operations;  // in the order they run

  double macs() const;
  double seconds_in_operations() const;
};

// For people: the operations, the slowest first, those below `least` of the whole summed in one
// line; then the sum of all beside the whole.
std::string profile_table(const Profile& profile, double least = 0.002);

}  // namespace heartlab
