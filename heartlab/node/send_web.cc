#include <httplib.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "heartlab/core/error.h"
#include "heartlab/node/sender.h"
#include "heartlab/node/statuses.h"

namespace heartlab {
namespace {

std::string password_of(const Path& file) {
  std::string text = read_text(file);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

using Json = nlohmann::json;

// The first value of an attribute in the JSON model of DICOM (PS3.18 F.2); null where it has none.
const Json* first_value(const Json& data, const char* tag) {
  const auto attribute = data.is_object() ? data.find(tag) : data.end();
  if (attribute == data.end() || !attribute->is_object()) return nullptr;
  const auto values = attribute->find("Value");
  if (values == attribute->end() || !values->is_array() || values->empty()) return nullptr;
  return &values->front();
}

// Why the answer (PS3.18 10.5.3.1.1) lists the object as failed: the Failure Reason (0008,1197) in
// its Failed SOP Sequence (0008,1198); nothing where it does not list it.
std::optional<std::uint16_t> failure_reason(const std::string& body) {
  constexpr std::uint16_t kProcessingFailure = 0x0110;  // where no reason is stated
  const Json json = Json::parse(body, nullptr, false);
  const Json* failed = first_value(json, "00081198");
  if (failed == nullptr) return std::nullopt;
  const Json* reason = first_value(*failed, "00081197");
  return reason != nullptr && reason->is_number_integer() ? reason->get<std::uint16_t>()
                                                          : kProcessingFailure;
}

Answer answer_of(const httplib::Response& response) {
  constexpr int kConflict = 409;  // none of the objects was taken, for the reasons in the answer
  const Answer::Kind kind = kind_of_http_status(response.status);
  const bool taken = kind == Answer::Kind::kTaken;
  const auto reason =
      taken || response.status == kConflict ? failure_reason(response.body) : std::nullopt;
  if (!reason) return {kind, taken ? "" : fmt::format("HTTP status {}", response.status)};
  const Answer::Kind said = kind_of_store_status(*reason);
  return {said == Answer::Kind::kTaken ? Answer::Kind::kRefused : said,
          fmt::format("listed as failed in the answer, reason {:04X}", *reason)};
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
  return answer_of(*response);
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

Asked ask_by_web(const Destination& to, const NodeConfig& config, const ResultIdentity& object) {
  const auto client = make_client(to, config.send);
  const auto response =
      client->Get(fmt::format("{}/studies/{}/series/{}/instances?SOPInstanceUID={}", to.path,
                              object.study, object.series, object.instance),
                  {{"Accept", "application/dicom+json"}});
  if (!response) return {};
  const Json found = Json::parse(response->body, nullptr, false);
  return {holds_by_http_status(response->status, found.is_array() && !found.empty()),
          fmt::format("HTTP status {}", response->status)};
}

}  // namespace heartlab
