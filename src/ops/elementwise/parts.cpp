// Floating numbers as mantissa and exponent.
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/with_out.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<std::tuple<Tensor, Tensor>> frexp(const Tensor& self) {
  HEDDLE_REQUIRE(is_floating(self.dtype()), "torch.frexp() only supports floating-point dtypes");
  // Wide copies with the input's order of dimensions, element beside element.
  const Tensor mantissa = HEDDLE_TRY(clone(HEDDLE_TRY(to_dtype(self, compute_dtype(self.dtype())))));
  const Tensor exponent = HEDDLE_TRY(Tensor::empty_like(mantissa, DType::kInt32));
  HEDDLE_TRY(dispatch<FloatTypes>(mantissa.dtype(), "frexp", [&]<class T>() {
    T* const values = mantissa.data<T>();
    int32_t* const exponents = exponent.data<int32_t>();
    parallel::parallel_for(0, self.numel(), 32768, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        int power = 0;
        values[i] = std::frexp(values[i], &power);
        exponents[i] = power;
      }
    });
    return ok_status();
  }));
  return std::tuple(HEDDLE_TRY(to_dtype(mantissa, self.dtype())), exponent);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(number_parts) {
  using namespace heddle::ops;
  add_with_out(table, "aten::frexp.Tensor(Tensor self) -> (Tensor mantissa, Tensor exponent)", boxed<&frexp>(),
               "frexp.Tensor_out");
}
