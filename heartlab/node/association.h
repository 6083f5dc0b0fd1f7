#pragma once

#include <string>

#include "heartlab/node/config.h"
#include "heartlab/node/counters.h"
#include "heartlab/node/spool.h"

class DcmTLSTransportLayer;

namespace heartlab {

// What an association needs of the node.
struct Reception {
  const NodeConfig& config;
  const AllowList& allowed;
  const Spool& spool;
  Counters& counters;
  DcmTLSTransportLayer* tls;  // null: no TLS
};

// Who connected, and whether there is room.
struct Caller {
  int socket = -1;
  std::uint32_t address = 0;
  std::string address_text;
  bool has_room = true;  // false: the association is rejected (local limit exceeded)
};

// How the process of one association ends.
enum class AssociationEnd { kReleased = 0, kRejected = 10, kBroken = 11, kTimedOut = 12 };

// Serves one association (PS3.8) on a connected socket, in a process of its own: answers C-ECHO,
// takes MR and Enhanced MR images by C-STORE. An object's response is sent when it is on the disk.
// A SIGTERM lets the object in work come to its end. Does not return where time runs out: the
// process ends with kTimedOut, and so it does, by a signal, where a parser is overcome.
AssociationEnd serve_association(const Reception& reception, const Caller& caller);

}  // namespace heartlab
