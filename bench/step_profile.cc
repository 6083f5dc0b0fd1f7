#include "bench/step_profile.h"

#include <ATen/record_function.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace heartlab {
namespace {

StepProfile* g_profile = nullptr;

// Of this thread: it stands still while others on the machine have the core.
double seconds_now() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// The weights of a convolution stand second going forward, third going back.
std::string kernel_of(const at::RecordFunction& function) {
  const std::string name = function.name();
  const bool forward = name == "aten::mkldnn_convolution";
  if (!forward && name != "aten::convolution_backward") return "";
  const auto inputs = function.inputs();
  const std::size_t place = forward ? 1 : 2;
  if (inputs.size() <= place || !inputs[place].isTensor()) return "";
  const auto& weight = inputs[place].toTensor();
  if (!weight.defined() || weight.dim() != 4) return "";
  return fmt::format(" {}x{}{}", weight.size(2), weight.size(3),
                     weight.size(1) == 1 ? ", one channel" : "");
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  g_profile->enter(function.name() + kernel_of(function));
  return nullptr;
}

void end(const at::RecordFunction&, at::ObserverContext*) { g_profile->leave(); }

}  // namespace

StepProfile::StepProfile() {
  g_profile = this;
  handle_ = at::addGlobalCallback(
      at::RecordFunctionCallback(begin, end)
          .needsInputs(true)
          .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION,
                   at::RecordScope::USER_SCOPE}));
}

StepProfile::~StepProfile() {
  at::removeCallback(handle_);
  g_profile = nullptr;
}

void StepProfile::enter(std::string name) {
  if (std::this_thread::get_id() != thread_) return;
  frames_.push_back({std::move(name), seconds_now()});
}

void StepProfile::leave() {
  if (std::this_thread::get_id() != thread_ || frames_.empty()) return;
  const Frame frame = std::move(frames_.back());
  frames_.pop_back();
  const double whole = seconds_now() - frame.start;
  auto& sum = sums_[frame.name];
  sum.seconds += whole - frame.inside;
  ++sum.calls;
  if (!frames_.empty()) frames_.back().inside += whole;
}

std::string StepProfile::table(int steps, std::size_t rows) const {
  std::vector<std::pair<std::string, Sum>> sorted(sums_.begin(), sums_.end());
  std::ranges::sort(sorted, std::ranges::greater{},
                    [](const auto& entry) { return entry.second.seconds; });
  std::string text;
  double rest = 0, all = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto& [name, sum] = sorted[i];
    const double milliseconds = 1e3 * sum.seconds / steps;
    all += milliseconds;
    if (i < rows) {
      text += fmt::format("  {:<46}{:9.1f} ms  {:6} calls\n", name, milliseconds,
                          sum.calls / std::max(1, steps));
    } else {
      rest += milliseconds;
    }
  }
  return text + fmt::format("  {:<46}{:9.1f} ms\n  {:<46}{:9.1f} ms\n", "all others", rest,
                            "together", all);
}

}  // namespace heartlab
