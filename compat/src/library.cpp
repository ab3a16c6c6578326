#include "heddle_torch/library.h"

#include <map>
#include <mutex>

#include "compat/src/face.h"
#include "heddle/library.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

std::string TypedOperator::signature() const {
  std::string text;
  for (size_t i = 0; i < arguments.size(); ++i) text += (i ? ", " : "") + arguments[i] + " _" + std::to_string(i);
  return "(" + text + ") -> " + results;
}

void register_operator(const std::string& schema, OperatorFunction function) {
  guarded([&] {
    heddle::register_operator(schema, [function = std::move(function)](std::span<const heddle::IValue> arguments) {
      return in(function(
          c10::ArrayRef<c10::IValue>(reinterpret_cast<const c10::IValue*>(arguments.data()), arguments.size())));
    });
  });
}

HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace torch {
HEDDLE_TORCH_BEGIN
namespace {

// What declared operators compute.
struct Functions {
  std::mutex mutex;
  std::map<std::string, heddle_torch::OperatorFunction> functions;
};
Functions& defined_functions() {
  static Functions one;
  return one;
}

std::string name_of(const std::string& schema) { return schema.substr(0, schema.find('(')); }
std::string qualified(const std::string& space, const std::string& schema) {
  return name_of(schema).find("::") == std::string::npos ? space + "::" + schema : schema;
}

// The operator exists from its declaration on; calling it before its function is there is an error.
void declare(const std::string& schema) {
  const std::string name = name_of(schema);
  heddle_torch::register_operator(schema, [name](c10::ArrayRef<c10::IValue> arguments) {
    heddle_torch::OperatorFunction function;
    {
      const std::lock_guard lock(defined_functions().mutex);
      const auto found = defined_functions().functions.find(name);
      if (found != defined_functions().functions.end()) function = found->second;
    }
    TORCH_CHECK(function, "the operator ", name, " was declared, but has no function for the CPU");
    return function(arguments);
  });
}

}  // namespace

Library& Library::def(const std::string& schema) & {
  declare(qualified(name_, schema));
  return *this;
}
void Library::add(const std::string& schema, heddle_torch::TypedOperator typed) {
  const bool is_name = schema.find('(') == std::string::npos;
  heddle_torch::register_operator(qualified(name_, is_name ? schema + typed.signature() : schema),
                                  std::move(typed.function));
}
void Library::implement(const std::string& name, heddle_torch::TypedOperator typed) {
  const bool is_for_cpu =
      key_.empty() || key_ == "CPU" || key_.rfind("Composite", 0) == 0 || key_ == "CatchAll" || key_ == "QuantizedCPU";
  if (!is_for_cpu) return;
  const std::lock_guard lock(defined_functions().mutex);
  defined_functions().functions[qualified(name_, name)] = std::move(typed.function);
}

namespace detail {
TorchLibraryInit::TorchLibraryInit(Library::Kind kind, void (*fill)(Library&), const char* name, const char* key) {
  Library library(kind, name, key);
  fill(library);
}
}  // namespace detail

void RegisterOperators::add(const std::string& schema, heddle_torch::TypedOperator typed) {
  const bool is_name = schema.find('(') == std::string::npos;
  heddle_torch::register_operator(is_name ? schema + typed.signature() : schema, std::move(typed.function));
}

HEDDLE_TORCH_END
}  // namespace torch
