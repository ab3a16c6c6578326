#include "ops/attention/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/work_note.h"
#include "ops/backend/blas.h"
#include "ops/backend/rows.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

using backend::Op;

constexpr int64_t kRows = 64;          // queries of one block
constexpr int64_t kGrain = 1'000'000;  // multiplications that are worth a thread's wake-up

// A tensor of matrices seen through the broadcast batch.
struct Operand {
  Tensor tensor;
  Dims strides;  // of the batch
  int64_t row = 0;
  int64_t column = 0;

  int64_t offset(std::span<const int64_t> batch, int64_t index) const {
    int64_t at = 0;
    for (size_t d = batch.size(); d-- > 0;) {
      at += index % batch[d] * strides[d];
      index /= batch[d];
    }
    return at;
  }
};

// `needs_rows`: gemm wants rows of adjacent elements, which a copy gives where the strides do not.
Result<Operand> operand_of(const Tensor& t, std::span<const int64_t> batch, int64_t rows, int64_t columns,
                           bool needs_rows) {
  Tensor tensor = t;
  if (needs_rows && (t.size(t.dim() - 1) > 1 && t.stride(t.dim() - 1) != 1)) tensor = HEDDLE_TRY(contiguous(t));
  if (needs_rows && tensor.size(tensor.dim() - 2) > 1 &&
      tensor.stride(tensor.dim() - 2) < tensor.size(tensor.dim() - 1)) {
    tensor = HEDDLE_TRY(clone(tensor, MemoryFormat::kContiguous));
  }
  Dims sizes(batch);
  sizes.push_back(rows);
  sizes.push_back(columns);
  const Dims strides = broadcast_strides(tensor.sizes(), tensor.strides(), sizes);
  Operand o;
  o.tensor = tensor;
  o.strides = Dims(std::span(strides.begin(), batch.size()));
  o.row = strides[batch.size()];
  o.column = strides[batch.size() + 1];
  return o;
}

struct Problem {
  Dims batch;
  int64_t queries = 0;
  int64_t keys = 0;
  int64_t width = 0;
  int64_t value_width = 0;
  Operand query, key, value, mask, output;
  Tensor weights;
  bool is_causal = false;
  bool empty_rows_are_zero = false;
  double scale = 1;
};

int64_t leading(int64_t stride, int64_t columns) { return std::max<int64_t>({stride, columns, 1}); }

template <class T>
void add_mask(const Problem& p, int64_t batch, int64_t query, int64_t count, T* scores) {
  const Tensor& t = p.mask.tensor;
  const int64_t at = p.mask.offset(p.batch, batch) + query * p.mask.row;
  if (t.dtype() == DType::kBool) {
    const bool* keep = t.data<bool>() + at;
    for (int64_t i = 0; i < count; ++i) {
      if (!keep[i * p.mask.column]) scores[i] = -std::numeric_limits<T>::infinity();
    }
  } else {
    const T* add = t.data<T>() + at;
    for (int64_t i = 0; i < count; ++i) scores[i] += add[i * p.mask.column];
  }
}

template <class T>
void softmax_row(T* x, int64_t n) {
  if constexpr (std::is_same_v<T, float>) {
    backend::softmax_rows(x, x, 1, n);
  } else {
    const T most = *std::max_element(x, x + n);
    T sum(0);
    for (int64_t i = 0; i < n; ++i) sum += x[i] = std::exp(x[i] - most);
    for (int64_t i = 0; i < n; ++i) x[i] /= sum;
  }
}

// Weights of one query: x holds the scores of all keys and becomes their weights.
template <class T>
void weigh(const Problem& p, int64_t batch, int64_t query, T* x) {
  const int64_t seen = p.is_causal ? std::min(p.keys, query + 1) : p.keys;
  if (p.mask.tensor.defined()) add_mask<T>(p, batch, query, seen, x);
  const auto is_masked = [](T v) { return v == -std::numeric_limits<T>::infinity(); };
  if (p.empty_rows_are_zero && p.mask.tensor.defined() && std::all_of(x, x + seen, is_masked)) {
    std::fill_n(x, seen, T(0));
  } else {
    softmax_row(x, seen);
  }
  std::fill(x + seen, x + p.keys, T(0));
}

template <class T>
void run(const Problem& p) {
  int64_t batches = 1;
  for (int64_t b : p.batch) batches *= b;
  trace::note_work(backend::gemm_description(), 2.0 * static_cast<double>(batches * p.queries * p.keys) *
                                                    static_cast<double>(p.width + p.value_width));
  const int64_t blocks = (p.queries + kRows - 1) / kRows;
  const int64_t work = std::min(kRows, p.queries) * p.keys * (p.width + p.value_width);
  parallel::parallel_for(
      0, batches * blocks, std::max<int64_t>(kGrain / std::max<int64_t>(work, 1), 1), [&](int64_t begin, int64_t end) {
        std::vector<T> room(p.weights.defined() ? 0 : static_cast<size_t>(std::min(kRows, p.queries) * p.keys));
        for (int64_t i = begin; i < end; ++i) {
          const int64_t batch = i / blocks;
          const int64_t first = i % blocks * kRows;
          const int64_t rows = std::min(kRows, p.queries - first);
          // Causal blocks need only the keys their last row sees.
          const int64_t keys = p.is_causal ? std::min(p.keys, first + rows) : p.keys;
          T* scores = p.weights.defined() ? p.weights.data<T>() + (batch * p.queries + first) * p.keys : room.data();
          const T* q = p.query.tensor.data<T>() + p.query.offset(p.batch, batch) + first * p.query.row;
          const T* k = p.key.tensor.data<T>() + p.key.offset(p.batch, batch);
          const T* v = p.value.tensor.data<T>() + p.value.offset(p.batch, batch);
          T* out = p.output.tensor.data<T>() + p.output.offset(p.batch, batch) + first * p.output.row;
          backend::gemm<T>(Op::kNone, Op::kTranspose, rows, keys, p.width, static_cast<T>(p.scale), q,
                           leading(p.query.row, p.width), k, leading(p.key.row, p.width), T(0), scores, p.keys);
          for (int64_t r = 0; r < rows; ++r) weigh<T>(p, batch, first + r, scores + r * p.keys);
          backend::gemm<T>(Op::kNone, Op::kNone, rows, p.value_width, keys, T(1), scores, p.keys, v,
                           leading(p.value.row, p.value_width), T(0), out, leading(p.output.row, p.value_width));
        }
      });
}

Status check(const AttentionArguments& a) {
  const DType dtype = a.query.dtype();
  HEDDLE_REQUIRE(
      is_floating(dtype) && a.key.dtype() == dtype && a.value.dtype() == dtype,
      "Expected query, key, and value to have the same floating dtype, but got query.dtype: ", python_name(dtype),
      " key.dtype: ", python_name(a.key.dtype()), " and value.dtype: ", python_name(a.value.dtype()), " instead.");
  HEDDLE_REQUIRE(a.query.dim() >= 2 && a.key.dim() >= 2 && a.value.dim() >= 2,
                 "Expected query, key, and value to all be at least 2 dimensional, but got sizes ",
                 to_text(a.query.sizes()), ", ", to_text(a.key.sizes()), " and ", to_text(a.value.sizes()));
  HEDDLE_REQUIRE(
      a.query.sizes().back() == a.key.sizes().back() && a.key.size(a.key.dim() - 2) == a.value.size(a.value.dim() - 2),
      "attention: query, key and value of sizes ", to_text(a.query.sizes()), ", ", to_text(a.key.sizes()), " and ",
      to_text(a.value.sizes()), " do not fit");
  HEDDLE_REQUIRE(!a.mask || !a.is_causal,
                 "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True");
  HEDDLE_REQUIRE(!a.mask || a.mask->dtype() == DType::kBool || is_floating(a.mask->dtype()),
                 "Expected attn_mask dtype to be bool or floating, but got ",
                 a.mask ? python_name(a.mask->dtype()) : "");
  return ok_status();
}

std::span<const int64_t> batch_of(const Tensor& t) { return {t.sizes().begin(), t.sizes().end() - 2}; }

}  // namespace

Result<AttentionResult> attention(const AttentionArguments& a) {
  HEDDLE_TRY(check(a));
  const DType dtype = a.query.dtype();
  const DType computed = compute_dtype(dtype);
  Problem p;
  p.queries = a.query.size(a.query.dim() - 2);
  p.keys = a.key.size(a.key.dim() - 2);
  p.width = a.query.sizes().back();
  p.value_width = a.value.sizes().back();
  p.is_causal = a.is_causal;
  p.empty_rows_are_zero = a.empty_rows_are_zero;
  p.scale = a.scale;
  const Dims of_query_and_key = HEDDLE_TRY(broadcast_sizes(batch_of(a.query), batch_of(a.key)));
  p.batch = HEDDLE_TRY(broadcast_sizes(of_query_and_key, batch_of(a.value)));
  Dims sizes = p.batch;
  sizes.push_back(p.queries);
  sizes.push_back(p.keys);
  if (a.mask) {
    const Dims with_mask = HEDDLE_TRY(broadcast_sizes(sizes, a.mask->sizes()));
    HEDDLE_REQUIRE(with_mask == sizes, "attention: a mask of size ", to_text(a.mask->sizes()),
                   " does not fit scores of size ", to_text(sizes));
    const Tensor mask = a.mask->dtype() == DType::kBool ? *a.mask : HEDDLE_TRY(to_dtype(*a.mask, computed));
    p.mask = HEDDLE_TRY(operand_of(mask, p.batch, p.queries, p.keys, false));
  }
  const Tensor query = HEDDLE_TRY(to_dtype(a.query, computed));
  const Tensor key = HEDDLE_TRY(to_dtype(a.key, computed));
  const Tensor value = HEDDLE_TRY(to_dtype(a.value, computed));
  p.query = HEDDLE_TRY(operand_of(query, p.batch, p.queries, p.width, true));
  p.key = HEDDLE_TRY(operand_of(key, p.batch, p.keys, p.width, true));
  p.value = HEDDLE_TRY(operand_of(value, p.batch, p.keys, p.value_width, true));
  AttentionResult result;
  if (a.want_weights) p.weights = HEDDLE_TRY(Tensor::empty(sizes, computed));
  sizes.back() = p.value_width;
  if (a.like_query && sizes == a.query.sizes()) result.output = HEDDLE_TRY(Tensor::empty_like(a.query, computed));
  // Products write rows of adjacent elements.
  if (!result.output.defined() || result.output.strides().back() != 1) {
    result.output = HEDDLE_TRY(Tensor::empty(sizes, computed));
  }
  p.output = HEDDLE_TRY(operand_of(result.output, p.batch, p.queries, p.value_width, false));
  if (p.keys == 0) {
    HEDDLE_TRY(zero(result.output));
  } else if (result.output.numel() > 0 || (a.want_weights && p.weights.numel() > 0)) {
    HEDDLE_TRY(dispatch<FloatTypes>(computed, "attention", [&]<class T>() -> Status {
      run<T>(p);
      return ok_status();
    }));
  }
  result.output = HEDDLE_TRY(to_dtype(result.output, dtype));
  if (a.want_weights) result.weights = HEDDLE_TRY(to_dtype(p.weights, dtype));
  return result;
}

}  // namespace heddle::ops
