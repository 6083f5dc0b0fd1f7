#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace heartlab {

// An IPv4 address in host order; an Error (kUsage) where the text is none.
std::uint32_t parse_address(const std::string& text);

// Who may ask for an association: a calling AE title together with the address it comes from.
class AllowList {
 public:
  // Of each peer "AE@ADDRESS" or "AE@ADDRESS/BITS"; an Error (kUsage) names what does not parse.
  explicit AllowList(const std::vector<std::string>& peers);

  // Whether anybody may come from this address, asked before a byte is read.
  bool knows_address(std::uint32_t address) const;
  // AE titles are compared without leading and trailing spaces (PS3.5 6.2).
  bool allows(const std::string& title, std::uint32_t address) const;

 private:
  struct Peer {
    std::string title;
    std::uint32_t network = 0;
    std::uint32_t mask = 0;
  };
  std::vector<Peer> peers_;
};

// Without the spaces around it.
std::string trimmed(const std::string& title);

}  // namespace heartlab
