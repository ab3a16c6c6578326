#include "ops/common/copy.h"

#include <cstring>

#include "core/element.h"
#include "core/quantizer.h"
#include "ops/common/cast.h"
#include "ops/common/iterator.h"
#include "ops/common/overlap.h"

namespace heddle::ops {
namespace {

bool may_overlap(const Tensor& a, const Tensor& b) { return a.storage().get() == b.storage().get(); }

Status copy_elements(const Tensor& to, const Tensor& from) {
  if (is_quantized(to.dtype()) && to.dtype() == from.dtype()) set_quantizer(to, quantizer_of(from));
  if (to.dtype() == from.dtype() && to.strides() == from.strides() && to.sizes() == from.sizes() && to.is_dense()) {
    const auto bytes = static_cast<size_t>(to.numel() * element_size(to.dtype()));
    if (bytes && to.numel() <= Iterator::kGrain) {
      std::memmove(to.raw_data(), from.raw_data(), bytes);
      return ok_status();
    }
  }
  const Loop loop = cast_loop(from.dtype(), to.dtype());
  HEDDLE_REQUIRE(loop, "cannot convert ", python_name(from.dtype()), " to ", python_name(to.dtype()));
  Iterator it;
  it.output(Out::in_place(to)).plain_input(from);
  HEDDLE_TRY(it.build_copy());
  it.run(loop, nullptr);
  return ok_status();
}

}  // namespace

Status copy_into(const Tensor& to, const Tensor& from) {
  if (to.is_same(from)) return ok_status();
  HEDDLE_TRY(check_no_internal_overlap(to));
  if (may_overlap(to, from) && !check_no_overlap(to, from).ok()) {
    return copy_elements(to, HEDDLE_TRY(clone(from)));
  }
  return copy_elements(to, from);
}

Result<Tensor> clone(const Tensor& t, MemoryFormat format) {
  const Tensor copy = HEDDLE_TRY(format == MemoryFormat::kPreserve ? Tensor::empty_like(t)
                                                                   : Tensor::empty(t.sizes(), t.dtype(), format));
  HEDDLE_TRY(copy_elements(copy, t));
  return copy;
}

Result<Tensor> contiguous(const Tensor& t, MemoryFormat format) {
  if (t.is_contiguous(format)) return t;
  return clone(t, format);
}

Result<Tensor> to_dtype(const Tensor& t, DType dtype) {
  if (t.dtype() == dtype) return t;
  const Tensor copy = HEDDLE_TRY(Tensor::empty_like(t, dtype));
  HEDDLE_TRY(copy_elements(copy, t));
  return copy;
}

Result<Tensor> contiguous_as(const Tensor& t, DType dtype) {
  if (t.dtype() == dtype) return contiguous(t);
  const Tensor copy = HEDDLE_TRY(Tensor::empty(t.sizes(), dtype));
  HEDDLE_TRY(copy_elements(copy, t));
  return copy;
}

Status fill(const Tensor& t, const Scalar& value) {
  alignas(16) char element[16] = {};
  if (!store_element(element, t.dtype(), value)) return not_implemented("fill", t.dtype());
  // Elements that share a place get one value all the same, so one of each is enough.
  Dims sizes = t.sizes();
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (t.strides()[d] == 0 && sizes[d] > 1) sizes[d] = 1;
  }
  const Tensor distinct = t.alias(sizes, t.strides(), t.offset());
  Iterator it;
  it.output(Out::in_place(distinct));
  HEDDLE_TRY(it.build_copy());
  return dispatch_by_size(t.dtype(), [&]<class T>() {
    T bits;
    std::memcpy(&bits, element, sizeof bits);
    it.run<T()>([bits] { return bits; });
    return ok_status();
  });
}

Status zero(const Tensor& t) {
  if (t.numel() && t.is_dense() && t.numel() <= Iterator::kGrain) {
    std::memset(t.raw_data(), 0, static_cast<size_t>(t.numel() * element_size(t.dtype())));
    return ok_status();
  }
  return fill(t, 0);
}

Result<Tensor> full(std::span<const int64_t> sizes, const Scalar& value, DType dtype) {
  const Tensor t = HEDDLE_TRY(Tensor::empty(sizes, dtype));
  HEDDLE_TRY(fill(t, value));
  return t;
}

Result<Tensor> zeros(std::span<const int64_t> sizes, DType dtype) {
  const Tensor t = HEDDLE_TRY(Tensor::empty(sizes, dtype));
  HEDDLE_TRY(zero(t));
  return t;
}

Result<Scalar> item(const Tensor& t) {
  HEDDLE_REQUIRE(t.numel() == 1, "a Tensor with ", t.numel(), " elements cannot be converted to Scalar");
  return load_single(t);
}

}  // namespace heddle::ops
