#include "heartlab/node/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/node/event_log.h"

namespace heartlab {
namespace {

constexpr int kBacklog = 128;
constexpr int kPollMs = 200;
constexpr int kStopMs = 15000;     // for objects in work after SIGTERM
constexpr std::size_t kSpare = 8;  // processes beyond the limit, to say that it is reached

class Listener {
 public:
  Listener(int socket, const Reception& reception) : socket_(socket), reception_(reception) {}

  void run() {
    while (!interrupted()) {
      reap();
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, kPollMs) > 0) accept_one();
    }
    ::close(socket_);
    stop();
  }

 private:
  void accept_one() {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const int connection =
        ::accept4(socket_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC);
    if (connection < 0) return;
    Caller caller;
    caller.socket = connection;
    caller.address = ntohl(peer.sin_addr.s_addr);
    char text[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &peer.sin_addr, text, sizeof text);
    caller.address_text = text;
    ++reception_.counters.associations;
    const auto most = static_cast<std::size_t>(reception_.config.receive.associations);
    reap();
    caller.has_room = processes_.size() < most;
    if (!reception_.allowed.knows_address(caller.address)) {
      turn_away(caller, "address");
    } else if (processes_.size() >= most + kSpare) {
      turn_away(caller, "too many connections");
    } else {
      start(caller);
    }
    ::close(connection);
  }

  void turn_away(const Caller& caller, const char* reason) {
    ++reception_.counters.associations_rejected;
    log_event("connection closed", {{"address", caller.address_text}, {"reason", reason}});
  }

  void start(const Caller& caller) {
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) return turn_away(caller, "no process");
    if (child > 0) {
      processes_[child] = caller.address_text;
      reception_.counters.associations_open = processes_.size();
      return;
    }
    // Neither outlives the listener nor listens itself.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::close(socket_);
    auto end = AssociationEnd::kBroken;
    try {
      end = serve_association(reception_, caller);
    } catch (const std::exception&) {
      log_event("association broken",
                {{"address", caller.address_text}, {"reason", "out of memory or disk"}});
    }
    ::_exit(static_cast<int>(end));
  }

  // Whether all that were started have ended.
  bool reap() {
    int status = 0;
    for (pid_t child; (child = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      // What it was writing, where it was stopped in the middle.
      ::unlink((reception_.spool.incoming() / (std::to_string(child) + ".part")).c_str());
      account(processes_[child], status);
      processes_.erase(child);
    }
    reception_.counters.associations_open = processes_.size();
    return processes_.empty();
  }

  void account(const std::string& address, int status) {
    const bool exited = WIFEXITED(status);
    const int code = exited ? WEXITSTATUS(status) : 0;
    if (exited && (code == static_cast<int>(AssociationEnd::kReleased) ||
                   code == static_cast<int>(AssociationEnd::kRejected))) {
      return;
    }
    ++reception_.counters.associations_broken;
    if (exited && code == static_cast<int>(AssociationEnd::kTimedOut)) {
      log_event("association timed out", {{"address", address}});
    } else if (!exited) {
      log_event("association crashed", {{"address", address}, {"signal", WTERMSIG(status)}});
    }
  }

  void stop() {
    for (const auto& [child, address] : processes_) ::kill(child, SIGTERM);
    for (int waited = 0; !reap() && waited < kStopMs; waited += kPollMs / 4) {
      ::poll(nullptr, 0, kPollMs / 4);
    }
    for (const auto& [child, address] : processes_) ::kill(child, SIGKILL);
    while (!reap()) ::poll(nullptr, 0, 1);
  }

  int socket_;
  const Reception& reception_;
  std::map<pid_t, std::string> processes_;  // of each association its peer's address
};

}  // namespace

ListeningSocket::ListeningSocket(const NodeConfig::Receive& receive) {
  const std::string where = fmt::format("{}:{}", receive.address, receive.port);
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) fail_errno("listen", where);
  const int on = 1;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(parse_address(receive.address));
  address.sin_port = htons(static_cast<std::uint16_t>(receive.port));
  if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(descriptor_, kBacklog) != 0) {
    const std::string why = std::strerror(errno);
    ::close(descriptor_);
    fail(ErrorKind::kUsage, "receive.address, receive.port: {}: cannot listen: {}", where, why);
  }
}

ListeningSocket::~ListeningSocket() { ::close(descriptor_); }

void run_listener(const ListeningSocket& socket, const Reception& reception) {
  Listener(socket.descriptor(), reception).run();
}

}  // namespace heartlab
