// Questions about the world a program runs in, and the few operators whose only work is to hand on or refuse a value.
#include <random>

#include "core/boxes.h"
#include "core/future.h"
#include "core/generator.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using schema::Call;

bool no() { return false; }
Status has_torch_function(const Call& call) {
  call.set_result(0, false);
  return ok_status();
}
// Nothing is ever differentiated here: gradients are off and stay so.
void set_grad_enabled(bool) {}
void manual_seed(int64_t seed) { default_generator().manual_seed(static_cast<uint64_t>(seed)); }
int64_t initial_seed() { return static_cast<int64_t>(default_generator().seed()); }

// torch.Generator of TorchScript since PyTorch 2.2.
constexpr int64_t kDefaultSeed = 67280421310721;
IValue new_generator(const IValue&, std::optional<int64_t> seed) {
  return IValue(make_ref<GeneratorValue>(static_cast<uint64_t>(seed.value_or(kDefaultSeed))));
}
Result<IValue> seed_generator(const IValue& self, int64_t seed) {
  HEDDLE_REQUIRE_CODE(self.is_generator(), kType, "manual_seed: argument 'self' must be Generator");
  self.as_generator().manual_seed(static_cast<uint64_t>(seed));
  return self;
}
int64_t seed_of(GeneratorValue* self) { return static_cast<int64_t>((self ? *self : default_generator()).seed()); }
int64_t seed_by_chance(GeneratorValue* self) {
  std::random_device device;
  const uint64_t seed = (uint64_t{device()} << 32 | device()) >> 1;
  (self ? *self : default_generator()).manual_seed(seed);
  return static_cast<int64_t>(seed);
}

Result<IValue> unwrap(const IValue& value) {
  HEDDLE_REQUIRE_CODE(!value.is_none(), kRuntime, "Unwrapping null optional");
  return value;
}
IValue itself(const IValue& value) { return value; }
IValue already_there(const IValue& value) {
  auto future = make_ref<FutureValue>(value.type());
  future->complete(value);
  return IValue(std::move(future));
}

Status raise(std::string_view message, std::optional<std::string_view> type) {
  ErrorInfo info{ErrorCode::kRaised, std::string(message), {}, {}};
  if (type) info.python_type = std::string(*type);
  return Status(std::move(info));
}
Result<IValue> tuple_item(TupleValue* tuple, int64_t index) {
  const auto size = static_cast<int64_t>(tuple->items.size());
  HEDDLE_REQUIRE_CODE(index >= -size && index < size, kIndex, "tuple index out of range");
  return tuple->items[static_cast<size_t>(index < 0 ? index + size : index)];
}
IValue if_then_else(bool condition, const IValue& a, const IValue& b) { return condition ? a : b; }
std::string enum_name(EnumValue* value) { return value->name(); }
IValue enum_value(EnumValue* value) { return value->value(); }

// Numbers, strings, tuples of them by value; everything else by identity.
Result<int64_t> hash(const IValue& value) {
  if (value.is_string()) return static_cast<int64_t>(std::hash<std::string>()(value.as_string()));
  if (value.is_int() || value.is_bool()) return value.as_int();
  if (value.is_double()) return static_cast<int64_t>(std::hash<double>()(value.as_double()));
  if (value.is_tuple()) {
    uint64_t seed = 0;
    for (const IValue& item : value.as_tuple().items) {
      seed ^= static_cast<uint64_t>(HEDDLE_TRY(hash(item))) + 0x9e3779b97f4a7c15u + (seed << 6) + (seed >> 2);
    }
    return static_cast<int64_t>(seed);
  }
  HEDDLE_REQUIRE_CODE(!value.is_list() && !value.is_dict(), kType, "unhashable type: ", value.type_text());
  return static_cast<int64_t>(std::hash<const void*>()(value.box()));
}
int64_t id(const IValue& value) { return static_cast<int64_t>(std::hash<const void*>()(value.box())); }

Result<Dims> infer_size(const Dims& a, const Dims& b) { return broadcast_sizes(a, b); }
IValue size_if_not_equal(const Dims& self, const Dims& other) { return self == other ? IValue() : make_int_list(self); }

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_environment) {
  using namespace heddle::schema;
  for (std::string_view question :
       {"is_grad_enabled", "is_autocast_enabled", "is_autocast_cpu_enabled", "_get_tracing_state", "_nnpack_available",
        "_use_cudnn_rnn_flatten_weight", "is_vulkan_available"}) {
    table.add(concat("aten::", question, "() -> bool"), boxed<&no>());
  }
  table.add("aten::is_scripting() -> bool", boxed<[] { return true; }>());
  table.add("aten::has_torch_function(...) -> bool", &has_torch_function);
  table.add("aten::set_grad_enabled(bool val) -> ()", boxed<&set_grad_enabled>(), kSideEffect);
  table.add("aten::manual_seed(int seed) -> ()", boxed<&manual_seed>(), kSideEffect);
  table.add("aten::seed() -> int", boxed<&initial_seed>(), kSideEffect);
  table.add("aten::initial_seed() -> int", boxed<&initial_seed>(), kSideEffect);

  table.add("aten::Generator(*, Device? device=None, int? seed=None) -> Generator", boxed<&new_generator>(),
            kSideEffect);
  table.add("aten::manual_seed.generator(Generator(a!) self, int seed) -> Generator(a!)", boxed<&seed_generator>());
  table.add("aten::initial_seed.generator(Generator self) -> int", boxed<&seed_of>());
  table.add("aten::seed.generator(Generator(a!) self) -> int", boxed<&seed_by_chance>(), kSideEffect);

  table.add("aten::_unwrap_optional(t(a)? optional) -> t(a)", boxed<&unwrap>());
  table.add("prim::unchecked_unwrap_optional(t(a)? optional) -> t(a)", boxed<&unwrap>());
  table.add("prim::awaitable_nowait(t(a -> *) self) -> Await(t)", boxed<&already_there>());
  table.add("prim::unchecked_cast(t x) -> t", boxed<&itself>());
  table.add("prim::RaiseException(str msg, str? cls=None) -> ()", boxed<&raise>(), kSideEffect);
  table.add("prim::TupleIndex(Any(a) tup, int i) -> Any(a)", boxed<&tuple_item>());
  table.add("prim::IfThenElse(bool cond, Any(a) x, Any(b) y) -> Any(b|a)", boxed<&if_then_else>());
  table.add("prim::EnumName(AnyEnumType enum) -> str", boxed<&enum_name>());
  for (std::string_view kind : {"int", "float", "str"}) {
    table.add(concat("prim::EnumValue.", kind, "(AnyEnumType enum) -> ", kind), boxed<&enum_value>());
  }
  table.add("aten::hash.generic(t value) -> int", boxed<&hash>());
  table.add("prim::id(AnyClassType? x) -> int", boxed<&id>());
  table.add("aten::Size(int[](a) sizes) -> int[](a)", boxed<&itself>());
  table.add("aten::_infer_size(int[] a, int[] b) -> int[]", boxed<&infer_size>());
  table.add("aten::_size_if_not_equal(int[] self_size, int[] other_size) -> int[]?", boxed<&size_if_not_equal>());
}
