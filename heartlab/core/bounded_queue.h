#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace heartlab {

// Hands things from threads that make them to threads that take them, in order. Who is faster
// waits.
template <typename T>
class BoundedQueue {
 public:
  // `makers`: how many threads push; each calls done() once.
  BoundedQueue(std::size_t capacity, int makers) : capacity_(capacity), makers_(makers) {}

  void push(T item) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return items_.size() < capacity_; });
    items_.push_back(std::move(item));
    filled_.notify_one();
  }

  // Nothing once every maker is done and all was taken.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !items_.empty() || makers_ == 0; });
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    room_.notify_one();
    return item;
  }

  void done() {
    const std::lock_guard lock(mutex_);
    if (--makers_ == 0) filled_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable room_, filled_;
  std::deque<T> items_;
  std::size_t capacity_;
  int makers_;
};

}  // namespace heartlab
