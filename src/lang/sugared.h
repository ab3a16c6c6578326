// What names and expressions mean while a function is compiled: a value of its graph, or something that exists only
// then, such as a namespace, a function, a method bound to its object, a type. Made and used by one FunctionEmitter at
// a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ref.h"
#include "base/result.h"
#include "base/source.h"
#include "ir/graph.h"
#include "lang/ast.h"

namespace heddle::lang {

class FunctionEmitter;
class Iterable;
struct Meaning;

class SugaredValue : public RefCounted {
 public:
  // How a message calls it: "module 'torch'", "function 'f'".
  virtual std::string describe() const = 0;
  // The thing as a value of the graph. All of these defaults report that describe() cannot do it.
  virtual Result<ir::Value*> as_value(FunctionEmitter& emitter, const SourceRange& range);
  virtual Result<Meaning> attribute(FunctionEmitter& emitter, const SourceRange& range, const std::string& name);
  // Evaluates the call's arguments and calls. `hint` is the type wanted of the result; it may be null.
  virtual Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint);
  virtual Result<Ref<Iterable>> iterate(FunctionEmitter& emitter, const SourceRange& range);
  // The type it names, where an argument asks for a type: isinstance(x, T). Null: it names none.
  virtual TypePtr named_type() const { return nullptr; }
};

struct Meaning {
  ir::Value* value = nullptr;
  Ref<SugaredValue> sugar;  // null when `value` is set

  Meaning() = default;
  Meaning(ir::Value* v) : value(v) {}
  template <class T>
  requires std::is_convertible_v<T*, SugaredValue*> Meaning(Ref<T> s) : sugar(std::move(s)) {}
  explicit operator bool() const { return value || sugar; }
};

// What a for loop, a comprehension, an unpacking or list() walks over.
class Iterable : public SugaredValue {
 public:
  std::string describe() const override { return "iterable"; }
  Result<Ref<Iterable>> iterate(FunctionEmitter& emitter, const SourceRange& range) override;
  // The number of elements when it is known now: such a loop is unrolled, since its elements may differ in type.
  virtual std::optional<size_t> static_length() const { return std::nullopt; }
  // The number of elements, of type int; not asked of one with a static length.
  virtual Result<ir::Value*> length(FunctionEmitter& emitter, const SourceRange& range) = 0;
  // The element at an index of type int, a constant where the length is static.
  virtual Result<Meaning> element(FunctionEmitter& emitter, const SourceRange& range, ir::Value* index) = 0;
};

}  // namespace heddle::lang
