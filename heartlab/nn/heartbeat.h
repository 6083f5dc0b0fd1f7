#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "heartlab/core/ranks.h"

namespace heartlab {

using OpenStore = std::function<c10::intrusive_ptr<c10d::Store>()>;

// A thread that tells the other processes, through their common store, every second that this one
// lives, and learns from it whether one is lost: process 0, which keeps the store, counts as lost
// whose count has stood still for thirty seconds; where a call has failed already, five are enough.
// Process 0 itself is lost where its store has not answered for as long.
class Heartbeat {
 public:
  // `open_store` gives a connection of the thread's own.
  Heartbeat(OpenStore open_store, const Ranks& ranks, const std::string& machine);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  bool lost();
  // "process 2 of 4, on NAME, is lost" or what the process that ended said; waits until somebody
  // has found it out, ten seconds at most.
  std::string who_is_lost();

 private:
  // What the thread and its owner share; the thread may outlive the owner, held up by a store that
  // does not answer.
  struct State;
  class Round;

  std::shared_ptr<State> state_;
  std::thread thread_;
};

// For the messages of the others, where nobody has said anything before.
void say_to_all(c10d::Store& store, const std::string& who);

}  // namespace heartlab
