#include "heartlab/dicom/big_stack.h"

#include <pthread.h>

#include <algorithm>
#include <exception>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr std::size_t kSmallest = std::size_t{8} << 20;  // bytes

struct Task {
  const std::function<void()>* work;
  std::exception_ptr failure;
};

void* run_task(void* argument) {
  Task& task = *static_cast<Task*>(argument);
  try {
    (*task.work)();
  } catch (...) {
    task.failure = std::current_exception();
  }
  return nullptr;
}

}  // namespace

void run_with_stack(std::size_t bytes, const std::function<void()>& work) {
  Task task{&work, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::max(bytes, kSmallest));
  pthread_t thread{};
  const int status = pthread_create(&thread, &attributes, run_task, &task);
  pthread_attr_destroy(&attributes);
  if (status != 0) {
    fail(ErrorKind::kUnsupported, "no memory for a thread with a stack of {} bytes", bytes);
  }
  pthread_join(thread, nullptr);
  if (task.failure) std::rethrow_exception(task.failure);
}

}  // namespace heartlab
