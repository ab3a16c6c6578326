// Making tensors: what other families use of it. Pure functions, any thread.
#pragma once

#include <optional>

#include "core/tensor.h"
#include "ops/common/cast.h"
#include "parallel/parallel.h"

namespace heddle::ops {

// torch.empty_like with its options: dtype and memory format are self's where they are not given.
Result<Tensor> empty_like(const Tensor& self, std::optional<DType> dtype, std::optional<MemoryFormat> format);
// torch.full with its rule for the dtype: that of the value (float32 for floats).
Result<Tensor> full_of(const Dims& sizes, const Scalar& value, std::optional<DType> dtype);
// The contiguous tensor's element i becomes f(i), cast to its dtype; f is called from several threads.
template <class Set, class F>
Status fill_by_index(const Tensor& t, std::string_view kernel, const F& f) {
  constexpr int64_t kGrain = 8192;
  return dispatch<Set>(t.dtype(), kernel, [&]<class T>() {
    T* data = t.data<T>();
    parallel::parallel_for(0, t.numel(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) data[i] = cast_element<T>(f(i));
    });
    return ok_status();
  });
}

}  // namespace heddle::ops
