#include "heartlab/node/peers.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "heartlab/core/error.h"
#include "heartlab/node/destination.h"

namespace heartlab {
namespace {

constexpr int kAddressBits = 32;

int parse_bits(const std::string& text, const std::string& peer) {
  int bits = -1;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (code != std::errc() || end != text.data() + text.size() || bits < 1 || bits > kAddressBits) {
    fail(ErrorKind::kUsage, "receive.peers: '{}': expected 1 to {} bits after the /", peer,
         kAddressBits);
  }
  return bits;
}

}  // namespace

std::string trimmed(const std::string& title) {
  const std::size_t first = title.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return title.substr(first, title.find_last_not_of(' ') - first + 1);
}

std::uint32_t parse_address(const std::string& text) {
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1) {
    fail(ErrorKind::kUsage, "expected an IPv4 address, found '{}'", text);
  }
  return ntohl(address.s_addr);
}

AllowList::AllowList(const std::vector<std::string>& peers) {
  for (const auto& text : peers) {
    const std::size_t at = text.find('@');
    if (at == std::string::npos || trimmed(text.substr(0, at)).empty() || at > kLongestTitle) {
      fail(ErrorKind::kUsage, "receive.peers: expected AE@ADDRESS or AE@ADDRESS/BITS, found '{}'",
           text);
    }
    const std::size_t slash = text.find('/', at);
    const int bits =
        slash == std::string::npos ? kAddressBits : parse_bits(text.substr(slash + 1), text);
    Peer peer;
    peer.title = trimmed(text.substr(0, at));
    peer.mask = ~std::uint32_t{0} << (kAddressBits - bits);
    try {
      peer.network = parse_address(text.substr(at + 1, slash - at - 1)) & peer.mask;
    } catch (const Error& error) {
      fail(ErrorKind::kUsage, "receive.peers: '{}': {}", text, error.what());
    }
    peers_.push_back(peer);
  }
}

bool AllowList::knows_address(std::uint32_t address) const {
  return std::ranges::any_of(
      peers_, [&](const Peer& peer) { return (address & peer.mask) == peer.network; });
}

bool AllowList::allows(const std::string& title, std::uint32_t address) const {
  const std::string name = trimmed(title);
  return std::ranges::any_of(peers_, [&](const Peer& peer) {
    return peer.title == name && (address & peer.mask) == peer.network;
  });
}

}  // namespace heartlab
