#include "heartlab/core/interrupt.h"

#include <csignal>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

volatile std::sig_atomic_t signal_seen = 0;

void on_signal(int number) {
  if (signal_seen != 0 && number == SIGINT) {
    std::signal(SIGINT, SIG_DFL);
    ::raise(SIGINT);
  }
  signal_seen = number;
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGHUP, &action, nullptr);
}

bool interrupted() { return signal_seen != 0; }

void stop_if_interrupted(const char* what) {
  if (interrupted()) fail(ErrorKind::kInterrupted, "interrupted: {}", what);
}

}  // namespace heartlab
