// Operators on tensors that do something of their own where their first argument is quantised, or is a list that begins
// with a quantised tensor. Installed over the finished operator table; read-only afterwards.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/operator_table.h"

namespace heddle::ops {

class QuantizedKernels {
 public:
  // name: "aten::max_pool2d", "aten::mean.dim".
  void add(std::string_view name, schema::Kernel kernel) { rows_.push_back({std::string(name), kernel}); }
  // Makes the operators choose by their first argument. An error names what is no operator.
  Status install(const schema::OperatorTable& table) const;

 private:
  struct Row {
    std::string name;
    schema::Kernel kernel;
  };
  std::vector<Row> rows_;
};

// The kernel that an operator has for other tensors; the operator's own where quantised ones have none.
schema::Kernel dense_kernel(const schema::Operator& op);

// One function a file that has such kernels.
void add_quantize_kernels(QuantizedKernels& kernels);
void add_adapted_kernels(QuantizedKernels& kernels);
void add_pool_kernels(QuantizedKernels& kernels);

// All of them.
Status install_quantized_kernels(const schema::OperatorTable& table);

}  // namespace heddle::ops
