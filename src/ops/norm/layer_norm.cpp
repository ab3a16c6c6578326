#include "ops/norm/layer_norm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "ops/backend/rows.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using MaybeTensor = std::optional<Tensor>;

constexpr int64_t kGrain = 16384;

// Rows of n elements, and the parameters that go with every row; pointers may be null.
template <class T>
struct Rows {
  const T* x;
  T* y;
  int64_t rows;
  int64_t n;
  const T* weight;
  const T* bias;
  T* mean;
  T* rstd;
};

template <class T>
void normalize(const Rows<T>& r, double eps) {
  parallel::parallel_for(0, r.rows, std::max<int64_t>(kGrain / r.n, 1), [&](int64_t begin, int64_t end) {
    if constexpr (std::is_same_v<T, float>) {
      backend::layer_norm_rows(r.x + begin * r.n, r.y + begin * r.n, end - begin, r.n, r.weight, r.bias,
                               static_cast<float>(eps), r.mean + begin, r.rstd + begin);
      return;
    }
    for (int64_t row = begin; row < end; ++row) {
      const T* x = r.x + row * r.n;
      T* y = r.y + row * r.n;
      T mean(0);
      for (int64_t i = 0; i < r.n; ++i) mean += x[i];
      mean /= static_cast<T>(r.n);
      T variance(0);
      for (int64_t i = 0; i < r.n; ++i) variance += (x[i] - mean) * (x[i] - mean);
      const T rstd = T(1) / std::sqrt(variance / static_cast<T>(r.n) + static_cast<T>(eps));
      r.mean[row] = mean;
      r.rstd[row] = rstd;
      for (int64_t i = 0; i < r.n; ++i) {
        y[i] = (x[i] - mean) * rstd * (r.weight ? r.weight[i] : T(1)) + (r.bias ? r.bias[i] : T(0));
      }
    }
  });
}

template <class T>
void normalize_by_square(const Rows<T>& r, double eps) {
  parallel::parallel_for(0, r.rows, std::max<int64_t>(kGrain / r.n, 1), [&](int64_t begin, int64_t end) {
    if constexpr (std::is_same_v<T, float>) {
      backend::rms_norm_rows(r.x + begin * r.n, r.y + begin * r.n, end - begin, r.n, r.weight, static_cast<float>(eps),
                             r.rstd + begin);
      return;
    }
    for (int64_t row = begin; row < end; ++row) {
      const T* x = r.x + row * r.n;
      T* y = r.y + row * r.n;
      T square(0);
      for (int64_t i = 0; i < r.n; ++i) square += x[i] * x[i];
      r.rstd[row] = T(1) / std::sqrt(square / static_cast<T>(r.n) + static_cast<T>(eps));
      for (int64_t i = 0; i < r.n; ++i) y[i] = x[i] * r.rstd[row] * (r.weight ? r.weight[i] : T(1));
    }
  });
}

Status check(const Tensor& input, std::span<const int64_t> shape, const MaybeTensor& weight, const MaybeTensor& bias) {
  HEDDLE_REQUIRE(!shape.empty(),
                 "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, "
                 "but got normalized_shape = []");
  const auto& sizes = input.sizes();
  const bool fits = sizes.size() >= shape.size() && std::equal(shape.begin(), shape.end(), sizes.end() - shape.size());
  HEDDLE_REQUIRE(fits, "Given normalized_shape=", to_text(shape), ", expected input with shape [*, ",
                 to_text(shape).substr(1), ", but got input of size", to_text(sizes));
  for (const auto& [name, parameter] : {std::pair("weight", &weight), std::pair("bias", &bias)}) {
    if (!*parameter) continue;
    const auto& own = (*parameter)->sizes();
    HEDDLE_REQUIRE(std::equal(own.begin(), own.end(), shape.begin(), shape.end()), "Expected ", name,
                   " to be of same shape as normalized_shape, but got ", name, " of shape ", to_text(own),
                   " and normalized_shape = ", to_text(shape));
    HEDDLE_REQUIRE(compute_dtype((*parameter)->dtype()) == compute_dtype(input.dtype()), "expected scalar type ",
                   dtype_name(input.dtype()), " but found ", dtype_name((*parameter)->dtype()));
  }
  return ok_status();
}

template <class Normalize>
Result<LayerNormResult> norm_rows(const Tensor& input, std::span<const int64_t> shape, const MaybeTensor& weight,
                                  const MaybeTensor& bias, std::string_view kernel, Normalize&& normalize_rows) {
  const DType dtype = input.dtype();
  if (!is_floating(dtype)) return not_implemented(kernel, dtype);
  const DType computed = compute_dtype(dtype);
  const Tensor x = HEDDLE_TRY(contiguous_as(input, computed));
  Tensor w;
  Tensor b;
  if (weight) w = HEDDLE_TRY(contiguous_as(*weight, computed));
  if (bias) b = HEDDLE_TRY(contiguous_as(*bias, computed));
  Dims outer = input.sizes();
  int64_t n = 1;
  for (size_t i = outer.size() - shape.size(); i < outer.size(); ++i) {
    n *= outer[i];
    outer[i] = 1;
  }
  LayerNormResult result;
  result.output = HEDDLE_TRY(Tensor::empty(input.sizes(), computed));
  result.mean = HEDDLE_TRY(Tensor::empty(outer, computed));
  result.inverse_deviation = HEDDLE_TRY(Tensor::empty(outer, computed));
  if (input.numel() > 0) {
    HEDDLE_TRY(dispatch<FloatTypes>(computed, kernel, [&]<class T>() -> Status {
      normalize_rows(Rows<T>{x.data<T>(), result.output.data<T>(), input.numel() / n, n,
                             w.defined() ? w.data<T>() : nullptr, b.defined() ? b.data<T>() : nullptr,
                             result.mean.data<T>(), result.inverse_deviation.data<T>()});
      return ok_status();
    }));
  }
  result.output = HEDDLE_TRY(to_dtype(result.output, dtype));
  result.mean = HEDDLE_TRY(to_dtype(result.mean, dtype));
  result.inverse_deviation = HEDDLE_TRY(to_dtype(result.inverse_deviation, dtype));
  return result;
}

Result<Tensor> layer_norm_operator(const Tensor& input, const Dims& shape, const MaybeTensor& weight,
                                   const MaybeTensor& bias, double eps, bool) {
  const LayerNormResult result = HEDDLE_TRY(layer_norm(input, shape, weight, bias, eps));
  return result.output;
}

Result<std::tuple<Tensor, Tensor, Tensor>> native_layer_norm(const Tensor& input, const Dims& shape,
                                                             const MaybeTensor& weight, const MaybeTensor& bias,
                                                             double eps) {
  const LayerNormResult result = HEDDLE_TRY(layer_norm(input, shape, weight, bias, eps));
  return std::tuple(result.output, result.mean, result.inverse_deviation);
}

Result<LayerNormResult> rms_norm_of(const Tensor& input, const Dims& shape, const MaybeTensor& weight,
                                    std::optional<double> eps) {
  HEDDLE_TRY(check(input, shape, weight, std::nullopt));
  const double epsilon =
      eps.value_or(compute_dtype(input.dtype()) == DType::kFloat64 ? std::numeric_limits<double>::epsilon()
                                                                   : std::numeric_limits<float>::epsilon());
  return norm_rows(input, shape, weight, std::nullopt, "rms_norm",
                   [&](const auto& rows) { normalize_by_square(rows, epsilon); });
}

Result<Tensor> rms_norm(const Tensor& input, const Dims& shape, const MaybeTensor& weight, std::optional<double> eps) {
  const LayerNormResult result = HEDDLE_TRY(rms_norm_of(input, shape, weight, eps));
  return result.output;
}

Result<std::tuple<Tensor, Tensor>> fused_rms_norm(const Tensor& input, const Dims& shape, const MaybeTensor& weight,
                                                  std::optional<double> eps) {
  const LayerNormResult result = HEDDLE_TRY(rms_norm_of(input, shape, weight, eps));
  return std::tuple(result.output, result.inverse_deviation);
}

}  // namespace

Result<LayerNormResult> layer_norm(const Tensor& input, std::span<const int64_t> shape, const MaybeTensor& weight,
                                   const MaybeTensor& bias, double eps) {
  HEDDLE_TRY(check(input, shape, weight, bias));
  return norm_rows(input, shape, weight, bias, "LayerNormKernelImpl", [&](const auto& rows) { normalize(rows, eps); });
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(layer_norm) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add(
      "aten::layer_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float "
      "eps=1.0000000000000001e-05, "
      "bool cudnn_enable=True) -> Tensor",
      boxed<&layer_norm_operator>());
  table.add(
      "aten::native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> "
      "(Tensor, Tensor, Tensor)",
      boxed<&native_layer_norm>());
  table.derive(
      "aten::native_layer_norm.out(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float eps, "
      "*, Tensor(a!) out0, "
      "Tensor(b!) out1, Tensor(c!) out2) -> (Tensor(a!), Tensor(b!), Tensor(c!))");
  table.add("aten::rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor",
            boxed<&rms_norm>());
  table.add(
      "aten::_fused_rms_norm(Tensor input, int[] normalized_shape, Tensor? weight, float? eps) -> (Tensor, Tensor)",
      boxed<&fused_rms_norm>());
}
