// The out= forms that no Python call reaches: archives hold them only where somebody wrote them by hand. They merely
// store what the operator computed.
#include "schema/operator_table.h"

HEDDLE_OPERATORS(out_forms) {
  table.derive(
      "aten::rrelu_with_noise.out(Tensor self, Tensor noise, Scalar lower=0.125, Scalar "
      "upper=0.33333333333333331, bool training=False, Generator? generator=None, *, Tensor(a!) out) -> "
      "Tensor(a!)");
  table.derive(
      "aten::multilabel_margin_loss_forward.output(Tensor self, Tensor target, int reduction, *, "
      "Tensor(a!) output, Tensor(b!) is_target) -> (Tensor(a!), Tensor(b!))");
  table.derive(
      "aten::norm.dtype_out(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, ScalarType dtype, "
      "Tensor(a!) out) -> Tensor(a!)");
  table.derive(
      "aten::norm.ScalarOpt_dtype_out(Tensor self, Scalar? p, *, ScalarType dtype, Tensor(a!) out) -> "
      "Tensor(a!)");
  table.derive("aten::norm.Scalar_out(Tensor self, Scalar p=2, *, Tensor(a!) out) -> Tensor(a!)");
  table.derive(
      "aten::_ctc_loss.out(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, "
      "int blank=0, bool zero_infinity=False, *, Tensor(a!) out0, Tensor(b!) out1) -> (Tensor(a!), "
      "Tensor(b!))");
  table.derive(
      "aten::_embedding_bag_forward_only.out(Tensor weight, Tensor indices, Tensor offsets, bool "
      "scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool "
      "include_last_offset=False, int padding_idx=-1, *, Tensor(a!) out0, Tensor(b!) out1, Tensor(c!) "
      "out2, Tensor(d!) out3) -> (Tensor(a!), Tensor(b!), Tensor(c!), Tensor(d!))");
  table.derive(
      "aten::repeat_interleave.Tensor_out(Tensor repeats, *, int? output_size=None, Tensor(a!) out) -> "
      "Tensor(a!)");
  table.derive(
      "aten::nll_loss_forward.output(Tensor self, Tensor target, Tensor? weight, int reduction, int "
      "ignore_index, *, Tensor(a!) output, Tensor(b!) total_weight) -> (Tensor(a!), Tensor(b!))");
  table.derive(
      "aten::nll_loss2d_forward.output(Tensor self, Tensor target, Tensor? weight, int reduction, int "
      "ignore_index, *, Tensor(a!) output, Tensor(b!) total_weight) -> (Tensor(a!), Tensor(b!))");
  table.derive("aten::_aminmax.out(Tensor self, *, Tensor(a!) out0, Tensor(b!) out1) -> (Tensor(a!), Tensor(b!))");
  table.derive(
      "aten::_aminmax.dim_out(Tensor self, int dim, bool keepdim=False, *, Tensor(a!) out0, Tensor(b!) "
      "out1) -> (Tensor(a!), Tensor(b!))");
  table.derive(
      "aten::_embedding_bag.out(Tensor weight, Tensor indices, Tensor offsets, bool "
      "scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool "
      "include_last_offset=False, int padding_idx=-1, *, Tensor(a!) out0, Tensor(b!) out1, Tensor(c!) "
      "out2, Tensor(d!) out3) -> (Tensor(a!), Tensor(b!), Tensor(c!), Tensor(d!))");
  table.derive(
      "aten::_weight_norm_interface.out(Tensor v, Tensor g, int dim=0, *, Tensor(a!) out0, Tensor(b!) "
      "out1) -> (Tensor(a!), Tensor(b!))");
}
