// Running sums, products and extremes along a dimension.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/common/cast.h"
#include "ops/common/forms.h"
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

// A contiguous tensor around the dimension a scan runs along. Lines that lie side by side are taken together.
struct Slabs {
  static constexpr int64_t kColumns = 64;
  Tensor data;
  int64_t outer = 1;
  int64_t length = 1;
  int64_t inner = 1;

  // Calls f(offset, columns): lines that begin at offset, offset + 1, ..., at most kColumns, with `inner` elements from
  // one step to the next.
  template <class F>
  void each(const F& f) const {
    constexpr int64_t kGrain = 16384;
    const int64_t blocks = (inner + kColumns - 1) / kColumns;
    const int64_t elements = std::max<int64_t>(length * std::min(inner, kColumns), 1);
    parallel::parallel_for(0, outer * blocks, std::max<int64_t>(kGrain / elements, 1), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t column = i % blocks * kColumns;
        f(i / blocks * length * inner + column, std::min(kColumns, inner - column));
      }
    });
  }
};

Result<Slabs> slabs_along(const Tensor& t, int64_t dim, DType dtype) {
  Slabs slabs;
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  slabs.data = HEDDLE_TRY(contiguous_as(t, dtype));
  for (int64_t d = 0; d < t.dim(); ++d)
    (d < along ? slabs.outer : d == along ? slabs.length : slabs.inner) *= t.size(d);
  if (t.numel() == 0) slabs.outer = 0;
  return slabs;
}

template <bool product>
Result<Tensor> running(const Tensor& self, int64_t dim, std::optional<DType> dtype, const Out& out) {
  const DType usual = is_integral_or_bool(self.dtype()) ? DType::kInt64 : self.dtype();
  const DType result = dtype.value_or(out.given() ? out.tensor().dtype() : usual);
  const std::string_view name = product ? "cumprod_out_cpu" : "cumsum_out_cpu";
  if (result == DType::kBool) return not_implemented(name, result);
  const Tensor cast = HEDDLE_TRY(to_dtype(self, result));
  const Slabs slabs = HEDDLE_TRY(slabs_along(cast, dim, ordering_dtype(result)));
  const Tensor sums = HEDDLE_TRY(Tensor::empty(cast.sizes(), slabs.data.dtype()));
  HEDDLE_TRY((dispatch<Join<OrderingTypes, ComplexTypes>>(sums.dtype(), name, [&]<class T>() {
    using Running = typename RunningType<T>::type;
    const auto take = [](Running& sum, T x) {
      if constexpr (product) {
        sum *= static_cast<Running>(x);
      } else {
        sum += static_cast<Running>(x);
      }
      return static_cast<T>(sum);
    };
    slabs.each([&](int64_t offset, int64_t columns) {
      const T* x = slabs.data.data<T>() + offset;
      T* y = sums.data<T>() + offset;
      if (columns == 1) {
        // In a register, where the next sum need not wait for memory.
        Running sum(product ? 1 : 0);
        for (int64_t i = 0; i < slabs.length; ++i) y[i * slabs.inner] = take(sum, x[i * slabs.inner]);
        return;
      }
      Running sum[Slabs::kColumns];
      std::fill_n(sum, columns, static_cast<Running>(product ? 1 : 0));
      for (int64_t i = 0; i < slabs.length; ++i, x += slabs.inner, y += slabs.inner) {
        for (int64_t c = 0; c < columns; ++c) y[c] = take(sum[c], x[c]);
      }
    });
    return ok_status();
  })));
  return out.deliver(HEDDLE_TRY(to_dtype(sums, result)));
}

// Of equal values the latest counts; from a nan on everything is nan.
template <bool largest>
Result<Pair> running_extreme(const Tensor& self, int64_t dim) {
  const Slabs slabs = HEDDLE_TRY(slabs_along(self, dim, ordering_dtype(self.dtype())));
  const Tensor values = HEDDLE_TRY(Tensor::empty(self.sizes(), slabs.data.dtype()));
  const Tensor places = HEDDLE_TRY(Tensor::empty(self.sizes(), DType::kInt64));
  HEDDLE_TRY(dispatch<OrderingTypes>(values.dtype(), largest ? "cummax_cpu" : "cummin_cpu", [&]<class T>() {
    slabs.each([&](int64_t offset, int64_t columns) {
      const T* x = slabs.data.data<T>() + offset;
      T* y = values.data<T>() + offset;
      int64_t* place = places.data<int64_t>() + offset;
      T best[Slabs::kColumns];
      int64_t where[Slabs::kColumns] = {};
      std::copy_n(x, slabs.length ? columns : 0, best);
      for (int64_t i = 0; i < slabs.length; ++i, x += slabs.inner, y += slabs.inner, place += slabs.inner) {
        for (int64_t c = 0; c < columns; ++c) {
          const bool better = (largest ? x[c] >= best[c] : x[c] <= best[c]) | (x[c] != x[c]);
          best[c] = better ? x[c] : best[c];
          where[c] = better ? i : where[c];
          y[c] = best[c];
          place[c] = where[c];
        }
      }
    });
    return ok_status();
  }));
  return Pair(HEDDLE_TRY(to_dtype(values, self.dtype())), places);
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
Result<Tensor> logcumsumexp_out(const Tensor& self, int64_t dim, const Tensor& out) {
  HEDDLE_REQUIRE(out.dtype() == self.dtype(), "expected scalar_type ", dtype_name(self.dtype()), " but found ",
                 dtype_name(out.dtype()));
  return Out::into(out).deliver(HEDDLE_TRY(logcumsumexp(self, dim)));
}

template <auto f>
void add_running(schema::TableBuilder& table, std::string_view name) {
  const std::string rest = "int dim, *, ScalarType? dtype=None";
  add_forms<f>(table, concat("aten::", name, "(Tensor self, ", rest, ") -> Tensor"),
               {concat(name, "_"), concat(name, ".out")});
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
    table.add(concat("aten::", name, ".out(Tensor self, int dim, *, Tensor(a!) out) -> Tensor(a!)"),
              boxed<&logcumsumexp_out>());
  }
}
