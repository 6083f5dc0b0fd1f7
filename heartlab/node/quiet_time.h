#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace heartlab {

// Says when series have become complete: when nothing has come for `seconds`. Time is told by the
// caller, from a clock that never jumps.
class QuietTime {
 public:
  explicit QuietTime(double seconds) : seconds_(seconds) {}

  // Told what a series looks like now (`mark` differs whenever an image was added). True once for
  // every time that it becomes complete.
  bool became_complete(const std::string& series, std::uint64_t mark, double now) {
    const auto [at, fresh] = series_.try_emplace(series, Seen{mark, now, false});
    Seen& seen = at->second;
    if (!fresh && seen.mark != mark) seen = {mark, now, false};
    if (seen.settled || now - seen.since < seconds_) return false;
    seen.settled = true;
    return true;
  }

  void forget(const std::string& series) { series_.erase(series); }

  // Series to which images may still be coming.
  std::uint64_t unsettled() const {
    std::uint64_t count = 0;
    for (const auto& [name, seen] : series_) count += seen.settled ? 0 : 1;
    return count;
  }

 private:
  struct Seen {
    std::uint64_t mark = 0;
    double since = 0;
    bool settled = false;
  };
  double seconds_;
  std::map<std::string, Seen> series_;
};

}  // namespace heartlab
