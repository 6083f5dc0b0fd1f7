#include "heartlab/train/rendezvous.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

class RendezvousTest : public ::testing::Test {
 protected:
  RendezvousTest() { clear(); }
  ~RendezvousTest() override { clear(); }

 private:
  static void clear() {
    for (const char* name : {"MASTER_ADDR", "MASTER_PORT", "SLURM_STEP_NODELIST",
                             "TORCHELASTIC_USE_AGENT_STORE", "TORCHELASTIC_RESTART_COUNT"}) {
      ::unsetenv(name);
    }
  }
};

TEST_F(RendezvousTest, the_first_machine_of_a_list_is_found) {
  EXPECT_EQ(first_machine("gpu[07-09,12],cpu1"), "gpu07");
  EXPECT_EQ(first_machine("gpu[3]"), "gpu3");
  EXPECT_EQ(first_machine("gpu3,gpu[5-6]"), "gpu3");
  EXPECT_EQ(first_machine("gpu3"), "gpu3");
}

TEST_F(RendezvousTest, this_machine_is_the_place_where_nothing_is_said) {
  const Rendezvous meeting = rendezvous_from_environment({1, 2, 1, "mpirun"});
  EXPECT_EQ(meeting.address, "127.0.0.1");
  EXPECT_EQ(meeting.port, 29500);
  EXPECT_FALSE(meeting.launcher_listens);
  EXPECT_EQ(meeting.ranks.rank, 1);
}

TEST_F(RendezvousTest, the_launchers_words_are_followed) {
  ::setenv("SLURM_STEP_NODELIST", "gpu[07-09]", 1);
  EXPECT_EQ(rendezvous_from_environment({0, 3, 0, "SLURM"}).address, "gpu07");
  ::setenv("MASTER_ADDR", "10.0.0.7", 1);
  ::setenv("MASTER_PORT", "4711", 1);
  ::setenv("TORCHELASTIC_USE_AGENT_STORE", "True", 1);
  ::setenv("TORCHELASTIC_RESTART_COUNT", "2", 1);
  const Rendezvous meeting = rendezvous_from_environment({0, 3, 0, "SLURM"});
  EXPECT_EQ(meeting.address, "10.0.0.7");
  EXPECT_EQ(meeting.port, 4711);
  EXPECT_TRUE(meeting.launcher_listens);
  EXPECT_EQ(meeting.attempt, "2");
}

TEST_F(RendezvousTest, a_port_that_is_none_is_refused) {
  ::setenv("MASTER_PORT", "70000", 1);
  expect_error(ErrorKind::kUsage, {"MASTER_PORT", "70000"}, [] {
    rendezvous_from_environment({0, 2, 0, "torchrun"});
  });
}

}  // namespace
}  // namespace heartlab
