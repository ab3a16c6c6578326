// torch.isin: which elements are among others.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/promotion.h"
#include "ops/common/with_out.h"
#include "ops/order/lines.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> isin(const Tensor& elements, const Tensor& tests, bool, bool invert) {
  for (const DType given : {elements.dtype(), tests.dtype()}) {
    HEDDLE_REQUIRE(!is_complex(given) && given != DType::kBFloat16 && given != DType::kFloat16 && given != DType::kBool,
                   "Unsupported input type encountered for isin(): ", dtype_name(given));
  }
  const DType dtype = ordering_dtype(HEDDLE_TRY(result_type(elements, tests)));
  const Tensor asked = HEDDLE_TRY(contiguous_as(elements, dtype));
  // Sorted in a copy; nans equal nothing.
  const Tensor known = HEDDLE_TRY(clone(HEDDLE_TRY(contiguous_as(tests, dtype)), MemoryFormat::kContiguous));
  const Tensor result = HEDDLE_TRY(Tensor::empty(elements.sizes(), DType::kBool));
  HEDDLE_TRY(dispatch<OrderingTypes>(dtype, "isin", [&]<class T>() {
    T* const begin = known.data<T>();
    T* const end = std::remove_if(begin, begin + known.numel(), [](T x) { return x != x; });
    std::sort(begin, end);
    parallel::parallel_for(0, asked.numel(), 4096, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; ++i) {
        const T x = asked.data<T>()[i];
        result.data<bool>()[i] = (x == x && std::binary_search(begin, end, x)) != invert;
      }
    });
    return ok_status();
  }));
  return result;
}

Result<Tensor> isin_number(const Tensor& elements, const Scalar& test, bool unique, bool invert) {
  return isin(elements, HEDDLE_TRY(Tensor::scalar(test, tensor_dtype(test))), unique, invert);
}
Result<Tensor> number_isin(const Scalar& element, const Tensor& tests, bool unique, bool invert) {
  return isin(HEDDLE_TRY(Tensor::scalar(element, tensor_dtype(element))), tests, unique, invert);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(membership) {
  using namespace heddle::ops;
  constexpr std::string_view kRest = "*, bool assume_unique=False, bool invert=False) -> Tensor";
  add_with_out(table, concat("aten::isin.Tensor_Tensor(Tensor elements, Tensor test_elements, ", kRest), boxed<&isin>(),
               "isin.Tensor_Tensor_out");
  add_with_out(table, concat("aten::isin.Tensor_Scalar(Tensor elements, Scalar test_element, ", kRest),
               boxed<&isin_number>(), "isin.Tensor_Scalar_out");
  add_with_out(table, concat("aten::isin.Scalar_Tensor(Scalar element, Tensor test_elements, ", kRest),
               boxed<&number_isin>(), "isin.Scalar_Tensor_out");
}
