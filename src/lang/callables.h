// The things a call can call, apart from the language's own words (lang/builtin_names.h).
#pragma once

#include <string>
#include <vector>

#include "core/class_type.h"
#include "ir/function.h"
#include "lang/schema_matcher.h"
#include "lang/sugared.h"

namespace heddle::lang {

// A script function, or a nested one with the values it captured.
class FunctionSugar final : public SugaredValue {
 public:
  explicit FunctionSugar(Ref<ir::Function> function, std::vector<ir::Value*> captured = {})
      : function_(std::move(function)), captured_(std::move(captured)) {}
  const Ref<ir::Function>& function() const { return function_; }
  const std::vector<ir::Value*>& captured() const { return captured_; }
  std::string describe() const override { return concat("function '", function_->qualified_name(), "'"); }
  Result<ir::Value*> as_value(FunctionEmitter& emitter, const SourceRange& range) override;
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) override;

 private:
  Ref<ir::Function> function_;
  std::vector<ir::Value*> captured_;
};

// A method bound to its object.
class MethodSugar final : public SugaredValue {
 public:
  MethodSugar(ir::Value* self, Ref<ir::Function> method, bool is_interface)
      : self_(self), method_(std::move(method)), is_interface_(is_interface) {}
  ir::Value* self() const { return self_; }
  const Ref<ir::Function>& method() const { return method_; }
  bool is_interface() const { return is_interface_; }
  std::string describe() const override { return concat("method '", method_->qualified_name(), "'"); }
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) override;

 private:
  ir::Value* self_;
  Ref<ir::Function> method_;
  bool is_interface_;
};

// An operator by name ("aten::relu"), perhaps as the method of a value.
class OperatorSugar final : public SugaredValue {
 public:
  explicit OperatorSugar(std::string name, ir::Value* self = nullptr) : name_(std::move(name)), self_(self) {}
  const std::string& name() const { return name_; }
  ir::Value* self() const { return self_; }
  std::string describe() const override { return concat("operator '", name_, "'"); }
  // An attribute of a value whose type is unknown is one of unknown type too.
  Result<ir::Value*> as_value(FunctionEmitter& emitter, const SourceRange& range) override;
  // One overload: torch.ops.aten.add.Tensor. As PyTorch's compiler does, the arguments still choose.
  Result<Meaning> attribute(FunctionEmitter& emitter, const SourceRange& range, const std::string& name) override;
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) override;

 private:
  std::string name_;
  ir::Value* self_;
};

// Compiled where it is called, since the types of its parameters are those of the call. The tree outlives it.
class LambdaSugar final : public SugaredValue {
 public:
  explicit LambdaSugar(const Lambda& lambda) : lambda_(lambda) {}
  std::string describe() const override { return "lambda"; }
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) override;

 private:
  const Lambda& lambda_;
};

// A class, interface, named tuple or enum by its name.
class ClassSugar final : public SugaredValue {
 public:
  explicit ClassSugar(TypePtr type) : type_(std::move(type)) {}
  std::string describe() const override { return concat("class '", type_->to_text(), "'"); }
  TypePtr named_type() const override { return type_; }
  Result<Meaning> attribute(FunctionEmitter& emitter, const SourceRange& range, const std::string& name) override;
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) override;
  Result<Ref<Iterable>> iterate(FunctionEmitter& emitter, const SourceRange& range) override;

 private:
  TypePtr type_;
};

// The method a dot gives on a tensor, list, dict, string or another type of the language: an operator whose first
// argument takes the value. Null when there is none.
Ref<SugaredValue> method_of_builtin_type(FunctionEmitter& emitter, ir::Value* self, const std::string& name);

// A method of a custom class, of `self` or (null) of the class itself. Null when the class has none of this name.
Ref<SugaredValue> method_of_custom_class(ir::Value* self, const ClassType& type, const std::string& name);

}  // namespace heddle::lang
