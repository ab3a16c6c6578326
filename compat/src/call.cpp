#include "compat/src/call.h"

#include "compat/src/face.h"
#include "program/runtime.h"
#include "schema/operator_table.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

struct Call::State {
  const heddle::schema::Operator* op;
  std::vector<heddle::IValue> arguments;
  std::vector<heddle::IValue> results;
  bool called = false;
};

namespace {
const heddle::schema::Operator* find(const Op& op) {
  if (const auto* known = op.found.load(std::memory_order_relaxed)) return known;
  guarded([] { heddle::program::ensure_runtime(); });
  const auto* found = heddle::schema::operators().find(op.name, op.overload);
  TORCH_CHECK(found, "Heddle has no operator ", op.name, ".", op.overload);
  op.found.store(found, std::memory_order_relaxed);
  return found;
}
}  // namespace

Call::Call(const Op& op) : state_(new State{find(op), {}, {}}) {
  state_->arguments.reserve(state_->op->schema.arguments.size());
}
Call::~Call() { delete state_; }

namespace {
template <class T, class F>
heddle::IValue list_of(heddle::TypePtr element, c10::ArrayRef<T> values, F&& convert) {
  std::vector<heddle::IValue> items;
  items.reserve(values.size());
  for (const T& v : values) items.push_back(convert(v));
  return heddle::make_list(std::move(element), std::move(items));
}
}  // namespace

#define HEDDLE_TORCH_ADD(type, expression)      \
  Call& Call::add(type v) {                     \
    state_->arguments.emplace_back(expression); \
    return *this;                               \
  }
HEDDLE_TORCH_ADD(const at::Tensor&, in(v))
HEDDLE_TORCH_ADD(bool, v)
HEDDLE_TORCH_ADD(int64_t, v)
HEDDLE_TORCH_ADD(double, v)
HEDDLE_TORCH_ADD(const c10::Scalar&, in(v))
HEDDLE_TORCH_ADD(c10::ScalarType, in(v))
HEDDLE_TORCH_ADD(c10::Layout, static_cast<int64_t>(v))
HEDDLE_TORCH_ADD(c10::MemoryFormat, static_cast<int64_t>(v))
HEDDLE_TORCH_ADD(c10::string_view, std::string(v))
HEDDLE_TORCH_ADD(c10::Device, (check_device(v), in(v)))
HEDDLE_TORCH_ADD(const c10::Storage&, in(c10::IValue(v)))
HEDDLE_TORCH_ADD(c10::IntArrayRef, heddle::make_int_list({v.data(), v.size()}))
HEDDLE_TORCH_ADD(c10::ArrayRef<double>,
                 list_of(heddle::types::floating(), v, [](double x) { return heddle::IValue(x); }))
HEDDLE_TORCH_ADD(c10::ArrayRef<c10::Scalar>,
                 list_of(heddle::types::number(), v, [](const c10::Scalar& x) { return heddle::IValue(in(x)); }))
HEDDLE_TORCH_ADD(at::TensorList,
                 list_of(heddle::types::tensor(), v, [](const at::Tensor& x) { return heddle::IValue(in(x)); }))
HEDDLE_TORCH_ADD(const c10::List<c10::optional<at::Tensor>>&, in(c10::IValue(v)))
#undef HEDDLE_TORCH_ADD
#define HEDDLE_TORCH_ADD_OPTIONAL(type) \
  Call& Call::add(type v) {             \
    if (v) return add(*v);              \
    state_->arguments.emplace_back();   \
    return *this;                       \
  }
HEDDLE_TORCH_ADD_OPTIONAL(const c10::optional<at::Tensor>&)
HEDDLE_TORCH_ADD_OPTIONAL(const c10::OptionalIntArrayRef&)
HEDDLE_TORCH_ADD_OPTIONAL(c10::optional<int64_t>)
HEDDLE_TORCH_ADD_OPTIONAL(c10::optional<double>)
HEDDLE_TORCH_ADD_OPTIONAL(c10::optional<bool>)
HEDDLE_TORCH_ADD_OPTIONAL(const c10::optional<c10::Scalar>&)
HEDDLE_TORCH_ADD_OPTIONAL(c10::optional<c10::ScalarType>)
HEDDLE_TORCH_ADD_OPTIONAL(c10::optional<c10::Layout>)
HEDDLE_TORCH_ADD_OPTIONAL(c10::optional<c10::MemoryFormat>)
HEDDLE_TORCH_ADD_OPTIONAL(c10::optional<c10::string_view>)
HEDDLE_TORCH_ADD_OPTIONAL(c10::optional<c10::Device>)
HEDDLE_TORCH_ADD_OPTIONAL(c10::optional<c10::ArrayRef<double>>)
#undef HEDDLE_TORCH_ADD_OPTIONAL

Call& Call::add(const c10::optional<at::Generator>& v) {
  if (v && v->defined()) {
    state_->arguments.emplace_back(share_as<heddle::GeneratorValue>(v->handle().get()));
  } else {
    state_->arguments.emplace_back();
  }
  return *this;
}
Call& Call::add(const bool* values, size_t count) {
  state_->arguments.push_back(
      list_of(heddle::types::boolean(), c10::ArrayRef<bool>(values, count), [](bool x) { return heddle::IValue(x); }));
  return *this;
}
Call& Call::repeat(c10::IntArrayRef v, size_t count) {
  if (v.size() != 1) return add(v);
  const std::vector<int64_t> all(count, v[0]);
  return add(c10::IntArrayRef(all));
}
Call& Call::repeat(const c10::OptionalIntArrayRef& v, size_t count) { return v ? repeat(*v, count) : add(v); }
Call& Call::add(const c10::TensorOptions& v) {
  return add(v.scalar_type_opt()).add(v.layout_opt()).add(v.device_opt()).add(v.pinned_memory_opt());
}

void Call::run() {
  if (std::exchange(state_->called, true)) return;
  state_->results = value(heddle::schema::call_operator(*state_->op, state_->arguments));
}
at::Tensor Call::tensor(size_t i) {
  run();
  const heddle::IValue& v = state_->results.at(i);
  return v.is_tensor() ? out(v.as_tensor()) : at::Tensor();
}
std::vector<at::Tensor> Call::tensors(size_t i) {
  run();
  std::vector<at::Tensor> all;
  for (const heddle::IValue& v : state_->results.at(i).as_list().items)
    all.push_back(v.is_tensor() ? out(v.as_tensor()) : at::Tensor());
  return all;
}
int64_t Call::integer(size_t i) {
  run();
  return state_->results.at(i).as_int();
}
double Call::real(size_t i) { return scalar(i).toDouble(); }
bool Call::boolean(size_t i) {
  run();
  return state_->results.at(i).as_bool();
}
c10::Scalar Call::scalar(size_t i) {
  run();
  return out(state_->results.at(i).as_scalar());
}

HEDDLE_TORCH_END
}  // namespace heddle_torch
