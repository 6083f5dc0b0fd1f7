#pragma once

namespace heartlab {

// The alarm clock of an association's process, and its answer to SIGTERM.

// Takes over SIGALRM (the process ends with status `when_late`) and SIGTERM.
void start_deadlines(int when_late);
// The process ends unless the next call comes within so many seconds.
void set_deadline(int seconds);

// While an object lives, SIGTERM ends the process at once: nothing is half done.
class Idle {
 public:
  Idle();
  ~Idle();
  Idle(const Idle&) = delete;
  Idle& operator=(const Idle&) = delete;
};
// Whether a SIGTERM has come.
bool asked_to_stop();

}  // namespace heartlab
