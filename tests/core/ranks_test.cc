#include "heartlab/core/ranks.h"

#include <stdlib.h>

#include <map>

#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

// Sees only the variables it sets itself, whoever started the test.
class Launched : public ::testing::Test {
 protected:
  Launched() {
    for (const char* name :
         {"RANK", "WORLD_SIZE", "LOCAL_RANK", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
          "OMPI_COMM_WORLD_LOCAL_RANK", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "SLURM_PROCID",
          "SLURM_NTASKS", "SLURM_LOCALID", "SLURM_JOB_ID", "SLURM_STEP_ID"}) {
      ::unsetenv(name);
    }
  }

  static Ranks with(const std::map<std::string, std::string>& environment) {
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    const auto clear = [&] {
      for (const auto& [name, value] : environment) ::unsetenv(name.c_str());
    };
    try {
      const Ranks ranks = ranks_from_environment();
      clear();
      return ranks;
    } catch (...) {
      clear();
      throw;
    }
  }

  static void expect(const Ranks& ranks, int rank, int size, int local_rank,
                     const std::string& started_by) {
    EXPECT_EQ(ranks.rank, rank);
    EXPECT_EQ(ranks.size, size);
    EXPECT_EQ(ranks.local_rank, local_rank);
    EXPECT_EQ(ranks.started_by, started_by);
  }
};

TEST_F(Launched, without_a_launcher_a_process_is_alone) { expect(with({}), 0, 1, 0, ""); }

TEST_F(Launched, each_launcher_s_variables_are_read) {
  expect(with({{"RANK", "3"}, {"WORLD_SIZE", "8"}, {"LOCAL_RANK", "1"}}), 3, 8, 1, "torchrun");
  expect(with({{"OMPI_COMM_WORLD_RANK", "1"},
               {"OMPI_COMM_WORLD_SIZE", "2"},
               {"OMPI_COMM_WORLD_LOCAL_RANK", "1"}}),
         1, 2, 1, "mpirun");
  expect(with({{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}}), 0, 2, 0, "mpirun");
  expect(with({{"SLURM_PROCID", "5"}, {"SLURM_NTASKS", "6"}, {"SLURM_LOCALID", "2"}}), 5, 6, 2,
         "SLURM");
}

TEST_F(Launched, the_innermost_launcher_counts) {
  expect(with({{"RANK", "3"}, {"WORLD_SIZE", "4"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "2"}}),
         3, 4, 0, "torchrun");
  expect(with({{"OMPI_COMM_WORLD_RANK", "1"},
               {"OMPI_COMM_WORLD_SIZE", "2"},
               {"SLURM_PROCID", "0"},
               {"SLURM_NTASKS", "1"}}),
         1, 2, 0, "mpirun");
}

TEST_F(Launched, a_batch_script_of_slurm_is_alone_and_its_steps_are_not) {
  const std::map<std::string, std::string> script = {
      {"SLURM_JOB_ID", "7"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}};
  expect(with(script), 0, 1, 0, "");
  auto step = script;
  step["SLURM_STEP_ID"] = "0";
  expect(with(step), 0, 4, 0, "SLURM");
  expect(with({{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "4"}}), 0, 1, 0, "");
}

TEST_F(Launched, what_is_no_rank_is_an_error_that_names_the_variable) {
  const auto refused = [](const std::vector<std::string>& words, const auto& environment) {
    expect_error(ErrorKind::kUsage, words, [&] { with(environment); });
  };
  using Environment = std::map<std::string, std::string>;
  refused({"RANK", "less than 2", "found 2"}, Environment{{"RANK", "2"}, {"WORLD_SIZE", "2"}});
  refused({"RANK", "'one'"}, Environment{{"RANK", "one"}, {"WORLD_SIZE", "2"}});
  refused({"RANK", "'-1'"}, Environment{{"RANK", "-1"}, {"WORLD_SIZE", "2"}});
  refused({"WORLD_SIZE", "'0'"}, Environment{{"RANK", "0"}, {"WORLD_SIZE", "0"}});
  refused({"WORLD_SIZE", "'2x'"}, Environment{{"RANK", "0"}, {"WORLD_SIZE", "2x"}});
  refused({"WORLD_SIZE", "not set"}, Environment{{"RANK", "0"}});
  refused({"SLURM_PROCID", "less than 2"},
          Environment{{"SLURM_PROCID", "2"}, {"SLURM_NTASKS", "2"}});
}

}  // namespace
}  // namespace heartlab
