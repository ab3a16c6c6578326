#include "passes/affine.h"

#include <cmath>

#include "passes/patterns.h"

namespace heddle::passes {
namespace {

bool is_plain(const Tensor& t, DType dtype) { return t.dtype() == dtype && t.is_contiguous(); }

// The elements of a constant vector, `otherwise` for None; nothing where it is neither.
std::optional<std::vector<double>> vector_of(const ir::Value* value, DType dtype, int64_t size, double otherwise) {
  const IValue* constant = constant_of(value);
  if (!constant) return std::nullopt;
  if (constant->is_none()) return std::vector<double>(static_cast<size_t>(size), otherwise);
  if (!constant->is_tensor()) return std::nullopt;
  const Tensor& t = constant->as_tensor();
  if (!is_plain(t, dtype) || t.dim() != 1 || t.numel() != size) return std::nullopt;
  std::vector<double> out(static_cast<size_t>(size));
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = dtype == DType::kFloat32 ? static_cast<double>(t.data<float>()[i]) : t.data<double>()[i];
  }
  return out;
}

// batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled)
std::optional<Affine> affine_of(const ir::Node& convolution, const ir::Node& norm, DType dtype, int64_t channels) {
  const std::optional<double> eps = constant_number(norm.input(7));
  const auto gamma = vector_of(norm.input(1), dtype, channels, 1);
  const auto beta = vector_of(norm.input(2), dtype, channels, 0);
  const auto bias = vector_of(convolution.input(2), dtype, channels, 0);
  if (!eps || !gamma || !beta || !bias || !constant_tensor(norm.input(3)) || !constant_tensor(norm.input(4)))
    return std::nullopt;
  const auto mean = vector_of(norm.input(3), dtype, channels, 0);
  const auto variance = vector_of(norm.input(4), dtype, channels, 1);
  if (!mean || !variance) return std::nullopt;
  Affine out;
  for (size_t i = 0; i < gamma->size(); ++i) {
    const double scale = (*gamma)[i] / std::sqrt((*variance)[i] + *eps);
    out.scale.push_back(scale);
    out.shift.push_back(scale * ((*bias)[i] - (*mean)[i]) + (*beta)[i]);
  }
  return out;
}

}  // namespace

std::optional<Affine> affine_behind(const ir::Node& convolution, const ir::Node& norm) {
  if (!norm.is_operator("aten::batch_norm") || !is_constant_bool(norm.input(5), false)) return std::nullopt;
  if (norm.input(0) != convolution.output() || convolution.owner() != norm.owner()) return std::nullopt;
  const Tensor* weight = constant_tensor(convolution.input(1));
  if (!weight || weight->numel() == 0 || only_reader(convolution.output()) != &norm) return std::nullopt;
  const DType dtype = weight->dtype();
  if (dtype != DType::kFloat32 && dtype != DType::kFloat64) return std::nullopt;
  return affine_of(convolution, norm, dtype, weight->size(0));
}

}  // namespace heddle::passes
