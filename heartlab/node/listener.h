#pragma once

#include <sys/types.h>

#include "heartlab/node/association.h"

namespace heartlab {

// A socket that listens where the configuration says; an Error where the address is taken.
class ListeningSocket {
 public:
  explicit ListeningSocket(const NodeConfig::Receive& receive);
  ~ListeningSocket();
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

// Accepts connections until SIGTERM, each in a process of its own, so that whatever a peer sends
// ends at most its own association. Connections from addresses that nobody may come from are
// closed unread. After SIGTERM the objects in work come to their end. Called in a process with one
// thread.
void run_listener(const ListeningSocket& socket, const Reception& reception);

}  // namespace heartlab
