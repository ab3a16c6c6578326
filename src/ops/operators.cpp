#include "ops/operators.h"

namespace heddle::ops {

Result<std::unique_ptr<const schema::OperatorTable>> build_operator_table() {
  schema::TableBuilder builder;
  register_all_operators(builder);
  return builder.build();
}

}  // namespace heddle::ops
