#include "ir/node_budget.h"

#include <limits>

namespace heddle::ir {
namespace {

constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

}  // namespace

constinit thread_local uint64_t NodeBudget::t_made = 0;
constinit thread_local uint64_t NodeBudget::t_limit = kUnlimited;

NodeBudget::NodeBudget(uint64_t limit) : outermost_(t_limit == kUnlimited) {
  if (!outermost_) return;
  t_made = 0;
  t_limit = limit;
}

NodeBudget::~NodeBudget() {
  if (outermost_) t_limit = kUnlimited;
}

Status NodeBudget::exceeded() {
  return error(ErrorCode::kLimit, "the model's code grows to more than ", t_limit, " graph nodes (graph_nodes)");
}

}  // namespace heddle::ir
