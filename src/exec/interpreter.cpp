// The rules of the loop:
//  1. An instruction reads all its operands before it writes a register: they may be the same.
//  2. Nothing is kept across an instruction but frame, registers and pc; the frame's `next` is stored before anything
//  that
//     may push a frame, suspend or fail.
//  3. Operand indices are trusted (code::verify has seen them); kinds of values are not.
//  4. No object with a destructor lives where the loop jumps to the next instruction: a computed goto runs no
//  destructors.
//  5. No instruction calls interpret(): TorchScript recursion grows the FrameStack, never the native stack.
#include "exec/interpreter.h"

#include "core/boxes.h"
#include "exec/recording.h"
#include "parallel/task_pool.h"

namespace heddle::exec {
namespace {

using code::Code;
using code::Inst;
using code::Op;

const Code* code_of(const Callable& function) { return static_cast<const Code*>(function.code().get()); }

Status not_compiled(const Callable& function) {
  return error(ErrorCode::kRuntime, "the function ", function.qualified_name(), " was called before it was compiled");
}

Status wrong_argument_count(const Code& callee, uint32_t given) {
  return invalid(callee.name, "() takes ", callee.argument_count, " arguments, but got ", given);
}

Status check_call(const Code* callee, const Callable& function, uint32_t given) {
  if (!callee) return not_compiled(function);
  if (callee->argument_count != given) return wrong_argument_count(*callee, given);
  return ok_status();
}

using Begin = Ref<FutureValue> (*)(const Ref<const Code>&, std::vector<IValue>, CallContext);

Status make_task(Begin begin, Invocation& invocation, const Code& code, const Inst& inst, IValue* registers) {
  const Callable& function = *code.functions[inst.b];
  const Code* callee = code_of(function);
  HEDDLE_TRY(check_call(callee, function, inst.count));
  CallContext context = HEDDLE_TRY(invocation.context_of_task());
  registers[inst.a] = begin(Ref<const Code>::share(callee), take_list(code, inst, registers), std::move(context));
  return ok_status();
}

Status call_operator(const Code& code, const Inst& inst, IValue* registers, const uint32_t* list) {
  Status status = run_operator(code, inst, registers, list);
  drop_operands(inst, registers, list);
  return status;
}

Result<const Callable*> find_method(const Code& code, const Inst& inst, const IValue* registers) {
  HEDDLE_REQUIRE(inst.count > 0, "a method call without an object");
  const IValue& self = registers[code.operands[inst.list] & ~code::kLastUse];
  const std::string& name = code.names[inst.b];
  HEDDLE_REQUIRE_CODE(self.is_object(), kType, "expected an object with a method ", name, ", but got ",
                      self.type_text());
  const ClassType& type = *self.as_object().class_type;
  const Ref<Callable> method = type.find_method(name);
  HEDDLE_REQUIRE_CODE(method, kNotFound, type.qualified_name(), " has no method ", name);
  return method.get();  // the class keeps it
}

bool is_list_index(const IValue& list, const IValue& index, size_t& position) {
  if (!list.is_list() || !index.is_int()) return false;
  const size_t size = list.as_list().items.size();
  const int64_t i = index.as_int();
  position = static_cast<size_t>(i < 0 ? i + static_cast<int64_t>(size) : i);
  return position < size;
}

int64_t wrapping_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t wrapping_sub(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
int64_t wrapping_mul(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

// Pops the frame and hands its value over; null when it was the outermost.
Frame* return_value(Invocation& invocation, const Inst& inst) {
  FrameStack& stack = invocation.stack();
  const Frame* frame = stack.top();
  IValue& source = stack.top()->registers()[inst.a];
  const bool is_constant = inst.a - frame->code->argument_count < frame->code->constants.size();
  IValue value = is_constant ? source : std::move(source);
  const uint32_t result = frame->result;
  stack.pop();
  if (!stack.top()) {
    invocation.set_result(std::move(value));
    return nullptr;
  }
  stack.top()->registers()[result] = std::move(value);
  return stack.top();
}

// Takes the value of a completed Future.
Status take_value(const FutureValue& future, IValue& into) {
  into = HEDDLE_TRY(future.value());
  return ok_status();
}

Status method_code(const Code& code, const Inst& inst, const IValue* registers, const Code*& callee) {
  const Callable* method = HEDDLE_TRY(find_method(code, inst, registers));
  callee = code_of(*method);
  return check_call(callee, *method, inst.count);
}

Status function_code(const Code& code, const Inst& inst, const Code*& callee) {
  callee = code_of(*code.functions[inst.b]);
  return check_call(callee, *code.functions[inst.b], inst.count);
}

Status too_deep(uint64_t limit) {
  return error(ErrorCode::kLimit, "maximum recursion depth exceeded: ", limit, " TorchScript calls inside each other");
}

Status no_future(const IValue& value) {
  return error(ErrorCode::kType, "expected a Future to wait for, but got ", value.type_text());
}

Status must_end(Cancellation* cancellation) {
  if (cancellation && cancellation->cancelled()) return cancellation->status();
  if (parallel::tasks_must_end() && parallel::on_interop_thread()) {
    return error(ErrorCode::kCancelled, "the process ends");
  }
  return ok_status();
}

// Copied out before it is stored: the written register may hold the list.
void copy_item(const IValue& list, size_t position, IValue& into) {
  IValue item = list.as_list().items[position];
  into = std::move(item);
}

}  // namespace

// One label an instruction, in the order of inst.def.
#define HEDDLE_NEXT() goto* kLabels[static_cast<size_t>((++pc)->op)]
#define HEDDLE_GO() goto* kLabels[static_cast<size_t>(pc->op)]
// Runs a Status expression; on failure leaves through `failed`.
#define HEDDLE_DO(...)              \
  do {                              \
    failure = (__VA_ARGS__);        \
    if (!failure.ok()) [[unlikely]] \
      goto failed;                  \
  } while (false)
// Leaves where the call was cancelled, or the process ends.
#define HEDDLE_POLL()                                            \
  if (cancellation || parallel::tasks_must_end()) [[unlikely]] { \
    failure = must_end(cancellation);                            \
    if (!failure.ok()) goto failed;                              \
  }
#define HEDDLE_BINARY(name, type, expression) \
  name : {                                    \
    const auto x = r[pc->b].as_##type();      \
    const auto y = r[pc->c].as_##type();      \
    r[pc->a] = IValue(expression);            \
  }                                           \
  HEDDLE_NEXT();

Outcome interpret(Invocation& invocation) {
  static const void* const kLabels[] = {
#define HEDDLE_INST(op, mnemonic, operands) &&op,
#include "code/inst.def"
#undef HEDDLE_INST
  };
  FrameStack& stack = invocation.stack();
  Frame* frame = stack.top();
  const Inst* pc = frame->next;
  IValue* r = frame->registers();
  const uint32_t* operands = frame->code->operands.data();
  const Code* callee = nullptr;
  size_t position = 0;
  Status failure;
  Cancellation* const cancellation = invocation.context().cancellation.get();
  Profile* const profile = invocation.context().profile.get();
  HEDDLE_POLL();
  HEDDLE_GO();

kReturn:
  frame = return_value(invocation, *pc);
  if (!frame) return Outcome::kReturned;
  r = frame->registers();
  operands = frame->code->operands.data();
  pc = frame->next;
  HEDDLE_GO();
kJump:
  HEDDLE_POLL();
  pc = frame->code->insts.data() + pc->a;
  HEDDLE_GO();
kJumpIfFalse:
  if (r[pc->a].as_bool()) HEDDLE_NEXT();
  pc = frame->code->insts.data() + pc->b;
  HEDDLE_GO();
kJumpIfTrue:
  HEDDLE_POLL();
  if (!r[pc->a].as_bool()) HEDDLE_NEXT();
  pc = frame->code->insts.data() + pc->b;
  HEDDLE_GO();
kLoopTest:
  if (r[pc->a].as_int() < r[pc->b].as_int()) HEDDLE_NEXT();
  pc = frame->code->insts.data() + pc->c;
  HEDDLE_GO();
kLoopNext:
  HEDDLE_POLL();
  r[pc->a] = IValue(wrapping_add(r[pc->a].as_int(), 1));
  if (r[pc->a].as_int() >= r[pc->b].as_int()) HEDDLE_NEXT();
  pc = frame->code->insts.data() + pc->c;
  HEDDLE_GO();
kIncrement:
  r[pc->a] = IValue(wrapping_add(r[pc->a].as_int(), 1));
  HEDDLE_NEXT();

kCopy:
  r[pc->a] = r[pc->b];
  HEDDLE_NEXT();
kMove:
  r[pc->a] = std::move(r[pc->b]);
  HEDDLE_NEXT();
kDrop:
  for (uint32_t i = 0; i < pc->count; ++i) r[operands[pc->list + i]] = IValue();
  HEDDLE_NEXT();

kOperator:
  HEDDLE_POLL();
  HEDDLE_DO(profile || trace::on() ? call_recorded(*frame->code, *pc, r, operands + pc->list, profile)
                                   : call_operator(*frame->code, *pc, r, operands + pc->list));
  HEDDLE_NEXT();
kCallFunction:
  HEDDLE_DO(function_code(*frame->code, *pc, callee));
  goto call;
kCallMethod:
  HEDDLE_DO(method_code(*frame->code, *pc, r, callee));
call:
  HEDDLE_POLL();
  if (stack.depth() >= invocation.context().recursion_limit) {
    failure = too_deep(invocation.context().recursion_limit);
    goto failed;
  }
  frame->next = pc + 1;
  frame = stack.push(*callee, pc->a);
  for (uint32_t i = 0; i < pc->count; ++i) frame->registers()[i] = take(r, operands[pc->list + i]);
  r = frame->registers();
  operands = callee->operands.data();
  pc = callee->insts.data();
  HEDDLE_GO();
kFork:
  HEDDLE_DO(make_task(&Invocation::start, invocation, *frame->code, *pc, r));
  HEDDLE_NEXT();
kAwaitable:
  HEDDLE_DO(make_task(&Invocation::defer, invocation, *frame->code, *pc, r));
  HEDDLE_NEXT();
kWait:
  if (!r[pc->b].is_future()) {
    failure = no_future(r[pc->b]);
    goto failed;
  }
  if (!r[pc->b].as_future().completed()) {
    frame->next = pc;
    invocation.set_waiting_for(Ref<FutureValue>::share(&r[pc->b].as_future()));
    return Outcome::kSuspended;
  }
  if (trace::on()) [[unlikely]]
    record_passed_wait(r[pc->b].as_future());
  HEDDLE_DO(take_value(r[pc->b].as_future(), r[pc->a]));
  HEDDLE_NEXT();
kMissing:
  failure = error(ErrorCode::kUnsupported, "Heddle has no operator ", frame->code->names[pc->a]);
  goto failed;
kFunctionValue:
  HEDDLE_DO(inst::make_function(*frame->code, *pc, r));
  HEDDLE_NEXT();

kTuple:
  HEDDLE_DO(inst::make_tuple(*frame->code, *pc, r));
  HEDDLE_NEXT();
kTupleUnpack:
  HEDDLE_DO(inst::unpack_tuple(*frame->code, *pc, r));
  HEDDLE_NEXT();
kTupleIndex:
  HEDDLE_DO(inst::index_tuple(*pc, r));
  HEDDLE_NEXT();
kTupleSlice:
  HEDDLE_DO(inst::slice_tuple(*pc, r));
  HEDDLE_NEXT();
kList:
  HEDDLE_DO(inst::make_list(*frame->code, *pc, r));
  HEDDLE_NEXT();
kListUnpack:
  HEDDLE_DO(inst::unpack_list(*frame->code, *pc, r));
  HEDDLE_NEXT();
kDict:
  HEDDLE_DO(inst::make_dict(*frame->code, *pc, r));
  HEDDLE_NEXT();
kObject:
  HEDDLE_DO(inst::make_object(*frame->code, *pc, r, invocation.context().keepalive));
  HEDDLE_NEXT();
kGetAttr:
  HEDDLE_DO(inst::get_attribute(*pc, r));
  HEDDLE_NEXT();
kSetAttr:
  HEDDLE_DO(inst::set_attribute(*pc, r));
  HEDDLE_NEXT();
kHasAttr:
  HEDDLE_DO(inst::has_attribute(*frame->code, *pc, r));
  HEDDLE_NEXT();
kIsInstance:
  HEDDLE_DO(inst::is_instance(*frame->code, *pc, r));
  HEDDLE_NEXT();
kEnumName:
  HEDDLE_DO(inst::enum_part(*pc, r, true));
  HEDDLE_NEXT();
kEnumValue:
  HEDDLE_DO(inst::enum_part(*pc, r, false));
  HEDDLE_NEXT();
kRaise:
  failure = inst::raise(*pc, r);
  goto failed;
kPrint:
  HEDDLE_DO(inst::print(*frame->code, *pc, r));
  HEDDLE_NEXT();

  HEDDLE_BINARY(kAddInt, int, wrapping_add(x, y))
  HEDDLE_BINARY(kSubInt, int, wrapping_sub(x, y))
  HEDDLE_BINARY(kMulInt, int, wrapping_mul(x, y))
kNegInt:
  r[pc->a] = IValue(wrapping_sub(0, r[pc->b].as_int()));
  HEDDLE_NEXT();
  HEDDLE_BINARY(kLtInt, int, x < y)
  HEDDLE_BINARY(kLeInt, int, x <= y)
  HEDDLE_BINARY(kGtInt, int, x > y)
  HEDDLE_BINARY(kGeInt, int, x >= y)
  HEDDLE_BINARY(kEqInt, int, x == y)
  HEDDLE_BINARY(kNeInt, int, x != y)
  HEDDLE_BINARY(kAddFloat, double, x + y)
  HEDDLE_BINARY(kSubFloat, double, x - y)
  HEDDLE_BINARY(kMulFloat, double, x* y)
kNegFloat:
  r[pc->a] = IValue(-r[pc->b].as_double());
  HEDDLE_NEXT();
  HEDDLE_BINARY(kLtFloat, double, x < y)
  HEDDLE_BINARY(kLeFloat, double, x <= y)
  HEDDLE_BINARY(kGtFloat, double, x > y)
  HEDDLE_BINARY(kGeFloat, double, x >= y)
  HEDDLE_BINARY(kEqFloat, double, x == y)
  HEDDLE_BINARY(kNeFloat, double, x != y)
kNot:
  r[pc->a] = IValue(!r[pc->b].as_bool());
  HEDDLE_NEXT();
kIs:
  r[pc->a] = IValue(r[pc->b].is_same(r[pc->c]));
  HEDDLE_NEXT();
kIsNot:
  r[pc->a] = IValue(!r[pc->b].is_same(r[pc->c]));
  HEDDLE_NEXT();

kListLength:
  if (!r[pc->b].is_list()) goto bad_list;
  r[pc->a] = IValue(static_cast<int64_t>(r[pc->b].as_list().items.size()));
  HEDDLE_NEXT();
kListGet:
  if (!is_list_index(r[pc->b], r[pc->c], position)) goto bad_list;
  copy_item(r[pc->b], position, r[pc->a]);
  HEDDLE_NEXT();
kListAppend:
  if (!r[pc->a].is_list()) goto bad_list;
  r[pc->a].as_list().items.push_back(r[pc->b]);
  HEDDLE_NEXT();

bad_list:
  failure = inst::bad_list_access(*pc, r);
failed:
  frame->next = pc;
  invocation.set_error(with_stack(std::move(failure), *frame, pc, stack.depth()));
  while (stack.top()) stack.pop();
  return Outcome::kFailed;
}

#undef HEDDLE_BINARY
#undef HEDDLE_POLL
#undef HEDDLE_DO
#undef HEDDLE_GO
#undef HEDDLE_NEXT

}  // namespace heddle::exec
