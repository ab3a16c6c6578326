#include "cli/list_operators.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/json_value.h"
#include "program/runtime.h"
#include "schema/custom_operators.h"

namespace heddle::cli {
namespace {

using schema::ImplementationInfo;
using schema::Operator;

// A derived form is computed by its functional overload and has no implementations of its own.
const std::vector<ImplementationInfo>& implementations_of(const Operator& op) {
  return op.implementations.empty() && op.functional ? op.functional->implementations : op.implementations;
}

void print(const Operator& op) {
  std::printf("%s\n", op.schema.to_text().c_str());
  if (op.functional) std::printf("    computed by %s\n", op.functional->schema.full_name().c_str());
  for (const ImplementationInfo& implementation : implementations_of(op)) {
    std::printf("    %s: %s\n", implementation.name.c_str(), implementation.description.c_str());
  }
}

Json report_of(const Operator& op) {
  Json row = {{"name", op.schema.full_name()}, {"schema", op.schema.to_text()}, {"implementations", Json::array()}};
  if (op.functional) row["computed_by"] = op.functional->schema.full_name();
  for (const ImplementationInfo& implementation : implementations_of(op)) {
    row["implementations"].push_back({{"name", implementation.name}, {"description", implementation.description}});
  }
  return row;
}

}  // namespace

ExitCode list_operators(const std::string& name, bool json) {
  program::ensure_runtime();
  std::vector<const Operator*> found;
  const std::vector<const Operator*> own = schema::custom_operators();
  for (const std::span<const Operator* const> every : {schema::operators().all(), std::span(own)}) {
    for (const Operator* op : every) {
      if (op->schema.full_name().find(name) != std::string::npos) found.push_back(op);
    }
  }
  if (found.empty()) throw Failure(kUsage, concat("no operator has '", name, "' in its name"));
  if (json) {
    Json report = Json::array();
    for (const Operator* op : found) report.push_back(report_of(*op));
    std::printf("%s\n", report.dump().c_str());
  } else {
    for (const Operator* op : found) print(*op);
  }
  return kDone;
}

}  // namespace heddle::cli
