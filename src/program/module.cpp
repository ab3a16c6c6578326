// The half of jit::Module and jit::Method that runs.
#include <algorithm>

#include "core/future.h"
#include "heddle/jit.h"
#include "program/arguments.h"
#include "program/program.h"
#include "program/runtime.h"

namespace heddle::jit {
namespace {

using program::program_of;

const schema::FunctionSchema& schema_of(const Ref<Callable>& function) { return ir::as_function(function).schema; }

program::Program& as_program(const Ref<RefCounted>& program) { return static_cast<program::Program&>(*program); }

const ObjectValue* object_of(const IValue& value) { return value.is_object() ? &value.as_object() : nullptr; }

std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

std::vector<std::string> method_names(const IValue& object) {
  std::vector<std::string> names;
  for (const Ref<Callable>& method : object.as_object().class_type->methods)
    names.push_back(last_part(method->qualified_name()));
  return names;
}

}  // namespace

namespace {

exec::CallOptions call_options(const RunOptions& options) {
  if (options.thread_limit < 0) {
    throw Error(invalid("RunOptions::thread_limit: expected a number of threads, or 0 for none, but got ",
                        options.thread_limit));
  }
  exec::CallOptions call{options.stop, options.deadline, options.thread_limit, options.profile};
  call.memory_limit = options.memory_limit;
  call.recursion_limit = options.recursion_limit;
  call.fork_limit = options.fork_limit;
  return call;
}

}  // namespace

Value Method::operator()(std::vector<IValue> arguments, const KeywordArguments& keywords,
                         const RunOptions& options) const {
  return program::or_out_of_memory([&]() -> Value {
    const IValue* self = self_count() ? &object_ : nullptr;
    std::vector<IValue> bound = value_or_throw(
        program::bind_arguments(schema_of(function_), self, std::move(arguments), keywords, options.convert_arguments));
    return value_or_throw(as_program(program_).run(function_, std::move(bound), call_options(options)));
  });
}

Future Method::run_async(std::vector<IValue> arguments, const KeywordArguments& keywords,
                         const RunOptions& options) const {
  return program::or_out_of_memory([&] {
    const IValue* self = self_count() ? &object_ : nullptr;
    std::vector<IValue> bound = value_or_throw(
        program::bind_arguments(schema_of(function_), self, std::move(arguments), keywords, options.convert_arguments));
    return Future(as_program(program_).run_async(function_, std::move(bound), call_options(options)));
  });
}

std::string Method::name() const { return last_part(function_->qualified_name()); }

std::string Method::schema() const {
  const std::string text = schema_of(function_).to_text();
  return concat(name(), text.substr(text.find('(')));
}

size_t Method::argument_count() const { return schema_of(function_).arguments.size() - self_count(); }

size_t Method::required_argument_count() const {
  size_t count = 0;
  for (const schema::Argument& argument : schema_of(function_).arguments) count += !argument.default_value;
  return count - self_count();
}

std::string Method::argument_name(size_t i) const { return schema_of(function_).arguments.at(i + self_count()).name; }
TypePtr Method::argument_type(size_t i) const { return schema_of(function_).arguments.at(i + self_count()).type; }

std::string Method::source() const {
  const SourceRange& range = ir::as_function(function_).range;
  if (!range.known()) return "";
  const std::string_view text = range.source->text();
  const size_t before = text.rfind('\n', range.begin);
  size_t at = before == std::string_view::npos ? 0 : before + 1;
  const size_t indent = range.begin - at;
  std::string out;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const size_t blank = line.find_first_not_of(' ');
    // The body is what is indented deeper, behind the signature.
    if (at >= range.end && blank != std::string_view::npos && blank <= indent) break;
    out += blank == std::string_view::npos ? "" : line.substr(std::min(blank, indent));
    out += '\n';
    at = end + 1;
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

std::string Method::graph(bool optimized) const {
  return value_or_throw(as_program(program_).graph_text(function_, optimized, object_of(object_)));
}
std::string Method::code_listing() const {
  return value_or_throw(as_program(program_).code_text(function_, object_of(object_)));
}

Value Module::forward(std::vector<IValue> arguments, const KeywordArguments& keywords,
                      const RunOptions& options) const {
  return get_method("forward")(std::move(arguments), keywords, options);
}

Future Module::forward_async(std::vector<IValue> arguments, const KeywordArguments& keywords,
                             const RunOptions& options) const {
  return get_method("forward").run_async(std::move(arguments), keywords, options);
}

void Module::set_thread_limit(int count) const {
  if (count < 0) throw Error(invalid("set_thread_limit: expected a number of threads, or 0 for none, but got ", count));
  program_of(object_).set_thread_limit(count);
}

Module freeze(const Module& module) {
  return program::or_out_of_memory([&] {
    Module frozen = module.copy();
    ok_or_throw(program_of(frozen.object()).freeze(frozen.object().as_object(), /*forever=*/true));
    return frozen;
  });
}

std::optional<Method> Module::find_method(const std::string& name) const {
  program_of(object_);
  Ref<Callable> method = object_.as_object().class_type->find_method(name);
  if (!method) return std::nullopt;
  return Method(object_, std::move(method), object_.as_object().owner);
}

Method Module::get_method(const std::string& name) const {
  if (std::optional<Method> method = find_method(name)) return *std::move(method);
  throw Error(error(ErrorCode::kNotFound, "module ", type_name(), " has no method '", name,
                    "'; it has: ", join(method_names(object_), ", ")));
}

std::vector<Method> Module::get_methods() const {
  program_of(object_);
  std::vector<Method> methods;
  for (const Ref<Callable>& method : object_.as_object().class_type->methods)
    methods.emplace_back(object_, method, object_.as_object().owner);
  return methods;
}

std::vector<MissingOperator> Module::missing_operators() const { return program_of(object_).missing_operators; }

}  // namespace heddle::jit
