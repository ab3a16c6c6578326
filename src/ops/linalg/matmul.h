// torch.matmul and what is made of it. Other families call them. Any thread.
#pragma once

#include <optional>

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// Vectors, matrices and batches of them, batches broadcast, as torch.matmul.
Result<Tensor> matmul(const Tensor& self, const Tensor& other, const Out& out = {});
// input [..., in], weight [out, in] or [in]: input weight' + bias.
Result<Tensor> linear(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                      const Out& out = {});
// Sums of products over pairs of dimensions, as torch.tensordot with lists.
Result<Tensor> tensordot(const Tensor& self, const Tensor& other, const Dims& dims_self, const Dims& dims_other,
                         const Out& out = {});

}  // namespace heddle::ops
