#include "schema/custom_operators.h"

#include <deque>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

namespace heddle::schema {
namespace {

struct CustomOperator final : Operator {
  CustomFunction function;
};

Status run_function(const Call& call) { return static_cast<const CustomOperator&>(call.op()).function(call); }

using Overloads = std::vector<const Operator*>;

struct Registry {
  std::shared_mutex mutex;
  std::deque<CustomOperator> operators;
  std::deque<Overloads> lists;  // one a change: spans of older ones may be in use
  std::unordered_map<std::string_view, const Overloads*> by_name;
};

// Never freed: models may run while the process ends.
Registry& registry() {
  static Registry& only = *new Registry();
  return only;
}

}  // namespace

Status add_custom_operator(FunctionSchema schema, CustomFunction function) {
  Registry& all = registry();
  const std::span<const Operator* const> known = operators().overloads(schema.name);
  HEDDLE_REQUIRE(known.empty() || known[0]->kernel.function() == &run_function, "the operator ", schema.name,
                 " is Heddle's own");
  const std::unique_lock lock(all.mutex);
  const auto found = all.by_name.find(schema.name);
  Overloads overloads = found == all.by_name.end() ? Overloads() : *found->second;
  for (const Operator* other : overloads) {
    HEDDLE_REQUIRE(other->schema.overload != schema.overload, "the operator ", schema.full_name(),
                   " is registered already, as ", other->schema.to_text());
  }
  CustomOperator& op = all.operators.emplace_back();
  op.schema = std::move(schema);
  op.kernel = &run_function;
  op.flags = kSideEffect | kNoFold;
  op.implementations.push_back({"registered", "by the application"});
  op.function = std::move(function);
  overloads.push_back(&op);
  all.by_name.insert_or_assign(op.schema.name, &all.lists.emplace_back(std::move(overloads)));
  return ok_status();
}

std::span<const Operator* const> custom_overloads(std::string_view name) {
  Registry& all = registry();
  const std::shared_lock lock(all.mutex);
  const auto found = all.by_name.find(name);
  return found == all.by_name.end() ? std::span<const Operator* const>() : *found->second;
}

std::vector<const Operator*> custom_operators() {
  Registry& all = registry();
  const std::shared_lock lock(all.mutex);
  std::vector<const Operator*> every;
  for (const CustomOperator& op : all.operators) every.push_back(&op);
  return every;
}

}  // namespace heddle::schema
