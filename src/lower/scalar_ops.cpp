#include "lower/scalar_ops.h"

#include <string_view>
#include <unordered_map>

namespace heddle::lower {

std::optional<code::Op> scalar_instruction(const schema::Operator& op) {
  using code::Op;
  static const std::unordered_map<std::string_view, Op> rows = {
      {"aten::add.int", Op::kAddInt},        {"aten::sub.int", Op::kSubInt},
      {"aten::mul.int", Op::kMulInt},        {"aten::neg.int", Op::kNegInt},
      {"aten::lt.int", Op::kLtInt},          {"aten::le.int", Op::kLeInt},
      {"aten::gt.int", Op::kGtInt},          {"aten::ge.int", Op::kGeInt},
      {"aten::eq.int", Op::kEqInt},          {"aten::ne.int", Op::kNeInt},
      {"aten::add.float", Op::kAddFloat},    {"aten::sub.float", Op::kSubFloat},
      {"aten::mul.float", Op::kMulFloat},    {"aten::neg.float", Op::kNegFloat},
      {"aten::lt.float", Op::kLtFloat},      {"aten::le.float", Op::kLeFloat},
      {"aten::gt.float", Op::kGtFloat},      {"aten::ge.float", Op::kGeFloat},
      {"aten::eq.float", Op::kEqFloat},      {"aten::ne.float", Op::kNeFloat},
      {"aten::__not__", Op::kNot},           {"aten::__is__", Op::kIs},
      {"aten::__isnot__", Op::kIsNot},       {"aten::len.t", Op::kListLength},
      {"aten::__getitem__.t", Op::kListGet},
  };
  const auto found = rows.find(op.schema.full_name());
  if (found == rows.end()) return std::nullopt;
  return found->second;
}

}  // namespace heddle::lower
