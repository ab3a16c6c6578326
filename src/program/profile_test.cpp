#include "core/profile.h"

#include <gtest/gtest.h>

#include <thread>

#include "heddle/jit.h"
#include "heddle/tensor.h"

namespace heddle::jit {
namespace {

TEST(Profile, CountsTheOperatorsOfAllCallers) {
  const Module module = load("models/digits/digits.pt");
  RunOptions options;
  options.profile = make_ref<Profile>();
  constexpr int kCalls = 5;
  const auto call = [&] {
    for (int i = 0; i < kCalls; ++i) module.forward({zeros({1, 1, 8, 8})}, {}, options);
  };
  {
    const std::jthread other(call);
    call();
  }
  module.forward({zeros({1, 1, 8, 8})});
  const std::vector<Profile::Row> rows = options.profile->rows();
  int64_t convolutions = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Profile::Row& row = rows[i];
    EXPECT_EQ(row.calls % (2 * kCalls), 0) << row.name;
    EXPECT_GE(row.total, row.shortest * row.calls) << row.name;
    EXPECT_FALSE(row.place.empty()) << row.name;
    EXPECT_LE(row.total, rows[i > 0 ? i - 1 : 0].total);
    EXPECT_GT(row.bytes, 0) << row.name;
    if (row.name != "heddle::convolution") continue;
    convolutions += row.calls;
    EXPECT_GT(row.operations, 0);
    EXPECT_FALSE(row.implementation.empty());
  }
  EXPECT_GT(convolutions, 0);
  options.profile->clear();
  EXPECT_TRUE(options.profile->rows().empty());
}

}  // namespace
}  // namespace heddle::jit
