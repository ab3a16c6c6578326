// Words of the language that look like calls but are compiled in their own way: annotate(T, x), isinstance(x, T),
// fork(f, x), range(n).
#pragma once

#include <optional>
#include <string>

#include "lang/function_emitter.h"
#include "lang/sugared.h"

namespace heddle::lang {

using SpecialForm = Result<Meaning> (*)(FunctionEmitter& emitter, const Call& call, const TypePtr& hint);

class SpecialFormSugar final : public SugaredValue {
 public:
  SpecialFormSugar(std::string name, SpecialForm form) : name_(std::move(name)), form_(form) {}
  std::string describe() const override { return concat("'", name_, "'"); }
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) override {
    return form_(emitter, call, hint);
  }

 private:
  std::string name_;
  SpecialForm form_;
};

// An exception class, or, once called, an exception: what raise takes.
class ExceptionSugar final : public SugaredValue {
 public:
  // `message` is null for the class itself.
  explicit ExceptionSugar(std::string class_name, ir::Value* message = nullptr)
      : class_name_(std::move(class_name)), message_(message) {}
  const std::string& class_name() const { return class_name_; }
  ir::Value* message() const { return message_; }
  std::string describe() const override { return concat("exception '", class_name_, "'"); }
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) override;

 private:
  std::string class_name_;
  ir::Value* message_;
};

// A context that means nothing at inference: torch.no_grad().
class InertContextSugar final : public SugaredValue {
 public:
  std::string describe() const override { return "context"; }
  Result<Meaning> call(FunctionEmitter&, const Call&, const TypePtr&) override {
    return Meaning(Ref<InertContextSugar>::share(this));
  }
};

// A call whose truth is about types: isinstance, hasattr, torch.jit.is_scripting. Nothing for any other call.
Result<std::optional<Condition>> emit_type_question(FunctionEmitter& emitter, const Call& call);

// The same where a plain value is wanted.
Result<Meaning> emit_isinstance(FunctionEmitter& emitter, const Call& call, const TypePtr& hint);
Result<Meaning> emit_hasattr(FunctionEmitter& emitter, const Call& call, const TypePtr& hint);

// The form of a word that the language knows; null for others.
SpecialForm special_function(const std::string& name);
// Operators that are nodes of their own: "prim::RaiseException", "aten::wait". Null for all others.
SpecialForm special_operator(const std::string& name);
// Methods of builtin types that are: future.wait(), tensor.tolist(). Null for all others.
Ref<SugaredValue> special_method(ir::Value* self, const std::string& name);

// fork(f, ...) and awaitable(f, ...).
Result<Meaning> emit_fork(FunctionEmitter& emitter, const Call& call, const TypePtr& hint);
Result<Meaning> emit_awaitable(FunctionEmitter& emitter, const Call& call, const TypePtr& hint);

}  // namespace heddle::lang
