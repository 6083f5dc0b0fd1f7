#include "heartlab/segment/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace heartlab {
namespace {

constexpr double kGiga = 1e9;

std::string line(const OperationTime& operation, double whole) {
  const double seconds = operation.seconds;
  std::string rate;
  if (operation.macs > 0 && seconds > 0) {
    rate = fmt::format("{:.0f}", operation.macs / kGiga / seconds);
  }
  const std::string macs =
      operation.macs > 0 ? fmt::format("{:.3f}", operation.macs / kGiga) : std::string();
  return fmt::format("{:9.3f} {:6.1f} {:>8} {:>8}  {:<32} {:<42} {}\n", 1e3 * seconds,
                     100 * seconds / whole, macs, rate, operation.name, operation.shape,
                     operation.implementation);
}

}  // namespace

double Profile::macs() const {
  return std::accumulate(operations.begin(), operations.end(), 0.0,
                         [](double sum, const auto& operation) { return sum + operation.macs; });
}

double Profile::seconds_in_operations() const {
  return std::accumulate(operations.begin(), operations.end(), 0.0,
                         [](double sum, const auto& operation) { return sum + operation.seconds; });
}

std::string profile_table(const Profile& profile, double least) {
  if (profile.runs == 0) return "nothing was computed\n";
  auto operations = profile.operations;
  std::ranges::stable_sort(operations, std::greater{}, &OperationTime::seconds);
  std::string table = fmt::format("{:>9} {:>6} {:>8} {:>8}  {:<32} {:<42} {}\n", "ms", "%", "GMAC",
                                  "GMAC/s", "operation", "shape", "computed by");
  OperationTime others;
  int count = 0;
  for (const auto& operation : operations) {
    if (operation.seconds >= least * profile.seconds) {
      table += line(operation, profile.seconds);
      continue;
    }
    ++count;
    others.macs += operation.macs;
    others.seconds += operation.seconds;
  }
  others.name = fmt::format("{} others", count);
  if (count > 0) table += line(others, profile.seconds);
  const double sum = profile.seconds_in_operations();
  table += line({"all operations", {}, {}, profile.macs(), sum}, profile.seconds);
  return table + line({fmt::format("the whole, median of {} runs", profile.runs),
                       {},
                       {},
                       profile.macs(),
                       profile.seconds},
                      profile.seconds);
}

}  // namespace heartlab
