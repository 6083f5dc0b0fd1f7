#pragma once

namespace heartlab {

// From here on SIGINT, SIGTERM and SIGHUP only set a flag, so that long work can save its state and
// stop. A second SIGINT ends the process at once.
void catch_interrupts();
bool interrupted();

// Throws Error(kInterrupted) where a signal has come; `what` says what was left undone.
void stop_if_interrupted(const char* what);

}  // namespace heartlab
