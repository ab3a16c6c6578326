// The fills that scripts of torch.nn.init call: ordinary ones under names of their own.
#include "ops/common/copy.h"
#include "ops/random/draw.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> uniform(const Tensor& tensor, double from, double to) {
  HEDDLE_REQUIRE(from <= to, "uniform_ expects to return a [from, to) range, but found from=", from, " > to=", to);
  HEDDLE_TRY(fill_uniform(tensor, from, to, nullptr));
  return tensor;
}
Result<Tensor> normal(const Tensor& tensor, double mean, double std) {
  HEDDLE_REQUIRE(std >= 0, "normal expects std >= 0.0, but found std ", std);
  HEDDLE_TRY(fill_normal(tensor, mean, std, nullptr));
  return tensor;
}
Result<Tensor> filled(const Tensor& tensor, double value) {
  HEDDLE_TRY(fill(tensor, value));
  return tensor;
}
Result<Tensor> zeroed(const Tensor& tensor) {
  HEDDLE_TRY(zero(tensor));
  return tensor;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(legacy_initialise) {
  using namespace heddle::ops;
  using heddle::schema::kRandom;
  table.add("aten::_no_grad_uniform_(Tensor(a!) tensor, float a, float b) -> Tensor(a!)", boxed<&uniform>(), kRandom);
  table.add("aten::_no_grad_normal_(Tensor(a!) tensor, float mean, float std) -> Tensor(a!)", boxed<&normal>(),
            kRandom);
  table.add("aten::_no_grad_fill_(Tensor(a!) tensor, float val) -> Tensor(a!)", boxed<&filled>());
  table.add("aten::_no_grad_zero_(Tensor(a!) tensor) -> Tensor(a!)", boxed<&zeroed>());
}
