#pragma once

#include <string>

#include "heartlab/core/ranks.h"
#include "heartlab/nn/peers.h"

namespace heartlab {

// Where the processes that a launcher started meet: MASTER_ADDR and MASTER_PORT; without them the
// first machine of SLURM's step, else this machine, and port 29500. torchrun listens there itself
// (TORCHELASTIC_USE_AGENT_STORE). An Error (kUsage) for a port that is none.
Rendezvous rendezvous_from_environment(const Ranks& ranks);

// The first of the machines in SLURM's notation: "gpu[07-09,12],cpu1" gives "gpu07".
std::string first_machine(const std::string& list);

}  // namespace heartlab
