#include "heartlab/node/destination.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr int kHighestPort = 65535;

[[noreturn]] void refuse(const std::string& text) {
  fail(ErrorKind::kUsage,
       "send.destinations: expected dicom://AE@HOST:PORT or http(s)://HOST[:PORT]/PATH, found '{}'",
       text);
}

int parse_port(const std::string& digits, const std::string& text) {
  int port = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (code != std::errc() || end != digits.data() + digits.size() || port < 1 ||
      port > kHighestPort) {
    refuse(text);
  }
  return port;
}

}  // namespace

bool is_ae_title(const std::string& title) {
  const auto is_wrong = [](unsigned char c) { return c < ' ' || c == '\\'; };
  return title.size() <= kLongestTitle && title.find_first_not_of(' ') != std::string::npos &&
         std::ranges::none_of(title, is_wrong);
}

bool Destination::is_same_place(const Destination& other) const {
  const auto place = [](const Destination& to) {
    return std::tie(to.protocol, to.ae_title, to.host, to.port, to.path);
  };
  return place(*this) == place(other);
}

Destination parse_destination(const std::string& text) {
  using Protocol = Destination::Protocol;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string::npos) refuse(text);
  const std::string scheme = text.substr(0, scheme_end);
  Destination to;
  to.text = text;
  if (scheme == "dicom") {
    to.protocol = Protocol::kDicom;
  } else if (scheme == "dicoms") {
    to.protocol = Protocol::kDicomTls;
  } else if (scheme == "http") {
    to.protocol = Protocol::kWeb;
  } else if (scheme == "https") {
    to.protocol = Protocol::kWebTls;
  } else {
    refuse(text);
  }
  std::string rest = text.substr(scheme_end + 3);
  const std::size_t slash = rest.find('/');
  if (slash != std::string::npos) {
    to.path = rest.substr(slash);
    while (to.path.ends_with('/')) to.path.pop_back();
    rest.resize(slash);
  }
  const std::size_t at = rest.find('@');
  if ((at != std::string::npos) == to.is_web()) refuse(text);
  if (!to.is_web()) {
    to.ae_title = rest.substr(0, at);
    rest = rest.substr(at + 1);
    if (!is_ae_title(to.ae_title) || !to.path.empty()) refuse(text);
  }
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string::npos) {
    to.port = parse_port(rest.substr(colon + 1), text);
    rest.resize(colon);
  } else {
    if (!to.is_web()) refuse(text);
    to.port = to.protocol == Protocol::kWeb ? 80 : 443;
  }
  to.host = rest;
  if (to.host.empty()) refuse(text);
  return to;
}

}  // namespace heartlab
