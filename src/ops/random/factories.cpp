// New random tensors: rand, randn, randint, randperm, normal of a size, and the *_like forms.
#include <numeric>
#include <vector>

#include "ops/common/copy.h"
#include "ops/common/promotion.h"
#include "ops/creation/creation.h"
#include "ops/creation/factory.h"
#include "ops/random/draw.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Status check_bounds(int64_t low, int64_t high) {
  HEDDLE_REQUIRE(low < high, "random_ expects 'from' to be less than 'to', but got from=", low, " >= to=", high);
  return ok_status();
}
Status fill_between(const Tensor& t, int64_t low, int64_t high, GeneratorValue* generator) {
  HEDDLE_TRY(check_bounds(low, high));
  return fill_integers(t, low, static_cast<uint64_t>(high) - static_cast<uint64_t>(low), generator);
}

Result<Tensor> rand_generator(std::optional<DType> dtype, const Dims& sizes, GeneratorValue* generator) {
  const Tensor t = HEDDLE_TRY(Tensor::empty(sizes, dtype.value_or(kDefaultDType)));
  HEDDLE_TRY(fill_uniform(t, 0, 1, generator));
  return t;
}
Result<Tensor> rand(std::optional<DType> dtype, const Dims& sizes) { return rand_generator(dtype, sizes, nullptr); }
Result<Tensor> normal_size(std::optional<DType> dtype, double mean, double std, const Dims& sizes,
                           GeneratorValue* generator) {
  HEDDLE_REQUIRE(std >= 0, "normal expects std >= 0.0, but found std ", std);
  const Tensor t = HEDDLE_TRY(Tensor::empty(sizes, dtype.value_or(kDefaultDType)));
  HEDDLE_TRY(fill_normal(t, mean, std, generator));
  return t;
}
Result<Tensor> randn_generator(std::optional<DType> dtype, const Dims& sizes, GeneratorValue* generator) {
  return normal_size(dtype, 0, 1, sizes, generator);
}
Result<Tensor> randn(std::optional<DType> dtype, const Dims& sizes) { return randn_generator(dtype, sizes, nullptr); }
Result<Tensor> randint_low_generator(std::optional<DType> dtype, int64_t low, int64_t high, const Dims& sizes,
                                     GeneratorValue* generator) {
  const Tensor t = HEDDLE_TRY(Tensor::empty(sizes, dtype.value_or(DType::kInt64)));
  HEDDLE_TRY(fill_between(t, low, high, generator));
  return t;
}
Result<Tensor> randint_low(std::optional<DType> dtype, int64_t low, int64_t high, const Dims& sizes) {
  return randint_low_generator(dtype, low, high, sizes, nullptr);
}
Result<Tensor> randint_generator(std::optional<DType> dtype, int64_t high, const Dims& sizes,
                                 GeneratorValue* generator) {
  return randint_low_generator(dtype, 0, high, sizes, generator);
}
Result<Tensor> randint(std::optional<DType> dtype, int64_t high, const Dims& sizes) {
  return randint_low_generator(dtype, 0, high, sizes, nullptr);
}

Result<Tensor> randperm_generator(std::optional<DType> dtype, int64_t n, GeneratorValue* generator) {
  HEDDLE_REQUIRE(n >= 0, "n must be non-negative, got", n);
  const Tensor t = HEDDLE_TRY(Tensor::empty(Dims{n}, DType::kInt64));
  auto* at = t.data<int64_t>();
  std::iota(at, at + n, 0);
  const RandomBits random(generator, n);
  std::vector<uint64_t> words(static_cast<size_t>(n));
  random.bits(0, n, words.data());
  for (int64_t i = n - 1; i > 0; --i) {
    // The upper half of the product is below i + 1.
    const auto product = static_cast<unsigned __int128>(words[static_cast<size_t>(i)]) * static_cast<uint64_t>(i + 1);
    std::swap(at[i], at[static_cast<int64_t>(product >> 64)]);
  }
  return to_dtype(t, dtype.value_or(DType::kInt64));
}
Result<Tensor> randperm(std::optional<DType> dtype, int64_t n) { return randperm_generator(dtype, n, nullptr); }

// What the *_like forms write.
struct Uniform {
  static Status fill(const Tensor& t) { return fill_uniform(t, 0, 1, nullptr); }
};
struct Normal {
  static Status fill(const Tensor& t) { return fill_normal(t, 0, 1, nullptr); }
};
struct Below {
  static Status fill(const Tensor& t, int64_t high) { return fill_between(t, 0, high, nullptr); }
};
struct Between {
  static Status fill(const Tensor& t, int64_t low, int64_t high) { return fill_between(t, low, high, nullptr); }
};

template <class Content, class... A>
struct Like {
  static Result<Tensor> functional(const Tensor& self, A... parameters, std::optional<DType> dtype,
                                   std::optional<int64_t> layout, std::optional<Device>, std::optional<bool>,
                                   std::optional<MemoryFormat> format) {
    HEDDLE_TRY(check_layout(layout));
    const Tensor t = HEDDLE_TRY(empty_like(self, dtype, format));
    HEDDLE_TRY(Content::fill(t, parameters...));
    return t;
  }
  static Result<Tensor> out(const Tensor& self, A... parameters, std::optional<MemoryFormat> format,
                            const Tensor& out) {
    const Tensor t = HEDDLE_TRY(functional(self, parameters..., out.dtype(), {}, {}, {}, format));
    return Out::into(out).deliver(t);
  }
};

template <class Content, class... A>
void add_like(schema::TableBuilder& table, std::string_view name, std::string_view out, std::string_view parameters) {
  table.add(concat("aten::", name, "(Tensor self, ", parameters,
                   "*, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, "
                   "MemoryFormat? memory_format=None) -> Tensor"),
            boxed<&Like<Content, A...>::functional>(), schema::kRandom);
  table.add(concat("aten::", out, "(Tensor self, ", parameters,
                   "*, MemoryFormat? memory_format=None, Tensor(a!) out) -> Tensor(a!)"),
            boxed<&Like<Content, A...>::out>(), schema::kRandom);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(random_factories) {
  using namespace heddle::ops;
  constexpr uint32_t kRandom = heddle::schema::kRandom;
  const auto with_generator = [](std::string_view arguments, std::string_view generator = "Generator? generator") {
    return concat(arguments, ", *, ", generator);
  };
  add_factory<&heddle::ops::rand>(table, {"rand", "int[] size", "rand.out", "None", kRandom});
  add_factory<&rand_generator>(table,
                               {"rand.generator", with_generator("int[] size"), "rand.generator_out", "None", kRandom});
  add_factory<&randn>(table, {"randn", "int[] size", "randn.out", "None", kRandom});
  add_factory<&randn_generator>(
      table, {"randn.generator", with_generator("int[] size"), "randn.generator_out", "None", kRandom});
  add_factory<&randint>(table, {"randint", "int high, int[] size", "randint.out", "4", kRandom});
  add_factory<&randint_generator>(
      table, {"randint.generator", with_generator("int high, int[] size"), "randint.generator_out", "4", kRandom});
  add_factory<&randint_low>(table, {"randint.low", "int low, int high, int[] size", "randint.low_out", "4", kRandom});
  add_factory<&randint_low_generator>(table, {"randint.low_generator", with_generator("int low, int high, int[] size"),
                                              "randint.low_generator_out", "4", kRandom});
  add_factory<&randperm>(table, {"randperm", "int n", "randperm.out", "4", kRandom});
  add_factory<&randperm_generator>(
      table, {"randperm.generator", with_generator("int n"), "randperm.generator_out", "4", kRandom});
  add_factory<&normal_size>(
      table, {"normal.float_float", with_generator("float mean, float std, int[] size", "Generator? generator=None"),
              "normal.float_float_out", "None", kRandom});
  add_like<Uniform>(table, "rand_like", "rand_like.out", "");
  add_like<Normal>(table, "randn_like", "randn_like.out", "");
  add_like<Below, int64_t>(table, "randint_like", "randint_like.out", "int high, ");
  add_like<Between, int64_t, int64_t>(table, "randint_like.low_dtype", "randint_like.low_dtype_out",
                                      "int low, int high, ");
}
