#include "heartlab/node/deadline.h"

#include <unistd.h>

#include <csignal>

namespace heartlab {
namespace {

constexpr int kMostSecondsToStop = 10;

volatile std::sig_atomic_t late_status = 1;
volatile std::sig_atomic_t is_idle = 0;
volatile std::sig_atomic_t stop_asked = 0;

void on_alarm(int) { ::_exit(late_status); }

void on_terminate(int) {
  if (is_idle != 0) ::_exit(0);
  stop_asked = 1;
  ::alarm(kMostSecondsToStop);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void start_deadlines(int when_late) {
  late_status = when_late;
  handle(SIGALRM, on_alarm);
  handle(SIGTERM, on_terminate);
}

void set_deadline(int seconds) {
  if (stop_asked == 0) ::alarm(static_cast<unsigned>(seconds));
}

Idle::Idle() {
  is_idle = 1;
  if (stop_asked != 0) ::_exit(0);
}
Idle::~Idle() { is_idle = 0; }

bool asked_to_stop() { return stop_asked != 0; }

}  // namespace heartlab
