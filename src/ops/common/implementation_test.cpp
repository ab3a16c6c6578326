#include "ops/common/implementation.h"

#include <gtest/gtest.h>

#include <array>

namespace heddle::ops {
namespace {

struct Problem {
  int size = 0;
  std::string ran;
};

constexpr std::array<Implementation<Problem>, 2> kList = {{
    {"fast", "sizes over 10",
     [](Problem& p) {
       if (p.size <= 10) return Attempt::declined("too small");
       p.ran = "fast";
       return Attempt::done();
     }},
    {"reference", "anything",
     [](Problem& p) {
       p.ran = "reference";
       return Attempt::done();
     }},
}};

std::string run(int size) {
  Problem p{size, {}};
  EXPECT_TRUE(run_first<Problem>("test", kList, p).ok());
  return p.ran;
}

TEST(ImplementationTest, TheFirstThatTakesTheCallRuns) {
  EXPECT_EQ(run(20), "fast");
  EXPECT_EQ(run(5), "reference");
}

TEST(ImplementationTest, TheLogSaysWhyOneDeclined) {
  AttemptLog log;
  run(5);
  ASSERT_EQ(log.lines.size(), 2u);
  EXPECT_EQ(log.lines[0], "test: fast declined (too small)");
  EXPECT_EQ(log.lines[1], "test: reference ran");
}

TEST(ImplementationTest, OneCanBeChosenByName) {
  const OnlyImplementation only("reference");
  EXPECT_EQ(run(20), "reference");
}

TEST(ImplementationTest, AChosenOneThatDeclinesIsAnError) {
  const OnlyImplementation only("fast");
  Problem p{5, {}};
  const Status status = run_first<Problem>("test", kList, p);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.message(), "no implementation of test takes this call: too small");
}

TEST(ImplementationTest, ANameTheFamilyLacksChangesNothing) {
  const OnlyImplementation only("somebody else's");
  EXPECT_EQ(run(20), "fast");
}

}  // namespace
}  // namespace heddle::ops
