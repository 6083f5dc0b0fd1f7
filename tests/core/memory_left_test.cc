#include "heartlab/core/memory_left.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/support.h"

namespace heartlab {
namespace {

constexpr std::uint64_t kMega = 1 << 20;

class MemoryLeft : public ::testing::Test {
 protected:
  void put(const Path& file, const std::string& text) {
    make_folder((folder_ / file).parent_path());
    write_text(folder_ / file, text);
  }
  void machine_has(std::uint64_t mega) {
    put("proc/meminfo", fmt::format("MemTotal: 99999999 kB\nMemFree: 1 kB\nMemAvailable: {} kB\n"
                                    "SwapTotal: 9 kB\nSwapFree: {} kB\n",
                                    1024 * (mega - 100), 1024 * 100));
  }
  std::uint64_t left() { return memory_left(folder_.path()) / kMega; }

  testing::TemporaryFolder folder_;
};

TEST_F(MemoryLeft, a_machine_gives_what_it_has_and_its_swap) {
  machine_has(5000);
  EXPECT_EQ(left(), 5000U);
}

TEST_F(MemoryLeft, the_group_and_those_above_it_limit_it) {
  machine_has(5000);
  put("proc/self/cgroup", "0::/pods/mine\n");
  const auto group = [this](const std::string& name, const std::string& limit) {
    put("sys/fs/cgroup" + name + "/memory.max", limit);
    put("sys/fs/cgroup" + name + "/memory.current", std::to_string(1000 * kMega));
    put("sys/fs/cgroup" + name + "/memory.stat",
        fmt::format("anon {}\nfile {}\nshmem {}\n", 600 * kMega, 400 * kMega, 100 * kMega));
  };
  group("/pods/mine", "max\n");
  group("/pods", "max\n");
  EXPECT_EQ(left(), 5000U);
  group("/pods", std::to_string(2000 * kMega));
  EXPECT_EQ(left(), 1300U);  // 300 of files can be given back
  group("/pods/mine", std::to_string(800 * kMega));
  EXPECT_EQ(left(), 100U);
  group("/pods/mine", std::to_string(500 * kMega));
  EXPECT_EQ(left(), 0U);
}

TEST_F(MemoryLeft, the_first_version_of_control_groups_counts_too) {
  machine_has(5000);
  put("proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/box\n0::/\n");
  put("sys/fs/cgroup/memory/box/memory.limit_in_bytes", std::to_string(900 * kMega));
  put("sys/fs/cgroup/memory/box/memory.usage_in_bytes", std::to_string(500 * kMega));
  EXPECT_EQ(left(), 400U);
}

TEST_F(MemoryLeft, nothing_stated_is_no_limit) {
  EXPECT_EQ(memory_left(folder_.path()), std::numeric_limits<std::uint64_t>::max());
}

TEST(MemoryLeftHere, this_machine_has_some) {
  EXPECT_GT(memory_left(), 100 * kMega);
  EXPECT_LT(memory_left(), 1ULL << 50);
}

}  // namespace
}  // namespace heartlab
