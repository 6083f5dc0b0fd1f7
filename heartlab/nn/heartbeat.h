#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "heartlab/core/ranks.h"

namespace heartlab {

using OpenStore = std::function<c10::intrusive_ptr<c10d::Store>()>;

// A thread that tells the other processes, through their common store, every second that this one
// lives, and learns from it whether one is lost. Process 0 counts as lost whose count has stood
// still for thirty seconds; where a call has failed already, five are enough.
class Heartbeat {
 public:
  // `open_store` gives a connection of the thread's own.
  Heartbeat(OpenStore open_store, const Ranks& ranks, const std::string& machine);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  bool lost() const { return lost_; }
  // "process 2 of 4, on NAME, is lost" or what the process that ended said; waits until somebody
  // has found it out, ten seconds at most.
  std::string who_is_lost();

 private:
  class Round;
  void run(const OpenStore& open_store);
  void learn(const std::string& who);

  Ranks ranks_;
  std::string machine_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> lost_ = false;
  bool stop_ = false;   // these three under the mutex
  bool doubt_ = false;  // a call has failed
  std::string who_;
  std::thread thread_;
};

// For the messages of the others, where nobody has said anything before.
void say_to_all(c10d::Store& store, const std::string& who);

}  // namespace heartlab
