// Hostile arguments: what may be changed in the arguments of a call without leaving the types of its schema. One
// thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/ivalue.h"
#include "schema/function_schema.h"

namespace heddle::test {

struct Change {
  size_t argument;
  std::string what;  // "-9223372036854775808", "all elements nan"
  std::function<void(IValue&)> apply;
};

// Every change of one argument.
std::vector<Change> changes_of(const schema::FunctionSchema& schema, const std::vector<IValue>& arguments);

}  // namespace heddle::test
