// var, std, var_mean, std_mean.
#include <cmath>
#include <tuple>

#include "ops/common/cast.h"
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/unary.h"
#include "ops/reduce/reduce.h"
#include "ops/reduce/reduce_kernel.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

struct Context {
  double correction;
  bool root;
};

// Mean and sum of squared distances from it, gathered in double: one element at a time, and merged as whole groups.
template <class T>
struct Spread {
  using Value = T;
  struct Accumulator {
    double count;
    double mean;
    double squares;
  };
  using Result = T;
  static constexpr bool kOrdered = false;
  explicit Spread(const void* context) : context(static_cast<const Context*>(context)) {}
  void start(Accumulator& a) const { a = {0, 0, 0}; }
  void take(Accumulator& a, Value v, int64_t) const {
    const double x = static_cast<double>(v);
    const double distance = x - a.mean;
    a.count += 1;
    a.mean += distance / a.count;
    a.squares += distance * (x - a.mean);
  }
  void merge(Accumulator& a, const Accumulator& b) const {
    const double total = a.count + b.count;
    if (total == 0) return;
    const double distance = b.mean - a.mean;
    a.mean += distance * (b.count / total);
    a.squares += b.squares + distance * distance * (a.count * b.count / total);
    a.count = total;
  }
  double spread(const Accumulator& a) const {
    const double divisor = std::fmax(a.count - context->correction, 0.0);
    const double variance = a.squares / divisor;
    return context->root ? std::sqrt(variance) : variance;
  }
  Result finish(const Accumulator& a) const { return cast_element<T>(spread(a)); }
  const Context* context;
};

// Rows of neighbours: the mean of a block first, then the squares, which needs no division an element.
template <class T>
void take_row(const void* context, char* accumulator, const char* data, int64_t stride, int64_t n, int64_t) {
  using Accumulator = typename Spread<T>::Accumulator;
  const Spread<T> op(context);
  constexpr int64_t kBlock = 512;
  constexpr int64_t kLanes = 8;
  for (int64_t first = 0; first < n; first += kBlock) {
    const int64_t m = std::min(kBlock, n - first);
    double block[kBlock];
    for (int64_t i = 0; i < m; ++i)
      block[i] = static_cast<double>(*reinterpret_cast<const T*>(data + (first + i) * stride));
    const auto sum_of = [&](auto f) {
      double lanes[kLanes] = {};
      int64_t i = 0;
      for (; i + kLanes <= m; i += kLanes) {
        for (int64_t l = 0; l < kLanes; ++l) lanes[l] += f(block[i + l]);
      }
      double total = 0;
      for (; i < m; ++i) total += f(block[i]);
      for (double lane : lanes) total += lane;
      return total;
    };
    const double mean = sum_of([](double x) { return x; }) / static_cast<double>(m);
    const double squares = sum_of([mean](double x) { return (x - mean) * (x - mean); });
    op.merge(*reinterpret_cast<Accumulator*>(accumulator), {static_cast<double>(m), mean, squares});
  }
}

// Outputs: the spread, then the mean.
template <class T>
void finish_with_mean(const void* context, const char* accumulators, int64_t count, char* const* outputs,
                      const int64_t* strides) {
  const Spread<T> op(context);
  using Accumulator = typename Spread<T>::Accumulator;
  for (int64_t i = 0; i < count; ++i) {
    const Accumulator& a = reinterpret_cast<const Accumulator*>(accumulators)[i];
    *reinterpret_cast<T*>(outputs[0] + i * strides[0]) = op.finish(a);
    const double mean = a.count > 0 ? a.mean : std::nan("");
    *reinterpret_cast<T*>(outputs[1] + i * strides[1]) = cast_element<T>(mean);
  }
}

using Pair = std::tuple<Tensor, Tensor>;

Result<Pair> spread_and_mean(const Tensor& t, const Dims& dims, const Context& context, bool keepdim,
                             std::string_view name) {
  HEDDLE_REQUIRE(is_floating(t.dtype()) || is_complex(t.dtype()), name,
                 " only support floating point and complex dtypes");
  const std::vector<bool> reduced = HEDDLE_TRY(reduced_dims(dims, t.dim()));
  if (is_complex(t.dtype())) {
    // The variance of complex numbers is the sum of those of their parts.
    Tensor parts[2];
    for (int64_t i = 0; i < 2; ++i) {
      Dims strides = t.strides();
      for (int64_t& s : strides) s *= 2;
      parts[i] =
          HEDDLE_TRY(Tensor::from_storage(t.storage(), real_dtype(t.dtype()), t.sizes(), strides, 2 * t.offset() + i));
    }
    const auto [real, real_mean] =
        HEDDLE_TRY(spread_and_mean(parts[0], dims, {context.correction, false}, keepdim, name));
    const auto [imag, imag_mean] =
        HEDDLE_TRY(spread_and_mean(parts[1], dims, {context.correction, false}, keepdim, name));
    HEDDLE_TRY(add(real, imag, 1, Out::in_place(real)));
    if (context.root) HEDDLE_TRY(sqrt(real, Out::in_place(real)));
    return Pair(real, HEDDLE_TRY(mean(t, dims, keepdim)));
  }
  const Dims sizes = reduced_sizes(t, reduced, keepdim);
  const Tensor outputs[2] = {HEDDLE_TRY(Tensor::empty(sizes, t.dtype())), HEDDLE_TRY(Tensor::empty(sizes, t.dtype()))};
  HEDDLE_TRY(dispatch<AllFloatTypes>(t.dtype(), name, [&]<class T>() {
    ReduceKernel kernel = reduce_kernel<Spread<T>>();
    kernel.take_row = &take_row<T>;
    kernel.finish = &finish_with_mean<T>;
    run_reduction(kernel, &context, t, reduced, outputs);
    return ok_status();
  }));
  return Pair(outputs[0], outputs[1]);
}

using OptionalDims = std::optional<Dims>;

template <bool root>
Result<Tensor> spread_all(const Tensor& t, bool unbiased) {
  return std::get<0>(HEDDLE_TRY(spread_and_mean(t, {}, {unbiased ? 1.0 : 0.0, root}, false, root ? "std" : "var")));
}
template <bool root>
Result<Tensor> spread_dims(const Tensor& t, const OptionalDims& dims, bool unbiased, bool keepdim, const Out& out) {
  const Context context{unbiased ? 1.0 : 0.0, root};
  const Pair pair = HEDDLE_TRY(spread_and_mean(t, dims.value_or(Dims()), context, keepdim, root ? "std" : "var"));
  return out.deliver(std::get<0>(pair));
}
template <bool root>
Result<Tensor> spread_correction(const Tensor& t, const OptionalDims& dims, std::optional<Scalar> correction,
                                 bool keepdim, const Out& out) {
  const Context context{correction.value_or(1).to_double(), root};
  const Pair pair = HEDDLE_TRY(spread_and_mean(t, dims.value_or(Dims()), context, keepdim, root ? "std" : "var"));
  return out.deliver(std::get<0>(pair));
}
template <bool root>
Result<Pair> pair_all(const Tensor& t, bool unbiased) {
  return spread_and_mean(t, {}, {unbiased ? 1.0 : 0.0, root}, false, root ? "std_mean" : "var_mean");
}
template <bool root>
Result<Pair> pair_dims(const Tensor& t, const OptionalDims& dims, bool unbiased, bool keepdim) {
  return spread_and_mean(t, dims.value_or(Dims()), {unbiased ? 1.0 : 0.0, root}, keepdim,
                         root ? "std_mean" : "var_mean");
}
template <bool root>
Result<Pair> pair_correction(const Tensor& t, const OptionalDims& dims, std::optional<Scalar> correction,
                             bool keepdim) {
  const Context context{correction.value_or(1).to_double(), root};
  return spread_and_mean(t, dims.value_or(Dims()), context, keepdim, root ? "std_mean" : "var_mean");
}

template <bool root>
void add_spread(schema::TableBuilder& table, const std::string& name) {
  table.add(concat("aten::", name, "(Tensor self, bool unbiased=True) -> Tensor"), boxed<&spread_all<root>>());
  add_forms<&spread_dims<root>>(
      table, concat("aten::", name, ".dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor"),
      {.out = name + ".out"});
  add_forms<&spread_correction<root>>(
      table,
      concat("aten::", name, ".correction(Tensor self, int[1]? dim, *, int? correction, bool keepdim=False) -> Tensor"),
      {.out = name + ".correction_out"});
  const std::string both = name + "_mean";
  table.add(concat("aten::", both, "(Tensor self, bool unbiased=True) -> (Tensor, Tensor)"), boxed<&pair_all<root>>());
  table.add(concat("aten::", both,
                   ".dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)"),
            boxed<&pair_dims<root>>());
  table.add(concat("aten::", both,
                   ".correction(Tensor self, int[1]? dim, *, int? correction, bool keepdim=False) -> (Tensor, Tensor)"),
            boxed<&pair_correction<root>>());
  table.derive(concat("aten::", both,
                      ".correction_out(Tensor self, int[1]? dim, *, int? correction, bool keepdim=False, "
                      "Tensor(a!) out0, Tensor(b!) out1) -> (Tensor(a!), Tensor(b!))"));
}

}  // namespace

Result<Tensor> var(const Tensor& t, const Dims& dims, double correction, bool keepdim) {
  return std::get<0>(HEDDLE_TRY(spread_and_mean(t, dims, {correction, false}, keepdim, "var")));
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(spread) {
  using namespace heddle::ops;
  add_spread<false>(table, "var");
  add_spread<true>(table, "std");
}
