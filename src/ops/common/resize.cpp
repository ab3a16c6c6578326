#include "ops/common/resize.h"

#include <algorithm>

#include "core/quantizer.h"

namespace heddle::ops {

Status resize_strided(const Tensor& t, std::span<const int64_t> sizes, std::span<const int64_t> strides) {
  const int64_t element = element_size(t.dtype());
  const int64_t numel = HEDDLE_TRY(checked_numel(sizes, element));
  int64_t last = t.offset();
  for (size_t i = 0; i < sizes.size(); ++i) {
    int64_t span = 0;
    HEDDLE_REQUIRE(numel == 0 || (!__builtin_mul_overflow(sizes[i] - 1, strides[i], &span) &&
                                  !__builtin_add_overflow(last, span, &last)),
                   "sizes ", to_text(sizes), " with strides ", to_text(strides), " overflow");
  }
  int64_t needed = 0;
  HEDDLE_REQUIRE(numel == 0 || !__builtin_mul_overflow(last + 1, element, &needed), "sizes ", to_text(sizes),
                 " overflow");
  if (static_cast<size_t>(needed) > t.storage()->bytes()) {
    HEDDLE_TRY(t.storage()->resize(static_cast<size_t>(needed)));
  }
  TensorImpl& impl = *t.impl();
  impl.sizes = Dims(sizes);
  impl.strides = Dims(strides);
  impl.numel = numel;
  return ok_status();
}

Status resize(const Tensor& t, std::span<const int64_t> sizes) {
  if (std::ranges::equal(t.sizes(), sizes)) return ok_status();
  HEDDLE_TRY(checked_numel(sizes, element_size(t.dtype())));
  return resize_strided(t, sizes, contiguous_strides(sizes));
}

void set_tensor(const Tensor& t, const Tensor& source) {
  TensorImpl& to = *t.impl();
  const TensorImpl& from = *source.impl();
  to.storage = from.storage;
  to.sizes = from.sizes;
  to.strides = from.strides;
  to.offset = from.offset;
  to.numel = from.numel;
  if (is_quantized(to.dtype)) set_quantizer(t, quantizer_of(source));
}

}  // namespace heddle::ops
