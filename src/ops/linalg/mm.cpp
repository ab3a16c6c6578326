#include "ops/linalg/mm.h"

#include <algorithm>

#include "ops/backend/blas.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/linalg/apart.h"
#include "ops/linalg/operators.h"
#include "ops/linalg/product.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

Status check_same_dtype(const Tensor& a, const Tensor& b) {
  HEDDLE_REQUIRE(a.dtype() == b.dtype(), "expected scalar type ", dtype_name(a.dtype()), " but found ",
                 dtype_name(b.dtype()));
  return ok_status();
}

Status check_matrices(const Tensor& a, const Tensor& b) {
  HEDDLE_REQUIRE(a.dim() == 2, "mat1 must be a matrix, got ", a.dim(), "-D tensor");
  HEDDLE_REQUIRE(b.dim() == 2, "mat2 must be a matrix, got ", b.dim(), "-D tensor");
  HEDDLE_REQUIRE(a.size(1) == b.size(0), "mat1 and mat2 shapes cannot be multiplied (", a.size(0), "x", a.size(1),
                 " and ", b.size(0), "x", b.size(1), ")");
  return check_same_dtype(a, b);
}

Status check_batches(const Tensor& a, const Tensor& b) {
  HEDDLE_REQUIRE(a.dim() == 3, "batch1 must be a 3D tensor");
  HEDDLE_REQUIRE(b.dim() == 3, "batch2 must be a 3D tensor");
  HEDDLE_REQUIRE(a.size(0) == b.size(0) && a.size(2) == b.size(1),
                 "Expected size for first two dimensions of batch2 tensor to be: [", a.size(0), ", ", a.size(2),
                 "] but got: [", b.size(0), ", ", b.size(1), "].");
  return check_same_dtype(a, b);
}

Status check_expandable(const Tensor& self, std::span<const int64_t> sizes) {
  const size_t rank = self.sizes().size();
  bool fits = rank <= sizes.size();
  for (size_t i = 0; fits && i < rank; ++i) {
    fits = self.sizes()[i] == 1 || self.sizes()[i] == sizes[sizes.size() - rank + i];
  }
  HEDDLE_REQUIRE(fits, "The expanded size of the tensor must match the existing size. Target sizes: ", to_text(sizes),
                 ".  Tensor sizes: ", to_text(self.sizes()));
  return ok_status();
}

// beta * self + alpha * a b with its result already checked for; `c` may be self.
Status add_product(std::string_view kernel, const Tensor& c, const Tensor& self, const Tensor& a, const Tensor& b,
                   const Scalar& beta, const Scalar& alpha) {
  if (beta.to_complex() != 0.0 && !c.is_same(self)) HEDDLE_TRY(copy_into(c, self));
  return multiply(kernel, c, a, b, beta, alpha);
}

Status check_vectors(const Tensor& a, const Tensor& b, std::string_view name) {
  HEDDLE_REQUIRE(a.dim() == 1 && b.dim() == 1, "1D tensors expected, but got ", a.dim(), "D and ", b.dim(),
                 "D tensors");
  HEDDLE_REQUIRE(a.dtype() == b.dtype(), name, " : expected both vectors to have same dtype, but found ",
                 dtype_name(a.dtype()), " and ", dtype_name(b.dtype()));
  HEDDLE_REQUIRE(a.size(0) == b.size(0), "inconsistent tensor size, expected tensor ", to_text(a.sizes()), " and src ",
                 to_text(b.sizes()), " to have the same number of elements, but got ", a.size(0), " and ", b.size(0),
                 " elements respectively");
  return ok_status();
}

Result<Tensor> inner_product(std::string_view name, const Tensor& a0, const Tensor& b0, bool conjugate,
                             const Out& out) {
  HEDDLE_TRY(check_vectors(a0, b0, name));
  const Tensor a = HEDDLE_TRY(to_dtype(a0, compute_dtype(a0.dtype())));
  const Tensor b = HEDDLE_TRY(to_dtype(b0, compute_dtype(b0.dtype())));
  Tensor sum = HEDDLE_TRY(Tensor::empty({}, a.dtype()));
  HEDDLE_TRY(dispatch<NumberTypes>(a.dtype(), name, [&]<class T>() -> Status {
    // In pieces that do not depend on the number of threads.
    constexpr int64_t kPiece = 65536;
    const auto add = [](T x, T y) -> T {
      if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<uint64_t>(x) + static_cast<uint64_t>(y));  // wraps around
      } else {
        return x + y;
      }
    };
    const auto piece = [&](int64_t begin, int64_t end) {
      return backend::dot<T>(end - begin, a.data<T>() + begin * a.stride(0), a.stride(0),
                             b.data<T>() + begin * b.stride(0), b.stride(0), conjugate);
    };
    *sum.data<T>() =
        a.size(0) <= kPiece ? piece(0, a.size(0)) : parallel::parallel_reduce(0, a.size(0), kPiece, T(0), piece, add);
    return ok_status();
  }));
  sum = HEDDLE_TRY(to_dtype(sum, a0.dtype()));
  return compute_apart(out, {}, a0.dtype(), {&a0, &b0}, [&](const Tensor& result) { return copy_into(result, sum); });
}

Result<Tensor> vdot(const Tensor& self, const Tensor& other, const Out& out) {
  return inner_product("vdot", self, other, true, out);
}

Result<Tensor> addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta, const Scalar& alpha,
                     const Out& out) {
  HEDDLE_REQUIRE(mat.dim() == 2 && vec.dim() == 1 && self.dim() <= 1, "vector + matrix @ vector expected, got ",
                 self.dim(), ", ", mat.dim(), ", ", vec.dim());
  HEDDLE_REQUIRE(mat.size(1) == vec.size(0) && (self.numel() == mat.size(0) || self.numel() == 1),
                 "size mismatch, got input (", self.numel(), "), mat (", mat.size(0), "x", mat.size(1), "), vec (",
                 vec.size(0), ")");
  HEDDLE_TRY(check_same_dtype(mat, vec));
  HEDDLE_TRY(check_same_dtype(mat, self));
  return compute_apart(out, Dims{mat.size(0)}, mat.dtype(), {&mat, &vec, out.is_in_place() ? &mat : &self},
                       [&](const Tensor& c) -> Status {
                         if (beta.to_complex() != 0.0 && !c.is_same(self)) HEDDLE_TRY(copy_into(c, self));
                         return multiply("addmv_impl_cpu", c.unsqueeze(1), mat, vec.unsqueeze(1), beta, alpha);
                       });
}

// A product a row, for integers, whose matrix product is made for more columns.
Status multiply_vector(const Tensor& c, const Tensor& matrix, const Tensor& vec) {
  return dispatch<IntTypes>(c.dtype(), "addmv_impl_cpu", [&]<class T>() -> Status {
    const int64_t n = vec.size(0);
    const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(n, 1));
    parallel::parallel_for(0, matrix.size(0), grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        c.data<T>()[i * c.stride(0)] = backend::dot<T>(n, matrix.data<T>() + i * matrix.stride(0), matrix.stride(1),
                                                       vec.data<T>(), vec.stride(0), false);
      }
    });
    return ok_status();
  });
}

// beta * self + alpha * the sum of the batch's products: one product, of the matrices side by side.
Result<Tensor> addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                      const Scalar& alpha, const Out& out) {
  HEDDLE_TRY(check_batches(batch1, batch2));
  const Dims sizes = {batch1.size(1), batch2.size(2)};
  HEDDLE_TRY(check_expandable(self, sizes));
  const int64_t inner = batch1.size(0) * batch1.size(2);
  const Tensor wide = HEDDLE_TRY(contiguous(batch1.permute(Dims{1, 0, 2})));
  const Tensor tall = HEDDLE_TRY(contiguous(batch2));
  return addmm(self, wide.view_contiguous(Dims{sizes[0], inner}), tall.view_contiguous(Dims{inner, sizes[1]}), beta,
               alpha, out);
}

}  // namespace

Result<Tensor> mm(const Tensor& self, const Tensor& mat2, const Out& out) {
  HEDDLE_REQUIRE(self.dim() == 2, "self must be a matrix");
  HEDDLE_TRY(check_matrices(self, mat2));
  return compute_apart(out, Dims{self.size(0), mat2.size(1)}, self.dtype(), {&self, &mat2},
                       [&](const Tensor& c) { return multiply("addmm_impl_cpu_", c, self, mat2); });
}

Result<Tensor> bmm(const Tensor& self, const Tensor& mat2, const Out& out) {
  HEDDLE_TRY(check_batches(self, mat2));
  return compute_apart(out, Dims{self.size(0), self.size(1), mat2.size(2)}, self.dtype(), {&self, &mat2},
                       [&](const Tensor& c) { return multiply("bmm", c, self, mat2); });
}

Result<Tensor> mv(const Tensor& self, const Tensor& vec, const Out& out) {
  HEDDLE_REQUIRE(self.dim() == 2 && vec.dim() == 1, "vector + matrix @ vector expected, got 1, ", self.dim(), ", ",
                 vec.dim());
  HEDDLE_REQUIRE(self.size(1) == vec.size(0), "size mismatch, got ", self.size(0), ", ", self.size(0), "x",
                 self.size(1), ",", vec.size(0));
  HEDDLE_TRY(check_same_dtype(self, vec));
  return compute_apart(out, Dims{self.size(0)}, self.dtype(), {&self, &vec}, [&](const Tensor& c) {
    if (is_integral(c.dtype())) return multiply_vector(c, self, vec);
    return multiply("addmv_impl_cpu", c.unsqueeze(1), self, vec.unsqueeze(1));
  });
}

Result<Tensor> dot(const Tensor& self, const Tensor& tensor, const Out& out) {
  return inner_product("dot", self, tensor, false, out);
}

Result<Tensor> addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
                     const Scalar& alpha, const Out& out) {
  HEDDLE_TRY(check_matrices(mat1, mat2));
  HEDDLE_REQUIRE(self.dtype() == mat2.dtype(), "self and mat2 must have the same dtype, but got ",
                 dtype_name(self.dtype()), " and ", dtype_name(mat2.dtype()));
  const Dims sizes = {mat1.size(0), mat2.size(1)};
  HEDDLE_TRY(check_expandable(self, sizes));
  return compute_apart(
      out, sizes, mat1.dtype(), {&mat1, &mat2, out.is_in_place() ? &mat1 : &self},
      [&](const Tensor& c) { return add_product("addmm_impl_cpu_", c, self, mat1, mat2, beta, alpha); });
}

Result<Tensor> baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                       const Scalar& alpha, const Out& out) {
  HEDDLE_TRY(check_batches(batch1, batch2));
  const Dims sizes = {batch1.size(0), batch1.size(1), batch2.size(2)};
  HEDDLE_TRY(check_expandable(self, sizes));
  return compute_apart(out, sizes, batch1.dtype(), {&batch1, &batch2, out.is_in_place() ? &batch1 : &self},
                       [&](const Tensor& c) { return add_product("baddbmm", c, self, batch1, batch2, beta, alpha); });
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(matrix_products) {
  using namespace heddle::ops;
  add_product_forms<&mm>(table, "aten::mm(Tensor self, Tensor mat2) -> Tensor", {.out = "mm.out"});
  add_product_forms<&bmm>(table, "aten::bmm(Tensor self, Tensor mat2) -> Tensor", {.out = "bmm.out"});
  add_product_forms<&mv>(table, "aten::mv(Tensor self, Tensor vec) -> Tensor", {.out = "mv.out"});
  add_product_forms<&dot>(table, "aten::dot(Tensor self, Tensor tensor) -> Tensor", {.out = "dot.out"});
  add_product_forms<&vdot>(table, "aten::vdot(Tensor self, Tensor other) -> Tensor", {.out = "vdot.out"});
  add_product_forms<&addmm>(
      table, "aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
      {.in_place = "addmm_", .out = "addmm.out"});
  add_product_forms<&addbmm>(
      table, "aten::addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
      {.in_place = "addbmm_", .out = "addbmm.out"});
  add_product_forms<&baddbmm>(
      table, "aten::baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
      {.in_place = "baddbmm_", .out = "baddbmm.out"});
  add_product_forms<&addmv>(
      table, "aten::addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
      {.in_place = "addmv_", .out = "addmv.out"});
}
