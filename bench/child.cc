#include "bench/child.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <fstream>

#include "heartlab/core/error.h"

namespace heartlab::bench {
namespace {

constexpr double kKilobytesInMegabyte = 1024;

// A line of /proc/self/status in megabytes.
double status_megabytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    double kilobytes = 0;
    if (word == key + ":" && status >> kilobytes) return kilobytes / kKilobytesInMegabyte;
  }
  return 0;
}

// What a child tells its parent.
struct Report {
  double peak_megabytes = 0;
  std::array<char, 240> message{};
};

Report report_of(const std::function<void()>& work) {
  Report report;
  const double before = status_megabytes("VmRSS");
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak starts from here (proc(5))
  try {
    work();
  } catch (const std::exception& error) {
    std::strncpy(report.message.data(), error.what(), report.message.size() - 1);
  }
  report.peak_megabytes = std::max(0.0, status_megabytes("VmHWM") - before);
  return report;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return fmt::format("ended by {}", ::strsignal(WTERMSIG(status)));
  return fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace

ChildResult in_child(const std::function<void()>& work) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) fail(ErrorKind::kInternal, "no pipe: {}", std::strerror(errno));
  const pid_t child = ::fork();
  if (child < 0) fail(ErrorKind::kInternal, "no process: {}", std::strerror(errno));
  if (child == 0) {
    const Report report = report_of(work);
    const auto written = ::write(ends[1], &report, sizeof report);
    ::_exit(written == sizeof report ? 0 : 1);
  }
  ::close(ends[1]);
  Report report;
  const bool told = ::read(ends[0], &report, sizeof report) == sizeof report;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!told) return {false, how_it_ended(status), 0};
  const std::string message = report.message.data();
  return {message.empty(), message, report.peak_megabytes};
}

}  // namespace heartlab::bench
