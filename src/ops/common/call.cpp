#include "ops/common/call.h"

#include "schema/operator_table.h"

namespace heddle::ops {

Result<Tensor> call_tensor_operator(std::string_view name, std::string_view overload, std::vector<IValue> arguments) {
  const schema::Operator* op = schema::operators().find(name, overload);
  HEDDLE_REQUIRE_CODE(op, kRuntime, "there is no operator ", name, overload.empty() ? "" : ".", overload);
  for (size_t i = arguments.size(); i < op->schema.arguments.size(); ++i) {
    HEDDLE_REQUIRE_CODE(op->schema.arguments[i].default_value, kRuntime, name, " is called with too few arguments");
    arguments.push_back(*op->schema.arguments[i].default_value);
  }
  const std::vector<IValue> results = HEDDLE_TRY(schema::call_operator(*op, arguments));
  HEDDLE_REQUIRE_CODE(!results.empty() && results[0].is_tensor(), kRuntime, name, " gives no tensor");
  return results[0].as_tensor();
}

}  // namespace heddle::ops
