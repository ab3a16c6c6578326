#include "cli/generate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace heddle::cli {
namespace {

Tensor made(std::string_view text, uint64_t seed = 0) {
  const Result<std::optional<TensorRecipe>> recipe = parse_recipe(text);
  if (!recipe.ok() || !recipe.value()) {
    ADD_FAILURE() << text << ": " << (recipe.ok() ? "no recipe" : recipe.status().message());
    return {};
  }
  std::mt19937_64 engine(seed);
  return make_tensor(*recipe.value(), engine).value();
}

std::string failure(std::string_view text) {
  const Result<std::optional<TensorRecipe>> recipe = parse_recipe(text);
  return recipe.ok() ? "no failure" : recipe.status().message();
}

TEST(Generate, MakesNormalNumbers) {
  const Tensor tensor = made("float32[100,100]");
  EXPECT_EQ(tensor.dtype(), DType::kFloat32);
  EXPECT_EQ(tensor.sizes(), (Dims{100, 100}));
  double sum = 0, squares = 0;
  for (int i = 0; i < 10000; ++i) {
    const double v = tensor.data<float>()[i];
    sum += v;
    squares += v * v;
  }
  EXPECT_NEAR(sum / 10000, 0, 0.05);
  EXPECT_NEAR(squares / 10000, 1, 0.05);
}

TEST(Generate, SameSeedSameNumbers) {
  EXPECT_EQ(made("float64[4]", 3).data<double>()[3], made("float64[4]", 3).data<double>()[3]);
  EXPECT_NE(made("float64[4]", 3).data<double>()[3], made("float64[4]", 4).data<double>()[3]);
}

TEST(Generate, MakesUniformIntegers) {
  const Tensor tensor = made("int64[1,1000]<7");
  bool seen[7] = {};
  for (int i = 0; i < 1000; ++i) {
    const int64_t v = tensor.data<int64_t>()[i];
    ASSERT_TRUE(v >= 0 && v < 7);
    seen[v] = true;
  }
  for (const bool s : seen) EXPECT_TRUE(s);
}

TEST(Generate, MakesConstants) {
  EXPECT_EQ(made("ones:bfloat16[2]").data<BFloat16>()[1], 1.0f);
  EXPECT_EQ(made("zeros:int32[2]").data<int32_t>()[1], 0);
  EXPECT_TRUE(made("ones:bool[2]").data<bool>()[1]);
}

TEST(Generate, MakesScalarsAndEmptyTensors) {
  EXPECT_EQ(made("float32[]").dim(), 0);
  EXPECT_EQ(made("float32[2, 0]").sizes(), (Dims{2, 0}));
}

TEST(Generate, EveryTypeCanBeMade) {
  for (const char* name : {"float16", "bfloat16", "float32", "float64", "complex64", "complex128", "bool"}) {
    EXPECT_EQ(python_name(made(std::string(name) + "[3]").dtype()), name);
  }
  for (const char* name : {"uint8", "int8", "int16", "int32", "int64"}) {
    EXPECT_EQ(python_name(made(std::string(name) + "[3]<100").dtype()), name);
  }
}

TEST(Generate, LeavesOtherTextsAlone) {
  for (const char* text : {"photo.png", "[1,2]", "3", "a/b[1]", "", "]x["}) {
    const Result<std::optional<TensorRecipe>> recipe = parse_recipe(text);
    ASSERT_TRUE(recipe.ok()) << text;
    EXPECT_FALSE(recipe.value().has_value()) << text;
  }
}

TEST(Generate, SaysWhatMakesNoSense) {
  EXPECT_EQ(failure("int64[1,128]"), "'int64[1,128]': random integers need their bound, such as int64[1,128]<30000");
  EXPECT_NE(failure("float31[2]").find("'float31'"), std::string::npos);
  EXPECT_EQ(failure("float32[2,-1]"), "'float32[2,-1]': '-1' is no size; sizes are whole numbers, 0 or more");
  EXPECT_EQ(failure("uint8[2]<300"), "'uint8[2]<300': the bound of uint8 lies in 1..256");
  EXPECT_NE(failure("float32[2]<3"), "no failure");
  EXPECT_NE(failure("float32[2]x"), "no failure");
  EXPECT_NE(failure("int64[2]<0"), "no failure");
  EXPECT_NE(failure("zeros:float32"), "no failure");
}

TEST(Generate, RefusesSizesBeyondMemory) {
  std::mt19937_64 engine(0);
  const TensorRecipe recipe = *parse_recipe("float32[4611686018427387904,8]").value();
  EXPECT_FALSE(make_tensor(recipe, engine).ok());
}

}  // namespace
}  // namespace heddle::cli
