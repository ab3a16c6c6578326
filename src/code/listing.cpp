// Code as text.
#include "code/code.h"

namespace heddle::code {
namespace {

std::string operand(const Code& code, char kind, uint32_t value) {
  switch (kind) {
    case 'r':
    case 'w':
      return concat("r", value);
    case 't':
      return concat("@", value);
    case 'o':
      return code.operators[value]->schema.full_name();
    case 'f':
      return code.functions[value]->qualified_name();
    case 'y':
      return code.types[value]->to_text();
    case 'n':
      return quoted(code.names[value]);
    default:
      return concat(value);
  }
}

std::vector<std::string> list_operands(const Code& code, const Inst& inst, char kind) {
  std::vector<std::string> out;
  for (uint32_t i = 0; i < inst.count; ++i) {
    const uint32_t entry = code.operands[inst.list + i];
    const bool last_use = kind == 'M' && (entry & kLastUse);
    std::string text = kind == 'Y' ? code.types[entry]->to_text() : concat("r", entry & ~kLastUse);
    if (last_use) text = "move " + text;
    if (kind == 'B' && inst.c > 0 && i == inst.b) text = "-> " + text;
    if (kind == 'B' && inst.d > 0 && i == inst.b + inst.c) text = "drop " + text;
    out.push_back(std::move(text));
  }
  return out;
}

std::string line(const Code& code, const Inst& inst) {
  std::vector<std::string> parts;
  const uint32_t fields[] = {inst.a, inst.b, inst.c, inst.d};
  size_t field = 0;
  for (const char kind : operand_kinds(inst.op)) {
    if (kind >= 'A' && kind <= 'Z') {
      for (std::string& part : list_operands(code, inst, kind)) parts.push_back(std::move(part));
    } else if (inst.op == Op::kOperator && field > 0) {
      ++field;  // the counts are seen in the list
    } else {
      parts.push_back(operand(code, kind, fields[field++]));
    }
  }
  return concat(mnemonic(inst.op), " ", join(parts, ", "));
}

}  // namespace

std::string to_text(const Code& code) {
  std::string out =
      concat("code ", code.name, ": ", code.argument_count, " arguments, ", code.register_count, " registers\n");
  for (size_t i = 0; i < code.constants.size(); ++i) {
    const IValue& value = code.constants[i];
    const bool large = value.is_tensor() && value.as_tensor().numel() > 1;
    out += concat("  r", code.argument_count + i, " = ",
                  large ? concat("<", value.type_text(), ">") : heddle::to_text(value), "\n");
  }
  for (size_t at = 0; at < code.insts.size(); ++at) out += concat("  ", at, ": ", line(code, code.insts[at]), "\n");
  return out;
}

}  // namespace heddle::code
