#include "ops/quantized/kernels.h"

#include <unordered_map>
#include <utility>

#include "core/boxes.h"

namespace heddle::ops {
namespace {

struct Kernels {
  schema::Kernel quantized;
  schema::Kernel dense;
};
// Filled while the table is installed, before any kernel runs.
std::unordered_map<const schema::Operator*, Kernels>& installed() {
  static std::unordered_map<const schema::Operator*, Kernels> kernels;
  return kernels;
}

bool is_quantized_value(const IValue& value) {
  if (value.is_tensor()) return is_quantized(value.as_tensor().dtype());
  return value.is_list() && !value.as_list().items.empty() && value.as_list().items[0].is_tensor() &&
         is_quantized(value.as_list().items[0].as_tensor().dtype());
}

Status run_by_dtype(const schema::Call& call) {
  const Kernels& kernels = installed().at(&call.op());
  return (is_quantized_value(call.argument(0)) ? kernels.quantized : kernels.dense)(call);
}

}  // namespace

Status QuantizedKernels::install(const schema::OperatorTable& table) const {
  for (const Row& row : rows_) {
    const size_t dot = row.name.find('.');
    const schema::Operator* op =
        table.find(std::string_view(row.name).substr(0, dot), dot == std::string::npos ? "" : row.name.substr(dot + 1));
    HEDDLE_REQUIRE(op && op->kernel && !op->schema.arguments.empty() && !installed().contains(op),
                   "there is no operator ", row.name, " to have one kernel for quantised tensors");
    // The table has just been built and nobody else sees it yet.
    auto& changed = const_cast<schema::Operator&>(*op);
    installed()[op] = {row.kernel, std::exchange(changed.kernel, &run_by_dtype)};
  }
  return ok_status();
}

schema::Kernel dense_kernel(const schema::Operator& op) {
  const auto found = installed().find(&op);
  return found == installed().end() ? op.kernel : found->second.dense;
}

Status install_quantized_kernels(const schema::OperatorTable& table) {
  installed().clear();
  QuantizedKernels kernels;
  add_quantize_kernels(kernels);
  add_adapted_kernels(kernels);
  add_pool_kernels(kernels);
  return kernels.install(table);
}

}  // namespace heddle::ops
