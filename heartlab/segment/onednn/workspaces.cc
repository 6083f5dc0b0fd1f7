#include "heartlab/segment/onednn/workspaces.h"

#include <utility>

namespace heartlab::onednn {

Workspaces::Workspaces(int limit, Maker make) : left_(limit), make_(std::move(make)) {}

Workspaces::Loan::Loan(Workspaces& owner) : owner_(owner) {
  std::unique_lock lock(owner_.mutex_);
  owner_.returned_.wait(lock, [this] { return owner_.left_ > 0; });
  if (owner_.idle_.empty()) {
    workspace_ = owner_.make_();
  } else {
    workspace_ = std::move(owner_.idle_.back());
    owner_.idle_.pop_back();
  }
  --owner_.left_;
}

Workspaces::Loan::~Loan() {
  {
    const std::lock_guard lock(owner_.mutex_);
    owner_.idle_.push_back(std::move(workspace_));
    ++owner_.left_;
  }
  owner_.returned_.notify_one();
}

}  // namespace heartlab::onednn
