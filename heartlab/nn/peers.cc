#include "heartlab/nn/peers.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
// A libtorch may come without either, or without the headers of the library underneath.
#if defined(USE_C10D_GLOO) && __has_include(<gloo/rendezvous/store.h>)
#define HEARTLAB_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#if defined(USE_C10D_NCCL) && __has_include(<nccl.h>)
#define HEARTLAB_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#include <torch/version.h>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/nn/compat.h"
#include "heartlab/nn/heartbeat.h"

namespace heartlab {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

#if TORCH_VERSION_MAJOR >= 2
using Backend = c10d::Backend;
#else
using Backend = c10d::ProcessGroup;
#endif
using Store = c10::intrusive_ptr<c10d::Store>;
using Work = c10::intrusive_ptr<c10d::Work>;

constexpr milliseconds kJoining = 5min;
// Far beyond what any call takes; that a peer is lost is seen by other means.
constexpr milliseconds kLongestCall = 60min;
constexpr milliseconds kLook = 1s;
// What process 0 knows, the others learn within a beat or two; then its store may go.
constexpr milliseconds kLinger = 3s;

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

// The address by which this machine reaches the meeting point: that of the right network.
[[maybe_unused]] std::string own_address(const Rendezvous& meeting) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  std::string own = host_name();
  if (::getaddrinfo(meeting.address.c_str(), std::to_string(meeting.port).c_str(), &hints,
                    &found) != 0) {
    return own;
  }
  const int descriptor = ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  char text[NI_MAXHOST] = {};
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (descriptor >= 0 && ::connect(descriptor, found->ai_addr, found->ai_addrlen) == 0 &&
      ::getsockname(descriptor, any, &length) == 0 &&
      ::getnameinfo(any, length, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0) {
    own = text;
  }
  if (descriptor >= 0) ::close(descriptor);
  ::freeaddrinfo(found);
  return own;
}

// libtorch 2.4 and later serve the store by libuv unless told otherwise, and fail where they were
// built without it.
template <typename Options>
void serve_without_libuv(Options& options) {
  if constexpr (requires { options.useLibUV; }) options.useLibUV = false;
}

Store open_store(const Rendezvous& meeting, bool serve) {
  c10d::TCPStoreOptions options;
  serve_without_libuv(options);
  options.port = static_cast<std::uint16_t>(meeting.port);
  options.isServer = serve;
  options.waitWorkers = false;
  options.timeout = kJoining;
  auto store = c10::make_intrusive<c10d::TCPStore>(meeting.address, options);
  return c10::make_intrusive<c10d::PrefixStore>("heartlab/" + meeting.attempt, store);
}

// Returns when all have come.
void join(c10d::Store& store, const Rendezvous& meeting) {
  const auto end = std::chrono::steady_clock::now() + kJoining;
  store.add("came", 1);
  std::int64_t came = 0;
  while ((came = store.add("came", 0)) < meeting.ranks.size) {
    stop_if_interrupted("not all processes had come");
    if (std::chrono::steady_clock::now() > end) {
      fail(ErrorKind::kInterrupted, "{} of {} processes came to {}:{} within {} s", came,
           meeting.ranks.size, meeting.address, meeting.port,
           std::chrono::duration_cast<std::chrono::seconds>(kJoining).count());
    }
    std::this_thread::sleep_for(20ms);
  }
}

#ifdef HEARTLAB_GLOO
c10::intrusive_ptr<Backend> make_gloo(const Store& store, const Rendezvous& meeting) {
  auto options = c10d::ProcessGroupGloo::Options::create(kLongestCall);
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  options->devices = {interface != nullptr
                          ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                          : c10d::ProcessGroupGloo::createDeviceForHostname(own_address(meeting))};
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, meeting.ranks.rank, meeting.ranks.size,
                                                     options);
}
#endif

#ifdef HEARTLAB_NCCL
c10::intrusive_ptr<Backend> make_nccl(const Store& store, const Rendezvous& meeting) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = kLongestCall;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, meeting.ranks.rank, meeting.ranks.size,
                                                     options);
}
#endif

c10::intrusive_ptr<Backend> make_backend(const Store& store, const Rendezvous& meeting, bool gpu) {
#ifdef HEARTLAB_GLOO
  if (!gpu) return make_gloo(store, meeting);
#endif
#ifdef HEARTLAB_NCCL
  if (gpu) return make_nccl(store, meeting);
#endif
  fail(ErrorKind::kUnsupported, "{} processes: this libtorch {} was built without {}",
       meeting.ranks.size, TORCH_VERSION, gpu ? "NCCL; use --device cpu" : "Gloo");
}

}  // namespace

struct Peers::Group {
  Store store;
  Heartbeat heartbeat;
  c10::intrusive_ptr<Backend> backend;
  bool gpu;

  void wait(const Work& work);
  [[noreturn]] void fail_without_peer(const std::string& found);
};

// In slices, so that a peer whose machine is gone is noticed while its answer is waited for.
void Peers::Group::wait(const Work& work) {
  while (true) {
    try {
      if (gpu) {
        while (!work->isCompleted() && !heartbeat.lost()) std::this_thread::sleep_for(50us);
        if (work->isCompleted()) work->wait();
      } else {
        work->wait(kLook);
      }
      if (work->isCompleted()) return;
    } catch (const std::exception& error) {
      // Else it was one slice that ended; it may have become whole in the same moment.
      if (work->isCompleted()) {
        if (work->isSuccess()) return;
        fail_without_peer(brief_reason(error));
      }
    }
    if (heartbeat.lost()) fail_without_peer("it is silent");
  }
}

void Peers::Group::fail_without_peer(const std::string& found) {
  const std::string who = heartbeat.who_is_lost();
  if (backend->getRank() == 0) std::this_thread::sleep_for(kLinger);
  // Its threads still wait for the lost peer, and would be waited for.
  [[maybe_unused]] auto* leaked = backend.release();
  fail(ErrorKind::kInterrupted,
       "{} ({}); the same command with --resume goes on from the last checkpoint, with as many "
       "processes as you like",
       who, found);
}

Peers::Peers() = default;
Peers::~Peers() = default;

Peers::Peers(const Rendezvous& meeting, const torch::Device& device) : ranks_(meeting.ranks) {
  if (alone()) return;
  try {
    const Store store = open_store(meeting, ranks_.rank == 0 && !meeting.launcher_listens);
    join(*store, meeting);
    group_ = std::unique_ptr<Group>(new Group{
        store, Heartbeat([meeting] { return open_store(meeting, false); }, ranks_, host_name()),
        make_backend(store, meeting, device.is_cuda()), device.is_cuda()});
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail(ErrorKind::kInterrupted,
         "process {} of {} cannot meet the others at {}:{} ({}); MASTER_ADDR and MASTER_PORT say "
         "where",
         ranks_.rank, ranks_.size, meeting.address, meeting.port, brief_reason(error));
  }
}

std::function<void()> Peers::start_sum(torch::Tensor tensor) {
  if (alone()) return [] {};
  std::vector<torch::Tensor> tensors = {tensor};
  try {
    return [this, work = group_->backend->allreduce(tensors)]() mutable { group_->wait(work); };
  } catch (const std::exception& error) {
    group_->fail_without_peer(brief_reason(error));
  }
}

void Peers::sum(torch::Tensor tensor) { start_sum(std::move(tensor))(); }

void Peers::broadcast(torch::Tensor tensor) {
  if (alone()) return;
  std::vector<torch::Tensor> tensors = {tensor};
  try {
    auto work = group_->backend->broadcast(tensors);
    group_->wait(work);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    group_->fail_without_peer(brief_reason(error));
  }
}

void Peers::leave(const std::string& reason) {
  if (alone()) return;
  try {
    say_to_all(*group_->store, fmt::format("process {} of {}, on {}, ended: {}", ranks_.rank,
                                           ranks_.size, host_name(), reason));
    if (ranks_.rank == 0) std::this_thread::sleep_for(kLinger);
  } catch (const std::exception&) {
    // Nobody is there to hear it.
  }
  [[maybe_unused]] auto* leaked = group_->backend.release();
}

}  // namespace heartlab
