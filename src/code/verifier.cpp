#include "code/code.h"

namespace heddle::code {
namespace {

bool is_list(char kind) { return kind >= 'A' && kind <= 'Z'; }

class Verifier {
 public:
  explicit Verifier(const Code& code) : code_(code) {}

  Status run() {
    if (code_.insts.empty()) return broken(0, "no instructions");
    if (code_.argument_count + code_.constants.size() > code_.register_count)
      return broken(0, "arguments and constants need more registers");
    if (code_.places.size() != code_.insts.size()) return broken(0, "not one place an instruction");
    for (size_t at = 0; at < code_.insts.size(); ++at) HEDDLE_TRY(inst(at));
    const Op last = code_.insts.back().op;
    if (last != Op::kReturn && last != Op::kJump && last != Op::kRaise && last != Op::kMissing) {
      return broken(code_.insts.size() - 1, "a way past the end");
    }
    return ok_status();
  }

 private:
  template <class... P>
  Status broken(size_t at, const P&... pieces) {
    const std::string_view what = at < code_.insts.size() ? mnemonic(code_.insts[at].op) : "";
    return error(ErrorCode::kRuntime, "broken code of ", code_.name, ", instruction ", at, " (", what,
                 "): ", concat(pieces...));
  }

  Status inst(size_t at) {
    const Inst& inst = code_.insts[at];
    if (static_cast<size_t>(inst.op) >= kOpCount) return broken(code_.insts.size(), "unknown instruction");
    const uint32_t fields[] = {inst.a, inst.b, inst.c, inst.d};
    size_t field = 0;
    for (const char kind : operand_kinds(inst.op)) {
      if (is_list(kind)) {
        HEDDLE_TRY(list(at, inst, kind));
        continue;
      }
      const uint32_t value = fields[field++];
      const size_t limit = limit_of(kind);
      if (value >= limit) return broken(at, "operand ", field - 1, " is ", value, ", below ", limit, " is allowed");
      if (kind == 'w') HEDDLE_TRY(written(at, value));
    }
    // A move leaves None behind, which is writing.
    if (inst.op == Op::kMove) HEDDLE_TRY(written(at, inst.b));
    return inst.op == Op::kOperator ? operator_call(at, inst) : ok_status();
  }

  size_t limit_of(char kind) const {
    switch (kind) {
      case 'r':
      case 'w':
        return code_.register_count;
      case 't':
        return code_.insts.size();
      case 'o':
        return code_.operators.size();
      case 'f':
        return code_.functions.size();
      case 'y':
        return code_.types.size();
      case 'n':
        return code_.names.size();
      default:
        return SIZE_MAX;
    }
  }

  Status list(size_t at, const Inst& inst, char kind) {
    if (size_t{inst.list} + inst.count > code_.operands.size()) return broken(at, "an operand list past the end");
    const size_t limit = kind == 'Y' ? code_.types.size() : code_.register_count;
    for (uint32_t i = 0; i < inst.count; ++i) {
      uint32_t entry = code_.operands[inst.list + i];
      const bool taken = kind == 'M' && (entry & kLastUse);
      if (taken) entry &= ~kLastUse;
      if (entry >= limit) return broken(at, "entry ", i, " of the operand list is out of range");
      if (taken || kind == 'W' || (kind == 'B' && i >= inst.b)) HEDDLE_TRY(written(at, entry));
    }
    return ok_status();
  }

  // Frames hold constants without owning them.
  Status written(size_t at, uint32_t reg) {
    if (reg - code_.argument_count < code_.constants.size())
      return broken(at, "constant register ", reg, " is written");
    return ok_status();
  }

  Status operator_call(size_t at, const Inst& inst) {
    const schema::FunctionSchema& schema = code_.operators[inst.a]->schema;
    if (uint64_t{inst.b} + inst.c + inst.d != inst.count) {
      return broken(at, "arguments, results and releases do not fill the operand list");
    }
    if (inst.b < schema.arguments.size() || (inst.b > schema.arguments.size() && !schema.is_vararg)) {
      return broken(at, schema.full_name(), " takes ", schema.arguments.size(), " arguments, not ", inst.b);
    }
    if (!schema.is_varret && inst.c != schema.returns.size()) {
      return broken(at, schema.full_name(), " gives ", schema.returns.size(), " results, not ", inst.c);
    }
    return ok_status();
  }

  const Code& code_;
};

}  // namespace

Status verify(const Code& code) { return Verifier(code).run(); }

}  // namespace heddle::code
