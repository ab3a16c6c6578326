#include "forms.h"

#include "base/text.h"
#include "compare.h"
#include "core/boxes.h"
#include "ops/quantized/kernels.h"

namespace heddle::test {
namespace {

using schema::Operator;

// "Tensor, Tensor, number": the types of what a form has in common with its functional operator.
std::string signature(const Operator& op) {
  std::vector<std::string> types;
  for (const schema::Argument& argument : op.schema.arguments) {
    if (!argument.is_out) types.push_back(argument.type->to_text());
  }
  return join(types, ", ");
}

bool has_out(const Operator& op) {
  for (const schema::Argument& argument : op.schema.arguments) {
    if (argument.is_out) return true;
  }
  return false;
}

bool is_view(const Operator& op) {
  return !op.schema.returns.empty() && op.schema.returns[0].alias && !op.schema.returns[0].alias->is_write;
}

// Two elements of it may lie in one place, so PyTorch refuses to write it.
bool overlaps(const Tensor& t) {
  for (int64_t d = 0; d < t.dim(); ++d) {
    if (t.size(d) > 1 && t.stride(d) == 0) return true;
  }
  return false;
}

bool share_storage(const std::vector<IValue>& values) {
  const std::vector<Tensor> tensors = tensors_in(values);
  for (size_t i = 0; i < tensors.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (tensors[i].storage().get() == tensors[j].storage().get()) return true;
    }
  }
  return false;
}

Result<Tensor> converted(const Tensor& t, DType dtype) {
  const Operator* to = schema::operators().find("aten::to", "dtype");
  const IValue arguments[] = {t, static_cast<int64_t>(dtype), false, true, IValue()};
  return HEDDLE_TRY(schema::call_operator(*to, arguments))[0].as_tensor();
}

Comparison comparison(const Operator& op, const Row& row) {
  return {row.rtol, row.atol, !row.meta_only && !(op.flags & schema::kRandom), false, !row.free_signs};
}

// A tensor like this one that is not contiguous, where it has the dimensions for it.
Result<Tensor> reversed(const Tensor& like) {
  Dims strides(like.sizes().size());
  int64_t running = 1;
  for (size_t i = 0; i < strides.size(); ++i) {
    strides[i] = running;
    running *= std::max<int64_t>(like.sizes()[i], 1);
  }
  return Tensor::empty_strided(like.sizes(), strides, like.dtype());
}

Result<std::string> check_out(const Operator& op, const Operator& form, const Row& row, bool empty) {
  std::vector<IValue> arguments = HEDDLE_TRY(make_arguments(op, row, Layout::kAsIs));
  std::vector<IValue> outs;
  for (const IValue& output : row.outputs) {
    if (!output.is_tensor()) return std::string();
    const Tensor& like = output.as_tensor();
    outs.emplace_back(HEDDLE_TRY(empty ? Tensor::empty(Dims{0}, like.dtype()) : reversed(like)));
  }
  size_t next = 0;
  for (size_t i = 0; i < form.schema.arguments.size(); ++i) {
    if (!form.schema.arguments[i].is_out) continue;
    HEDDLE_REQUIRE(next < outs.size(), "has more out arguments than results");
    arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(i), outs[next++]);
  }
  const std::vector<IValue> results = HEDDLE_TRY(schema::call_operator(form, arguments));
  const std::string found = difference(outs, row.outputs, comparison(op, row));
  if (!found.empty()) return found;
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i].is_tensor() || !results[i].as_tensor().is_same(outs[i].as_tensor())) {
      return std::string("its result is not the out tensor");
    }
  }
  return std::string();
}

Result<std::string> check_in_place(const Operator& op, const Operator& form, const Row& row) {
  const std::vector<IValue> arguments = HEDDLE_TRY(make_arguments(op, row, Layout::kAsIs));
  if (!arguments[0].is_tensor() || row.outputs.size() != 1 || !row.outputs[0].is_tensor()) return std::string();
  const Tensor self = arguments[0].as_tensor();
  const Tensor& wanted = row.outputs[0].as_tensor();
  if (share_storage(arguments) || overlaps(self)) return std::string();
  const bool fits = is_view(op) || (wanted.sizes() == self.sizes() && can_cast(wanted.dtype(), self.dtype()));
  const DType dtype = self.dtype();
  const Result<std::vector<IValue>> results = schema::call_operator(form, arguments);
  if (!fits) return results.ok() ? std::string("did not refuse a result that does not fit") : std::string();
  // Some refuse what could be stored: abs_ of complex numbers, float_power_ of float32.
  if (!results.ok() && wanted.dtype() != dtype) return std::string();
  HEDDLE_TRY(Status(results.ok() ? ok_status() : results.status().clone()));
  if (!results.value()[0].is_tensor() || !results.value()[0].as_tensor().is_same(self)) {
    return std::string("its result is not its first argument");
  }
  return difference(IValue(self), IValue(HEDDLE_TRY(converted(wanted, dtype))), comparison(op, row));
}

}  // namespace

Forms::Forms(const schema::OperatorTable& table) {
  std::map<std::string, std::vector<const Operator*>> by_signature;
  std::map<schema::Kernel::Function, std::vector<const Operator*>> by_kernel;
  for (const Operator* op : table.all()) {
    by_signature[op->schema.name + "(" + signature(*op)].push_back(op);
    by_kernel[ops::dense_kernel(*op).function()].push_back(op);
  }
  for (const Operator* op : table.all()) {
    Relatives& relatives = relatives_[op];
    if (has_out(*op)) continue;
    for (const Operator* other : by_signature[op->schema.name + "(" + signature(*op)]) {
      if (has_out(*other)) relatives.into_out.push_back(other);
    }
    for (const Operator* other : by_signature[op->schema.name + "_(" + signature(*op)]) {
      if (!has_out(*other)) relatives.in_place.push_back(other);
    }
    // Derived forms share one kernel that looks at the operator, and so do those on lists of tensors.
    if (op->functional || op->schema.name.starts_with("aten::_foreach_")) continue;
    for (const Operator* other : by_kernel[ops::dense_kernel(*op).function()]) {
      if (other != op && !other->functional && signature(*other) == signature(*op)) relatives.same.push_back(other);
    }
  }
}

const Forms::Relatives& Forms::of(const Operator& op) const { return relatives_.at(&op); }
std::vector<const Operator*> Forms::all(const Operator& op) const {
  const Relatives& relatives = of(op);
  std::vector<const Operator*> result = relatives.in_place;
  result.insert(result.end(), relatives.into_out.begin(), relatives.into_out.end());
  result.insert(result.end(), relatives.same.begin(), relatives.same.end());
  return result;
}

std::string Forms::check(const Operator& op, const Row& row) const {
  const auto complaint = [](const Operator& form, const Result<std::string>& found) {
    const std::string text = found.ok() ? found.value() : found.status().message();
    return text.empty() ? text : concat(form.schema.full_name(), ": ", text);
  };
  std::vector<const Operator*> names = of(op).same;
  names.push_back(&op);
  for (const Operator* name : names) {
    for (const Operator* form : of(*name).into_out) {
      for (const bool empty : {true, false}) {
        std::string found = complaint(*form, check_out(op, *form, row, empty));
        if (!found.empty()) return found;
      }
    }
    for (const Operator* form : of(*name).in_place) {
      std::string found = complaint(*form, check_in_place(op, *form, row));
      if (!found.empty()) return found;
    }
  }
  return {};
}

}  // namespace heddle::test
