// The operators that give views of their tensor, and their in-place forms, which change the tensor's own sizes and
// strides.
#include "core/lazy_view.h"
#include "ops/common/copy.h"
#include "ops/common/resize.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Optional = std::optional<int64_t>;

Result<Tensor> view_sizes(const Tensor& t, const Dims& sizes) { return view(t, sizes); }
Result<Tensor> reshape_sizes(const Tensor& t, const Dims& sizes) { return reshape(t, sizes); }
Result<Tensor> view_like(const Tensor& t, const Tensor& other) { return view(t, other.sizes()); }
Result<Tensor> reshape_like(const Tensor& t, const Tensor& other) { return reshape(t, other.sizes()); }
Result<Tensor> flatten_dims(const Tensor& t, int64_t start, int64_t end) { return flatten(t, start, end); }
Result<Tensor> unflatten_dim(const Tensor& t, int64_t dim, const Dims& sizes) { return unflatten(t, dim, sizes); }
Result<Tensor> ravel(const Tensor& t) { return reshape(HEDDLE_TRY(contiguous(t)), Dims{-1}); }
Result<Tensor> reshape_alias(const Tensor& t, const Dims& sizes, const Dims& strides) {
  return as_strided(t, sizes, strides, std::nullopt);
}
Result<Tensor> view_dtype(const Tensor& t, DType dtype) {
  HEDDLE_REQUIRE(!is_quantized(t.dtype()) && !is_quantized(dtype), "view: quantised tensors cannot change their dtype");
  HEDDLE_REQUIRE(!is_lazy(t) || t.dtype() == dtype,
                 "view: a tensor marked as conjugated or negated cannot change its dtype");
  const int64_t from = element_size(t.dtype());
  const int64_t to = element_size(dtype);
  Dims sizes = t.sizes();
  Dims strides = t.strides();
  int64_t offset = t.offset();
  if (from != to) {
    HEDDLE_REQUIRE(t.dim() > 0, "self.dim() cannot be 0 to view ", dtype_name(t.dtype()), " as ", dtype_name(dtype),
                   " (different element sizes)");
    HEDDLE_REQUIRE(strides.back() == 1 || sizes.back() == 1, "self.stride(-1) must be 1 to view ",
                   dtype_name(t.dtype()), " as ", dtype_name(dtype), " (different element sizes), but got ",
                   strides.back());
    if (from > to) {
      const int64_t ratio = from / to;
      for (size_t i = 0; i + 1 < strides.size(); ++i) strides[i] *= ratio;
      strides.back() = 1;
      sizes.back() *= ratio;
      offset *= ratio;
    } else {
      const int64_t ratio = to / from;
      HEDDLE_REQUIRE(sizes.back() % ratio == 0, "self.size(-1) must be divisible by ", ratio, " to view ",
                     dtype_name(t.dtype()), " as ", dtype_name(dtype), " (different element sizes), but got ",
                     sizes.back());
      HEDDLE_REQUIRE(offset % ratio == 0, "self.storage_offset() must be divisible by ", ratio, " to view ",
                     dtype_name(t.dtype()), " as ", dtype_name(dtype), " (different element sizes), but got ", offset);
      for (size_t i = 0; i + 1 < strides.size(); ++i) {
        HEDDLE_REQUIRE(strides[i] % ratio == 0, "self.stride(", i, ") must be divisible by ", ratio, " to view ",
                       dtype_name(t.dtype()), " as ", dtype_name(dtype), " (different element sizes), but got ",
                       strides[i]);
        strides[i] /= ratio;
      }
      strides.back() = 1;
      sizes.back() /= ratio;
      offset /= ratio;
    }
  }
  return Tensor::from_storage(t.storage(), dtype, sizes, strides, offset);
}

Result<Tensor> transpose_dims(const Tensor& t, int64_t a, int64_t b) { return transpose(t, a, b); }
Result<Tensor> t(const Tensor& self) {
  HEDDLE_REQUIRE(self.dim() <= 2, "t() expects a tensor with <= 2 dimensions, but self is ", self.dim(), "D");
  return transpose(self, 0, self.dim() < 2 ? 0 : 1);
}
Result<Tensor> reversed(const Tensor& t) {
  Dims order(t.sizes().size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(order.size() - 1 - i);
  return t.permute(order);
}
Result<Tensor> matrix_transpose(const Tensor& t) {
  if (t.dim() == 0) return transpose(t, 0, 0);
  HEDDLE_REQUIRE(t.dim() >= 2, "tensor.mT is only supported on matrices or batches of matrices. Got ", t.dim(),
                 "-D tensor.");
  return transpose(t, -2, -1);
}
Result<Tensor> permute_dims(const Tensor& t, const Dims& order) { return permute(t, order); }
Result<Tensor> movedim_one(const Tensor& t, int64_t from, int64_t to) { return movedim(t, Dims{from}, Dims{to}); }
Result<Tensor> movedim_many(const Tensor& t, const Dims& from, const Dims& to) { return movedim(t, from, to); }
Result<Tensor> select_index(const Tensor& t, int64_t dim, int64_t index) { return select(t, dim, index); }
Result<Tensor> slice_range(const Tensor& t, int64_t dim, Optional start, Optional end, int64_t step) {
  return slice(t, dim, start, end, step);
}
Result<Tensor> narrow_range(const Tensor& t, int64_t dim, int64_t start, int64_t length) {
  return narrow(t, dim, start, length);
}
Result<Tensor> narrow_tensor(const Tensor& t, int64_t dim, const Tensor& start, int64_t length) {
  HEDDLE_REQUIRE(start.dim() == 0 && is_integral(start.dtype()), "start must be an 0-dim integral Tensor.");
  const Scalar first = HEDDLE_TRY(item(start));
  return narrow(t, dim, first.to_int(), length);
}
Tensor squeeze_all(const Tensor& t) { return squeeze(t); }
Result<Tensor> squeeze_dim(const Tensor& t, int64_t dim) { return squeeze(t, dim); }
Result<Tensor> unsqueeze_dim(const Tensor& t, int64_t dim) { return unsqueeze(t, dim); }
Result<Tensor> expand_sizes(const Tensor& t, const Dims& sizes, bool) { return expand(t, sizes); }
Result<Tensor> broadcast_to(const Tensor& t, const Dims& sizes) { return expand(t, sizes); }
Result<Tensor> expand_like(const Tensor& t, const Tensor& other) { return expand(t, other.sizes()); }
Result<Tensor> diagonal_of(const Tensor& t, int64_t offset, int64_t dim1, int64_t dim2) {
  return diagonal(t, offset, dim1, dim2);
}
Result<Tensor> unfold_dim(const Tensor& t, int64_t dim, int64_t size, int64_t step) {
  return unfold(t, dim, size, step);
}
Result<Tensor> as_strided_view(const Tensor& t, const Dims& sizes, const Dims& strides, Optional offset) {
  return as_strided(t, sizes, strides, offset);
}
Tensor marked(Tensor view, bool conj, bool neg) {
  set_marks(view, conj, neg);
  return view;
}
Result<Tensor> as_real(const Tensor& t) {
  HEDDLE_REQUIRE(!t.impl()->conj,
                 "view_as_real doesn't work on unresolved conjugated tensors; use resolve_conj() first");
  return marked(HEDDLE_TRY(view_as_real(t)), false, t.impl()->neg);
}
Result<Tensor> as_complex(const Tensor& t) { return marked(HEDDLE_TRY(view_as_complex(t)), false, t.impl()->neg); }
Result<Tensor> real(const Tensor& t) {
  if (!is_complex(t.dtype())) return t;
  return marked(HEDDLE_TRY(select(HEDDLE_TRY(view_as_real(t)), -1, 0)), false, t.impl()->neg);
}
Result<Tensor> imag(const Tensor& t) {
  HEDDLE_REQUIRE(is_complex(t.dtype()), "imag is not implemented for tensors with non-complex dtypes.");
  return marked(HEDDLE_TRY(select(HEDDLE_TRY(view_as_real(t)), -1, 1)), false, t.impl()->neg != t.impl()->conj);
}

Result<std::vector<Tensor>> broadcast_tensors(const std::vector<Tensor>& tensors) {
  Dims sizes;
  for (const Tensor& t : tensors) sizes = HEDDLE_TRY(broadcast_sizes(sizes, t.sizes()));
  std::vector<Tensor> result;
  // One that has the size already is given back itself, as torch does: it shares later changes of its size.
  for (const Tensor& t : tensors) result.push_back(t.sizes() == sizes ? t : HEDDLE_TRY(expand(t, sizes)));
  return result;
}

// Runs a view and gives the tensor itself its sizes and strides.
template <auto f, class... A>
Result<IValue> become(const IValue& self, const A&... arguments) {
  HEDDLE_REQUIRE_CODE(self.is_tensor(), kType, "argument 'self' must be Tensor, but got ", self.type_text());
  const Result<Tensor> view = f(self.as_tensor(), arguments...);
  if (!view.ok()) return view.status().clone();
  set_tensor(self.as_tensor(), *view);
  return self;
}
Result<IValue> transpose_(const IValue& self, int64_t a, int64_t b) { return become<&transpose_dims>(self, a, b); }
Result<IValue> t_(const IValue& self) { return become<&t>(self); }
Result<IValue> squeeze_dim_(const IValue& self, int64_t dim) { return become<&squeeze_dim>(self, dim); }
Result<Tensor> squeeze_checked(const Tensor& t) { return squeeze(t); }
Result<IValue> squeeze_(const IValue& self) { return become<&squeeze_checked>(self); }
Result<IValue> unsqueeze_(const IValue& self, int64_t dim) { return become<&unsqueeze_dim>(self, dim); }
Result<IValue> as_strided_(const IValue& self, const Dims& sizes, const Dims& strides, Optional offset) {
  return become<&as_strided_view>(self, sizes, strides, offset);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(view) {
  using namespace heddle::ops;
  table.add("aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)", boxed<&view_sizes>());
  table.add("aten::view.dtype(Tensor(a) self, ScalarType dtype) -> Tensor(a)", boxed<&view_dtype>());
  table.add("aten::view_as(Tensor(a) self, Tensor other) -> Tensor(a)", boxed<&view_like>());
  table.add("aten::_unsafe_view(Tensor(a) self, SymInt[] size) -> Tensor(a)", boxed<&view_sizes>());
  table.derive("aten::_unsafe_view.out(Tensor self, SymInt[] size, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)", boxed<&reshape_sizes>());
  table.add("aten::reshape_as(Tensor(a) self, Tensor other) -> Tensor(a)", boxed<&reshape_like>());
  table.add("aten::_reshape_alias(Tensor(a) self, SymInt[] size, SymInt[] stride) -> Tensor(a)",
            boxed<&reshape_alias>());
  table.add("aten::flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)",
            boxed<&flatten_dims>());
  table.add("aten::unflatten.int(Tensor(a) self, int dim, int[] sizes) -> Tensor(a)", boxed<&unflatten_dim>());
  table.add("aten::ravel(Tensor(a) self) -> Tensor(a)", boxed<&ravel>());
  table.add("aten::transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", boxed<&transpose_dims>());
  table.add("aten::swapaxes(Tensor(a) self, int axis0, int axis1) -> Tensor(a)", boxed<&transpose_dims>());
  table.add("aten::swapdims(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", boxed<&transpose_dims>());
  table.add("aten::t(Tensor(a) self) -> Tensor(a)", boxed<&t>());
  for (const char* name : {"numpy_T", "numpy_T.a"}) {
    table.add(concat("aten::", name, "(Tensor(a) self) -> Tensor(a)"), boxed<&reversed>());
  }
  for (const char* name : {"mT", "mT.a"}) {
    table.add(concat("aten::", name, "(Tensor(a) self) -> Tensor(a)"), boxed<&matrix_transpose>());
  }
  table.add("aten::permute(Tensor(a) self, int[] dims) -> Tensor(a)", boxed<&permute_dims>());
  for (const char* name : {"movedim", "moveaxis"}) {
    table.add(concat("aten::", name, ".int(Tensor(a) self, int source, int destination) -> Tensor(a)"),
              boxed<&movedim_one>());
    table.add(concat("aten::", name, ".intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)"),
              boxed<&movedim_many>());
  }
  table.add("aten::select.int(Tensor(a) self, int dim, int index) -> Tensor(a)", boxed<&select_index>());
  table.add(
      "aten::slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor(a)",
      boxed<&ops::slice_range>());
  table.add("aten::narrow(Tensor(a) self, int dim, int start, int length) -> Tensor(a)", boxed<&narrow_range>());
  table.add("aten::narrow.Tensor(Tensor(a) self, int dim, Tensor start, int length) -> Tensor(a)",
            boxed<&narrow_tensor>());
  table.add("aten::squeeze(Tensor(a) self) -> Tensor(a)", boxed<&squeeze_all>());
  table.add("aten::squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)", boxed<&squeeze_dim>());
  table.add("aten::unsqueeze(Tensor(a) self, int dim) -> Tensor(a)", boxed<&unsqueeze_dim>());
  table.add("aten::expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)", boxed<&expand_sizes>());
  table.add("aten::expand_as(Tensor(a) self, Tensor other) -> Tensor(a)", boxed<&expand_like>());
  table.add("aten::broadcast_to(Tensor(a) self, int[] size) -> Tensor(a)", boxed<&broadcast_to>());
  table.add("aten::broadcast_tensors(Tensor(a)[] tensors) -> Tensor(a)[]", boxed<&broadcast_tensors>());
  table.add("aten::diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)", boxed<&diagonal_of>());
  table.add("aten::unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)", boxed<&unfold_dim>());
  table.add(
      "aten::as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a)",
      boxed<&as_strided_view>());
  table.add("aten::view_as_real(Tensor(a) self) -> Tensor(a)", boxed<&as_real>());
  table.add("aten::view_as_complex(Tensor(a) self) -> Tensor(a)", boxed<&as_complex>());
  table.add("aten::real(Tensor(a) self) -> Tensor(a)", boxed<&real>());
  table.add("aten::imag(Tensor(a) self) -> Tensor(a)", boxed<&imag>());

  table.add("aten::transpose_(Tensor(a!) self, int dim0, int dim1) -> Tensor(a!)", boxed<&transpose_>());
  table.add("aten::swapaxes_(Tensor(a!) self, int axis0, int axis1) -> Tensor(a!)", boxed<&transpose_>());
  table.add("aten::swapdims_(Tensor(a!) self, int dim0, int dim1) -> Tensor(a!)", boxed<&transpose_>());
  table.add("aten::t_(Tensor(a!) self) -> Tensor(a!)", boxed<&t_>());
  table.add("aten::squeeze_(Tensor(a!) self) -> Tensor(a!)", boxed<&squeeze_>());
  table.add("aten::squeeze_.dim(Tensor(a!) self, int dim) -> Tensor(a!)", boxed<&squeeze_dim_>());
  table.add("aten::unsqueeze_(Tensor(a!) self, int dim) -> Tensor(a!)", boxed<&unsqueeze_>());
  table.add(
      "aten::as_strided_(Tensor(a!) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a!)",
      boxed<&as_strided_>());
}
