#pragma once

#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>

#include "heartlab/core/ranks.h"

namespace heartlab {

// Where and how the processes of one training run meet.
struct Rendezvous {
  Ranks ranks;
  std::string address;
  int port = 0;
  bool launcher_listens = false;  // else process 0 does
  std::string attempt = "0";      // of the launcher, which starts all anew after a failure
};

// The processes that train one network together, this one among them, over c10d: Gloo, for tensors
// of a GPU NCCL. Every process makes the same calls in the same order. Where a peer is lost, a call
// throws an Error (kInterrupted) that names it: at once where its process ended, within a
// minute where its machine did. Alone (size 1) every call does nothing.
class Peers {
 public:
  Peers();  // alone
  // Waits for all to come to the meeting point, five minutes at most.
  Peers(const Rendezvous& meeting, const torch::Device& device);
  ~Peers();
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  int rank() const { return ranks_.rank; }
  int size() const { return ranks_.size; }
  bool alone() const { return ranks_.size == 1; }

  // Adds up a dense tensor over all, in place; every process gets the same bits, and the same again
  // in another run with as many processes.
  void sum(torch::Tensor tensor);
  // The same while this process goes on; what is returned waits for it.
  std::function<void()> start_sum(torch::Tensor tensor);
  // Process 0's values into everybody's tensor.
  void broadcast(torch::Tensor tensor);

  // Tells the others why this process ends, for their messages.
  void leave(const std::string& reason);

 private:
  struct Group;
  Ranks ranks_;
  std::unique_ptr<Group> group_;
};

}  // namespace heartlab
