#include "heartlab/node/worker.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(20);
constexpr std::size_t kLongestReason = 500;
constexpr int kCannotRun = 127;

// In the child, between fork and exec: system calls alone.
[[noreturn]] void become(char* const* arguments, int log, pid_t parent, rlim_t memory) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kCannotRun);
  ::setpgid(0, 0);
  std::signal(SIGPIPE, SIG_DFL);  // the node ignores it, which exec would hand on
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (memory > 0) {
    const rlimit limit{memory, memory};
    ::setrlimit(RLIMIT_DATA, &limit);
  }
  ::execv(arguments[0], arguments);
  ::_exit(kCannotRun);
}

std::string last_line(const Path& log) {
  std::string text = read_text(log);
  while (text.ends_with('\n')) text.pop_back();
  const std::size_t start = text.rfind('\n');
  if (start != std::string::npos) text.erase(0, start + 1);
  if (text.size() > kLongestReason) text.resize(kLongestReason);
  return text;
}

WorkerEnd end_of(int status, const Path& log) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const std::string said = last_line(log);
  if (WIFEXITED(status)) {
    const bool nothing = WEXITSTATUS(status) == kNothingDrawn;
    return {nothing ? WorkerEnd::Kind::kNothing : WorkerEnd::Kind::kFailed,
            fmt::format("status {}: {}", WEXITSTATUS(status), said)};
  }
  return {WorkerEnd::Kind::kFailed, fmt::format("ended by signal {} ({}): {}", WTERMSIG(status),
                                                ::strsignal(WTERMSIG(status)), said)};
}

}  // namespace

WorkerEnd run_worker(const std::vector<std::string>& command, const Path& images, const Path& out,
                     const Path& log, const NodeConfig::Process& limits,
                     const std::function<bool()>& stop) {
  std::vector<std::string> words = command;
  words.push_back(images.string());
  words.push_back(out.string());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (output < 0) fail_errno("write", log.string());

  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    become(arguments.data(), output, parent, static_cast<rlim_t>(limits.memory_gb * kGiga));
  }
  ::close(output);
  if (child < 0) fail_errno("start", command.front());
  ::setpgid(child, child);  // whoever comes first, the group is there before it is ended

  const auto end = Clock::now() + std::chrono::seconds(limits.timeout_s);
  WorkerEnd killed;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (stop()) killed.kind = WorkerEnd::Kind::kStopped;
    if (Clock::now() > end) {
      killed = {WorkerEnd::Kind::kFailed, fmt::format("took more than {} s", limits.timeout_s)};
    }
    if (killed.kind != WorkerEnd::Kind::kDone) {
      ::kill(-child, SIGKILL);
      ::waitpid(child, &status, 0);
      return killed;
    }
    std::this_thread::sleep_for(kLook);
  }
  ::kill(-child, SIGKILL);  // what it may have started and left
  return end_of(status, log);
}

}  // namespace heartlab
