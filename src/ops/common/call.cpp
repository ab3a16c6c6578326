#include "ops/common/call.h"

#include <vector>

#include "schema/operator_table.h"

namespace heddle::ops {

Result<Tensor> call_tensor_operator(std::string_view name, std::string_view overload,
                                    std::span<const IValue> arguments) {
  const schema::Operator* op = schema::operators().find(name, overload);
  HEDDLE_REQUIRE_CODE(op, kRuntime, "there is no operator ", name, overload.empty() ? "" : ".", overload);
  const std::vector<IValue> results = HEDDLE_TRY(schema::call_operator(*op, arguments));
  return results[0].as_tensor();
}

}  // namespace heddle::ops
