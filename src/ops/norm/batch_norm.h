// Batch normalisation with given or computed statistics; instance normalisation is made of it. Any thread.
#pragma once

#include <optional>
#include <tuple>

#include "core/tensor.h"

namespace heddle::ops {

struct BatchNormArguments {
  Tensor input;  // [batch, channels, ...]
  std::optional<Tensor> weight;
  std::optional<Tensor> bias;
  std::optional<Tensor> running_mean;
  std::optional<Tensor> running_var;
  bool training = false;  // statistics of the batch; running ones, where given, are updated in place
  double momentum = 0.1;
  double eps = 1e-5;
  bool update = true;  // whether training updates the running statistics
};

struct BatchNormResult {
  Tensor output;  // channels-last where the input is, else contiguous
  Tensor mean;    // what training normalised with; empty tensors otherwise
  Tensor inverse_deviation;
};

// As torch.native_batch_norm: checks everything and computes. Halves compute in float32, with parameters of either
// dtype.
Result<BatchNormResult> batch_norm(const BatchNormArguments& arguments);

}  // namespace heddle::ops
