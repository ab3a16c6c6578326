#include "ops/linalg/product.h"

#include <algorithm>

#include "base/work_note.h"
#include "ops/backend/blas.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

using backend::Op;

// A matrix (the last two dimensions) as gemm takes it.
struct Operand {
  Tensor tensor;  // [batch, rows, columns]
  Op op = Op::kNone;
  int64_t ld = 1;
};

// Whether element (i, j) lies at i * ld + j for some ld a BLAS accepts.
bool has_rows(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride) {
  return (columns <= 1 || column_stride == 1) && (rows <= 1 || row_stride >= std::max<int64_t>(columns, 1));
}

int64_t leading(int64_t rows, int64_t columns, int64_t row_stride) {
  return std::max<int64_t>(rows <= 1 ? columns : row_stride, 1);
}

Result<Operand> operand_of(const Tensor& t) {
  const int64_t rows = t.size(1);
  const int64_t columns = t.size(2);
  if (has_rows(rows, columns, t.stride(1), t.stride(2)))
    return Operand{t, Op::kNone, leading(rows, columns, t.stride(1))};
  if (has_rows(columns, rows, t.stride(2), t.stride(1))) {
    return Operand{t, Op::kTranspose, leading(columns, rows, t.stride(2))};
  }
  return Operand{HEDDLE_TRY(contiguous(t)), Op::kNone, std::max<int64_t>(columns, 1)};
}

// The output of one task: rows x columns of every matrix it takes.
struct Tile {
  int64_t batch;
  int64_t rows;
  int64_t columns;
};

// Work that is worth a thread's wake-up, in multiplications; a thin product waits for memory, which counts as more
// rows and columns.
constexpr int64_t kTileWork = 2'000'000;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

Tile tile_of(int64_t batch, int64_t m, int64_t n, int64_t k) {
  const double one = static_cast<double>(std::max<int64_t>(m, 8)) * static_cast<double>(std::max<int64_t>(n, 8)) *
                     static_cast<double>(std::max<int64_t>(k, 1));
  if (batch > 1 && one <= kTileWork)
    return {std::max<int64_t>(static_cast<int64_t>(kTileWork / std::max(one, 1.0)), 1), m, n};
  Tile tile{1, m, n};
  constexpr int64_t kMostTiles = 64;
  double work = one;
  while (work > 2 * kTileWork && ceil_div(m, tile.rows) * ceil_div(n, tile.columns) < kMostTiles) {
    // Near-square tiles read the least.
    if (tile.rows > 48 && (tile.rows >= tile.columns || tile.columns <= 64)) {
      tile.rows = ceil_div(ceil_div(tile.rows, 2), 16) * 16;
    } else if (tile.columns > 64) {
      tile.columns = ceil_div(ceil_div(tile.columns, 2), 64) * 64;
    } else {
      break;
    }
    work /= 2;
  }
  return tile;
}

template <class T>
void run(const Operand& a, const Operand& b, const Tensor& c, T alpha, T beta) {
  const int64_t batch = c.size(0);
  const int64_t m = c.size(1);
  const int64_t n = c.size(2);
  const int64_t k = a.tensor.size(2);
  const int64_t ldc = leading(m, n, c.stride(1));
  const Tile tile = tile_of(batch, m, n, k);
  trace::note_work(backend::gemm_description(), 2.0 * static_cast<double>(batch * m * n * k));
  const int64_t down = ceil_div(m, tile.rows);
  const int64_t across = ceil_div(n, tile.columns);
  const int64_t tiles = ceil_div(batch, tile.batch) * down * across;
  parallel::parallel_for(0, tiles, 1, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; ++i) {
      const int64_t row = i / across % down * tile.rows;
      const int64_t column = i % across * tile.columns;
      const int64_t first = i / across / down * tile.batch;
      const int64_t last = std::min(batch, first + tile.batch);
      for (int64_t matrix = first; matrix < last; ++matrix) {
        const T* left = a.tensor.data<T>() + matrix * a.tensor.stride(0) + (a.op == Op::kNone ? row * a.ld : row);
        const T* right =
            b.tensor.data<T>() + matrix * b.tensor.stride(0) + (b.op == Op::kNone ? column : column * b.ld);
        backend::gemm<T>(a.op, b.op, std::min(tile.rows, m - row), std::min(tile.columns, n - column), k, alpha, left,
                         a.ld, right, b.ld, beta, c.data<T>() + matrix * c.stride(0) + row * ldc + column, ldc);
      }
    }
  });
}

Tensor with_batch(const Tensor& t) { return t.dim() == 2 ? t.unsqueeze(0) : t; }

// c is [batch, m, n] with rows of adjacent elements.
Status multiply_rows(std::string_view kernel, const Tensor& c, const Tensor& a, const Tensor& b, const Scalar& beta,
                     const Scalar& alpha) {
  const Operand left = HEDDLE_TRY(operand_of(a));
  const Operand right = HEDDLE_TRY(operand_of(b));
  return dispatch<NumberTypes>(c.dtype(), kernel, [&]<class T>() -> Status {
    run<T>(left, right, c, alpha.to<T>(), beta.to<T>());
    return ok_status();
  });
}

bool reads(const Scalar& beta) { return beta.to_complex() != 0.0; }

}  // namespace

Status multiply(std::string_view kernel, const Tensor& c0, const Tensor& a0, const Tensor& b0, const Scalar& beta,
                const Scalar& alpha) {
  const Tensor c = with_batch(c0);
  const Tensor a = with_batch(a0);
  const Tensor b = with_batch(b0);
  if (c.numel() == 0) return ok_status();
  const DType computed = compute_dtype(c.dtype());
  if (computed != c.dtype()) {
    Tensor sum = reads(beta) ? HEDDLE_TRY(contiguous_as(c, computed)) : HEDDLE_TRY(Tensor::empty(c.sizes(), computed));
    if (sum.storage() == c.storage()) sum = HEDDLE_TRY(clone(sum));
    const Tensor left = HEDDLE_TRY(to_dtype(a, computed));
    const Tensor right = HEDDLE_TRY(to_dtype(b, computed));
    HEDDLE_TRY(multiply_rows(kernel, sum, left, right, beta, alpha));
    return copy_into(c, sum);
  }
  // One column as the one row of the product the other way round, which BLAS has quicker code for.
  const bool column = c.size(2) == 1 && c.size(1) > 1 && c.stride(1) == 1;
  if (!column && has_rows(c.size(1), c.size(2), c.stride(1), c.stride(2)))
    return multiply_rows(kernel, c, a, b, beta, alpha);
  if (has_rows(c.size(2), c.size(1), c.stride(2), c.stride(1))) {
    return multiply_rows(kernel, c.transpose(1, 2), b.transpose(1, 2), a.transpose(1, 2), beta, alpha);
  }
  const Tensor sum =
      reads(beta) ? HEDDLE_TRY(clone(c, MemoryFormat::kContiguous)) : HEDDLE_TRY(Tensor::empty(c.sizes(), c.dtype()));
  HEDDLE_TRY(multiply_rows(kernel, sum, a, b, beta, alpha));
  return copy_into(c, sum);
}

Result<Tensor> multiplied(std::string_view kernel, const Tensor& a, const Tensor& b) {
  Dims sizes = a.sizes();
  sizes.back() = b.sizes().back();
  Tensor c = HEDDLE_TRY(Tensor::empty(sizes, a.dtype()));
  HEDDLE_TRY(multiply(kernel, c, a, b));
  return c;
}

}  // namespace heddle::ops
