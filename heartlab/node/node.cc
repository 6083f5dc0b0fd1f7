#include "heartlab/node/node.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/manifest.h"
#include "heartlab/dicom/load.h"
#include "heartlab/node/delivery.h"
#include "heartlab/node/durable.h"
#include "heartlab/node/event_log.h"
#include "heartlab/node/intake.h"
#include "heartlab/node/listener.h"
#include "heartlab/node/processing.h"
#include "heartlab/node/tls.h"
#include "heartlab/node/web.h"

namespace heartlab {
namespace {

constexpr double kLockWaitS = 5;  // for a killed node's listener to be gone
constexpr double kStuckS = 30;    // after which a main loop that does not turn is unwell

// The process that listens; it never outlives this one.
class ListenerProcess {
 public:
  ListenerProcess(const ListeningSocket& socket, const Reception& reception, FileLock& lock) {
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ < 0) fail_errno("start", "the listener");
    if (process_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    lock.forget();
    try {
      run_listener(socket, reception);
      ::_exit(0);
    } catch (const std::exception& error) {
      log_event("listener failed", {{"reason", error.what()}});
      ::_exit(1);
    }
  }
  ~ListenerProcess() { stop(); }
  ListenerProcess(const ListenerProcess&) = delete;
  ListenerProcess& operator=(const ListenerProcess&) = delete;

  bool runs() {
    if (process_ > 0 && ::waitpid(process_, nullptr, WNOHANG) == process_) process_ = 0;
    return process_ > 0;
  }
  void stop() {
    if (!runs()) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }

 private:
  pid_t process_ = 0;
};

// Resident bytes of this process, by the name that Prometheus gives them.
std::string memory_metric() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  file >> total >> resident;
  resident *= static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return fmt::format(
      "# HELP process_resident_memory_bytes Resident memory\n"
      "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes {}\n",
      resident);
}

class Node {
 public:
  Node(const NodeConfig& config, const Spool& spool, Journal& journal, Counters& counters)
      : desk_{config, spool, journal, counters}, intake_(desk_) {}

  void run(ListenerProcess& listener, const Processor& processor) {
    std::unique_ptr<MetricsServer> server;
    if (desk_.config.metrics_port != 0) {
      server = std::make_unique<MetricsServer>(
          desk_.config.metrics_port,
          [this] { return prometheus_text(desk_.counters) + memory_metric(); },
          [this] { return trouble(); });
    }
    start(processor);
    while (!interrupted() && listener.runs()) {
      try {
        intake_.look();
        last_look_ = steady_seconds();
      } catch (const std::exception& error) {
        log_event("look failed", {{"reason", error.what()}});
      }
      std::this_thread::sleep_for(kPause);
    }
    const bool was_asked = interrupted();
    log_event("stopping");
    desk_.stopping = true;
    listener.stop();
    for (auto& thread : threads_) thread.join();
    if (!was_asked) fail(ErrorKind::kInternal, "the listener ended by itself");
    log_event("stopped");
  }

 private:
  void start(const Processor& processor) {
    for (const auto& to : desk_.config.destinations()) {
      threads_.emplace_back([this, to] { Delivery(desk_, to).run(); });
    }
    threads_.emplace_back([this, processor] { Processing(desk_, processor).run(); });
    // Results that wait for a destination that the configuration no longer names.
    const auto processed = desk_.journal.with_ledger([](const Ledger& ledger) {
      std::vector<Ledger::Version> found;
      for (const auto* version : ledger.versions()) found.push_back(*version);
      return found;
    });
    for (const auto& version : processed) {
      finish_if_all_sent(desk_, version.series, version.version);
    }
  }

  std::string trouble() const {
    if (steady_seconds() - last_look_ > kStuckS) return "the spool was not looked at for 30 s";
    const NodeConfig::Disk& disk = desk_.config.disk;
    if (static_cast<double>(desk_.counters.spool_bytes) >= disk.most_gb * kGiga ||
        static_cast<double>(desk_.spool.bytes_free()) < disk.free_gb * kGiga) {
      return "the disk limit is reached; objects are refused";
    }
    return "";
  }

  Desk desk_;
  Intake intake_;
  std::atomic<double> last_look_{steady_seconds()};
  std::vector<std::thread> threads_;
};

}  // namespace

void run_node(const NodeConfig& config, const std::vector<std::string>& command) {
  initialise_dcmtk();
  // A peer that closes while it is written to is that connection's end, not the node's.
  std::signal(SIGPIPE, SIG_IGN);
  const Spool spool(config.spool);
  FileLock lock = FileLock::exclusive_within(spool.node_lock(), kLockWaitS);
  spool.clear_leftovers();
  Journal journal(spool.journal(), unix_time() - kRememberS);
  if (journal.damaged() > 0) log_event("journal damaged", {{"lines", journal.damaged()}});
  Counters& counters = shared_counters();
  counters.spool_bytes = spool.bytes_used();

  const ListeningSocket socket(config.receive);
  const TlsLayer tls = make_tls_layer(config.receive);
  const AllowList allowed = config.allow_list();
  const Reception reception{config, allowed, spool, counters, tls.get()};
  ListenerProcess listener(socket, reception, lock);

  Node node(config, spool, journal, counters);
  log_event("started", {{"version", version()},
                        {"address", config.receive.address},
                        {"port", config.receive.port},
                        {"ae_title", config.receive.ae_title},
                        {"tls", config.uses_tls()}});
  node.run(listener, [&](const Path& images, const Path& out, const Path& log) {
    return run_worker(command, images, out, log, config.process, [] { return interrupted(); });
  });
}

std::string list_of(const Ledger& ledger, int refusals) {
  std::string text =
      fmt::format("{:16}  {:16}  {:9}  {:>6}  {:>7}  {:>4}  {:>8}  {}\n", "series", "version",
                  "state", "images", "results", "sent", "given up", "last failure");
  for (const auto* version : ledger.versions()) {
    text += fmt::format("{:16}  {:16}  {:9}  {:>6}  {:>7}  {:>4}  {:>8}  {}\n", version->series,
                        version->version, name_of(version->state), version->images,
                        version->results.size(), version->sent.size(), given_up(*version, refusals),
                        version->reason);
  }
  return text;
}

}  // namespace heartlab
