#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace heartlab {

// Progress of long work on standard error: a bar that redraws itself on a terminal, a plain line
// every half minute in a log. Nothing when quiet.
class Progress {
 public:
  Progress(std::string title, std::size_t total, std::size_t done = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `note` stands behind the bar: loss, rate, file in work.
  void update(std::size_t done, const std::string& note = "");
  // Ends the line of the bar, so that other output can follow; the next update() draws it anew.
  void pause();

  static void silence();

 private:
  std::string line(std::size_t done, const std::string& note) const;

  using Clock = std::chrono::steady_clock;
  std::string title_;
  std::size_t total_;
  std::size_t first_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_{};
};

// "1:02:07" or "2:07".
std::string clock_time(double seconds);

}  // namespace heartlab
