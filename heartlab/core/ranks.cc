#include "heartlab/core/ranks.h"

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

struct Launcher {
  const char* name;
  const char *rank, *size, *local_rank;  // environment variables
};
constexpr Launcher kLaunchers[] = {
    {"torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK"},
    {"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"},
    {"mpirun", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"}};
constexpr Launcher kSlurm = {"SLURM", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"};

bool is_set(const char* variable) { return std::getenv(variable) != nullptr; }

int number_of(const char* variable, int lowest) {
  const char* text = std::getenv(variable);
  if (text == nullptr) {
    fail(ErrorKind::kUsage, "{} is not set in the environment, but the other of its pair is",
         variable);
  }
  const char* end = text + std::strlen(text);
  int value = 0;
  const auto [last, error] = std::from_chars(text, end, value);
  if (error != std::errc() || last != end || value < lowest) {
    fail(ErrorKind::kUsage, "{} in the environment: expected a number of at least {}, found '{}'",
         variable, lowest, text);
  }
  return value;
}

Ranks ranks_of(const Launcher& launcher) {
  Ranks ranks{number_of(launcher.rank, 0), number_of(launcher.size, 1), 0, launcher.name};
  if (ranks.rank >= ranks.size) {
    fail(ErrorKind::kUsage, "{} in the environment: expected less than {} ({}), found {}",
         launcher.rank, ranks.size, launcher.size, ranks.rank);
  }
  if (is_set(launcher.local_rank)) ranks.local_rank = number_of(launcher.local_rank, 0);
  return ranks;
}

// SLURM sets its variables, one or both, for the batch script too, which is no step of the job.
bool is_step_of_slurm() {
  return is_set(kSlurm.rank) && is_set(kSlurm.size) &&
         (is_set("SLURM_STEP_ID") || !is_set("SLURM_JOB_ID"));
}

}  // namespace

Ranks ranks_from_environment() {
  for (const auto& launcher : kLaunchers) {
    if (is_set(launcher.rank) || is_set(launcher.size)) return ranks_of(launcher);
  }
  return is_step_of_slurm() ? ranks_of(kSlurm) : Ranks{};
}

}  // namespace heartlab
