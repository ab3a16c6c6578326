#include "schema/lazy_calls.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/boxes.h"

namespace heddle::schema {
namespace {

// Operators that handle marks themselves, ask for nothing that marks change, or only change how memory is seen.
constexpr std::array<std::string_view, 49> kSeeMarks = {
    "aten::_conj",
    "aten::_neg_view",
    "aten::adjoint",
    "aten::as_strided_",
    "aten::conj",
    "aten::detach_",
    "aten::dim",
    "aten::element_size",
    "aten::get_device",
    "aten::imag",
    "aten::is_complex",
    "aten::is_conj",
    "aten::is_contiguous",
    "aten::is_inference",
    "aten::is_leaf",
    "aten::is_neg",
    "aten::is_same_size",
    "aten::is_set_to",
    "aten::is_signed",
    "aten::len",
    "aten::mH",
    "aten::matrix_H",
    "aten::numel",
    "aten::real",
    "aten::requires_grad_",
    "aten::resize_",
    "aten::resolve_conj",
    "aten::resolve_neg",
    "aten::result_type",
    "aten::set_",
    "aten::set_data",
    "aten::size",
    "aten::squeeze_",
    "aten::storage_offset",
    "aten::stride",
    "aten::swapaxes_",
    "aten::swapdims_",
    "aten::t_",
    "aten::transpose_",
    "aten::unsqueeze_",
    "aten::view_as_complex",
    "aten::view_as_real",
    "prim::device",
    "prim::dtype",
    "prim::is_cpu",
    "prim::is_quantized",
    "prim::layout",
    "prim::name",
    "prim::requires_grad",
};

bool is_lazy_value(const IValue& value) {
  if (value.is_tensor()) return is_lazy(value.as_tensor());
  if (!value.is_list()) return false;
  const std::vector<IValue>& items = value.as_list().items;
  return std::any_of(items.begin(), items.end(),
                     [](const IValue& item) { return item.is_tensor() && is_lazy(item.as_tensor()); });
}

// Whether kernels read elements of what the argument holds: type variables and Any are handed on as they are.
bool holds_tensors(const Type& type) {
  if (type.is(TypeKind::kTensor)) return true;
  return (type.is(TypeKind::kList) || type.is(TypeKind::kOptional)) && holds_tensors(*type.element());
}

// (Tensor(a) self, ...) -> Tensor(a): its result is a view of its first argument, or a copy where no view can be.
bool is_view(const FunctionSchema& schema) {
  if (schema.arguments.empty() || schema.is_mutable()) return false;
  const auto marked = [](const Argument& a) { return a.alias.has_value(); };
  return marked(schema.arguments[0]) && schema.arguments[0].type->is(TypeKind::kTensor) &&
         std::any_of(schema.returns.begin(), schema.returns.end(), marked);
}

Result<Tensor> physical(const char* name, const Tensor& t) {
  const Operator* op = operators().find(name, "");
  HEDDLE_REQUIRE_CODE(op, kUnsupported, "there is no operator ", name);
  const IValue arguments[] = {t};
  return HEDDLE_TRY(call_operator(*op, arguments))[0].as_tensor();
}

Status copy_into(const Tensor& target, const Tensor& source) {
  const IValue arguments[] = {target, source, false};
  HEDDLE_TRY(call_operator(*operators().find("aten::copy_", ""), arguments));
  return ok_status();
}

// A tensor that a kernel wrote in another's stead.
struct StandIn {
  Tensor marked;
  Tensor plain;

  Status write_back() const {
    if (plain.sizes() != marked.sizes() || plain.dtype() != marked.dtype()) {
      TensorImpl& impl = *marked.impl();
      impl.storage = plain.storage();
      impl.sizes = plain.sizes();
      impl.strides = plain.strides();
      impl.offset = plain.offset();
      impl.numel = plain.numel();
      impl.dtype = plain.dtype();
      set_marks(marked, false, false);
      return ok_status();
    }
    const Tensor& t = marked;
    const Tensor result = HEDDLE_TRY(resolved(with_marks(plain, t.impl()->conj, t.impl()->neg)));
    return copy_into(with_marks(t, false, false), result);
  }
};

class LazyCall {
 public:
  LazyCall(const Operator& op, const Call& call) : op_(op), call_(call) {
    for (size_t i = 0; i < call.argument_count(); ++i) registers_.push_back(call.argument(i));
    registers_.resize(call.argument_count() + call.result_count());
  }

  Status run() {
    HEDDLE_TRY(run_plain());
    return hand_over();
  }

  // The kernel on the marked tensor itself; false where what it gave is no view.
  Result<bool> run_as_view() {
    const Tensor self = registers_[0].as_tensor();
    for (size_t i = 1; i < call_.argument_count(); ++i) HEDDLE_TRY(replace(i));
    HEDDLE_TRY(run_kernel());
    for (size_t i = 0; i < call_.result_count(); ++i) {
      if (!mark_views(result(i), self)) return false;
    }
    HEDDLE_TRY(hand_over());
    return true;
  }

 private:
  IValue& result(size_t i) { return registers_[call_.argument_count() + i]; }

  static bool mark_views(const IValue& value, const Tensor& self) {
    if (value.is_list()) {
      const std::vector<IValue>& items = value.as_list().items;
      return std::all_of(items.begin(), items.end(), [&](const IValue& item) { return mark_views(item, self); });
    }
    if (!value.is_tensor() || value.as_tensor().is_same(self)) return true;
    const Tensor& view = value.as_tensor();
    if (view.storage().get() != self.storage().get() || view.dtype() != self.dtype()) return false;
    set_marks(view, self.impl()->conj, self.impl()->neg);
    return true;
  }

  Status run_plain() {
    for (size_t i = 0; i < call_.argument_count(); ++i) HEDDLE_TRY(replace(i));
    HEDDLE_TRY(run_kernel());
    for (const StandIn& stand_in : written_) {
      HEDDLE_TRY(stand_in.write_back());
      for (size_t i = 0; i < call_.result_count(); ++i) {
        if (result(i).is_tensor() && result(i).as_tensor().is_same(stand_in.plain)) result(i) = stand_in.marked;
      }
    }
    return ok_status();
  }

  Status replace(size_t i) {
    const std::vector<Argument>& declared = op_.schema.arguments;
    if (i < declared.size() && !holds_tensors(*declared[i].type)) return ok_status();
    if (!is_lazy_value(registers_[i])) return ok_status();
    const bool is_written = i < declared.size() && declared[i].is_written();
    if (registers_[i].is_tensor()) {
      registers_[i] = HEDDLE_TRY(plain(registers_[i].as_tensor(), is_written));
      return ok_status();
    }
    const ListValue& list = registers_[i].as_list();
    std::vector<IValue> items = list.items;
    for (IValue& item : items) {
      if (item.is_tensor() && is_lazy(item.as_tensor())) item = HEDDLE_TRY(plain(item.as_tensor(), is_written));
    }
    registers_[i] = make_list(list.element_type, std::move(items));
    return ok_status();
  }

  Result<Tensor> plain(const Tensor& marked, bool is_written) {
    Tensor plain = HEDDLE_TRY(resolved(marked));
    if (is_written) written_.push_back({marked, plain});
    return plain;
  }

  Status run_kernel() {
    std::vector<uint32_t> slots(registers_.size());
    for (size_t i = 0; i < slots.size(); ++i) slots[i] = static_cast<uint32_t>(i);
    const uint32_t arguments = call_.argument_count();
    return op_.kernel(
        Call(op_, registers_.data(), slots.data(), arguments, slots.data() + arguments, call_.result_count()));
  }

  Status hand_over() {
    for (size_t i = 0; i < call_.result_count(); ++i) call_.set_result(i, std::move(result(i)));
    return ok_status();
  }

  const Operator& op_;
  const Call& call_;
  std::vector<IValue> registers_;
  std::vector<StandIn> written_;
};

}  // namespace

Result<Tensor> resolved(const Tensor& t) {
  if (!is_lazy(t)) return t;
  Tensor out = with_marks(t, false, false);
  if (t.impl()->conj) out = HEDDLE_TRY(physical("aten::conj_physical", out));
  if (t.impl()->neg) out = HEDDLE_TRY(physical("aten::neg", out));
  return out;
}

bool has_lazy_argument(const Call& call) {
  for (size_t i = 0; i < call.argument_count(); ++i) {
    if (is_lazy_value(call.argument(i))) return true;
  }
  return false;
}

Status run_on_lazy(const Operator& op, const Call& call) {
  if (std::binary_search(kSeeMarks.begin(), kSeeMarks.end(), std::string_view(op.schema.name))) return op.kernel(call);
  if (is_view(op.schema) && is_lazy_value(call.argument(0))) {
    if (HEDDLE_TRY(LazyCall(op, call).run_as_view())) return ok_status();
  }
  return LazyCall(op, call).run();
}

}  // namespace heddle::schema
