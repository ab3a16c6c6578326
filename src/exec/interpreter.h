// The loop over instructions. Called by Invocation only.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "exec/invocation.h"
#include "schema/lazy_calls.h"

namespace heddle::exec {

// Runs the top frame until the outermost returns, fails, or waits for a Future that is not complete.
Outcome interpret(Invocation& invocation);

// "file:line, in function" of an instruction, as far as it is known: the author's file where the archive tells.
std::string place_text(const code::Code& code, const code::Inst* at);

// Adds the frames from this one outwards to the error's stack; `at` is the instruction of the innermost that failed,
// `depth` the number of frames.
Status with_stack(Status error, const Frame& innermost, const code::Inst* at, size_t depth);

// The value of an entry of an operand list of letter M.
inline IValue take(IValue* registers, uint32_t entry) {
  if (entry & code::kLastUse) return std::move(registers[entry & ~code::kLastUse]);
  return registers[entry];
}
// Ends the lives of the registers that an operator reads last; their numbers follow those of its operands and results.
inline void drop_operands(const code::Inst& inst, IValue* registers, const uint32_t* list) {
  const uint32_t* const drop = list + inst.b + inst.c;
  for (uint32_t i = 0; i < inst.d; ++i) registers[drop[i]] = IValue();
}
// Runs the operator of an instruction on registers, those of `list`; drops nothing.
inline Status run_operator(const code::Code& code, const code::Inst& inst, IValue* registers, const uint32_t* list) {
  const schema::Operator& op = *code.operators[inst.a];
  return schema::run_kernel(op, schema::Call(op, registers, list, inst.b, list + inst.b, inst.c));
}
std::vector<IValue> take_list(const code::Code& code, const code::Inst& inst, IValue* registers);

// Instructions that are calls in any case; each reads its operands from the registers of the frame.
namespace inst {
Status make_tuple(const code::Code& code, const code::Inst& inst, IValue* registers);
Status unpack_tuple(const code::Code& code, const code::Inst& inst, IValue* registers);
Status index_tuple(const code::Inst& inst, IValue* registers);
Status slice_tuple(const code::Inst& inst, IValue* registers);
Status make_list(const code::Code& code, const code::Inst& inst, IValue* registers);
Status unpack_list(const code::Code& code, const code::Inst& inst, IValue* registers);
Status make_dict(const code::Code& code, const code::Inst& inst, IValue* registers);
Status make_object(const code::Code& code, const code::Inst& inst, IValue* registers, const Ref<RefCounted>& keepalive);
Status get_attribute(const code::Inst& inst, IValue* registers);
Status set_attribute(const code::Inst& inst, IValue* registers);
Status has_attribute(const code::Code& code, const code::Inst& inst, IValue* registers);
Status is_instance(const code::Code& code, const code::Inst& inst, IValue* registers);
Status enum_part(const code::Inst& inst, IValue* registers, bool name);
Status raise(const code::Inst& inst, IValue* registers);
Status print(const code::Code& code, const code::Inst& inst, IValue* registers);
Status make_function(const code::Code& code, const code::Inst& inst, IValue* registers);
Status bad_list_access(const code::Inst& inst, const IValue* registers);
}  // namespace inst

}  // namespace heddle::exec
