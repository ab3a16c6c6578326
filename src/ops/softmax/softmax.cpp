#include "ops/softmax/softmax.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ops/backend/rows.h"
#include "ops/backend/unary64.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/forms.h"
#include "ops/common/implementation.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

// Softmax along the middle of [outer, n, inner], contiguous; n > 0.
struct SoftmaxProblem {
  Tensor input;
  Tensor output;
  int64_t outer = 1;
  int64_t n = 1;
  int64_t inner = 1;
  bool log = false;
};

constexpr int64_t kGrain = 16384;  // elements that are worth a thread's wake-up
constexpr int64_t kColumns = 64;   // neighbouring columns computed together

int64_t grain_of(int64_t each) { return std::max<int64_t>(kGrain / each, 1); }

// Calls f(outer index, first column, columns) for blocks of columns.
template <class F>
void each_block(const SoftmaxProblem& p, F&& f) {
  const int64_t across = (p.inner + kColumns - 1) / kColumns;
  parallel::parallel_for(0, p.outer * across, grain_of(p.n * kColumns), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t column = i % across * kColumns;
      f(i / across, column, std::min(kColumns, p.inner - column));
    }
  });
}

Attempt attempt_simd(SoftmaxProblem& p) {
  if (p.input.dtype() != DType::kFloat32) return Attempt::declined(concat("dtype ", python_name(p.input.dtype())));
  const float* x = p.input.data<float>();
  float* y = p.output.data<float>();
  if (p.inner == 1) {
    const auto rows = p.log ? &backend::log_softmax_rows : &backend::softmax_rows;
    parallel::parallel_for(0, p.outer, grain_of(p.n), [&](int64_t begin, int64_t end) {
      rows(x + begin * p.n, y + begin * p.n, end - begin, p.n);
    });
  } else {
    const auto columns = p.log ? &backend::log_softmax_columns : &backend::softmax_columns;
    each_block(p, [&](int64_t outer, int64_t first, int64_t count) {
      const int64_t at = outer * p.n * p.inner + first;
      columns(x + at, y + at, p.n, p.inner, count);
    });
  }
  return Attempt::done();
}

// Blocks of columns, or a row in pieces, so that exponentials are taken side by side.
void softmax_block64(const double* x, double* y, int64_t n, int64_t stride, int64_t columns, bool log) {
  double most[kColumns];
  double sum[kColumns] = {};
  std::copy_n(x, columns, most);
  for (int64_t i = 1; i < n; ++i) {
    for (int64_t c = 0; c < columns; ++c) most[c] = std::max(most[c], x[i * stride + c]);
  }
  for (int64_t i = 0; i < n; ++i) {
    double e[kColumns];
    for (int64_t c = 0; c < columns; ++c) e[c] = x[i * stride + c] - most[c];
    backend::exp_row64(e, e, columns);
    for (int64_t c = 0; c < columns; ++c) sum[c] += e[c];
    if (!log) std::copy_n(e, columns, y + i * stride);
  }
  double log_sum[kColumns];
  backend::log_row64(sum, log_sum, columns);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t c = 0; c < columns; ++c) {
      double& value = y[i * stride + c];
      value = log ? x[i * stride + c] - most[c] - log_sum[c] : value / sum[c];
    }
  }
}
void softmax_row64(const double* x, double* y, int64_t n, bool log) {
  double most = x[0];
  for (int64_t i = 1; i < n; ++i) most = std::max(most, x[i]);
  double sum = 0;
  for (int64_t first = 0; first < n; first += kColumns) {
    const int64_t count = std::min(kColumns, n - first);
    double e[kColumns];
    for (int64_t i = 0; i < count; ++i) e[i] = x[first + i] - most;
    backend::exp_row64(e, e, count);
    for (int64_t i = 0; i < count; ++i) sum += e[i];
    if (!log) std::copy_n(e, count, y + first);
  }
  const double log_sum = std::log(sum);
  for (int64_t i = 0; i < n; ++i) y[i] = log ? x[i] - most - log_sum : y[i] / sum;
}

Attempt attempt_float64(SoftmaxProblem& p) {
  if (p.input.dtype() != DType::kFloat64) return Attempt::declined(concat("dtype ", python_name(p.input.dtype())));
  const double* x = p.input.data<double>();
  double* y = p.output.data<double>();
  if (p.inner == 1) {
    parallel::parallel_for(0, p.outer, grain_of(p.n), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) softmax_row64(x + row * p.n, y + row * p.n, p.n, p.log);
    });
  } else {
    each_block(p, [&](int64_t outer, int64_t first, int64_t count) {
      const int64_t at = outer * p.n * p.inner + first;
      softmax_block64(x + at, y + at, p.n, p.inner, count, p.log);
    });
  }
  return Attempt::done();
}

template <class T>
void softmax_column(const T* x, T* y, int64_t n, int64_t stride, bool log) {
  T most = x[0];
  for (int64_t i = 1; i < n; ++i) most = std::max(most, x[i * stride]);
  T sum(0);
  for (int64_t i = 0; i < n; ++i) {
    const T e = std::exp(x[i * stride] - most);
    sum += e;
    if (!log) y[i * stride] = e;
  }
  const T log_sum = std::log(sum);
  for (int64_t i = 0; i < n; ++i) y[i * stride] = log ? x[i * stride] - most - log_sum : y[i * stride] / sum;
}

Attempt attempt_reference(SoftmaxProblem& p) {
  return Attempt::done(dispatch<FloatTypes>(p.input.dtype(), "softmax", [&]<class T>() -> Status {
    each_block(p, [&](int64_t outer, int64_t first, int64_t count) {
      for (int64_t c = first; c < first + count; ++c) {
        const int64_t at = outer * p.n * p.inner + c;
        softmax_column(p.input.data<T>() + at, p.output.data<T>() + at, p.n, p.inner, p.log);
      }
    });
    return ok_status();
  }));
}

constexpr std::array<Implementation<SoftmaxProblem>, 3> kImplementations = {{
    {"simd", "float32, and the halves by way of it", &attempt_simd},
    {"float64", "float64", &attempt_float64},
    {"reference", "anything", &attempt_reference},
}};

Result<Tensor> softmax_of(const Tensor& self, int64_t dim, std::optional<DType> dtype, bool log) {
  const auto along = static_cast<size_t>(HEDDLE_TRY(wrap_dim(dim, self.dim())));
  const DType result_dtype = dtype.value_or(self.dtype());
  if (!is_floating(result_dtype)) {
    return not_implemented(log ? "log_softmax_lastdim_kernel_impl" : "softmax_lastdim_kernel_impl", result_dtype);
  }
  SoftmaxProblem p;
  p.log = log;
  // The input first takes on the result's dtype, and with it its precision.
  p.input = HEDDLE_TRY(to_dtype(self, result_dtype));
  p.input = HEDDLE_TRY(contiguous_as(p.input, compute_dtype(result_dtype)));
  p.output = HEDDLE_TRY(Tensor::empty(self.sizes(), p.input.dtype()));
  for (size_t i = 0; i < self.sizes().size(); ++i)
    (i < along ? p.outer : i == along ? p.n : p.inner) *= self.sizes()[i];
  if (self.numel() > 0) HEDDLE_TRY(run_first<SoftmaxProblem>("softmax", kImplementations, p));
  return to_dtype(p.output, result_dtype);
}

template <bool log>
Result<Tensor> softmax_int(const Tensor& self, int64_t dim, std::optional<DType> dtype, const Out& out) {
  const Tensor result = HEDDLE_TRY(softmax_of(self, dim, dtype, log));
  return out.deliver(result);
}

template <bool log>
Result<Tensor> underscore_softmax(const Tensor& self, int64_t dim, bool half_to_float, const Out& out) {
  HEDDLE_REQUIRE(!half_to_float, "softmax with half to float conversion is not supported on CPU");
  const Tensor result = HEDDLE_TRY(softmax_of(self, dim, std::nullopt, log));
  return out.deliver(result);
}

template <auto f>
void add(schema::TableBuilder& table, std::string_view schema, FormNames names = {}) {
  describe<SoftmaxProblem>(add_forms<f>(table, schema, names), kImplementations);
}

}  // namespace

Result<Tensor> softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype) {
  return softmax_of(self, dim, dtype, false);
}

Result<Tensor> log_softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype) {
  return softmax_of(self, dim, dtype, true);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(softmax) {
  using namespace heddle::ops;
  add<&softmax_int<false>>(table, "aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
                           {.out = "softmax.int_out"});
  add<&softmax_int<true>>(table, "aten::log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
                          {.out = "log_softmax.int_out"});
  add<&softmax_int<false>>(table, "aten::special_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor");
  add<&softmax_int<true>>(table,
                          "aten::special_log_softmax(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor");
  add<&underscore_softmax<false>>(table, "aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor",
                                  {.out = "_softmax.out"});
  add<&underscore_softmax<true>>(table, "aten::_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor",
                                 {.out = "_log_softmax.out"});
}
