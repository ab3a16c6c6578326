// c10::FunctionSchema and c10::Argument: signatures, read-only.
#pragma once

#include "heddle_torch/ivalue.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

struct OperatorName {
  std::string name;
  std::string overload_name;
};
inline std::ostream& operator<<(std::ostream& out, const OperatorName& n) {
  out << n.name;
  return n.overload_name.empty() ? out : out << "." << n.overload_name;
}
inline bool operator==(const OperatorName& a, const OperatorName& b) {
  return a.name == b.name && a.overload_name == b.overload_name;
}
inline std::string toString(const OperatorName& n) { return str(n); }

struct Argument {
  Argument(std::string name = "", TypePtr type = nullptr, optional<int32_t> N = nullopt,
           optional<IValue> default_value = nullopt, bool kwarg_only = false)
      : name_(std::move(name)),
        type_(type ? std::move(type) : TensorType::get()),
        N_(N),
        default_value_(std::move(default_value)),
        kwarg_only_(kwarg_only) {}
  const std::string& name() const { return name_; }
  const TypePtr& type() const { return type_; }
  const TypePtr& real_type() const { return type_; }
  optional<int32_t> N() const { return N_; }
  const optional<IValue>& default_value() const { return default_value_; }
  bool kwarg_only() const { return kwarg_only_; }
  bool is_out() const { return false; }

 private:
  std::string name_;
  TypePtr type_;
  optional<int32_t> N_;
  optional<IValue> default_value_;
  bool kwarg_only_;
};

struct FunctionSchema {
  FunctionSchema(std::string name, std::string overload, std::vector<Argument> arguments, std::vector<Argument> returns,
                 std::string text = {})
      : name_{std::move(name), std::move(overload)},
        arguments_(std::move(arguments)),
        returns_(std::move(returns)),
        text_(std::move(text)) {}
  const std::string& name() const { return name_.name; }
  const std::string& overload_name() const { return name_.overload_name; }
  const OperatorName& operator_name() const { return name_; }
  const std::vector<Argument>& arguments() const { return arguments_; }
  const std::vector<Argument>& returns() const { return returns_; }
  optional<int> argumentIndexWithName(string_view name) const {
    for (size_t i = 0; i < arguments_.size(); ++i)
      if (arguments_[i].name() == name) return static_cast<int>(i);
    return nullopt;
  }
  bool is_vararg() const { return false; }
  bool is_varret() const { return false; }
  friend std::ostream& operator<<(std::ostream& out, const FunctionSchema& s) { return out << s.text_; }

 private:
  OperatorName name_;
  std::vector<Argument> arguments_;
  std::vector<Argument> returns_;
  std::string text_;
};
std::ostream& operator<<(std::ostream& out, const Argument& argument);
inline std::string toString(const FunctionSchema& schema) { return str(schema); }

struct QualifiedName {
  QualifiedName(std::string name) : name_(std::move(name)) {}
  QualifiedName(const char* name) : name_(name) {}
  const std::string& qualifiedName() const { return name_; }
  std::string name() const { return name_.substr(name_.rfind('.') + 1); }
  std::string prefix() const { return name_.find('.') == std::string::npos ? "" : name_.substr(0, name_.rfind('.')); }

 private:
  std::string name_;
};

HEDDLE_TORCH_END
}  // namespace c10

namespace torch {
namespace jit {
using c10::Argument;
using c10::FunctionSchema;
HEDDLE_TORCH_BEGIN
c10::FunctionSchema parseSchema(const std::string& text);
HEDDLE_TORCH_END
}  // namespace jit
}  // namespace torch
