#include "schema/function_schema.h"

namespace heddle::schema {
namespace {

void append_mark(std::string& out, const AliasMark& mark) {
  const std::string before = join(mark.sets, "|");
  const std::string after = join(mark.after_sets, "|");
  out += concat("(", before, mark.is_write ? "!" : "");
  if (after != before) out += concat(" -> ", after);
  out += ")";
}

// "Tensor(a!)[]": the mark stands behind the innermost type it speaks of.
std::string marked_type(const Argument& argument) {
  std::string text;
  const Type* type = argument.type.get();
  std::string suffix;
  if (type->is(TypeKind::kOptional)) {
    suffix = "?";
    type = type->element().get();
  }
  const bool list = type->is(TypeKind::kList);
  if (list) {
    suffix = concat("[", argument.list_size ? concat(*argument.list_size) : "", "]", suffix);
    type = type->element().get();
    if (type->is(TypeKind::kOptional)) {
      suffix = "?" + suffix;
      type = type->element().get();
    }
  }
  text = type->is(TypeKind::kNumber) ? "Scalar" : type->to_text();
  if (argument.alias) {
    if (list && !argument.alias->contained.empty()) {
      append_mark(text, argument.alias->contained[0]);
    }
    if (!list) append_mark(text, *argument.alias);
  }
  text += suffix;
  if (list && argument.alias && !argument.alias->sets.empty()) append_mark(text, *argument.alias);
  return text;
}

}  // namespace

std::optional<size_t> FunctionSchema::find_argument(std::string_view argument) const {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].name == argument) return i;
  }
  return std::nullopt;
}

bool FunctionSchema::is_mutable() const {
  for (const Argument& argument : arguments) {
    if (argument.is_written()) return true;
  }
  return false;
}

std::string FunctionSchema::full_name() const { return overload.empty() ? name : concat(name, ".", overload); }

std::string FunctionSchema::to_text() const {
  std::string out = full_name() + "(";
  bool first = true;
  bool keyword = false;
  for (const Argument& argument : arguments) {
    if (!first) out += ", ";
    first = false;
    if (argument.kwarg_only && !keyword) {
      out += "*, ";
      keyword = true;
    }
    out += concat(marked_type(argument), " ", argument.name);
    if (argument.default_value) {
      const IValue& value = *argument.default_value;
      out += concat("=", value.is_string() ? quoted(value.as_string()) : heddle::to_text(value));
    }
  }
  if (is_vararg) out += first ? "..." : ", ...";
  out += ") -> ";
  if (is_varret) return out + "...";
  const bool single = returns.size() == 1 && returns[0].name.empty();
  if (!single) out += "(";
  for (size_t i = 0; i < returns.size(); ++i) {
    if (i) out += ", ";
    out += marked_type(returns[i]);
    if (!returns[i].name.empty()) out += " " + returns[i].name;
  }
  if (!single) out += ")";
  return out;
}

}  // namespace heddle::schema
