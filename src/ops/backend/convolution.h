// Float32 convolutions of channels-last data, by oneDNN or by kernels of our own. Callers: src/ops/conv. A Convolution
// is made for one shape, cached, and immutable: any thread may run it, several at once. Work is divided over
// parallel_for; the bits of a result do not depend on the number of threads.
#pragma once

#include <cstddef>
#include <string>

#include "base/ref.h"
#include "base/result.h"
#include "ops/backend/activation.h"
#include "ops/backend/convolution_plan.h"

namespace heddle::ops::backend {

// What a convolution does to each sum before it stores it: adds an element of another tensor, then applies a function.
struct ConvolutionEnding {
  bool add = false;
  Activation activation;
  auto operator<=>(const ConvolutionEnding&) const = default;
};

class Convolution : public RefCounted {
 public:
  // From the cache (of kCapacity shapes), or made, which takes oneDNN about a millisecond. Null where neither has a
  // fast kernel for the shape; `declined` then says why.
  static Ref<const Convolution> find(const ConvolutionShape& shape, const ConvolutionEnding& ending,
                                     std::string& declined);
  static constexpr size_t kCapacity = 1024;

  // Bytes of the weights in the order this shape wants them.
  virtual size_t packed_bytes() const = 0;
  // Reorders torch's weights [out, in / groups, D, H, W] (transposed: [in, out / groups, D, H, W]), contiguous, into
  // `packed`, which is 64-byte aligned.
  virtual Status pack(const float* weights, void* packed) const = 0;
  // Whether both take the same packed weights.
  virtual bool same_order(const Convolution& other) const = 0;
  // bias may be null. input and output are dense and do not overlap. added, for an ending that adds: dense like the
  // output; it may be the output itself, which then is added to.
  virtual Status run(const float* input, const void* packed, const float* bias, const float* added,
                     float* output) const = 0;
};

}  // namespace heddle::ops::backend
