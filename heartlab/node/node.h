#pragma once

#include <string>
#include <vector>

#include "heartlab/node/config.h"
#include "heartlab/node/ledger.h"

namespace heartlab {

// Receives, processes and sends until SIGTERM or SIGINT, then returns; everything unfinished goes
// on at the next start. `command` processes a series (Processor) in a process of its own. An Error
// where the spool, the port or the TLS files cannot be used, or another node works in the spool.
void run_node(const NodeConfig& config, const std::vector<std::string>& command);

// A line a series that is not removed: tag, state, images, results, and of failures the reason.
// Results refused `refusals` times are counted as given up.
std::string list_of(const Ledger& ledger, int refusals);

}  // namespace heartlab
