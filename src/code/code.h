// What the interpreter runs: flat instructions over the registers of a frame. The only contract between the compiler
// (lower) and the virtual machine (exec). Immutable once made and verified; any number of threads run one Code at the
// same time.
//
// Registers hold IValues; numbers and booleans lie in them unboxed. A frame starts with its arguments in registers [0,
// argument_count) and the constants in the registers behind them, which nothing may write; the others hold None.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ref.h"
#include "base/result.h"
#include "base/source.h"
#include "core/callable.h"
#include "core/ivalue.h"
#include "core/type.h"
#include "schema/operator_table.h"

namespace heddle::code {

enum class Op : uint16_t {
#define HEDDLE_INST(op, mnemonic, operands) op,
#include "code/inst.def"
#undef HEDDLE_INST
};
inline constexpr size_t kOpCount = 0
#define HEDDLE_INST(op, mnemonic, operands) +1
#include "code/inst.def"
#undef HEDDLE_INST
    ;

// In operand lists of letter M: the register is not read again, its value may be taken out.
inline constexpr uint32_t kLastUse = uint32_t{1} << 31;

std::string_view mnemonic(Op op);
// The operand letters of inst.def.
std::string_view operand_kinds(Op op);

struct Inst {
  Op op;
  uint32_t a = 0;
  uint32_t b = 0;
  uint32_t c = 0;
  uint32_t d = 0;
  uint32_t list = 0;   // first entry in Code::operands
  uint32_t count = 0;  // entries
};

// Where an instruction was written: its own place and, for inlined code, the calls around it. For error messages.
struct Place : RefCounted {
  Place(SourceRange source_range, std::string in_function, Ref<const Place> calling_place, std::string path = {})
      : range(std::move(source_range)),
        function(std::move(in_function)),
        caller(std::move(calling_place)),
        module(std::move(path)) {}
  SourceRange range;
  std::string function;     // qualified name of the function the text stands in
  Ref<const Place> caller;  // where that function was inlined; null for the code's own function
  std::string module;       // whose method the function is, where it was inlined: "layer1.0"; empty: not known
};

class Code : public RefCounted {
 public:
  std::string name;  // the function's qualified name
  uint32_t argument_count = 0;
  uint32_t register_count = 0;
  std::vector<IValue> constants;  // registers argument_count, argument_count + 1, ...
  TypePtr return_type;

  std::vector<Inst> insts;
  std::vector<uint32_t> operands;
  std::vector<const schema::Operator*> operators;
  std::vector<Ref<Callable>> functions;
  std::vector<TypePtr> types;
  std::vector<std::string> names;
  std::vector<Ref<const Place>> places;  // one an instruction; null where there is none
};

// Every rule an instruction must keep for exec to run it without checks: operand indices in range, constants
// not written, jumps inside, no way past the end, argument and result counts of operators, lists inside Code::operands.
// A broken rule is a kRuntime error naming the instruction.
Status verify(const Code& code);

// The instructions as text, one a line. For dumps and goldens.
std::string to_text(const Code& code);

}  // namespace heddle::code
