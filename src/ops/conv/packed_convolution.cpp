// Convolutions whose weights never change, as the pass pack_convolutions writes them: the weights are put in the
// kernel's order once a shape of input, and what follows (an added tensor, an activation) happens as sums are stored.
// Results are channels-last; the pass choose_layouts restores PyTorch's strides where they can be seen.
#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "core/boxes.h"
#include "ops/backend/convolution.h"
#include "ops/common/activation.h"
#include "ops/common/call.h"
#include "ops/common/copy.h"
#include "ops/conv/convolution.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using backend::Activation;
using backend::Convolution;

// Shared by every run of the model, on any thread.
class PackedConvolution final : public CapsuleValue {
 public:
  PackedConvolution(ConvolutionArguments arguments, std::optional<Tensor> scale, const Activation& activation)
      : CapsuleValue("heddle.PackedConvolution"),
        arguments_(std::move(arguments)),
        scale_(std::move(scale)),
        activation_(activation) {}

  // Everything but the input; the weights are still to be scaled.
  const ConvolutionArguments& arguments() const { return arguments_; }
  // Contiguous, a new tensor where they are scaled.
  Result<Tensor> scaled_weights() const {
    const Tensor weight = HEDDLE_TRY(contiguous(arguments_.weight));
    if (!scale_) return weight;
    Tensor scaled = HEDDLE_TRY(Tensor::empty(weight.sizes(), DType::kFloat32));
    const int64_t each = weight.numel() / weight.size(0);
    parallel::parallel_for(0, weight.size(0), std::max<int64_t>(1, 65536 / each), [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        const float scale = scale_->data<float>()[c];
        const float* from = weight.data<float>() + c * each;
        float* to = scaled.data<float>() + c * each;
        for (int64_t i = 0; i < each; ++i) to[i] = from[i] * scale;
      }
    });
    return scaled;
  }
  const Activation& activation() const { return activation_; }

  // What a call of one shape needs.
  struct Prepared {
    backend::ConvolutionShape shape;
    bool adds = false;
    Ref<const Convolution> kernel;  // null where there is no fused kernel
    Ref<Storage> weights;           // in its order
  };
  // The first shapes that came are found without a lock, further ones in the cache that all convolutions share.
  Result<Prepared> prepared(const backend::ConvolutionShape& shape, bool adds) const {
    for (const std::atomic<const Prepared*>& slot : prepared_) {
      // Acquire: sees what keep() wrote before.
      const Prepared* known = slot.load(std::memory_order_acquire);
      if (!known) break;
      if (known->adds == adds && known->shape == shape) return *known;
    }
    Prepared found{shape, adds, nullptr, nullptr};
    std::string declined;
    found.kernel = Convolution::find(shape, {adds, activation_}, declined);
    if (!found.kernel) return found;
    found.weights = HEDDLE_TRY(weights_for(found.kernel));
    keep(found);
    return found;
  }

  ~PackedConvolution() override {
    for (const auto& slot : prepared_) delete slot.load(std::memory_order_relaxed);
  }

 private:
  void keep(const Prepared& found) const {
    const std::lock_guard lock(mutex_);
    for (std::atomic<const Prepared*>& slot : prepared_) {
      const Prepared* known = slot.load(std::memory_order_relaxed);
      if (known && known->adds == found.adds && known->shape == found.shape) return;
      if (known) continue;
      slot.store(new Prepared(found), std::memory_order_release);
      return;
    }
  }

  // The weights in the order of the kernel.
  Result<Ref<Storage>> weights_for(const Ref<const Convolution>& kernel) const {
    const std::lock_guard lock(mutex_);
    for (const Packed& packed : packed_) {
      if (packed.kernel == kernel || packed.kernel->same_order(*kernel)) return packed.weights;
    }
    const Tensor weight = HEDDLE_TRY(scaled_weights());
    Ref<Storage> weights = HEDDLE_TRY(Storage::allocate(kernel->packed_bytes()));
    HEDDLE_TRY(kernel->pack(weight.data<float>(), weights->data()));
    // Inputs of ever new shapes must not fill the memory.
    if (packed_.size() == kMostOrders) packed_.erase(packed_.begin());
    packed_.push_back({kernel, weights});
    return weights;
  }

  static constexpr size_t kMostShapes = 8;
  static constexpr size_t kMostOrders = 8;
  struct Packed {
    Ref<const Convolution> kernel;
    Ref<Storage> weights;
  };
  const ConvolutionArguments arguments_;
  const std::optional<Tensor> scale_;  // [out], contiguous
  const Activation activation_;
  mutable std::mutex mutex_;
  mutable std::vector<Packed> packed_;  // guarded by mutex_
  // Filled from the front, under mutex_; what is there stays as long as this.
  mutable std::array<std::atomic<const Prepared*>, kMostShapes> prepared_ = {};
};

Result<IValue> pack_convolution(const Tensor& weight, const std::optional<Tensor>& scale,
                                const std::optional<Tensor>& bias, const Dims& stride, const Dims& padding,
                                const Dims& dilation, int64_t groups, std::string_view activation, double low,
                                double high) {
  HEDDLE_REQUIRE(weight.dim() >= 3 && weight.dim() <= 5 && weight.dtype() == DType::kFloat32 && weight.numel() > 0,
                 "heddle::pack_convolution: expected float32 weights of 3 to 5 dimensions, but got ",
                 python_name(weight.dtype()), " of size ", to_text(weight.sizes()));
  HEDDLE_REQUIRE(!scale || (scale->dtype() == DType::kFloat32 && scale->is_contiguous() && scale->dim() == 1 &&
                            scale->size(0) == weight.size(0)),
                 "heddle::pack_convolution: expected a float32 scale for each of ", weight.size(0), " channels");
  ConvolutionArguments arguments;
  arguments.weight = weight;
  arguments.bias = bias;
  arguments.stride = stride;
  arguments.padding = padding;
  arguments.dilation = dilation;
  arguments.groups = groups;
  Ref<CapsuleValue> packed =
      make_ref<PackedConvolution>(std::move(arguments), scale, HEDDLE_TRY(activation_of(activation, low, high)));
  return IValue(std::move(packed));
}

// The steps one by one, for inputs the fused kernel does not take.
Result<Tensor> in_steps(const Tensor& input, const PackedConvolution& packed, const Tensor* added) {
  const ConvolutionArguments& a = packed.arguments();
  const Tensor weight = HEDDLE_TRY(packed.scaled_weights());
  constexpr std::array<std::string_view, 3> kNames = {"aten::conv1d", "aten::conv2d", "aten::conv3d"};
  Tensor result =
      HEDDLE_TRY(call_tensor_operator(kNames[static_cast<size_t>(weight.dim() - 3)], "",
                                      {input, weight, a.bias ? IValue(*a.bias) : IValue(), make_int_list(a.stride),
                                       make_int_list(a.padding), make_int_list(a.dilation), a.groups}));
  if (added) {
    result = HEDDLE_TRY(call_tensor_operator("aten::add", "Tensor", {result, *added, 1}));
  }
  return activated(result, packed.activation());
}

Tensor channels_second(const Tensor& t) {
  Dims order = {0, t.dim() - 1};
  for (int64_t i = 1; i < t.dim() - 1; ++i) order.push_back(i);
  return t.permute(order);
}

// In the order of kernels: channels last.
Result<Tensor> empty_result(const Dims& sizes) {
  if (sizes.size() == 4) return Tensor::empty(sizes, DType::kFloat32, MemoryFormat::kChannelsLast);
  Dims in_order = {sizes[0]};
  for (size_t i = 2; i < sizes.size(); ++i) in_order.push_back(sizes[i]);
  in_order.push_back(sizes[1]);
  return channels_second(HEDDLE_TRY(Tensor::empty(in_order, DType::kFloat32)));
}

// The result, undefined where the fused kernel does not take the call. added: null, or what is added, which receives
// the result where it lies as the kernel wants it.
Result<Tensor> fused(const Tensor& input, const PackedConvolution& packed, const Tensor* added) {
  const ConvolutionArguments& given = packed.arguments();
  const auto is_plain = [&](const Tensor& t) { return t.dtype() == DType::kFloat32 && t.dim() == given.weight.dim(); };
  if (!is_plain(input) || input.numel() == 0) return Tensor();
  if (given.bias && given.bias->dtype() != DType::kFloat32) return Tensor();
  ConvolutionArguments a = given;
  a.input = input;
  const backend::ConvolutionShape shape = HEDDLE_TRY(check_convolution(a));
  const Dims sizes = convolution_output_sizes(a, shape);
  if (added && (!is_plain(*added) || !(added->sizes() == sizes))) return Tensor();
  const PackedConvolution::Prepared prepared = HEDDLE_TRY(packed.prepared(shape, added != nullptr));
  if (!prepared.kernel) return Tensor();
  const Tensor in_order = HEDDLE_TRY(contiguous(channels_behind(input)));
  Tensor bias;
  if (given.bias) bias = HEDDLE_TRY(contiguous(*given.bias));
  Tensor to_add;
  if (added) to_add = HEDDLE_TRY(contiguous(channels_behind(*added)));
  Tensor output = added && to_add.storage() == added->storage() ? *added : HEDDLE_TRY(empty_result(sizes));
  HEDDLE_TRY(prepared.kernel->run(in_order.data<float>(), prepared.weights->data(),
                                  given.bias ? bias.data<float>() : nullptr, added ? to_add.data<float>() : nullptr,
                                  channels_behind(output).data<float>()));
  return output;
}

Result<const PackedConvolution*> packed_of(const IValue& value) {
  HEDDLE_REQUIRE_CODE(value.is_capsule() && value.as_capsule().class_name == "heddle.PackedConvolution", kType,
                      "expected packed weights of a convolution, but got ", value.type_text());
  return static_cast<const PackedConvolution*>(&value.as_capsule());
}

Result<Tensor> packed_convolution(const Tensor& input, const IValue& packed) {
  const PackedConvolution& weights = *HEDDLE_TRY(packed_of(packed));
  const Tensor result = HEDDLE_TRY(fused(input, weights, nullptr));
  return result.defined() ? result : in_steps(input, weights, nullptr);
}

Result<Tensor> packed_convolution_add(const Tensor& input, const IValue& packed, const Tensor& added) {
  const PackedConvolution& weights = *HEDDLE_TRY(packed_of(packed));
  const Tensor result = HEDDLE_TRY(fused(input, weights, &added));
  return result.defined() ? result : in_steps(input, weights, &added);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(packed_convolution) {
  using namespace heddle::schema;
  table.add(
      "heddle::pack_convolution(Tensor weight, Tensor? scale, Tensor? bias, int[] stride, int[] padding, int[] "
      "dilation, int groups, "
      "str activation, float low, float high) -> Any",
      boxed<&heddle::ops::pack_convolution>());
  table.add("heddle::convolution(Tensor input, Any packed) -> Tensor", boxed<&heddle::ops::packed_convolution>());
  // The memory of `added`, which nobody may read afterwards, may become the result's.
  table.add("heddle::convolution_add_(Tensor input, Any packed, Tensor(a!) added) -> Tensor(a!)",
            boxed<&heddle::ops::packed_convolution_add>());
}
