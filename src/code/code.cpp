#include "code/code.h"

namespace heddle::code {
namespace {

struct Row {
  std::string_view mnemonic;
  std::string_view operands;
};
constexpr Row kRows[] = {
#define HEDDLE_INST(op, mnemonic, operands) {mnemonic, operands},
#include "code/inst.def"
#undef HEDDLE_INST
};

}  // namespace

std::string_view mnemonic(Op op) { return kRows[static_cast<size_t>(op)].mnemonic; }
std::string_view operand_kinds(Op op) { return kRows[static_cast<size_t>(op)].operands; }

}  // namespace heddle::code
