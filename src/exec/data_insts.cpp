// Instructions on tuples, lists, dicts and objects. Kinds of values are checked even where the type checker has proved
// them: unchecked_cast in an archive can claim anything.
#include <atomic>
#include <cstdio>

#include "core/boxes.h"
#include "exec/attribute_slots.h"
#include "exec/exec.h"
#include "exec/interpreter.h"

namespace heddle::exec {
namespace {

std::atomic<PrintHandler> g_print_handler{print_to_stdout};

Status wrong_kind(std::string_view expected, const IValue& value) {
  return error(ErrorCode::kType, "expected ", expected, ", but got ", value.type_text());
}

// Copied out first: a written register may hold the last reference to the box the items come from.
void write_list(const code::Code& code, const code::Inst& inst, IValue* registers, std::vector<IValue> values) {
  for (uint32_t i = 0; i < inst.count; ++i) registers[code.operands[inst.list + i]] = std::move(values[i]);
}

bool wrap_index(int64_t& index, size_t size) {
  const auto length = static_cast<int64_t>(size);
  if (index < 0) index += length;
  return index >= 0 && index < length;
}

}  // namespace

void print_to_stdout(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void set_print_handler(PrintHandler handler) { g_print_handler = handler; }
PrintHandler print_handler() { return g_print_handler; }

std::vector<IValue> take_list(const code::Code& code, const code::Inst& inst, IValue* registers) {
  std::vector<IValue> values;
  values.reserve(inst.count);
  const uint32_t* entry = code.operands.data() + inst.list;
  for (uint32_t i = 0; i < inst.count; ++i) values.push_back(take(registers, entry[i]));
  return values;
}

namespace inst {

Status make_tuple(const code::Code& code, const code::Inst& inst, IValue* registers) {
  const TypePtr& type = code.types[inst.b];
  const TypePtr named = as_named_tuple(*type) ? type : nullptr;
  registers[inst.a] = make_ref<TupleValue>(take_list(code, inst, registers), named);
  return ok_status();
}

Status unpack_tuple(const code::Code& code, const code::Inst& inst, IValue* registers) {
  const IValue& tuple = registers[inst.a];
  if (!tuple.is_tuple()) return wrong_kind("a tuple to unpack", tuple);
  const std::vector<IValue>& items = tuple.as_tuple().items;
  HEDDLE_REQUIRE(items.size() == inst.count, "expected a tuple of ", inst.count, " elements, but got ", items.size());
  write_list(code, inst, registers, items);
  return ok_status();
}

Status index_tuple(const code::Inst& inst, IValue* registers) {
  const IValue& tuple = registers[inst.b];
  if (!tuple.is_tuple()) return wrong_kind("a tuple", tuple);
  if (!registers[inst.c].is_int()) return wrong_kind("an int as index of a tuple", registers[inst.c]);
  int64_t index = registers[inst.c].as_int();
  HEDDLE_REQUIRE_CODE(wrap_index(index, tuple.as_tuple().items.size()), kIndex, "tuple index out of range: ", index,
                      " of ", tuple.as_tuple().items.size());
  IValue item = tuple.as_tuple().items[static_cast<size_t>(index)];
  registers[inst.a] = std::move(item);
  return ok_status();
}

Status slice_tuple(const code::Inst& inst, IValue* registers) {
  const IValue& tuple = registers[inst.b];
  if (!tuple.is_tuple()) return wrong_kind("a tuple to slice", tuple);
  const std::vector<IValue>& items = tuple.as_tuple().items;
  HEDDLE_REQUIRE(inst.c <= inst.d && inst.d <= items.size(), "a slice from ", inst.c, " to ", inst.d, " of a tuple of ",
                 items.size(), " elements");
  registers[inst.a] = make_ref<TupleValue>(std::vector<IValue>(items.begin() + inst.c, items.begin() + inst.d));
  return ok_status();
}

Status make_list(const code::Code& code, const code::Inst& inst, IValue* registers) {
  const TypePtr& type = code.types[inst.b];
  registers[inst.a] =
      make_ref<ListValue>(type->is(TypeKind::kList) ? type->element() : types::any(), take_list(code, inst, registers));
  return ok_status();
}

Status unpack_list(const code::Code& code, const code::Inst& inst, IValue* registers) {
  const IValue& list = registers[inst.a];
  if (!list.is_list()) return wrong_kind("a list to unpack", list);
  const std::vector<IValue>& items = list.as_list().items;
  HEDDLE_REQUIRE(items.size() == inst.count, "Expected ", inst.count, " elements in a list but found ", items.size());
  write_list(code, inst, registers, items);
  return ok_status();
}

Status make_dict(const code::Code& code, const code::Inst& inst, IValue* registers) {
  const TypePtr& type = code.types[inst.b];
  const bool typed = type->is(TypeKind::kDict);
  auto dict =
      make_ref<DictValue>(typed ? type->contained()[0] : types::any(), typed ? type->contained()[1] : types::any());
  std::vector<IValue> items = take_list(code, inst, registers);
  for (size_t i = 0; i + 1 < items.size(); i += 2) dict->set(std::move(items[i]), std::move(items[i + 1]));
  registers[inst.a] = std::move(dict);
  return ok_status();
}

Status make_object(const code::Code& code, const code::Inst& inst, IValue* registers,
                   const Ref<RefCounted>& keepalive) {
  const TypePtr& type = code.types[inst.b];
  if (!type->is(TypeKind::kClass)) return error(ErrorCode::kType, "cannot make an object of ", type->to_text());
  // Types are shared as const, but an object holds its class as the one who may fill it in.
  auto* shared = const_cast<ClassType*>(static_cast<const ClassType*>(type.get()));
  registers[inst.a] = make_ref<ObjectValue>(Ref<ClassType>::share(shared), keepalive);
  return ok_status();
}

Status get_attribute(const code::Inst& inst, IValue* registers) {
  const IValue& object = registers[inst.b];
  if (!object.is_object()) return wrong_kind("an object", object);
  const std::vector<IValue>& slots = object.as_object().slots;
  HEDDLE_REQUIRE(inst.c < slots.size(), "attribute number ", inst.c, " of an object of ", object.type_text(), " with ",
                 slots.size());
  IValue value = read_slot(object.as_object(), inst.c);
  registers[inst.a] = std::move(value);
  return ok_status();
}

Status set_attribute(const code::Inst& inst, IValue* registers) {
  const IValue& object = registers[inst.a];
  if (!object.is_object()) return wrong_kind("an object", object);
  const std::vector<IValue>& slots = object.as_object().slots;
  HEDDLE_REQUIRE(inst.c < slots.size(), "attribute number ", inst.c, " of an object of ", object.type_text(), " with ",
                 slots.size());
  write_slot(object.as_object(), inst.c, registers[inst.b]);
  return ok_status();
}

Status has_attribute(const code::Code& code, const code::Inst& inst, IValue* registers) {
  const IValue& object = registers[inst.b];
  registers[inst.a] =
      object.is_object() && object.as_object().class_type->find_attribute(code.names[inst.c]).has_value();
  return ok_status();
}

Status is_instance(const code::Code& code, const code::Inst& inst, IValue* registers) {
  bool is = false;
  for (uint32_t i = 0; i < inst.count && !is; ++i) {
    is = value_is(registers[inst.b], *code.types[code.operands[inst.list + i]]);
  }
  registers[inst.a] = is;
  return ok_status();
}

Status enum_part(const code::Inst& inst, IValue* registers, bool name) {
  const IValue& member = registers[inst.b];
  if (!member.is_enum()) return wrong_kind("an enum", member);
  IValue part = name ? IValue(member.as_enum().name()) : member.as_enum().value();
  registers[inst.a] = std::move(part);
  return ok_status();
}

Status raise(const code::Inst& inst, IValue* registers) {
  ErrorInfo info{ErrorCode::kRaised, to_text(registers[inst.a]), {}, {}};
  if (registers[inst.b].is_string()) info.python_type = registers[inst.b].as_string();
  return Status(std::move(info));
}

Status print(const code::Code& code, const code::Inst& inst, IValue* registers) {
  std::string line;
  for (uint32_t i = 0; i < inst.count; ++i) {
    if (i) line += " ";
    line += to_text(registers[code.operands[inst.list + i]]);
  }
  print_handler()(line + "\n");
  return ok_status();
}

Status make_function(const code::Code& code, const code::Inst& inst, IValue* registers) {
  registers[inst.a] = make_ref<FunctionValue>(code.functions[inst.b], take_list(code, inst, registers));
  return ok_status();
}

Status bad_list_access(const code::Inst& inst, const IValue* registers) {
  const bool get = inst.op == code::Op::kListGet;
  const IValue& list = registers[inst.op == code::Op::kListAppend ? inst.a : inst.b];
  if (!list.is_list()) return wrong_kind("a list", list);
  if (get && !registers[inst.c].is_int()) return wrong_kind("an int as index of a list", registers[inst.c]);
  return error(ErrorCode::kIndex, "list index out of range");
}

}  // namespace inst
}  // namespace heddle::exec
