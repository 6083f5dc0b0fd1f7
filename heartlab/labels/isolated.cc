#include "heartlab/labels/isolated.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr rlim_t kMostSeconds = 60;                        // of processor time
constexpr rlim_t kMostMemory = rlim_t{2} << 30;            // bytes beyond what the parent has
constexpr std::size_t kMostResult = std::size_t{1} << 30;  // bytes
enum : std::uint8_t { kResult = 'R', kError = 'E' };       // the first byte sent

void set_limit(int resource, rlim_t value) {
  const rlimit limit{value, value};
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
}

// Address space in use now, in bytes (proc(5), statm).
rlim_t memory_in_use() {
  unsigned long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return rlim_t{pages} * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

void send(int descriptor, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void send(int descriptor, std::uint8_t kind, std::span<const std::uint8_t> bytes) {
  send(descriptor, {&kind, 1});
  send(descriptor, bytes);
}

[[noreturn]] void run_child(int descriptor, const std::function<Bytes()>& work) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGINT, SIGTERM}) {
    ::signal(signal, SIG_DFL);
  }
  const int null = ::open("/dev/null", O_WRONLY);
  ::dup2(null, STDERR_FILENO);
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_CPU, kMostSeconds);
  set_limit(RLIMIT_AS, memory_in_use() + kMostMemory);
  try {
    send(descriptor, kResult, work());
  } catch (const Error& error) {
    const std::string message = char('0' + int(error.kind())) + std::string(error.what());
    send(descriptor, kError,
         {reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

Bytes receive(int descriptor) {
  Bytes bytes;
  std::array<std::uint8_t, 1 << 16> block;
  while (bytes.size() < kMostResult) {
    const ssize_t count = ::read(descriptor, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    bytes.insert(bytes.end(), block.begin(), block.begin() + count);
  }
  return bytes;
}

}  // namespace

Bytes run_isolated(const Path& file, const std::function<Bytes()>& work) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail_errno("read", file.string());
  const pid_t child = ::fork();
  if (child < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    fail_errno("read", file.string());
  }
  if (child == 0) run_child(ends[1], work);
  ::close(ends[1]);
  Bytes bytes = receive(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  const bool complete = WIFEXITED(status) && WEXITSTATUS(status) == 0 && !bytes.empty();
  if (!complete) {
    fail(ErrorKind::kBadInput, "{}: truncated or corrupt: the library that reads it gave up",
         file.string());
  }
  if (bytes[0] == kError && bytes.size() > 1) {
    throw Error(ErrorKind(bytes[1] - '0'), std::string(bytes.begin() + 2, bytes.end()));
  }
  bytes.erase(bytes.begin());
  return bytes;
}

}  // namespace heartlab
