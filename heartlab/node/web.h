#pragma once

#include <functional>
#include <memory>
#include <string>

namespace heartlab {

inline constexpr int kHttpOk = 200;  // RFC 9110, section 15.3.1

// /metrics and /healthz on 127.0.0.1, served by threads of its own until destroyed.
class MetricsServer {
 public:
  using Text = std::function<std::string()>;
  // `metrics` gives the page; `trouble` says what is wrong, empty where all is well (then /healthz
  // answers 200, else 503). An Error where the port is taken.
  MetricsServer(int port, const Text& metrics, const Text& trouble);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

 private:
  struct Server;
  std::unique_ptr<Server> server_;
};

// Asks /healthz of the node on this machine; empty where it is well, else what is wrong.
std::string ask_health(int port);

}  // namespace heartlab
