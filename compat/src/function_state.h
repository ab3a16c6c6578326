// What is behind a torch::jit::Function.
#pragma once

#include <mutex>

#include "compat/src/face.h"
#include "heddle/jit.h"
#include "heddle_torch/module.h"
#include "ir/function.h"

namespace torch::jit {
HEDDLE_TORCH_BEGIN

struct Function::State {
  explicit State(heddle::jit::Method m) : method(std::move(m)) {}
  heddle::jit::Method method;
  std::once_flag schema_once;
  std::optional<c10::FunctionSchema> schema;
};

// Builds functions and methods of the library's.
struct FunctionAccess {
  static Function function(heddle::jit::Method method);
  static Method bind(heddle::jit::Method method, c10::IValue owner);
  static const heddle::jit::Method& of(const Function& function) { return function.state_->method; }
  static const Function& function_of(const Method& method) { return method.function_; }
};

std::shared_ptr<Graph> read_graph(const heddle::ir::Graph& graph, std::string text);

inline heddle::jit::KeywordArguments keywords(const Kwargs& kwargs) {
  heddle::jit::KeywordArguments result;
  for (const auto& [name, value] : kwargs) result.emplace_back(name, heddle_torch::in(value));
  return result;
}
inline c10::intrusive_ptr<c10::ivalue::Object> object_of(const heddle::jit::Module& module) {
  return heddle_torch::out(module.object()).toObject();
}

HEDDLE_TORCH_END
}  // namespace torch::jit
