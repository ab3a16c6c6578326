// How the integers of a quantised tensor stand for numbers: value = (integer - zero_point) * scale, with one scale and
// zero point for the tensor or one for each index of an axis. Immutable, so tensors and threads share it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ref.h"
#include "core/tensor.h"

namespace heddle {

// The numbers are PyTorch's: TorchScript code carries them as integers.
enum class QScheme : int8_t {
  kPerTensorAffine = 0,
  kPerChannelAffine = 1,
  kPerTensorSymmetric = 2,
  kPerChannelSymmetric = 3,
  kPerChannelAffineFloatQParams = 4,  // of embeddings: zero points are floats
};

class Quantizer final : public RefCounted {
 public:
  Quantizer(double scale, int64_t zero_point)
      : scheme(QScheme::kPerTensorAffine), scales{scale}, zero_points{static_cast<double>(zero_point)} {}
  // One scale and zero point for each index of dimension `axis`; scheme is one of the per-channel ones.
  Quantizer(QScheme channel_scheme, std::vector<double> channel_scales, std::vector<double> channel_zero_points,
            int64_t channel_axis)
      : scheme(channel_scheme),
        axis(channel_axis),
        scales(std::move(channel_scales)),
        zero_points(std::move(channel_zero_points)) {}

  bool per_tensor() const { return scheme == QScheme::kPerTensorAffine || scheme == QScheme::kPerTensorSymmetric; }
  double scale() const { return scales[0]; }
  int64_t zero_point() const { return static_cast<int64_t>(zero_points[0]); }

  const QScheme scheme;
  const int64_t axis = 0;
  const std::vector<double> scales;  // as many as zero_points; one per tensor
  const std::vector<double> zero_points;
};

// What stands behind every tensor of a quantised dtype. Views share its quantiser.
class QuantizedImpl final : public TensorImpl {
 public:
  Ref<const Quantizer> quantizer;  // null: the integers stand for nothing yet
};

// Null where the tensor is not quantised.
Ref<const Quantizer> quantizer_of(const Tensor& t);
// The tensor's dtype must be a quantised one.
void set_quantizer(const Tensor& t, Ref<const Quantizer> quantizer);
// A view of the same memory under another dtype of the same size, without a quantiser.
Tensor view_as_dtype(const Tensor& t, DType dtype);

}  // namespace heddle
