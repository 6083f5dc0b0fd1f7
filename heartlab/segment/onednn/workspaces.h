#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "heartlab/segment/onednn/graph.h"

namespace heartlab::onednn {

// The workspaces of one network, made when they are first needed and used again. At most `limit`
// are lent at once; who asks for another waits.
class Workspaces {
 public:
  using Maker = std::function<std::unique_ptr<Workspace>()>;
  Workspaces(int limit, Maker make);

  // One workspace for as long as it lives.
  class Loan {
   public:
    explicit Loan(Workspaces& owner);
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Workspace& operator*() const { return *workspace_; }

   private:
    Workspaces& owner_;
    std::unique_ptr<Workspace> workspace_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  int left_;  // to lend
  Maker make_;
  std::vector<std::unique_ptr<Workspace>> idle_;
};

}  // namespace heartlab::onednn
