#include "ops/linalg/packed_linear.h"

#include <string>
#include <string_view>
#include <vector>

#include "ops/common/activation.h"
#include "ops/common/copy.h"
#include "ops/linalg/matmul.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using backend::Activation;

constexpr const char* kClassName = "heddle.PackedLinear";

// weight: [out, in], or [in, out] where it is the right side of a product. of_matrices: other inputs are refused.
Result<IValue> pack_linear(const Tensor& weight, const std::optional<Tensor>& bias, bool is_right_side,
                           bool of_matrices, std::string_view activation, double low, double high) {
  HEDDLE_REQUIRE(weight.dim() == 2 && weight.dtype() == DType::kFloat32,
                 "heddle::pack_linear: expected a float32 matrix, but got ", python_name(weight.dtype()), " of size ",
                 to_text(weight.sizes()));
  const Tensor rows = is_right_side ? weight.transpose(0, 1) : weight;
  HEDDLE_REQUIRE(!bias || (bias->dtype() == DType::kFloat32 && bias->dim() == 1 && bias->size(0) == rows.size(0)),
                 "heddle::pack_linear: expected a float32 bias of ", rows.size(0), " elements");
  Ref<CapsuleValue> packed =
      make_ref<PackedLinear>(rows, bias, of_matrices, HEDDLE_TRY(activation_of(activation, low, high)));
  return IValue(std::move(packed));
}

Result<Tensor> packed_linear(const Tensor& input, const IValue& packed) {
  return HEDDLE_TRY(packed_linear_of(packed))->run(input);
}

}  // namespace

PackedLinear::PackedLinear(Tensor weight, std::optional<Tensor> bias, bool of_matrices, const Activation& activation)
    : CapsuleValue(kClassName),
      weights_(std::move(weight)),
      bias_(std::move(bias)),
      of_matrices_(of_matrices),
      activation_(activation) {}

Result<Tensor> PackedLinear::run(const Tensor& input) const {
  HEDDLE_REQUIRE(!of_matrices_ || input.dim() == 2, "mat1 must be a matrix, got ", input.dim(), "-D tensor");
  const int64_t in = weights_.weight().size(1);
  const bool fits = input.dtype() == DType::kFloat32 && input.dim() >= 1 && input.sizes().back() == in && in > 0 &&
                    weights_.weight().size(0) > 0;
  if (!fits) return in_steps(input);
  const backend::PackedMatrix* packed = HEDDLE_TRY(weights_.matrix());
  const int64_t rows = input.numel() / in;
  if (!packed->takes(rows)) return in_steps(input);
  const Tensor dense = HEDDLE_TRY(contiguous(input));
  const Tensor bias = bias_ ? HEDDLE_TRY(contiguous(*bias_)) : Tensor();
  Dims sizes = input.sizes();
  sizes.back() = weights_.weight().size(0);
  Tensor output = HEDDLE_TRY(Tensor::empty(sizes, DType::kFloat32));
  HEDDLE_TRY(packed->multiply(dense.data<float>(), rows, bias.defined() ? bias.data<float>() : nullptr, activation_,
                              output.data<float>()));
  return output;
}

Result<Tensor> PackedLinear::in_steps(const Tensor& input) const {
  return activated(HEDDLE_TRY(linear(input, weights_.weight(), bias_)), activation_);
}

Result<const PackedLinear*> packed_linear_of(const IValue& value) {
  HEDDLE_REQUIRE_CODE(value.is_capsule() && value.as_capsule().class_name == kClassName, kType,
                      "expected packed weights of a linear map, but got ", value.type_text());
  return static_cast<const PackedLinear*>(&value.as_capsule());
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(packed_linear) {
  using namespace heddle::schema;
  table.add(
      "heddle::pack_linear(Tensor weight, Tensor? bias, bool is_right_side, bool of_matrices, str "
      "activation, float low, float high) -> Any",
      boxed<&heddle::ops::pack_linear>());
  table.add("heddle::linear(Tensor input, Any packed) -> Tensor", boxed<&heddle::ops::packed_linear>());
}
