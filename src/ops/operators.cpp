#include "ops/operators.h"

#include "ops/quantized/kernels.h"

namespace heddle::ops {

Result<std::unique_ptr<const schema::OperatorTable>> build_operator_table() {
  schema::TableBuilder builder;
  register_all_operators(builder);
  std::unique_ptr<const schema::OperatorTable> table = HEDDLE_TRY(builder.build());
  HEDDLE_TRY(install_quantized_kernels(*table));
  return table;
}

}  // namespace heddle::ops
