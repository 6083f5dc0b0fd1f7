#include <httplib.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "heartlab/core/error.h"
#include "heartlab/node/sender.h"
#include "heartlab/node/web.h"

namespace heartlab {
namespace {

constexpr int kAccepted = 202, kServerError = 500, kTooManyRequests = 429;

std::string password_of(const Path& file) {
  std::string text = read_text(file);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// Whether the answer (PS3.18 10.5.3.1.1) has an item in the Failed SOP Sequence (0008,1198).
bool is_listed_as_failed(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const auto failed = json.is_object() ? json.find("00081198") : json.end();
  if (failed == json.end() || !failed->is_object()) return false;
  const auto items = failed->find("Value");
  return items != failed->end() && items->is_array() && !items->empty();
}

// One object as multipart/related (PS3.18 8.6.1.2).
Answer store(httplib::Client& client, const Destination& to, const Path& file) {
  const std::string object = read_text(file);
  // The file's own digest does not occur in it.
  const std::string boundary = "heartlab-" + sha256_of_file(file).substr(0, 32);
  const std::string body = "--" + boundary + "\r\nContent-Type: application/dicom\r\n\r\n" +
                           object + "\r\n--" + boundary + "--\r\n";
  const httplib::Headers headers = {{"Accept", "application/dicom+json"}};
  const auto response =
      client.Post(to.path + "/studies", headers, body,
                  "multipart/related; type=\"application/dicom\"; boundary=" + boundary);
  if (!response) return {Answer::Kind::kUnreachable, httplib::to_string(response.error())};
  if (response->status == kHttpOk || response->status == kAccepted) {
    return is_listed_as_failed(response->body)
               ? Answer{Answer::Kind::kRefused, "listed as failed in the answer"}
               : Answer{Answer::Kind::kTaken, ""};
  }
  const bool may_pass = response->status >= kServerError || response->status == kTooManyRequests;
  return {may_pass ? Answer::Kind::kUnreachable : Answer::Kind::kRefused,
          fmt::format("HTTP status {}", response->status)};
}

std::unique_ptr<httplib::Client> make_client(const Destination& to,
                                             const NodeConfig::Send& options) {
  const std::string scheme = to.protocol == Destination::Protocol::kWebTls ? "https" : "http";
  auto client =
      std::make_unique<httplib::Client>(fmt::format("{}://{}:{}", scheme, to.host, to.port),
                                        options.tls_certificate.string(), options.tls_key.string());
  client->set_connection_timeout(options.timeout_s);
  client->set_read_timeout(options.timeout_s);
  client->set_write_timeout(options.timeout_s);
  client->set_keep_alive(true);
  if (!options.tls_trusted.empty()) client->set_ca_cert_path(options.tls_trusted.c_str());
  if (!options.user.empty()) {
    client->set_basic_auth(options.user, password_of(options.password_file));
  }
  return client;
}

}  // namespace

void send_by_web(const Destination& to, const NodeConfig& config, const std::vector<Path>& files,
                 const Exchange& exchange) {
  const auto client = make_client(to, config.send);
  for (std::size_t i = 0; i < files.size(); ++i) {
    exchange.before(i);
    const Answer answer = store(*client, to, files[i]);
    if (!exchange.answer(i, answer) || answer.kind == Answer::Kind::kUnreachable) return;
  }
}

Holds ask_by_web(const Destination& to, const NodeConfig& config, const ResultIdentity& object) {
  const auto client = make_client(to, config.send);
  const auto response =
      client->Get(fmt::format("{}/studies/{}/series/{}/instances?SOPInstanceUID={}", to.path,
                              object.study, object.series, object.instance),
                  {{"Accept", "application/dicom+json"}});
  if (!response || response->status >= kServerError) return Holds::kUnreachable;
  const auto found = nlohmann::json::parse(response->body, nullptr, false);
  return response->status == kHttpOk && found.is_array() && !found.empty() ? Holds::kYes
                                                                           : Holds::kNo;
}

}  // namespace heartlab
