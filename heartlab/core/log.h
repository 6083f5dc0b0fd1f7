#pragma once

#include <fmt/format.h>

#include <string>

namespace heartlab {

// Messages go to standard error; standard output belongs to results.
void log_info(const std::string& message);
void log_warning(const std::string& message);

// After this, log_info() is silent (--quiet).
void log_only_warnings();

template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  log_info(fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  log_warning(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace heartlab
