#pragma once

#include <string>

namespace heartlab {

// This process among those that one launcher started with the same command.
struct Ranks {
  int rank = 0;            // 0 to size - 1
  int size = 1;            // 1: started alone
  int local_rank = 0;      // among the processes of this machine: which GPU is whose
  std::string started_by;  // "torchrun", "mpirun", "SLURM"; empty where nothing is set
};

// What the launcher says in the environment, the first that is set of
//   RANK, WORLD_SIZE, LOCAL_RANK                                  torchrun
//   OMPI_COMM_WORLD_RANK, _SIZE, _LOCAL_RANK                      mpirun of Open MPI
//   PMI_RANK, PMI_SIZE, MPI_LOCALRANKID                           mpirun of MPICH and Intel MPI
//   SLURM_PROCID, SLURM_NTASKS, SLURM_LOCALID                     srun
// (mpirun may itself have been started by srun, and torchrun by either). What a batch script of
// SLURM runs without srun is alone. An Error (kUsage) where one of a pair is missing or no number,
// or the rank is not below the size.
Ranks ranks_from_environment();

}  // namespace heartlab
