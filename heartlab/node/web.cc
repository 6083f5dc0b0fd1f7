#include "heartlab/node/web.h"

#include <httplib.h>

#include <thread>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr const char* kLoopback = "127.0.0.1";
constexpr int kThreads = 2, kSeconds = 5;
constexpr int kUnavailable = 503;

}  // namespace

struct MetricsServer::Server {
  httplib::Server http;
  std::thread thread;
};

MetricsServer::MetricsServer(int port, const Text& metrics, const Text& trouble)
    : server_(std::make_unique<Server>()) {
  httplib::Server& http = server_->http;
  http.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  // Not SO_REUSEPORT: two nodes would answer for one another.
  http.set_socket_options([](socket_t socket) {
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  http.set_read_timeout(kSeconds);
  http.set_write_timeout(kSeconds);
  http.set_keep_alive_max_count(1);
  http.Get("/metrics", [metrics](const httplib::Request&, httplib::Response& response) {
    response.set_content(metrics(), "text/plain; version=0.0.4");
  });
  http.Get("/healthz", [trouble](const httplib::Request&, httplib::Response& response) {
    const std::string what = trouble();
    response.status = what.empty() ? kHttpOk : kUnavailable;
    response.set_content((what.empty() ? "ok" : what) + "\n", "text/plain");
  });
  if (!http.bind_to_port(kLoopback, port)) {
    fail(ErrorKind::kUsage, "metrics.port: {}:{}: cannot listen for /metrics; is the port taken?",
         kLoopback, port);
  }
  server_->thread = std::thread([this] { server_->http.listen_after_bind(); });
}

MetricsServer::~MetricsServer() {
  server_->http.stop();
  server_->thread.join();
}

std::string ask_health(int port) {
  httplib::Client client(kLoopback, port);
  client.set_connection_timeout(kSeconds);
  client.set_read_timeout(kSeconds);
  const auto response = client.Get("/healthz");
  if (!response) return "no answer: " + httplib::to_string(response.error());
  if (response->status == kHttpOk) return "";
  std::string text = response->body;
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace heartlab
