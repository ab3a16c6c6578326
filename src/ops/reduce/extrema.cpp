// max, min, amax, amin, aminmax, argmax, argmin: over everything, or along dimensions.
#include <algorithm>
#include <tuple>

#include "ops/backend/fold.h"
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/nan.h"
#include "ops/reduce/half_chunks.h"
#include "ops/reduce/reduce.h"
#include "ops/reduce/reduce_kernel.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

// Whether v takes the place of `best`: better, or the first nan.
template <bool largest, class T>
bool replaces(T v, T best) {
  if (is_nan(best)) return false;
  return largest ? v > best || is_nan(v) : v < best || is_nan(v);
}
// What every number is at least as good as.
template <bool largest, class T>
constexpr T worst() {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_same_v<T, bool>) {
    return !largest;
  } else if constexpr (Limits::has_infinity) {
    return largest ? -Limits::infinity() : Limits::infinity();
  } else {
    return largest ? Limits::lowest() : Limits::max();
  }
}

template <class T, bool largest>
struct Extreme {
  using Value = T;
  using Accumulator = ComputeType<T>;
  using Result = T;
  static constexpr bool kOrdered = false;
  explicit Extreme(const void*) {}
  void start(Accumulator& a) const { a = worst<largest, Accumulator>(); }
  void take(Accumulator& a, Value v, int64_t) const {
    // Which nan wins does not matter here, so there is no branch.
    const auto x = static_cast<Accumulator>(v);
    a = (largest ? x > a : x < a) | is_nan(x) ? x : a;
  }
  void merge(Accumulator& a, const Accumulator& b) const { a = replaces<largest>(b, a) ? b : a; }
  Result finish(const Accumulator& a) const { return static_cast<Result>(a); }
};

// The extreme and where it was first found.
template <class T, bool largest>
struct ArgExtreme {
  using Value = T;
  struct Accumulator {
    ComputeType<T> value;
    int64_t position;
  };
  using Result = int64_t;
  static constexpr bool kOrdered = true;
  explicit ArgExtreme(const void*) {}
  void start(Accumulator& a) const { a = {worst<largest, ComputeType<T>>(), -1}; }
  void take(Accumulator& a, Value v, int64_t position) const {
    const auto x = static_cast<ComputeType<T>>(v);
    if (a.position < 0 || replaces<largest>(x, a.value)) a = {x, position};
  }
  void merge(Accumulator& a, const Accumulator& b) const {
    if (b.position < 0) return;
    const bool same = b.value == a.value || (is_nan(a.value) && is_nan(b.value));
    if (a.position < 0 || replaces<largest>(b.value, a.value) || (same && b.position < a.position)) a = b;
  }
  Result finish(const Accumulator& a) const { return a.position; }
};
// Both of them as outputs: values, then indices.
template <class T, bool largest>
void finish_pair(const void*, const char* accumulators, int64_t count, char* const* outputs, const int64_t* strides) {
  using Accumulator = typename ArgExtreme<T, largest>::Accumulator;
  for (int64_t i = 0; i < count; ++i) {
    const Accumulator& a = reinterpret_cast<const Accumulator*>(accumulators)[i];
    *reinterpret_cast<T*>(outputs[0] + i * strides[0]) = static_cast<T>(a.value);
    *reinterpret_cast<int64_t*>(outputs[1] + i * strides[1]) = a.position;
  }
}

// Adjacent float32 and float64: the extreme by vectors, then the place where it stands.
template <bool largest, class T>
T extreme_of(const T* x, int64_t n) {
  return largest ? backend::max_row(x, n) : backend::min_row(x, n);
}
template <class T, bool largest>
void take_float_row(const void* context, char* accumulator, const char* data, int64_t stride, int64_t n,
                    int64_t position) {
  using Op = Extreme<T, largest>;
  if (stride != sizeof(T) || n == 0) {
    detail::ReduceFunctions<Op>::take_row(context, accumulator, data, stride, n, position);
    return;
  }
  const T best = extreme_of<largest>(reinterpret_cast<const T*>(data), n);
  Op(context).merge(*reinterpret_cast<T*>(accumulator), best);
}
template <bool largest>
void take_float_columns(const void* context, char* accumulators, const char* data, int64_t column_stride,
                        int64_t columns, int64_t row_stride, int64_t rows, int64_t position) {
  if (column_stride != sizeof(float)) {
    detail::ReduceFunctions<Extreme<float, largest>>::take_columns(context, accumulators, data, column_stride, columns,
                                                                   row_stride, rows, position);
    return;
  }
  const auto fold = largest ? &backend::max_columns : &backend::min_columns;
  fold(reinterpret_cast<const float*>(data), row_stride / static_cast<int64_t>(sizeof(float)), rows, columns,
       reinterpret_cast<float*>(accumulators));
}
// Adjacent halves, by way of float32.
template <class T, bool largest>
void take_half_row(const void* context, char* accumulator, const char* data, int64_t stride, int64_t n,
                   int64_t position) {
  using Op = Extreme<T, largest>;
  if (stride != sizeof(T)) {
    detail::ReduceFunctions<Op>::take_row(context, accumulator, data, stride, n, position);
    return;
  }
  for_each_float_chunk(reinterpret_cast<const T*>(data), n, [&](const float* chunk, int64_t count) {
    Op(context).merge(*reinterpret_cast<float*>(accumulator), extreme_of<largest>(chunk, count));
  });
}
template <bool largest>
void find_in_float_row(const void* context, char* accumulator, const char* data, int64_t stride, int64_t n,
                       int64_t position) {
  using Op = ArgExtreme<float, largest>;
  if (stride != sizeof(float) || n == 0) {
    detail::ReduceFunctions<Op>::take_row(context, accumulator, data, stride, n, position);
    return;
  }
  // In pieces that are still in the cache when they are searched.
  constexpr int64_t kPiece = 4096;
  const float* x = reinterpret_cast<const float*>(data);
  auto& best = *reinterpret_cast<typename Op::Accumulator*>(accumulator);
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t count = std::min(kPiece, n - i);
    const float value = extreme_of<largest>(x + i, count);
    if (best.position >= 0 && !replaces<largest>(value, best.value)) continue;
    const int64_t at = i + backend::find_in_row(x + i, count, value);
    best = {x[at], position + at};
  }
}

template <class T, bool largest>
constexpr ReduceKernel extreme_kernel() {
  ReduceKernel kernel = reduce_kernel<Extreme<T, largest>>();
  if constexpr (std::is_floating_point_v<T>) kernel.take_row = &take_float_row<T, largest>;
  if constexpr (std::is_same_v<T, float>) kernel.take_columns = &take_float_columns<largest>;
  if constexpr (is_half_type<T>) kernel.take_row = &take_half_row<T, largest>;
  return kernel;
}
template <class T, bool largest>
constexpr ReduceKernel arg_kernel() {
  ReduceKernel kernel = reduce_kernel<ArgExtreme<T, largest>>();
  if constexpr (std::is_same_v<T, float>) kernel.take_row = &find_in_float_row<largest>;
  return kernel;
}

using OrderedTypes = Join<AllRealTypes, BoolType>;

Status check_not_empty(const Tensor& t, const std::vector<bool>& reduced, std::string_view name) {
  for (size_t d = 0; d < reduced.size(); ++d) {
    HEDDLE_REQUIRE_CODE(!reduced[d] || t.sizes()[d] != 0, kIndex, name, "(): Expected reduction dim ", d,
                        " to have non-zero size.");
  }
  return ok_status();
}

template <bool largest>
Result<Tensor> extreme(const Tensor& t, const Dims& dims, bool keepdim, const Out& out, std::string_view name) {
  const std::vector<bool> reduced = HEDDLE_TRY(reduced_dims(dims, t.dim()));
  HEDDLE_TRY(check_not_empty(t, reduced, name));
  HEDDLE_REQUIRE(!out.given() || out.tensor().dtype() == t.dtype(),
                 "Expected the dtype for input and out to match, but got ", dtype_name(t.dtype()),
                 " for input's dtype and ", dtype_name(out.tensor().dtype()), " for out's dtype.");
  const Tensor result = HEDDLE_TRY(Tensor::empty(reduced_sizes(t, reduced, keepdim), t.dtype()));
  HEDDLE_TRY(dispatch<OrderedTypes>(t.dtype(), name, [&]<class T>() {
    run_reduction(extreme_kernel<T, largest>(), nullptr, t, reduced, std::span(&result, 1));
    return ok_status();
  }));
  return out.deliver(result);
}

template <bool largest>
Result<std::tuple<Tensor, Tensor>> extreme_with_index(const Tensor& t, int64_t dim, bool keepdim) {
  const std::vector<bool> reduced = HEDDLE_TRY(reduced_dims(Dims{dim}, t.dim()));
  HEDDLE_TRY(check_not_empty(t, reduced, largest ? "max" : "min"));
  const Dims sizes = reduced_sizes(t, reduced, keepdim);
  const Tensor outputs[2] = {HEDDLE_TRY(Tensor::empty(sizes, t.dtype())),
                             HEDDLE_TRY(Tensor::empty(sizes, DType::kInt64))};
  HEDDLE_TRY(dispatch<OrderedTypes>(t.dtype(), largest ? "max" : "min", [&]<class T>() {
    ReduceKernel kernel = arg_kernel<T, largest>();
    kernel.finish = &finish_pair<T, largest>;
    run_reduction(kernel, nullptr, t, reduced, outputs);
    return ok_status();
  }));
  return std::tuple(outputs[0], outputs[1]);
}

template <bool largest>
Result<Tensor> arg_extreme(const Tensor& t, std::optional<int64_t> dim, bool keepdim, const Out& out) {
  const std::string_view name = largest ? "argmax" : "argmin";
  HEDDLE_REQUIRE(dim || t.numel() > 0, name,
                 "(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
                 "reduction dim with the 'dim' argument.");
  const std::vector<bool> reduced = dim ? HEDDLE_TRY(reduced_dims(Dims{*dim}, t.dim())) : all_dims(t.dim());
  HEDDLE_TRY(check_not_empty(t, reduced, name));
  const Tensor result = HEDDLE_TRY(Tensor::empty(reduced_sizes(t, reduced, keepdim), DType::kInt64));
  HEDDLE_TRY(dispatch<AllRealTypes>(t.dtype(), name, [&]<class T>() {
    run_reduction(arg_kernel<T, largest>(), nullptr, t, reduced, std::span(&result, 1));
    return ok_status();
  }));
  return out.deliver(result);
}

template <bool largest>
Result<Tensor> extreme_of_all(const Tensor& t) {
  HEDDLE_REQUIRE(t.numel() > 0, largest ? "max" : "min",
                 "(): Expected reduction dim to be specified for input.numel() == "
                 "0. Specify the reduction dim with the 'dim' argument.");
  return extreme<largest>(t, {}, false, {}, largest ? "max" : "min");
}
Result<Tensor> amax_kernel(const Tensor& t, const Dims& dims, bool keepdim, const Out& out) {
  return amax(t, dims, keepdim, out);
}
Result<Tensor> amin_kernel(const Tensor& t, const Dims& dims, bool keepdim, const Out& out) {
  return amin(t, dims, keepdim, out);
}
Result<Tensor> argmax_kernel(const Tensor& t, std::optional<int64_t> dim, bool keepdim, const Out& out) {
  return argmax(t, dim, keepdim, out);
}
Result<Tensor> argmin_kernel(const Tensor& t, std::optional<int64_t> dim, bool keepdim, const Out& out) {
  return arg_extreme<false>(t, dim, keepdim, out);
}
Result<std::tuple<Tensor, Tensor>> aminmax(const Tensor& t, std::optional<int64_t> dim, bool keepdim) {
  const Dims dims = dim ? Dims{*dim} : Dims();
  HEDDLE_REQUIRE(dim || t.numel() > 0,
                 "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
                 "identity.");
  Tensor low = HEDDLE_TRY(extreme<false>(t, dims, keepdim, {}, "aminmax"));
  Tensor high = HEDDLE_TRY(extreme<true>(t, dims, keepdim, {}, "aminmax"));
  // A dimension that is named and kept appears even where there was none.
  if (t.dim() == 0 && dim && keepdim) low = low.unsqueeze(0), high = high.unsqueeze(0);
  return std::tuple(low, high);
}
Result<std::tuple<Tensor, Tensor>> aminmax_all(const Tensor& t) { return aminmax(t, std::nullopt, false); }
Result<std::tuple<Tensor, Tensor>> aminmax_dim(const Tensor& t, int64_t dim, bool keepdim) {
  return aminmax(t, dim, keepdim);
}

template <bool largest>
void add_extreme(schema::TableBuilder& table, const std::string& name, std::string_view second_out) {
  table.add(concat("aten::", name, "(Tensor self) -> Tensor"), boxed<&extreme_of_all<largest>>());
  table.add(concat("aten::", name, ".dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)"),
            boxed<&extreme_with_index<largest>>());
  table.derive(concat("aten::", name, ".dim_", name, "(Tensor self, int dim, bool keepdim=False, *, Tensor(a!) ", name,
                      ", Tensor(b!) ", second_out, ") -> (Tensor(a!) values, Tensor(b!) indices)"));
}

}  // namespace

Result<Tensor> amax(const Tensor& t, const Dims& dims, bool keepdim, const Out& out) {
  return extreme<true>(t, dims, keepdim, out, "amax");
}
Result<Tensor> amin(const Tensor& t, const Dims& dims, bool keepdim, const Out& out) {
  return extreme<false>(t, dims, keepdim, out, "amin");
}
Result<Tensor> argmax(const Tensor& t, std::optional<int64_t> dim, bool keepdim, const Out& out) {
  return arg_extreme<true>(t, dim, keepdim, out);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(extrema) {
  using namespace heddle::ops;
  add_extreme<true>(table, "max", "max_values");
  add_extreme<false>(table, "min", "min_indices");
  add_forms<&amax_kernel>(table, "aten::amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor",
                          {.out = "amax.out"});
  add_forms<&amin_kernel>(table, "aten::amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor",
                          {.out = "amin.out"});
  add_forms<&argmax_kernel>(table, "aten::argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor",
                            {.out = "argmax.out"});
  add_forms<&argmin_kernel>(table, "aten::argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor",
                            {.out = "argmin.out"});
  table.add("aten::aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)",
            boxed<&aminmax>());
  table.derive(
      "aten::aminmax.out(Tensor self, *, int? dim=None, bool keepdim=False, Tensor(a!) min, Tensor(b!) max) -> "
      "(Tensor(a!) min, Tensor(b!) max)");
  table.add("aten::_aminmax(Tensor self) -> (Tensor, Tensor)", boxed<&aminmax_all>());
  table.add("aten::_aminmax.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor, Tensor)", boxed<&aminmax_dim>());
}
