#include "ops/common/activation.h"

#include <array>
#include <vector>

#include "ops/common/call.h"

namespace heddle::ops {
namespace {

using backend::Activation;
using Kind = Activation::Kind;

struct Row {
  std::string_view name;
  Kind kind;
  std::string_view op;
};
constexpr std::array kActivations = std::to_array<Row>({
    {"", Kind::kNone, ""},
    {"relu", Kind::kRelu, "aten::relu"},
    {"hardtanh", Kind::kClamp, "aten::hardtanh"},
    {"silu", Kind::kSilu, "aten::silu"},
    {"hardswish", Kind::kHardswish, "aten::hardswish"},
    {"sigmoid", Kind::kSigmoid, "aten::sigmoid"},
    {"tanh", Kind::kTanh, "aten::tanh"},
    {"gelu", Kind::kGelu, "aten::gelu"},
    {"gelu_tanh", Kind::kGeluTanh, "aten::gelu"},
});

}  // namespace

Result<Activation> activation_of(std::string_view name, double low, double high) {
  for (const Row& row : kActivations) {
    if (row.name == name) return Activation{row.kind, static_cast<float>(low), static_cast<float>(high)};
  }
  return invalid("unknown activation '", name, "'");
}

Result<Tensor> activated(const Tensor& x, const Activation& activation) {
  if (activation.kind == Kind::kNone) return x;
  std::vector<IValue> arguments = {IValue(x)};
  if (activation.kind == Kind::kClamp) {
    arguments.emplace_back(static_cast<double>(activation.low));
    arguments.emplace_back(static_cast<double>(activation.high));
  }
  if (activation.kind == Kind::kGelu) arguments.emplace_back("none");
  if (activation.kind == Kind::kGeluTanh) arguments.emplace_back("tanh");
  for (const Row& row : kActivations) {
    if (row.kind == activation.kind) return call_tensor_operator(row.op, "", arguments);
  }
  return invalid("unknown activation");
}

}  // namespace heddle::ops
