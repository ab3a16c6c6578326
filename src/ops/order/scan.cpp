// Running sums, products and extremes along a dimension.
#include <cmath>
#include <limits>

#include "ops/common/cast.h"
#include "ops/common/out.h"
#include "ops/order/lines.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Pair = std::tuple<Tensor, Tensor>;

// Sums and products of float32 run in double, as PyTorch's do.
template <class T>
struct RunningType {
  using type = T;
};
template <>
struct RunningType<float> {
  using type = double;
};
template <>
struct RunningType<int64_t> {
  using type = uint64_t;  // wraps around
};

template <bool product>
Result<Tensor> running(const Tensor& self, int64_t dim, std::optional<DType> dtype) {
  const DType result = dtype.value_or(is_integral_or_bool(self.dtype()) ? DType::kInt64 : self.dtype());
  const Tensor cast = HEDDLE_TRY(to_dtype(self, result));
  const LineGroup lines = HEDDLE_TRY(lines_along(cast, dim, ordering_dtype(result)));
  const Tensor sums = HEDDLE_TRY(lines.beside(lines.length, lines.data.dtype()));
  HEDDLE_TRY(dispatch<Join<OrderingTypes, ComplexTypes>>(sums.dtype(), product ? "cumprod_out_cpu" : "cumsum_out_cpu",
                                                         [&]<class T>() {
                                                           using Running = typename RunningType<T>::type;
                                                           lines.each([&](int64_t line) {
                                                             const T* x = lines.data.data<T>() + line * lines.length;
                                                             T* y = sums.data<T>() + line * lines.length;
                                                             auto sum = static_cast<Running>(product ? 1 : 0);
                                                             for (int64_t i = 0; i < lines.length; ++i) {
                                                               if constexpr (product) {
                                                                 sum *= static_cast<Running>(x[i]);
                                                               } else {
                                                                 sum += static_cast<Running>(x[i]);
                                                               }
                                                               y[i] = static_cast<T>(sum);
                                                             }
                                                           });
                                                           return ok_status();
                                                         }));
  return lines.result(sums, result);
}

// Of equal values the latest counts; from a nan on everything is nan.
template <bool largest>
Result<Pair> running_extreme(const Tensor& self, int64_t dim) {
  const LineGroup lines = HEDDLE_TRY(lines_along(self, dim, ordering_dtype(self.dtype())));
  const Tensor values = HEDDLE_TRY(lines.beside(lines.length, lines.data.dtype()));
  const Tensor places = HEDDLE_TRY(lines.beside(lines.length, DType::kInt64));
  HEDDLE_TRY(dispatch<OrderingTypes>(values.dtype(), largest ? "cummax_cpu" : "cummin_cpu", [&]<class T>() {
    lines.each([&](int64_t line) {
      const T* x = lines.data.data<T>() + line * lines.length;
      int64_t best = 0;
      for (int64_t i = 0; i < lines.length; ++i) {
        const bool better = largest ? x[i] >= x[best] : x[i] <= x[best];
        if (better || x[i] != x[i]) best = i;
        values.data<T>()[line * lines.length + i] = x[best];
        places.data<int64_t>()[line * lines.length + i] = best;
      }
    });
    return ok_status();
  }));
  return Pair(HEDDLE_TRY(lines.result(values, self.dtype())), HEDDLE_TRY(lines.result(places, DType::kInt64)));
}

template <class T>
T log_add_exp(T a, T b) {
  const T low = std::min(a, b);
  const T high = std::max(a, b);
  if (a != a || b != b) return a + b;
  // Equal infinities would make a nan of their difference.
  if (low == high && std::isinf(low)) return low;
  return high + std::log1p(std::exp(low - high));
}

Result<Tensor> logcumsumexp(const Tensor& self, int64_t dim) {
  const LineGroup lines = HEDDLE_TRY(lines_along(self, dim, compute_dtype(self.dtype())));
  const Tensor sums = HEDDLE_TRY(lines.beside(lines.length, lines.data.dtype()));
  HEDDLE_TRY(dispatch<FloatTypes>(sums.dtype(), "logcumsumexp_out_cpu", [&]<class T>() {
    lines.each([&](int64_t line) {
      double sum = -std::numeric_limits<double>::infinity();
      for (int64_t i = line * lines.length; i < (line + 1) * lines.length; ++i) {
        sum = log_add_exp(sum, static_cast<double>(lines.data.data<T>()[i]));
        sums.data<T>()[i] = static_cast<T>(sum);
      }
    });
    return ok_status();
  }));
  return lines.result(sums, self.dtype());
}

template <auto f>
void add_running(schema::TableBuilder& table, std::string_view name) {
  const std::string rest = "int dim, *, ScalarType? dtype=None";
  table.add(concat("aten::", name, "(Tensor self, ", rest, ") -> Tensor"), boxed<f>());
  table.derive(concat("aten::", name, "_(Tensor(a!) self, ", rest, ") -> Tensor(a!)"));
  table.derive(concat("aten::", name, ".out(Tensor self, ", rest, ", Tensor(a!) out) -> Tensor(a!)"));
}
template <auto f>
void add_running_extreme(schema::TableBuilder& table, std::string_view name) {
  table.add(concat("aten::", name, "(Tensor self, int dim) -> (Tensor values, Tensor indices)"), boxed<f>());
  table.derive(concat("aten::", name,
                      ".out(Tensor self, int dim, *, Tensor(a!) values, Tensor(b!) indices) -> "
                      "(Tensor(a!) values, Tensor(b!) indices)"));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(scan) {
  using namespace heddle::ops;
  add_running<&running<false>>(table, "cumsum");
  add_running<&running<true>>(table, "cumprod");
  add_running_extreme<&running_extreme<true>>(table, "cummax");
  add_running_extreme<&running_extreme<false>>(table, "cummin");
  for (const char* name : {"logcumsumexp", "_logcumsumexp"}) {
    table.add(concat("aten::", name, "(Tensor self, int dim) -> Tensor"), boxed<&logcumsumexp>());
    table.derive(concat("aten::", name, ".out(Tensor self, int dim, *, Tensor(a!) out) -> Tensor(a!)"));
  }
}
