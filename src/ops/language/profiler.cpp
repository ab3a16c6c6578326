// `with torch.profiler.record_function(name):` and torch.jit._logging.add_stat_value(name, number) in a model. The
// marks and numbers are accepted; nothing records them.
#include "core/boxes.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

constexpr const char* kRecord = "__torch__.torch.classes.profiler._RecordFunction";

Result<Tensor> enter(std::string_view, const IValue&) { return Tensor::empty({}, DType::kFloat32); }
IValue enter_new(std::string_view, const IValue&) { return IValue(make_ref<CapsuleValue>(kRecord)); }
void leave(const IValue&) {}
void count(std::string_view, int64_t) {}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(profiler) {
  using namespace heddle::ops;
  constexpr uint32_t kSideEffect = heddle::schema::kSideEffect;
  table.add("prim::AddStatValue(str key, int val) -> ()", boxed<&count>(), kSideEffect);
  table.add("profiler::_record_function_enter(str name, str? args=None) -> Tensor", boxed<&enter>(), kSideEffect);
  table.add(
      "profiler::_record_function_enter_new(str name, str? args=None) -> "
      "__torch__.torch.classes.profiler._RecordFunction",
      boxed<&enter_new>(), kSideEffect);
  table.add("profiler::_record_function_exit(Tensor _0) -> ()", boxed<&leave>(), kSideEffect);
  table.add(
      "profiler::_record_function_exit._RecordFunction(__torch__.torch.classes.profiler._RecordFunction _0) -> ()",
      boxed<&leave>(), kSideEffect);
}
