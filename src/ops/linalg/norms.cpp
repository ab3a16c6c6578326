// Norms of matrices: linalg_matrix_norm, linalg_norm, nuclear_norm. Those of vectors are reductions
// (ops/reduce/norm.cpp).
#include "ops/linalg/norms.h"

#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/elementwise/unary.h"
#include "ops/linalg/decompose.h"
#include "ops/linalg/matrices.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using OptionalDims = std::optional<Dims>;
using OptionalDType = std::optional<DType>;
using OptionalNumber = std::optional<Scalar>;

struct MatrixDims {
  int64_t rows;
  int64_t columns;
};

Result<MatrixDims> check_dims(const Tensor& a, const Dims& dims) {
  constexpr std::string_view kName = "linalg.matrix_norm";
  HEDDLE_REQUIRE(is_floating(a.dtype()) || is_complex(a.dtype()), kName,
                 ": Expected a floating point or complex tensor as input. Got ", dtype_name(a.dtype()));
  HEDDLE_REQUIRE(a.dim() >= 2, kName, ": The input tensor A must have at least 2 dimensions.");
  HEDDLE_REQUIRE(dims.size() == 2, kName, ": dim must be a 2-tuple. Got ", to_text(dims));
  const MatrixDims result{HEDDLE_TRY(wrap_dim(dims[0], a.dim())), HEDDLE_TRY(wrap_dim(dims[1], a.dim()))};
  HEDDLE_REQUIRE(result.rows != result.columns, kName, ": dims must be different. Got (", dims[0], ", ", dims[1], ")");
  return result;
}

Result<Tensor> converted(const Tensor& a, OptionalDType dtype) { return to_dtype(a, dtype.value_or(a.dtype())); }

// [..., k]: the singular values of the matrices that the two dimensions span.
Result<Tensor> singular_values(const Tensor& a, MatrixDims dims) {
  const Tensor moved = HEDDLE_TRY(movedim(a, Dims{dims.rows, dims.columns}, Dims{-2, -1}));
  return HEDDLE_TRY(svd("linalg.matrix_norm", moved, backend::SvdJob::kValues)).s;
}

// What was reduced over a last dimension gets the two dimensions back where keepdim asks for them.
Result<Tensor> with_dims(const Tensor& reduced, MatrixDims dims, bool keepdim) {
  if (!keepdim) return reduced;
  const Tensor first = HEDDLE_TRY(unsqueeze(reduced, std::min(dims.rows, dims.columns)));
  return unsqueeze(first, std::max(dims.rows, dims.columns));
}

}  // namespace

Result<Tensor> matrix_norm(const Tensor& a0, const Scalar& order, const Dims& dims0, bool keepdim,
                           OptionalDType dtype) {
  const MatrixDims dims = HEDDLE_TRY(check_dims(a0, dims0));
  HEDDLE_REQUIRE(!order.is_complex(), "linalg.matrix_norm: Expected a non-complex scalar as the order of norm.");
  const double p = order.to_double();
  const double size = std::fabs(p);
  HEDDLE_REQUIRE(size == 1 || size == 2 || std::isinf(p), "linalg.matrix_norm: Order ", p, " not supported.");
  const Tensor a = HEDDLE_TRY(converted(a0, dtype));
  if (size == 2) {
    const Tensor s = HEDDLE_TRY(singular_values(a, dims));
    return with_dims(HEDDLE_TRY(p > 0 ? amax(s, Dims{-1}) : amin(s, Dims{-1})), dims, keepdim);
  }
  const int64_t summed = size == 1 ? dims.rows : dims.columns;
  const int64_t kept = size == 1 ? dims.columns : dims.rows;
  const Tensor sums = HEDDLE_TRY(vector_norm(a, 1, Dims{summed}, true));
  const Tensor extreme = HEDDLE_TRY(p > 0 ? amax(sums, Dims{kept}, true) : amin(sums, Dims{kept}, true));
  if (keepdim) return extreme;
  const Tensor once = HEDDLE_TRY(squeeze(extreme, std::max(dims.rows, dims.columns)));
  return squeeze(once, std::min(dims.rows, dims.columns));
}

Result<Tensor> matrix_norm(const Tensor& a0, std::string_view order, const Dims& dims0, bool keepdim,
                           OptionalDType dtype) {
  const MatrixDims dims = HEDDLE_TRY(check_dims(a0, dims0));
  HEDDLE_REQUIRE(order == "fro" || order == "nuc", "linalg.matrix_norm: Order ", order, " not supported.");
  if (order == "fro") return vector_norm(a0, 2, Dims{dims.rows, dims.columns}, keepdim, dtype);
  const Tensor s = HEDDLE_TRY(singular_values(HEDDLE_TRY(converted(a0, dtype)), dims));
  return with_dims(HEDDLE_TRY(sum(s, Dims{-1})), dims, keepdim);
}

namespace {

Result<Tensor> matrix_norm_number(const Tensor& a, const Scalar& order, const Dims& dims, bool keepdim,
                                  OptionalDType dtype) {
  return matrix_norm(a, order, dims, keepdim, dtype);
}
Result<Tensor> matrix_norm_name(const Tensor& a, std::string_view order, const Dims& dims, bool keepdim,
                                OptionalDType dtype) {
  return matrix_norm(a, order, dims, keepdim, dtype);
}

Status check_rank(const Tensor& a, const OptionalDims& dims) {
  HEDDLE_REQUIRE(!dims || dims->size() == 1 || dims->size() == 2,
                 "linalg.norm: If dim is specified, it must be of length 1 or 2. Got ", to_text(*dims));
  HEDDLE_REQUIRE(dims || a.dim() == 1 || a.dim() == 2,
                 "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ", a.dim(), "D.");
  return ok_status();
}

Result<Tensor> linalg_norm(const Tensor& a, OptionalNumber order, OptionalDims dims, bool keepdim,
                           OptionalDType dtype) {
  if (order) HEDDLE_TRY(check_rank(a, dims));
  if (order && (dims ? dims->size() : static_cast<size_t>(a.dim())) == 2) {
    return matrix_norm(a, *order, dims.value_or(Dims{0, 1}), keepdim, dtype);
  }
  return vector_norm(a, order.value_or(2), dims.value_or(Dims()), keepdim, dtype);
}

Result<Tensor> linalg_norm_name(const Tensor& a, std::string_view order, OptionalDims dims, bool keepdim,
                                OptionalDType dtype) {
  HEDDLE_TRY(check_rank(a, dims));
  return matrix_norm(a, order, dims.value_or(Dims{0, 1}), keepdim, dtype);
}

Result<Tensor> nuclear_norm_dims(const Tensor& a, const Dims& dims, bool keepdim) {
  return matrix_norm(a, std::string_view("nuc"), dims, keepdim);
}
Result<Tensor> nuclear_norm(const Tensor& a, bool keepdim) {
  HEDDLE_REQUIRE(a.dim() == 2, "Expected a tensor with 2 dimensions, but got a tensor with ", a.dim(),
                 " dimensions instead.");
  return matrix_norm(a, std::string_view("nuc"), Dims{0, 1}, keepdim);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(matrix_norms) {
  using namespace heddle::ops;
  add_with_out(table,
               "aten::linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, *, "
               "ScalarType? dtype=None) -> Tensor",
               boxed<&matrix_norm_number>(), "linalg_matrix_norm.out");
  add_with_out(
      table,
      "aten::linalg_matrix_norm.str_ord(Tensor self, str ord=\"fro\", int[] dim=[-2, -1], bool keepdim=False, *, "
      "ScalarType? dtype=None) -> Tensor",
      boxed<&matrix_norm_name>(), "linalg_matrix_norm.str_ord_out");
  add_with_out(table,
               "aten::linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, "
               "ScalarType? dtype=None) -> Tensor",
               boxed<&linalg_norm>(), "linalg_norm.out");
  add_with_out(table,
               "aten::linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, "
               "ScalarType? dtype=None) -> Tensor",
               boxed<&linalg_norm_name>(), "linalg_norm.ord_str_out");
  add_with_out(table, "aten::nuclear_norm(Tensor self, bool keepdim=False) -> Tensor", boxed<&nuclear_norm>(),
               "nuclear_norm.out");
  add_with_out(table, "aten::nuclear_norm.dim(Tensor self, int[2] dim, bool keepdim=False) -> Tensor",
               boxed<&nuclear_norm_dims>(), "nuclear_norm.dim_out");
}
