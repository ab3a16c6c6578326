#include "lang/sugared.h"

#include "lang/error.h"

namespace heddle::lang {

Result<ir::Value*> SugaredValue::as_value(FunctionEmitter&, const SourceRange& range) {
  return error_at(range, describe(), " cannot be used as a value");
}

Result<Meaning> SugaredValue::attribute(FunctionEmitter&, const SourceRange& range, const std::string& name) {
  return error_at(range, describe(), " has no attribute ", quoted(name));
}

Result<Meaning> SugaredValue::call(FunctionEmitter&, const Call& call, const TypePtr&) {
  return error_at(call.range, describe(), " cannot be called");
}

Result<Ref<Iterable>> SugaredValue::iterate(FunctionEmitter&, const SourceRange& range) {
  return error_at(range, describe(), " cannot be iterated over");
}

Result<Ref<Iterable>> Iterable::iterate(FunctionEmitter&, const SourceRange&) { return Ref<Iterable>::share(this); }

}  // namespace heddle::lang
