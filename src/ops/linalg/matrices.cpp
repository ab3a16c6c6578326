#include "ops/linalg/matrices.h"

#include <cstring>
#include <limits>
#include <string>

#include "ops/common/copy.h"

namespace heddle::ops {

Status check_matrices(std::string_view name, const Tensor& a) {
  HEDDLE_REQUIRE(a.dim() >= 2, name, ": The input tensor A must have at least 2 dimensions.");
  HEDDLE_REQUIRE(is_floating(a.dtype()) || is_complex(a.dtype()), name,
                 ": Expected a floating point or complex tensor as input. Got ", dtype_name(a.dtype()));
  HEDDLE_REQUIRE(a.dtype() != DType::kFloat16 && a.dtype() != DType::kBFloat16 && a.dtype() != DType::kComplex32, name,
                 ": Low precision dtypes not supported. Got ", dtype_name(a.dtype()));
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  HEDDLE_REQUIRE(a.size(a.dim() - 1) <= kMost && a.size(a.dim() - 2) <= kMost, name,
                 ": LAPACK cannot take a matrix of ", a.size(a.dim() - 2), " by ", a.size(a.dim() - 1));
  return ok_status();
}

Status check_square_matrices(std::string_view name, const Tensor& a) {
  HEDDLE_TRY(check_matrices(name, a));
  const int64_t rows = a.size(a.dim() - 2);
  const int64_t columns = a.size(a.dim() - 1);
  HEDDLE_REQUIRE(rows == columns, name, ": A must be batches of square matrices, but they are ", rows, " by ", columns,
                 " matrices");
  return ok_status();
}

Status check_same_dtype(std::string_view name, const Tensor& a, const Tensor& b) {
  HEDDLE_REQUIRE(a.dtype() == b.dtype(), name, ": Expected A and B to have the same dtype, but found A of type ",
                 dtype_name(a.dtype()), " and B of type ", dtype_name(b.dtype()), " instead");
  return ok_status();
}

Dims batch_sizes(const Tensor& a) { return Dims(a.sizes().span().first(static_cast<size_t>(a.dim() - 2))); }

Dims joined(std::span<const int64_t> batch, std::initializer_list<int64_t> rest) {
  Dims sizes(batch);
  for (int64_t size : rest) sizes.push_back(size);
  return sizes;
}

int64_t count_of(std::span<const int64_t> sizes) {
  int64_t count = 1;
  for (int64_t size : sizes) count *= size;
  return count;
}

Result<Tensor> empty_column_major(std::span<const int64_t> sizes, DType dtype) {
  Dims turned(sizes);
  std::swap(turned[turned.size() - 1], turned[turned.size() - 2]);
  if (!is_complex(dtype)) {
    const Tensor t = HEDDLE_TRY(Tensor::empty(turned, dtype));
    return t.transpose(t.dim() - 2, t.dim() - 1);
  }
  // OpenBLAS's complex kernels, which LAPACK calls, read ahead: behind a column, and along a row columns behind the
  // last (cgemv_n and zdotc of 0.3.21).
  constexpr int64_t kVector = 64;
  constexpr int64_t kColumns = 8;
  const int64_t ahead = kVector / element_size(dtype) + kColumns * turned.back();
  const int64_t numel = HEDDLE_TRY(checked_numel(turned, element_size(dtype)));
  HEDDLE_TRY(checked_numel(Dims{numel + ahead}, element_size(dtype)));
  const Ref<Storage> storage =
      HEDDLE_TRY(Storage::allocate(static_cast<size_t>((numel + ahead) * element_size(dtype))));
  const Tensor t = HEDDLE_TRY(Tensor::from_storage(storage, dtype, turned, contiguous_strides(turned), 0));
  return t.transpose(t.dim() - 2, t.dim() - 1);
}

Result<Tensor> column_major(const Tensor& a) {
  const Tensor copy = HEDDLE_TRY(empty_column_major(a.sizes(), a.dtype()));
  HEDDLE_TRY(copy_into(copy, a));
  return copy;
}

Result<Tensor> identity_column_major(std::span<const int64_t> sizes, DType dtype) {
  const Tensor t = HEDDLE_TRY(empty_column_major(sizes, dtype));
  HEDDLE_TRY(zero(t));
  Dims diagonal(sizes.first(sizes.size() - 1));
  Dims strides(t.strides().span().first(sizes.size() - 1));
  diagonal.back() = std::min(sizes[sizes.size() - 2], sizes.back());
  strides.back() = t.strides()[sizes.size() - 2] + t.strides()[sizes.size() - 1];
  HEDDLE_TRY(fill(t.alias(diagonal, strides, t.offset()), 1));
  return t;
}

Result<Tensor> adjoint(const Tensor& a) {
  const Tensor turned = a.transpose(a.dim() - 2, a.dim() - 1);
  if (!is_complex(a.dtype())) return turned;
  const Tensor copy = HEDDLE_TRY(clone(turned));
  HEDDLE_TRY(dispatch<ComplexTypes>(a.dtype(), "adjoint", [&]<class T>() {
    for (int64_t i = 0; i < copy.numel(); ++i) copy.data<T>()[i] = std::conj(copy.data<T>()[i]);
    return ok_status();
  }));
  return copy;
}

Status check_infos(std::string_view name, const Tensor& infos, std::string_view what) {
  for (int64_t i = 0; i < infos.numel(); ++i) {
    const int32_t info = infos.data<int32_t>()[i];
    if (info == 0) continue;
    const std::string place = infos.dim() == 0 ? std::string() : concat("(Batch element ", i, "): ");
    HEDDLE_REQUIRE(info > 0, name, ": ", place, "LAPACK refused argument ", -info,
                   "; the input matrix may contain values that are not finite.");
    std::string text(what);
    const size_t mark = text.find("{}");
    if (mark != std::string::npos) text.replace(mark, 2, std::to_string(info));
    return invalid(name, ": ", place, text);
  }
  return ok_status();
}

void clear_triangle(const Tensor& a, bool above) {
  const int64_t rows = a.size(a.dim() - 2);
  const int64_t columns = a.size(a.dim() - 1);
  const int64_t size = element_size(a.dtype());
  each_matrix(count_of(batch_sizes(a)), rows * columns, [&](int64_t i) {
    char* data = a.data<char>() + i * rows * columns * size;
    for (int64_t j = 0; j < columns; ++j) {
      const int64_t begin = above ? 0 : std::min(j + 1, rows);
      const int64_t end = above ? std::min(j, rows) : rows;
      std::memset(data + (j * rows + begin) * size, 0, static_cast<size_t>((end - begin) * size));
    }
  });
}

}  // namespace heddle::ops
