#include "heartlab/core/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace heartlab {
namespace {

constexpr double kTerminalInterval = 0.1;  // seconds between two drawings
constexpr double kLogInterval = 30.0;
constexpr std::size_t kBarWidth = 24;
bool silent = false;

}  // namespace

std::string clock_time(double seconds) {
  const long whole = std::lround(std::max(0.0, seconds));
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

Progress::Progress(std::string title, std::size_t total, std::size_t done)
    : title_(std::move(title)), total_(total), first_(done), terminal_(::isatty(2) == 1) {}

Progress::~Progress() { pause(); }

void Progress::silence() { silent = true; }

std::string Progress::line(std::size_t done, const std::string& note) const {
  const double share = total_ == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total_);
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  std::string left = "-:--";
  if (done > first_) {
    left = clock_time(elapsed * static_cast<double>(total_ - std::min(done, total_)) /
                      static_cast<double>(done - first_));
  }
  std::string bar;
  if (terminal_) {
    const auto full = std::min(kBarWidth, static_cast<std::size_t>(share * kBarWidth));
    bar = " [" + std::string(full, '#') + std::string(kBarWidth - full, '.') + "]";
  }
  return fmt::format("{}{} {}/{}  left {}{}{}", title_, bar, done, total_, left,
                     note.empty() ? "" : "  ", note);
}

void Progress::update(std::size_t done, const std::string& note) {
  if (silent) return;
  const auto now = Clock::now();
  const double since = std::chrono::duration<double>(now - last_).count();
  if (done != total_ && since < (terminal_ ? kTerminalInterval : kLogInterval)) return;
  last_ = now;
  if (terminal_) {
    fmt::print(stderr, "\r\033[K{}", line(done, note));
    drawn_ = true;
  } else {
    fmt::print(stderr, "{}\n", line(done, note));
  }
  std::fflush(stderr);
}

void Progress::pause() {
  if (drawn_) fmt::print(stderr, "\n");
  drawn_ = false;
  std::fflush(stderr);
}

}  // namespace heartlab
