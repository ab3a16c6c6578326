// Code that takes a module's attributes for constant must not outlive what it relies on.
#include <gtest/gtest.h>

#include <thread>

#include "core/boxes.h"
#include "heddle/jit.h"
#include "heddle/tensor.h"

namespace heddle::jit {
namespace {

// Two convolutional branches, normalisations, dropout: models/digits/train.py.
Module digits() { return load("models/digits/digits.pt"); }

Tensor image() {
  Tensor out = zeros({1, 1, 8, 8});
  for (int64_t i = 0; i < out.numel(); ++i) out.data<float>()[i] = static_cast<float>(i % 5) / 4;
  return out;
}

std::vector<float> answer(const Module& module) { return to_vector<float>(module.forward({image()}).to_tensor()); }

bool is_frozen(const Module& module) {
  return module.get_method("forward").graph(true).find("prim::GetAttr[name='weight']") == std::string::npos;
}

TEST(Freeze, IsDoneAtLoadAndChangesNoAnswer) {
  LoadOptions plain;
  plain.optimize = false;
  const std::vector<float> expected = answer(load("models/digits/digits.pt", plain));
  const Module module = digits();
  EXPECT_TRUE(is_frozen(module));
  const std::vector<float> got = answer(module);
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-5f);
}

TEST(Freeze, PassesCanBeLeftOut) {
  LoadOptions options;
  options.without_passes = {"freeze"};
  EXPECT_FALSE(is_frozen(load("models/digits/digits.pt", options)));
  options.without_passes = {"linears"};
  const Module module = load("models/digits/digits.pt", options);
  EXPECT_TRUE(is_frozen(module));
  EXPECT_NE(module.get_method("forward").graph(true).find("aten::linear("), std::string::npos);
  options.without_passes = {"speed"};
  try {
    load("models/digits/digits.pt", options);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kNotFound);
    EXPECT_NE(std::string(e.what()).find("there is no pass 'speed'; there are: freeze, inline"), std::string::npos);
  }
}

TEST(Freeze, EndsWhenSomebodyMayWriteAWeight) {
  const Module module = digits();
  const std::vector<float> before = answer(module);
  for (auto& [name, tensor] : module.named_parameters()) {
    if (name == "out.bias") const_cast<Tensor&>(tensor).data<float>()[0] += 100;
  }
  EXPECT_FALSE(is_frozen(module));
  const std::vector<float> after = answer(module);
  EXPECT_NE(before, after);
  EXPECT_NEAR(after[0], 1, 1e-5f);
}

TEST(Freeze, EndsWhenAnAttributeIsAssigned) {
  const Module module = digits();
  const Module part = Module(module.attr("out"));
  EXPECT_TRUE(is_frozen(module));
  part.setattr("bias", tensor_of<float>({100, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {10}));
  EXPECT_NEAR(answer(module)[0], 1, 1e-5f);
}

TEST(Freeze, EndsWhenTheModeChangesOnly) {
  const Module module = digits();
  module.eval();
  EXPECT_TRUE(is_frozen(module));
  module.train();
  EXPECT_FALSE(is_frozen(module));
}

TEST(Freeze, CanBeAskedForAgain) {
  const Module module = digits();
  module.parameters()[0].data<float>()[0] += 1;
  const std::vector<float> expected = answer(module);
  const Module frozen = freeze(module);
  EXPECT_TRUE(is_frozen(frozen));
  EXPECT_FALSE(is_frozen(module));
  const std::vector<float> got = answer(frozen);
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-5f);
  frozen.parameters();
  EXPECT_TRUE(is_frozen(frozen));
}

TEST(Freeze, CopiesHaveTheirOwnState) {
  const Module module = digits();
  const Module copy = module.copy();
  const Module deep = module.deepcopy();
  EXPECT_TRUE(is_frozen(module));
  EXPECT_TRUE(is_frozen(copy));
  EXPECT_FALSE(is_frozen(deep));
  const std::vector<float> expected = answer(module);
  EXPECT_EQ(answer(copy), expected);
  Module(deep.attr("out")).setattr("bias", tensor_of<float>({100, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {10}));
  EXPECT_NEAR(answer(deep)[0], 1, 1e-5f);
  const std::vector<float> again = answer(module);
  for (size_t i = 0; i < again.size(); ++i) EXPECT_NEAR(again[i], expected[i], 1e-5f);
}

TEST(Freeze, ManyThreadsMayPackTheSameWeights) {
  const Module module = digits();
  std::vector<std::vector<float>> answers(8);
  {
    std::vector<std::jthread> callers;
    for (auto& each : answers) callers.emplace_back([&] { each = answer(module); });
  }
  for (const auto& each : answers) EXPECT_EQ(each, answers[0]);
}

}  // namespace
}  // namespace heddle::jit
