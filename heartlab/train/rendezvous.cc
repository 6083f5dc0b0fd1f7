#include "heartlab/train/rendezvous.h"

#include <charconv>
#include <cstdlib>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

std::string variable(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

int port_of(const std::string& text) {
  constexpr int kHighest = 65535;
  int port = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || last != end || port < 1 || port > kHighest) {
    fail(ErrorKind::kUsage, "MASTER_PORT in the environment: expected 1 to {}, found '{}'",
         kHighest, text);
  }
  return port;
}

}  // namespace

std::string first_machine(const std::string& list) {
  const auto bracket = list.find('[');
  if (bracket >= list.find(',')) return list.substr(0, list.find(','));
  const auto end = list.find_first_of(",-]", bracket);
  return list.substr(0, bracket) + list.substr(bracket + 1, end - bracket - 1);
}

Rendezvous rendezvous_from_environment(const Ranks& ranks) {
  const std::string first = first_machine(variable("SLURM_STEP_NODELIST", "127.0.0.1"));
  Rendezvous meeting;
  meeting.ranks = ranks;
  meeting.address = variable("MASTER_ADDR", ranks.started_by == "SLURM" ? first : "127.0.0.1");
  meeting.port = port_of(variable("MASTER_PORT", "29500"));
  meeting.launcher_listens = variable("TORCHELASTIC_USE_AGENT_STORE", "") == "True";
  meeting.attempt = variable("TORCHELASTIC_RESTART_COUNT", "0");
  return meeting;
}

}  // namespace heartlab
