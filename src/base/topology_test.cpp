#include "base/topology.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace heddle {
namespace {

// A made-up /proc and /sys.
class FakeTree {
 public:
  FakeTree()
      : root_(std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~FakeTree() { std::filesystem::remove_all(root_); }
  FakeTree& file(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << "\n";
    return *this;
  }
  FakeTree& core(int cpu, int package, int id) {
    const std::string folder = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    return file(folder + "core_id", std::to_string(id)).file(folder + "physical_package_id", std::to_string(package));
  }
  Topology read(const std::vector<int>& cpus) const { return read_topology(root_.string(), cpus); }

 private:
  std::filesystem::path root_;
};

TEST(Topology, SiblingsCountAsOneCore) {
  FakeTree tree;
  tree.core(0, 0, 0).core(1, 0, 1).core(2, 0, 0).core(3, 0, 1).core(4, 1, 0);
  EXPECT_EQ(tree.read({0, 1, 2, 3, 4}).physical_cores, 3);
  EXPECT_EQ(tree.read({0, 2}).physical_cores, 1);
  EXPECT_EQ(tree.read({0, 1, 2, 3, 4}).usable_cores(), 3);
}

TEST(Topology, WithoutSysEveryCpuCounts) {
  EXPECT_EQ(FakeTree().read({0, 1, 2}).usable_cores(), 3);
  EXPECT_EQ(FakeTree().read({}).usable_cores(), 1);
}

TEST(Topology, CgroupV2TakesTheTightestGroupRoundedUp) {
  FakeTree tree;
  tree.file("proc/self/cgroup", "0::/pod/box").file("sys/fs/cgroup/cpu.max", "max 100000");
  tree.file("sys/fs/cgroup/pod/cpu.max", "250000 100000").file("sys/fs/cgroup/pod/box/cpu.max", "400000 100000");
  EXPECT_DOUBLE_EQ(tree.read({0, 1, 2, 3, 4, 5}).cgroup_quota, 2.5);
  EXPECT_EQ(tree.read({0, 1, 2, 3, 4, 5}).usable_cores(), 3);
  EXPECT_EQ(tree.read({0, 1}).usable_cores(), 2);
}

TEST(Topology, CgroupV2BelowOneCpuIsOne) {
  FakeTree tree;
  tree.file("proc/self/cgroup", "0::/").file("sys/fs/cgroup/cpu.max", "50000 100000");
  EXPECT_EQ(tree.read({0, 1, 2, 3}).usable_cores(), 1);
}

TEST(Topology, CgroupV1) {
  FakeTree tree;
  tree.file("proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/y");
  // As inside a container: the group's path is not mounted, the mount itself is the group.
  tree.file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000");
  tree.file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000");
  EXPECT_EQ(tree.read({0, 1, 2, 3}).usable_cores(), 2);
}

TEST(Topology, NoQuotaIsNoLimit) {
  FakeTree tree;
  tree.file("proc/self/cgroup", "4:cpu:/a").file("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1");
  tree.file("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000");
  EXPECT_EQ(tree.read({0, 1, 2, 3}).usable_cores(), 4);
}

TEST(Topology, FollowsTheAffinityMask) {
  std::thread([] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(read_topology().usable_cores(), 1);
  }).join();
}

}  // namespace
}  // namespace heddle
