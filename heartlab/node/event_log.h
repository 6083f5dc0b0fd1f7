#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace heartlab {

// One line of JSON on standard error: {"time": ..., "event": EVENT, fields...}. Fields hold tags
// (Spool::tag), counts, AE titles and addresses, never a patient's name or identifier, nor a UID.
// Written whole by one call, so that lines of several processes do not mix.
void log_event(const std::string& event,
               const nlohmann::ordered_json& fields = nlohmann::ordered_json::object());

// Seconds since 1970.
double unix_time();

}  // namespace heartlab
