#include "heartlab/node/event_log.h"

#include <unistd.h>

#include <chrono>
#include <ctime>

#include "heartlab/core/error.h"

namespace heartlab {

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void log_event(const std::string& event, const nlohmann::ordered_json& fields) {
  const double now = unix_time();
  const auto seconds = static_cast<std::time_t>(now);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  nlohmann::ordered_json line;
  line["time"] = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                             utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                             static_cast<int>((now - static_cast<double>(seconds)) * 1000));
  line["event"] = event;
  line.update(fields);
  const std::string text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  // Nobody is left to be told where standard error is closed.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace heartlab
