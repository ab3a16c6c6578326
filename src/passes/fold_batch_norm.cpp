// Folds batch normalisations with constant statistics into the weights of the convolutions before them, where
// pack_convolutions has not taken them.
#include <optional>

#include "passes/affine.h"
#include "passes/passes.h"
#include "passes/patterns.h"

namespace heddle::passes {
namespace {

bool is_convolution(const ir::Node& node) {
  if (node.is_operator("aten::_convolution") || node.is_operator("aten::convolution"))
    return is_constant_bool(node.input(6), false);
  return node.is_operator("aten::conv1d") || node.is_operator("aten::conv2d") || node.is_operator("aten::conv3d");
}

template <class T>
Status scale_weights(const Tensor& weight, const Affine& affine, Tensor& new_weight, Tensor& new_bias) {
  const auto channels = static_cast<int64_t>(affine.scale.size());
  new_weight = HEDDLE_TRY(Tensor::empty(weight.sizes(), weight.dtype()));
  new_bias = HEDDLE_TRY(Tensor::empty(Dims{channels}, weight.dtype()));
  const int64_t each = weight.numel() / channels;
  for (int64_t c = 0; c < channels; ++c) {
    const double scale = affine.scale[static_cast<size_t>(c)];
    for (int64_t i = c * each; i < (c + 1) * each; ++i)
      new_weight.data<T>()[i] = static_cast<T>(static_cast<double>(weight.data<T>()[i]) * scale);
    new_bias.data<T>()[c] = static_cast<T>(affine.shift[static_cast<size_t>(c)]);
  }
  return ok_status();
}

Status fold(ir::Graph& graph, ir::Node* norm) {
  if (!norm->is_operator("aten::batch_norm")) return ok_status();
  ir::Node* convolution = norm->input(0)->node();
  if (!is_convolution(*convolution)) return ok_status();
  const std::optional<Affine> affine = affine_behind(*convolution, *norm);
  const Tensor* weight = constant_tensor(convolution->input(1));
  if (!affine || !weight->is_contiguous()) return ok_status();
  const DType dtype = weight->dtype();

  Tensor new_weight;
  Tensor new_bias;
  HEDDLE_TRY(dtype == DType::kFloat32 ? scale_weights<float>(*weight, *affine, new_weight, new_bias)
                                      : scale_weights<double>(*weight, *affine, new_weight, new_bias));
  const ir::InsertPointGuard guard(graph, convolution);
  const auto replace = [&](size_t input, Tensor value) {
    const ir::Value* old = convolution->input(input);
    convolution->set_input(input, graph.insert_constant(IValue(std::move(value)), old->node()->range, old->type()));
  };
  replace(1, std::move(new_weight));
  convolution->set_input(2, graph.insert_constant(IValue(std::move(new_bias)), convolution->range));
  norm->output()->replace_all_uses_with(convolution->output());
  norm->destroy();
  return ok_status();
}

Status fold_all(ir::Graph& graph, ir::Block* block) {
  for (ir::Node* node = block->first(); node != block->return_node();) {
    ir::Node* following = node->next();
    for (const auto& inner : node->blocks()) HEDDLE_TRY(fold_all(graph, inner.get()));
    HEDDLE_TRY(fold(graph, node));
    node = following;
  }
  return ok_status();
}

}  // namespace

Status fold_batch_norm(ir::Graph& graph) { return fold_all(graph, graph.block()); }

}  // namespace heddle::passes
