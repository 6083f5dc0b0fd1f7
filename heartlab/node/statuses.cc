#include "heartlab/node/statuses.h"

#include <algorithm>

namespace heartlab {
namespace {

constexpr std::uint16_t kClass = 0xf000, kCategory = 0xff00;  // masks
constexpr std::uint16_t kWarning = 0xb000, kOutOfResources = 0xa700;
constexpr std::uint16_t kClassNotSupported = 0x0122, kNotAuthorized = 0x0124;
constexpr std::uint16_t kUnknownOperation = 0x0211, kResourceLimit = 0x0213;
constexpr std::uint16_t kQueryNotOfThisClass = 0xa900;

// RFC 9110, section 15.
constexpr int kOk = 200, kAccepted = 202, kNoContent = 204, kFirstRedirect = 300;
constexpr int kFirstClientError = 400, kFirstServerError = 500;
constexpr int kUnauthorized = 401, kForbidden = 403, kNotFound = 404, kNoSuchMethod = 405;
constexpr int kTimedOut = 408, kTooManyRequests = 429, kNotImplemented = 501;

// Client errors that a person at the destination, or time, mends.
constexpr int kMayPass[] = {kUnauthorized, kForbidden, kNotFound, kTimedOut, kTooManyRequests};

}  // namespace

Answer::Kind kind_of_store_status(std::uint16_t status) {
  if (status == 0 || (status & kClass) == kWarning) return Answer::Kind::kTaken;
  const bool may_pass = (status & kCategory) == kOutOfResources || status == kResourceLimit ||
                        status == kNotAuthorized;
  return may_pass ? Answer::Kind::kUnreachable : Answer::Kind::kRefused;
}

Answer::Kind kind_of_http_status(int status) {
  if (status == kOk || status == kAccepted) return Answer::Kind::kTaken;
  const bool is_success = status >= kOk && status < kFirstRedirect;
  const bool is_client_error = status >= kFirstClientError && status < kFirstServerError;
  const bool may_pass = std::ranges::find(kMayPass, status) != std::end(kMayPass);
  return is_success || (is_client_error && !may_pass) ? Answer::Kind::kRefused
                                                      : Answer::Kind::kUnreachable;
}

Holds holds_by_find_status(std::uint16_t status, bool found) {
  if (status == 0) return found ? Holds::kYes : Holds::kNo;
  const bool cannot_be_asked =
      status == kClassNotSupported || status == kUnknownOperation || status == kQueryNotOfThisClass;
  return cannot_be_asked ? Holds::kNo : Holds::kUnreachable;
}

Holds holds_by_http_status(int status, bool found) {
  if (status == kOk) return found ? Holds::kYes : Holds::kNo;
  const bool cannot_be_asked = status == kNoSuchMethod || status == kNotImplemented;
  return status == kNoContent || status == kNotFound || cannot_be_asked ? Holds::kNo
                                                                        : Holds::kUnreachable;
}

}  // namespace heartlab
