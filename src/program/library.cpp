// Operators of the application: the public face of them over the operator table.
#include "heddle/library.h"

#include <dlfcn.h>

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <mutex>

#include "program/library_blocks.h"
#include "program/runtime.h"
#include "schema/custom_operators.h"

namespace heddle {
namespace {

using schema::FunctionSchema;

Result<FunctionSchema> read_schema(const std::string& text) {
  FunctionSchema schema = HEDDLE_TRY(schema::parse_schema(text));
  HEDDLE_REQUIRE(schema.name.find("::") != std::string::npos, "the operator '", schema.name,
                 "' needs a namespace: \"mine::", schema.name, "\"");
  return schema;
}

// Schemas with type variables leave open what a result is.
bool is_open(const Type& type) {
  if (type.is(TypeKind::kVariable)) return true;
  return std::any_of(type.contained().begin(), type.contained().end(),
                     [](const TypePtr& part) { return is_open(*part); });
}

Status run_operator(const OperatorFunction& function, const schema::Call& call) {
  std::vector<IValue> arguments;
  arguments.reserve(call.argument_count());
  for (size_t i = 0; i < call.argument_count(); ++i) arguments.push_back(call.argument(i));
  std::vector<IValue> results;
  try {
    results = function(arguments);
  } catch (const Error& failure) {
    return Status(failure.info());
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  } catch (const std::exception& failure) {
    return error(ErrorCode::kRuntime, failure.what());
  } catch (...) {
    return error(ErrorCode::kRuntime, call.op().schema.full_name(), " threw an exception of unknown type");
  }
  HEDDLE_REQUIRE_CODE(results.size() == call.result_count(), kRuntime, call.op().schema.full_name(), " gave ",
                      results.size(), " results instead of ", call.result_count());
  for (size_t i = 0; i < results.size(); ++i) {
    const TypePtr& type = call.op().schema.returns[i].type;
    HEDDLE_REQUIRE_CODE(is_open(*type) || value_is(results[i], *type), kType, call.op().schema.full_name(),
                        " gave a value of type ", results[i].type_text(), " instead of ", type->to_text());
    call.set_result(i, std::move(results[i]));
  }
  return ok_status();
}

void extend(FunctionSchema schema, OperatorFunction function) {
  program::ensure_operators();
  ok_or_throw(schema::add_custom_operator(
      std::move(schema),
      [function = std::move(function)](const schema::Call& call) { return run_operator(function, call); }));
}

bool same_kinds(const std::vector<schema::Argument>& declared, const std::vector<schema::Argument>& given) {
  if (declared.size() != given.size()) return false;
  for (size_t i = 0; i < given.size(); ++i) {
    const bool fits = given[i].type->is(TypeKind::kAny) || same_type(*declared[i].type, *given[i].type);
    if (!fits) return false;
  }
  return true;
}

// The typed function must be what the schema says.
Status check_signature(const FunctionSchema& schema, const std::string& signature) {
  const FunctionSchema own = HEDDLE_TRY(schema::parse_schema(concat(schema.name, signature)));
  HEDDLE_REQUIRE_CODE(same_kinds(schema.arguments, own.arguments) && same_kinds(schema.returns, own.returns), kType,
                      "the function of ", schema.to_text(), " is ", own.to_text());
  return ok_status();
}

// An operator that is declared in one place and implemented in another.
struct Declared {
  std::mutex mutex;
  std::optional<FunctionSchema> schema;
  std::optional<detail::TypedOperator> implementation;
  Result<OperatorFunction> function() {
    const std::lock_guard lock(mutex);
    HEDDLE_REQUIRE_CODE(implementation, kUnsupported, "the operator ", schema->full_name(),
                        " is declared, but has no implementation");
    return OperatorFunction(implementation->function);
  }
  Status check() const {
    return schema && implementation ? check_signature(*schema, implementation->signature) : ok_status();
  }
};

std::shared_ptr<Declared> declared(const std::string& name) {
  static std::mutex mutex;
  static auto& every = *new std::map<std::string, std::shared_ptr<Declared>>();
  const std::lock_guard lock(mutex);
  std::shared_ptr<Declared>& entry = every[name];
  if (!entry) entry = std::make_shared<Declared>();
  return entry;
}

}  // namespace

TypePtr operator_type(const std::string& schema) { return value_or_throw(schema::parse_schema_type(schema)); }

void register_operator(const std::string& schema, OperatorFunction function) {
  extend(value_or_throw(read_schema(schema)), std::move(function));
}

void Library::add(const std::string& text, detail::TypedOperator function) {
  const bool named_only = text.find('(') == std::string::npos;
  FunctionSchema schema =
      value_or_throw(read_schema(concat(name_, "::", text, named_only ? function.signature : std::string())));
  ok_or_throw(check_signature(schema, function.signature));
  extend(std::move(schema), std::move(function.function));
}

Library& Library::def(const std::string& text) {
  FunctionSchema schema = value_or_throw(read_schema(concat(name_, "::", text)));
  const std::shared_ptr<Declared> entry = declared(schema.full_name());
  {
    const std::lock_guard lock(entry->mutex);
    if (!entry->schema) entry->schema = schema;
    ok_or_throw(entry->check());
  }
  extend(std::move(schema),
         [entry](std::span<const IValue> arguments) { return value_or_throw(entry->function())(arguments); });
  return *this;
}

void Library::implement(const std::string& name, detail::TypedOperator function) {
  const std::shared_ptr<Declared> entry = declared(concat(name_, "::", name));
  const std::lock_guard lock(entry->mutex);
  if (entry->implementation) throw Error(invalid("the operator ", name_, "::", name, " has an implementation already"));
  entry->implementation = std::move(function);
  ok_or_throw(entry->check());
}

LibraryBlock::LibraryBlock(const char* name, void (*fill)(Library&)) { program::add_block({name, fill}); }

void load_library(const std::string& path) {
  program::ensure_runtime();
  const program::CaughtBlocks caught;
  if (!dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    throw Error(error(ErrorCode::kNotFound, "cannot load the library '", path, "': ", dlerror()));
  }
  if (caught.first_failure()) std::rethrow_exception(caught.first_failure());
}

}  // namespace heddle
