#include "ops/conv/convolution.h"

#include <array>

#include "ops/backend/convolution.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/implementation.h"
#include "ops/conv/convolution_gemm.h"
#include "ops/conv/implementations.h"

namespace heddle::ops {

Tensor channels_behind(const Tensor& t) {
  Dims order = {0};
  for (int64_t i = 2; i < t.dim(); ++i) order.push_back(i);
  order.push_back(1);
  return t.permute(order);
}

namespace {

Status run_onednn(const ConvolutionProblem& p, const backend::Convolution& convolution) {
  const Tensor input = HEDDLE_TRY(contiguous(channels_behind(p.arguments.input)));
  const Tensor weight = HEDDLE_TRY(contiguous(p.arguments.weight));
  Tensor bias;
  if (p.arguments.bias) bias = HEDDLE_TRY(contiguous(*p.arguments.bias));
  const Ref<Storage> packed = HEDDLE_TRY(Storage::allocate(convolution.packed_bytes()));
  HEDDLE_TRY(convolution.pack(weight.data<float>(), packed->data()));
  Tensor output = channels_behind(p.output);
  if (!output.is_contiguous()) output = HEDDLE_TRY(Tensor::empty(output.sizes(), DType::kFloat32));
  HEDDLE_TRY(convolution.run(input.data<float>(), packed->data(), bias.defined() ? bias.data<float>() : nullptr,
                             nullptr, output.data<float>()));
  return output.storage() == p.output.storage() ? ok_status() : copy_into(channels_behind(p.output), output);
}

Attempt attempt_onednn(ConvolutionProblem& p) {
  if (p.output.dtype() != DType::kFloat32) return Attempt::declined(concat("dtype ", python_name(p.output.dtype())));
  if (p.shape.work() == 0) return Attempt::declined("nothing to compute");
  std::string reason;
  const Ref<const backend::Convolution> convolution = backend::Convolution::find(p.shape, {}, reason);
  return convolution ? Attempt::done(run_onednn(p, *convolution)) : Attempt::declined(std::move(reason));
}

Status run_gemm(ConvolutionProblem& p) {
  const Tensor input = HEDDLE_TRY(contiguous(p.arguments.input));
  const Tensor weight = HEDDLE_TRY(contiguous(p.arguments.weight));
  Tensor bias;
  if (p.arguments.bias) bias = HEDDLE_TRY(contiguous(*p.arguments.bias));
  Tensor output = p.output;
  if (!output.is_contiguous()) output = HEDDLE_TRY(Tensor::empty(output.sizes(), output.dtype()));
  HEDDLE_TRY(convolution_by_gemm(p.shape, input, weight, bias, output));
  return output.is_same(p.output) ? ok_status() : copy_into(p.output, output);
}

constexpr std::array<Implementation<ConvolutionProblem>, 2> kImplementations = {{
    {"onednn", "float32 (and the halves by way of it), a shape oneDNN has generated code for", &attempt_onednn},
    {"reference", "anything: patches as columns, and a matrix product",
     [](ConvolutionProblem& p) { return Attempt::done(run_gemm(p)); }},
}};

// A one-dimensional convolution is a two-dimensional one of height 1, whose input torch makes contiguous first.
MemoryFormat result_format(const ConvolutionArguments& a) {
  const Tensor weight = a.weight.dim() == 3 ? a.weight.unsqueeze(2) : a.weight;
  const bool channels_last = a.input.suggested_format() == MemoryFormat::kChannelsLast ||
                             weight.suggested_format() == MemoryFormat::kChannelsLast;
  return channels_last && !a.transposed ? MemoryFormat::kChannelsLast : MemoryFormat::kContiguous;
}

Result<Tensor> empty_result(std::span<const int64_t> sizes, DType dtype, MemoryFormat format) {
  if (sizes.size() != 3 || format == MemoryFormat::kContiguous) return Tensor::empty(sizes, dtype, format);
  const Tensor flat = HEDDLE_TRY(Tensor::empty(Dims{sizes[0], sizes[2], sizes[1]}, dtype));
  return flat.transpose(1, 2);
}

}  // namespace

std::span<const Implementation<ConvolutionProblem>> convolution_implementations() { return kImplementations; }

Result<Tensor> convolution(ConvolutionArguments a) {
  ConvolutionProblem problem;
  problem.shape = HEDDLE_TRY(check_convolution(a));
  const DType dtype = a.input.dtype();
  const DType computed = compute_dtype(dtype);
  const MemoryFormat format = result_format(a);
  problem.output = HEDDLE_TRY(empty_result(convolution_output_sizes(a, problem.shape), computed, format));
  if (problem.output.numel() == 0) return to_dtype(problem.output, dtype);
  if (computed != dtype) {
    a.input = HEDDLE_TRY(to_dtype(a.input, computed));
    a.weight = HEDDLE_TRY(to_dtype(a.weight, computed));
    if (a.bias) a.bias = HEDDLE_TRY(to_dtype(*a.bias, computed));
  }
  problem.arguments = std::move(a);
  HEDDLE_TRY(run_first<ConvolutionProblem>("convolution", kImplementations, problem));
  return to_dtype(problem.output, dtype);
}

}  // namespace heddle::ops
