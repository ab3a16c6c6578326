// torch's operators for pooling: windows and adaptive boxes, maxima and means.
#include <tuple>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/pool/window.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using Kind = PoolProblem::Kind;
using TwoTensors = std::tuple<Tensor, Tensor>;

// [.., L] as [.., 1, L] and back, as torch does it: layouts then follow the rules of two dimensions.
Tensor with_height(const Tensor& t) { return t.unsqueeze(t.dim() - 1); }
Tensor without_height(const Tensor& t) { return t.select(t.dim() - 2, 0); }
Dims with_leading(int64_t value, const Dims& values) {
  Dims all = {value};
  for (int64_t v : values) all.push_back(v);
  return all;
}

Result<PoolResult> max_pool(std::string_view name, int64_t rank, const Tensor& self, const WindowArguments& a,
                            bool with_indices) {
  const std::vector<PoolAxis> axes = HEDDLE_TRY(window_axes(name, self, rank, a));
  if (!is_floating(self.dtype())) return not_implemented(name, self.dtype());
  return pool(Kind::kMax, self, axes, with_indices, std::nullopt, name);
}

template <int64_t rank>
Result<Tensor> max_pool_values(const Tensor& self, const Dims& kernel_size, const Dims& stride, const Dims& padding,
                               const Dims& dilation, bool ceil_mode) {
  const PoolResult result = HEDDLE_TRY(max_pool(rank == 2 ? "max_pool2d" : "max_pool3d", rank, self,
                                                {kernel_size, stride, padding, dilation, ceil_mode}, false));
  return result.output;
}

template <int64_t rank>
Result<TwoTensors> max_pool_with_indices(const Tensor& self, const Dims& kernel_size, const Dims& stride,
                                         const Dims& padding, const Dims& dilation, bool ceil_mode) {
  const PoolResult result = HEDDLE_TRY(max_pool(rank == 2 ? "max_pool2d" : "max_pool3d", rank, self,
                                                {kernel_size, stride, padding, dilation, ceil_mode}, true));
  return TwoTensors(result.output, result.indices);
}

Result<PoolResult> max_pool1d_of(const Tensor& self, const Dims& kernel_size, const Dims& stride, const Dims& padding,
                                 const Dims& dilation, bool ceil_mode, bool with_indices) {
  // Checked as one dimension first, so that messages speak of it.
  HEDDLE_TRY(window_axes("max_pool1d", self, 1, {kernel_size, stride, padding, dilation, ceil_mode}));
  const Dims steps = stride.empty() ? kernel_size : stride;
  return max_pool("max_pool1d", 2, with_height(self),
                  {with_leading(1, kernel_size), with_leading(1, steps), with_leading(0, padding),
                   with_leading(1, dilation), ceil_mode},
                  with_indices);
}

Result<Tensor> max_pool1d(const Tensor& self, const Dims& kernel_size, const Dims& stride, const Dims& padding,
                          const Dims& dilation, bool ceil_mode) {
  const PoolResult result = HEDDLE_TRY(max_pool1d_of(self, kernel_size, stride, padding, dilation, ceil_mode, false));
  return contiguous(without_height(result.output));
}

Result<TwoTensors> max_pool1d_with_indices(const Tensor& self, const Dims& kernel_size, const Dims& stride,
                                           const Dims& padding, const Dims& dilation, bool ceil_mode) {
  const PoolResult result = HEDDLE_TRY(max_pool1d_of(self, kernel_size, stride, padding, dilation, ceil_mode, true));
  return TwoTensors(without_height(result.output), without_height(result.indices));
}

template <int64_t rank>
Result<Tensor> avg_pool(const Tensor& self, const Dims& kernel_size, const Dims& stride, const Dims& padding,
                        bool ceil_mode, bool count_include_pad, std::optional<int64_t> divisor_override) {
  HEDDLE_REQUIRE(!divisor_override || *divisor_override != 0, "divisor must be not zero");
  const std::string name = concat("avg_pool", rank, "d");
  const std::vector<PoolAxis> axes =
      HEDDLE_TRY(window_axes(name, self, rank, {kernel_size, stride, padding, {1}, ceil_mode, count_include_pad}));
  const PoolResult result = HEDDLE_TRY(pool(Kind::kMean, self, axes, false, divisor_override, name));
  return result.output;
}

Result<Tensor> avg_pool1d(const Tensor& self, const Dims& kernel_size, const Dims& stride, const Dims& padding,
                          bool ceil_mode, bool count_include_pad) {
  HEDDLE_TRY(window_axes("avg_pool1d", self, 1, {kernel_size, stride, padding, {1}, ceil_mode, count_include_pad}));
  const Dims steps = stride.empty() ? kernel_size : stride;
  const Tensor result = HEDDLE_TRY(avg_pool<2>(with_height(self), with_leading(1, kernel_size), with_leading(1, steps),
                                               with_leading(0, padding), ceil_mode, count_include_pad, std::nullopt));
  return without_height(result);
}

Result<PoolResult> adaptive(std::string_view name, Kind kind, const Tensor& self, const Dims& output_size) {
  const std::vector<PoolAxis> axes = HEDDLE_TRY(adaptive_axes(name, self, output_size));
  if (kind == Kind::kMax && !is_floating(self.dtype())) return not_implemented(name, self.dtype());
  return pool(kind, self, axes, kind == Kind::kMax, std::nullopt, name);
}

template <int64_t rank>
Result<Tensor> adaptive_avg_pool(const Tensor& self, const Dims& output_size) {
  HEDDLE_REQUIRE(static_cast<int64_t>(output_size.size()) == rank, "adaptive_avg_pool", rank, "d: output_size must be ",
                 rank, ", but got ", to_text(output_size));
  if (!is_floating(self.dtype()) && self.numel() != 0)
    return not_implemented(concat("adaptive_avg_pool", rank, "d"), self.dtype());
  const PoolResult result =
      HEDDLE_TRY(adaptive(concat("adaptive_avg_pool", rank, "d"), Kind::kMean, self, output_size));
  return result.output;
}

template <int64_t rank>
Result<TwoTensors> adaptive_max_pool(const Tensor& self, const Dims& output_size) {
  HEDDLE_REQUIRE(static_cast<int64_t>(output_size.size()) == rank, "adaptive_max_pool", rank,
                 "d(): internal error: output_size.size() must be ", rank, ", but got ", to_text(output_size));
  const PoolResult result = HEDDLE_TRY(adaptive(concat("adaptive_max_pool", rank, "d"), Kind::kMax, self, output_size));
  return TwoTensors(result.output, result.indices);
}

Result<Tensor> adaptive_avg_pool1d(const Tensor& self, const Dims& output_size) {
  HEDDLE_TRY(adaptive_axes("adaptive_avg_pool1d", self, output_size));
  const Tensor result = HEDDLE_TRY(adaptive_avg_pool<2>(with_height(self), with_leading(1, output_size)));
  return without_height(result);
}

Result<TwoTensors> adaptive_max_pool1d(const Tensor& self, const Dims& output_size) {
  HEDDLE_TRY(adaptive_axes("adaptive_max_pool1d", self, output_size));
  const TwoTensors result = HEDDLE_TRY(adaptive_max_pool<2>(with_height(self), with_leading(1, output_size)));
  return TwoTensors(without_height(std::get<0>(result)), without_height(std::get<1>(result)));
}

template <auto f>
void add(schema::TableBuilder& table, std::string_view schema, std::string_view out_form = {}) {
  table.add(schema, schema::boxed<f>());
  describe(table, pool_implementations());
  if (!out_form.empty()) table.derive(out_form);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(max_pool) {
  using namespace heddle::ops;
  add<&max_pool1d>(table,
                   "aten::max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], int[1] "
                   "dilation=[1], bool ceil_mode=False) -> Tensor");
  add<&max_pool_values<2>>(table,
                           "aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, "
                           "int[2] dilation=1, bool ceil_mode=False) -> Tensor");
  add<&max_pool_values<3>>(table,
                           "aten::max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, "
                           "int[3] dilation=1, bool ceil_mode=False) -> Tensor");
  add<&max_pool1d_with_indices>(table,
                                "aten::max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], "
                                "int[1] padding=[0], int[1] dilation=[1], bool ceil_mode=False) -> (Tensor, Tensor)");
  add<&max_pool_with_indices<2>>(
      table,
      "aten::max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] "
      "dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
      "aten::max_pool2d_with_indices.out(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] "
      "dilation=1, bool ceil_mode=False, *, Tensor(a!) out, Tensor(b!) indices) -> (Tensor(a!), Tensor(b!))");
  add<&max_pool_with_indices<3>>(
      table,
      "aten::max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] "
      "dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
      "aten::max_pool3d_with_indices.out(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] "
      "dilation=1, bool ceil_mode=False, *, Tensor(a!) out, Tensor(b!) indices) -> (Tensor(a!), Tensor(b!))");
}

HEDDLE_OPERATORS(avg_pool) {
  using namespace heddle::ops;
  add<&avg_pool1d>(table,
                   "aten::avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], bool "
                   "ceil_mode=False, bool count_include_pad=True) -> Tensor");
  add<&avg_pool<2>>(
      table,
      "aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool ceil_mode=False, "
      "bool count_include_pad=True, int? divisor_override=None) -> Tensor",
      "aten::avg_pool2d.out(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool ceil_mode=False, "
      "bool count_include_pad=True, int? divisor_override=None, *, Tensor(a!) out) -> Tensor(a!)");
  add<&avg_pool<3>>(
      table,
      "aten::avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool ceil_mode=False, "
      "bool count_include_pad=True, int? divisor_override=None) -> Tensor",
      "aten::avg_pool3d.out(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool ceil_mode=False, "
      "bool count_include_pad=True, int? divisor_override=None, *, Tensor(a!) out) -> Tensor(a!)");
}

HEDDLE_OPERATORS(adaptive_pool) {
  using namespace heddle::ops;
  add<&adaptive_avg_pool1d>(table, "aten::adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor");
  add<&adaptive_avg_pool<2>>(
      table, "aten::adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
      "aten::adaptive_avg_pool2d.out(Tensor self, SymInt[2] output_size, *, Tensor(a!) out) -> Tensor(a!)");
  add<&adaptive_avg_pool<2>>(
      table, "aten::_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
      "aten::_adaptive_avg_pool2d.out(Tensor self, SymInt[2] output_size, *, Tensor(a!) out) -> Tensor(a!)");
  add<&adaptive_avg_pool<3>>(
      table, "aten::adaptive_avg_pool3d(Tensor self, int[3] output_size) -> Tensor",
      "aten::adaptive_avg_pool3d.out(Tensor self, int[3] output_size, *, Tensor(a!) out) -> Tensor(a!)");
  add<&adaptive_avg_pool<3>>(
      table, "aten::_adaptive_avg_pool3d(Tensor self, int[3] output_size) -> Tensor",
      "aten::_adaptive_avg_pool3d.out(Tensor self, int[3] output_size, *, Tensor(a!) out) -> Tensor(a!)");
  add<&adaptive_max_pool1d>(table, "aten::adaptive_max_pool1d(Tensor self, int[1] output_size) -> (Tensor, Tensor)");
  add<&adaptive_max_pool<2>>(table, "aten::adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, Tensor)",
                             "aten::adaptive_max_pool2d.out(Tensor self, int[2] output_size, *, Tensor(a!) out, "
                             "Tensor(b!) indices) -> (Tensor(a!), Tensor(b!))");
  add<&adaptive_max_pool<3>>(table, "aten::adaptive_max_pool3d(Tensor self, int[3] output_size) -> (Tensor, Tensor)",
                             "aten::adaptive_max_pool3d.out(Tensor self, int[3] output_size, *, Tensor(a!) out, "
                             "Tensor(b!) indices) -> (Tensor(a!), Tensor(b!))");
}
