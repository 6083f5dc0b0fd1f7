#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <array>

#include "heartlab/core/error.h"
#include "heartlab/core/files.h"

namespace heartlab {

std::string sha256(std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, 32> sum{};
  if (EVP_Digest(bytes.data(), bytes.size(), sum.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    fail(ErrorKind::kInternal, "OpenSSL computes no SHA-256 here");
  }
  return fmt::format("{:02x}", fmt::join(sum, ""));
}

}  // namespace heartlab
