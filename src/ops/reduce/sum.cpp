// sum, nansum, mean, prod.
#include <algorithm>
#include <cmath>

#include "ops/backend/fold.h"
#include "ops/common/cast.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/forms.h"
#include "ops/common/promotion.h"
#include "ops/elementwise/binary.h"
#include "ops/reduce/half_chunks.h"
#include "ops/reduce/reduce.h"
#include "ops/reduce/reduce_kernel.h"

namespace heddle::ops {
namespace {

// What sums are kept in: wide enough that the result has no error to speak of.
template <class T>
using Wide =
    std::conditional_t<is_complex_type<T>, Complex128, std::conditional_t<std::is_integral_v<T>, uint64_t, double>>;
// What results are written in.
template <class T>
using SumResult = std::conditional_t<std::is_integral_v<T>, int64_t, T>;

template <class T>
struct Sum {
  using Value = T;
  using Accumulator = Wide<T>;
  using Result = SumResult<T>;
  static constexpr bool kOrdered = false;
  explicit Sum(const void*) {}
  void start(Accumulator& a) const { a = Accumulator(0); }
  void take(Accumulator& a, Value v, int64_t) const { a += cast_element<Accumulator>(v); }
  void merge(Accumulator& a, const Accumulator& b) const { a += b; }
  Result finish(const Accumulator& a) const { return cast_element<Result>(a); }
};
template <class T>
struct NanSum : Sum<T> {
  using Sum<T>::Sum;
  void take(Wide<T>& a, T v, int64_t) const {
    const auto x = static_cast<ComputeType<T>>(v);
    a += x == x ? static_cast<Wide<T>>(x) : Wide<T>(0);
  }
};
template <class T>
struct Product : Sum<T> {
  using Sum<T>::Sum;
  using Accumulator = Wide<T>;
  void start(Accumulator& a) const { a = Accumulator(1); }
  void take(Accumulator& a, T v, int64_t) const {
    const auto b = cast_element<Accumulator>(v);
    if constexpr (is_complex_type<Accumulator>) {
      // Without the second look at NaN of complex products.
      a = Accumulator(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
    } else {
      a *= b;
    }
  }
  void merge(Accumulator& a, const Accumulator& b) const { a *= b; }
};

// A float32 row by way of a small buffer: value(k) of its elements.
template <class Value>
void add_through_buffer(char* accumulator, int64_t n, const Value& value) {
  constexpr int64_t kChunk = 1024;
  alignas(64) float buffer[kChunk];
  for (int64_t i = 0; i < n; i += kChunk) {
    const int64_t count = std::min(kChunk, n - i);
    for (int64_t k = 0; k < count; ++k) buffer[k] = value(i + k);
    *reinterpret_cast<double*>(accumulator) += backend::sum_row(buffer, count);
  }
}

// Adjacent float32, the frequent case.
void take_float_row(const void*, char* accumulator, const char* data, int64_t stride, int64_t n, int64_t) {
  if (stride == sizeof(float)) {
    *reinterpret_cast<double*>(accumulator) += backend::sum_row(reinterpret_cast<const float*>(data), n);
    return;
  }
  add_through_buffer(accumulator, n, [=](int64_t k) { return *reinterpret_cast<const float*>(data + k * stride); });
}
void take_numbers_of_row(const void* context, char* accumulator, const char* data, int64_t stride, int64_t n,
                         int64_t position) {
  if (stride != sizeof(float)) {
    detail::ReduceFunctions<NanSum<float>>::take_row(context, accumulator, data, stride, n, position);
    return;
  }
  const auto* x = reinterpret_cast<const float*>(data);
  add_through_buffer(accumulator, n, [x](int64_t k) { return x[k] == x[k] ? x[k] : 0.0f; });
}
void take_float_columns(const void* context, char* accumulators, const char* data, int64_t column_stride,
                        int64_t columns, int64_t row_stride, int64_t rows, int64_t position) {
  if (column_stride != sizeof(float)) {
    detail::ReduceFunctions<Sum<float>>::take_columns(context, accumulators, data, column_stride, columns, row_stride,
                                                      rows, position);
    return;
  }
  const auto* x = reinterpret_cast<const float*>(data);
  const int64_t row_step = row_stride / static_cast<int64_t>(sizeof(float));
  auto* const totals = reinterpret_cast<double*>(accumulators);
  // Few columns that lie row behind row: several rows at a time are one of more columns.
  constexpr int64_t kFew = 16;
  constexpr int64_t kTogether = 16;
  const int64_t wide_rows = columns < kFew && row_step == columns ? rows / kTogether : 0;
  if (wide_rows > 0) {
    double sums[kFew * kTogether] = {};
    backend::sum_columns(x, kTogether * columns, wide_rows, kTogether * columns, sums);
    for (int64_t i = 0; i < kTogether * columns; ++i) totals[i % columns] += sums[i];
  }
  const int64_t done = wide_rows * kTogether;
  backend::sum_columns(x + done * row_step, row_step, rows - done, columns, totals);
}

// Adjacent halves, by way of float32.
template <class T>
void take_half_row(const void* context, char* accumulator, const char* data, int64_t stride, int64_t n,
                   int64_t position) {
  if (stride != sizeof(T)) {
    detail::ReduceFunctions<Sum<T>>::take_row(context, accumulator, data, stride, n, position);
    return;
  }
  for_each_float_chunk(reinterpret_cast<const T*>(data), n, [&](const float* chunk, int64_t count) {
    *reinterpret_cast<double*>(accumulator) += backend::sum_row(chunk, count);
  });
}

template <class T>
constexpr ReduceKernel sum_kernel() {
  ReduceKernel kernel = reduce_kernel<Sum<T>>();
  if constexpr (is_half_type<T>) kernel.take_row = &take_half_row<T>;
  if constexpr (std::is_same_v<T, float>) {
    kernel.take_row = &take_float_row;
    kernel.take_columns = &take_float_columns;
  }
  return kernel;
}

struct Arguments {
  Tensor t;
  std::vector<bool> reduced;
  DType result;
};
// The input in the dtype to sum, and the dtype of the result.
Result<Arguments> prepare(const Tensor& t, const Dims& dims, std::optional<DType> dtype) {
  Arguments arguments{t, HEDDLE_TRY(reduced_dims(dims, t.dim())), t.dtype()};
  if (dtype && *dtype != t.dtype() && !(is_integral_or_bool(t.dtype()) && *dtype == DType::kInt64)) {
    arguments.t = HEDDLE_TRY(to_dtype(t, *dtype));
  }
  arguments.result = is_integral_or_bool(arguments.t.dtype()) ? DType::kInt64 : arguments.t.dtype();
  return arguments;
}

// dtype: what the result is delivered as; an integer sum may have to become a narrower dtype the caller named.
template <template <class> class Kernel, class Set>
Result<Tensor> reduce(const Tensor& t, const Dims& dims, bool keepdim, std::optional<DType> dtype, const Out& out,
                      std::string_view name) {
  if (!dtype && out.given()) dtype = out.tensor().dtype();
  const Arguments arguments = HEDDLE_TRY(prepare(t, dims, dtype));
  const Tensor result = HEDDLE_TRY(Tensor::empty(reduced_sizes(t, arguments.reduced, keepdim), arguments.result));
  HEDDLE_TRY(dispatch<Set>(arguments.t.dtype(), name, [&]<class T>() {
    constexpr ReduceKernel kernel = Kernel<T>::make();
    run_reduction(kernel, nullptr, arguments.t, arguments.reduced, std::span(&result, 1));
    return ok_status();
  }));
  return out.deliver(HEDDLE_TRY(to_dtype(result, dtype.value_or(arguments.result))));
}
template <class T>
struct MakeSum {
  static constexpr ReduceKernel make() { return sum_kernel<T>(); }
};
template <class T>
struct MakeNanSum {
  static constexpr ReduceKernel make() {
    ReduceKernel kernel = reduce_kernel<NanSum<T>>();
    if constexpr (std::is_same_v<T, float>) kernel.take_row = &take_numbers_of_row;
    return kernel;
  }
};
template <class T>
struct MakeProduct {
  static constexpr ReduceKernel make() { return reduce_kernel<Product<T>>(); }
};

using OptionalDims = std::optional<Dims>;
using OptionalDType = std::optional<DType>;

Result<Tensor> sum_all(const Tensor& t, OptionalDType dtype, const Out& out) { return sum(t, {}, false, dtype, out); }
Result<Tensor> sum_dims(const Tensor& t, const OptionalDims& dims, bool keepdim, OptionalDType dtype, const Out& out) {
  return sum(t, dims.value_or(Dims()), keepdim, dtype, out);
}
Result<Tensor> nansum(const Tensor& t, const OptionalDims& dims, bool keepdim, OptionalDType dtype, const Out& out) {
  HEDDLE_REQUIRE(!is_complex(t.dtype()), "nansum does not support complex inputs");
  if (is_integral_or_bool(t.dtype())) return sum(t, dims.value_or(Dims()), keepdim, dtype, out);
  return reduce<MakeNanSum, AllFloatTypes>(t, dims.value_or(Dims()), keepdim, dtype, out, "nansum");
}
Result<Tensor> prod_all(const Tensor& t, OptionalDType dtype, const Out& out) {
  return reduce<MakeProduct, AllTypes>(t, {}, false, dtype, out, "prod");
}
Result<Tensor> prod_dim(const Tensor& t, int64_t dim, bool keepdim, OptionalDType dtype, const Out& out) {
  return reduce<MakeProduct, AllTypes>(t, Dims{dim}, keepdim, dtype, out, "prod");
}
Result<Tensor> mean_all(const Tensor& t, OptionalDType dtype, const Out& out) { return mean(t, {}, false, dtype, out); }
Result<Tensor> mean_dims(const Tensor& t, const OptionalDims& dims, bool keepdim, OptionalDType dtype, const Out& out) {
  return mean(t, dims.value_or(Dims()), keepdim, dtype, out);
}
Result<Tensor> sum_to_size(const Tensor& t, const Dims& sizes) {
  if (sizes.empty()) return sum(t, {}, false);
  HEDDLE_REQUIRE(sizes.size() <= t.sizes().size(), "size {", to_text(sizes), "} is not expandable to size {",
                 to_text(t.sizes()), "}.");
  const size_t lead = t.sizes().size() - sizes.size();
  Dims dims;
  for (size_t d = 0; d < t.sizes().size(); ++d) {
    const int64_t wanted = d < lead ? 1 : sizes[d - lead];
    HEDDLE_REQUIRE(wanted == t.sizes()[d] || wanted == 1, "size {", to_text(sizes), "} is not expandable to size {",
                   to_text(t.sizes()), "}.");
    if (d < lead || (wanted == 1 && t.sizes()[d] != 1)) dims.push_back(static_cast<int64_t>(d));
  }
  if (dims.empty()) return t;
  const Tensor result = HEDDLE_TRY(sum(t, dims, true));
  return result.view_contiguous(sizes);
}

}  // namespace

Result<Tensor> sum(const Tensor& t, const Dims& dims, bool keepdim, OptionalDType dtype, const Out& out) {
  return reduce<MakeSum, AllTypes>(t, dims, keepdim, dtype, out, "sum");
}

Result<Tensor> mean(const Tensor& t, const Dims& dims, bool keepdim, OptionalDType dtype, const Out& out) {
  const DType wanted = dtype.value_or(t.dtype());
  HEDDLE_REQUIRE(is_floating(wanted) || is_complex(wanted), "mean(): could not infer output dtype. ",
                 dtype ? "Optional dtype" : "Input dtype",
                 " must be either a floating point or complex dtype. Got: ", dtype_name(wanted));
  const std::vector<bool> reduced = HEDDLE_TRY(reduced_dims(dims, t.dim()));
  int64_t count = 1;
  for (size_t d = 0; d < reduced.size(); ++d) count *= reduced[d] ? t.sizes()[d] : 1;
  // The sum is rounded to the result's dtype before the division, as PyTorch does it.
  const Tensor total = HEDDLE_TRY(sum(t, dims, keepdim, wanted));
  HEDDLE_TRY(div(total, Scalar(static_cast<double>(count)), Out::in_place(total)));
  return out.deliver(total);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(sum) {
  using namespace heddle::ops;
  constexpr const char* kDims = "(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor";
  add_forms<&sum_dims>(table, concat("aten::sum.dim_IntList", kDims), {.out = "sum.IntList_out"});
  add_forms<&sum_all>(table, "aten::sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", {.out = "sum.out"});
  add_forms<&nansum>(
      table, "aten::nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
      {.out = "nansum.out"});
  add_forms<&mean_dims>(table, concat("aten::mean.dim", kDims), {.out = "mean.out"});
  add_forms<&mean_all>(table, "aten::mean(Tensor self, *, ScalarType? dtype=None) -> Tensor");
  add_forms<&prod_all>(table, "aten::prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", {.out = "prod.out"});
  add_forms<&prod_dim>(
      table, "aten::prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
      {.out = "prod.int_out"});
  table.add("aten::sum_to_size(Tensor(a) self, int[] size) -> Tensor(a)", heddle::schema::boxed<&sum_to_size>());
}
