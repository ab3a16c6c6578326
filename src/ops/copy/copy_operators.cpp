// copy_, clone, contiguous, fill_, zero_, resize_, set_ and the operators that hand on their tensor.
#include "core/boxes.h"
#include "core/element.h"
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/overlap.h"
#include "ops/common/resize.h"
#include "ops/copy/memory_format.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> copy_(const Tensor& self, const Tensor& source, bool) {
  HEDDLE_TRY(check_no_partial_overlap(self, source));
  HEDDLE_TRY(copy_into(self, source));
  return self;
}
Result<Tensor> copy_tensor(const Tensor& self, const Tensor& source) { return copy_(self, source, false); }
Result<Tensor> copy_number(const Tensor& self, const Scalar& value) {
  HEDDLE_TRY(fill(self, value));
  return self;
}
// self with other values: sizes, strides and dtype are self's.
Result<Tensor> copy(const Tensor& self, const Tensor& source, bool) {
  const Tensor result = HEDDLE_TRY(Tensor::empty_like(self));
  HEDDLE_TRY(copy_into(result, source));
  return result;
}
Result<Tensor> clone_kernel(const Tensor& self, std::optional<MemoryFormat> format, const Out& out) {
  if (out.given()) return out.deliver(self);
  const MemoryFormat wanted = format.value_or(MemoryFormat::kPreserve);
  HEDDLE_TRY(check_format(self.dim(), wanted));
  return clone(self, wanted);
}
Result<Tensor> contiguous_kernel(const Tensor& self, MemoryFormat format) {
  HEDDLE_REQUIRE(format != MemoryFormat::kPreserve, "preserve memory format is unsupported by the contiguous operator");
  HEDDLE_TRY(check_format(self.dim(), format));
  return contiguous(self, format);
}

Status check_fill(const Tensor& self, const Scalar& value) {
  HEDDLE_REQUIRE(is_complex(self.dtype()) || !value.is_complex(), "value cannot be converted to type ",
                 python_name(self.dtype()), " without overflow");
  return ok_status();
}
Result<Tensor> fill_number(const Tensor& self, const Scalar& value) {
  HEDDLE_TRY(check_fill(self, value));
  HEDDLE_TRY(fill(self, value));
  return self;
}
Result<Scalar> fill_value(const Tensor& value) {
  HEDDLE_REQUIRE(value.dim() == 0, "fill_ only supports 0-dimension value tensor but got tensor with ", value.dim(),
                 " dimensions.");
  return load_single(value);
}
Result<Tensor> fill_tensor(const Tensor& self, const Tensor& value) {
  return fill_number(self, HEDDLE_TRY(fill_value(value)));
}
Result<Tensor> filled(const Tensor& self, const Scalar& value) {
  HEDDLE_TRY(check_fill(self, value));
  return fill_number(HEDDLE_TRY(Tensor::empty_like(self)), value);
}
Result<Tensor> filled_tensor(const Tensor& self, const Tensor& value) {
  return filled(self, HEDDLE_TRY(fill_value(value)));
}
Result<Tensor> zero_(const Tensor& self) {
  HEDDLE_TRY(zero(self));
  return self;
}
Result<Tensor> zeroed(const Tensor& self) { return filled(self, 0); }

Result<Tensor> resize_(const Tensor& self, const Dims& sizes, std::optional<MemoryFormat> format) {
  const MemoryFormat wanted = format.value_or(MemoryFormat::kContiguous);
  HEDDLE_REQUIRE(wanted != MemoryFormat::kPreserve, "Unsupported memory format preserve");
  HEDDLE_TRY(check_format(static_cast<int64_t>(sizes.size()), wanted));
  HEDDLE_TRY(checked_numel(sizes, element_size(self.dtype())));
  if (format || !(self.sizes() == sizes)) HEDDLE_TRY(resize_strided(self, sizes, contiguous_strides(sizes, wanted)));
  return self;
}
Result<Tensor> resize_as_(const Tensor& self, const Tensor& other, std::optional<MemoryFormat> format) {
  if (format == MemoryFormat::kPreserve) format = other.suggested_format();
  return resize_(self, other.sizes(), format);
}

Result<Tensor> set_empty(const Tensor& self) {
  set_tensor(self, HEDDLE_TRY(Tensor::empty(Dims{0}, self.dtype())));
  return self;
}
Result<Tensor> set_source(const Tensor& self, const Tensor& source) {
  HEDDLE_REQUIRE(self.dtype() == source.dtype(), "Could not set tensor of type ", python_name(source.dtype()),
                 " to a tensor of type ", python_name(self.dtype()));
  set_tensor(self, source);
  return self;
}
Status set_data(const Tensor& self, const Tensor& new_data) {
  HEDDLE_REQUIRE(is_quantized(self.dtype()) == is_quantized(new_data.dtype()),
                 "Attempted to call `variable.set_data(tensor)`, but `variable` and `tensor` have incompatible tensor "
                 "type: ",
                 python_name(self.dtype()), " and ", python_name(new_data.dtype()));
  self.impl()->dtype = new_data.dtype();
  self.impl()->conj = new_data.impl()->conj;
  self.impl()->neg = new_data.impl()->neg;
  set_tensor(self, new_data);
  return ok_status();
}
Result<Tensor> set_view(const Tensor& self, const Ref<Storage>& storage, int64_t offset, const Dims& sizes,
                        const Dims& strides) {
  const Dims layout = strides.empty() && !sizes.empty() ? contiguous_strides(sizes) : strides;
  set_tensor(self, HEDDLE_TRY(Tensor::from_storage(storage, self.dtype(), sizes, layout, offset)));
  return self;
}
Result<Tensor> set_source_view(const Tensor& self, const Tensor& source, int64_t offset, const Dims& sizes,
                               const Dims& strides) {
  return set_view(self, source.storage(), offset, sizes, strides);
}
Result<Ref<Storage>> storage_of(const IValue& value) {
  HEDDLE_REQUIRE_CODE(value.is_storage(), kType, "expected a Storage, but got ", value.type_text());
  return value.as_storage().storage;
}
Result<Tensor> set_storage_view(const Tensor& self, const IValue& source, int64_t offset, const Dims& sizes,
                                const Dims& strides) {
  return set_view(self, HEDDLE_TRY(storage_of(source)), offset, sizes, strides);
}
Result<Tensor> set_storage(const Tensor& self, const IValue& source) {
  const Ref<Storage> storage = HEDDLE_TRY(storage_of(source));
  const auto count = static_cast<int64_t>(storage->bytes()) / element_size(self.dtype());
  return set_view(self, storage, 0, Dims{count}, Dims{1});
}

Tensor itself(const Tensor& self) { return self; }
// A new tensor object over the same memory.
Tensor same_memory(const Tensor& self) { return self.alias(self.sizes(), self.strides(), self.offset()); }
Result<Tensor> cloned(const Tensor& self) { return clone(self); }

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(copy) {
  using namespace heddle::ops;
  table.add("aten::copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!)", boxed<&copy_>());
  table.add("aten::copy_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", boxed<&copy_tensor>());
  table.add("aten::copy_.int(Tensor(a!) self, int other) -> Tensor(a!)", boxed<&copy_number>());
  table.add("aten::copy_.float(Tensor(a!) self, float other) -> Tensor(a!)", boxed<&copy_number>());
  table.add("aten::copy(Tensor self, Tensor src, bool non_blocking=False) -> Tensor", boxed<&ops::copy>());
  table.derive("aten::copy.out(Tensor self, Tensor src, bool non_blocking=False, *, Tensor(a!) out) -> Tensor(a!)");
  add_forms<&clone_kernel>(table, "aten::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor",
                           {.out = "clone.out"});
  table.add("aten::contiguous(Tensor(a) self, *, MemoryFormat memory_format=0) -> Tensor(a)",
            boxed<&contiguous_kernel>());

  table.add("aten::fill_.Scalar(Tensor(a!) self, Scalar value) -> Tensor(a!)", boxed<&fill_number>());
  table.add("aten::fill_.Tensor(Tensor(a!) self, Tensor value) -> Tensor(a!)", boxed<&fill_tensor>());
  table.add("aten::fill.Scalar(Tensor self, Scalar value) -> Tensor", boxed<&filled>());
  table.add("aten::fill.Tensor(Tensor self, Tensor value) -> Tensor", boxed<&filled_tensor>());
  table.derive("aten::fill.Scalar_out(Tensor self, Scalar value, *, Tensor(a!) out) -> Tensor(a!)");
  table.derive("aten::fill.Tensor_out(Tensor self, Tensor value, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::zero_(Tensor(a!) self) -> Tensor(a!)", boxed<&zero_>());
  table.add("aten::zero(Tensor self) -> Tensor", boxed<&zeroed>());
  table.derive("aten::zero.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)");

  table.add("aten::resize_(Tensor(a!) self, SymInt[] size, *, MemoryFormat? memory_format=None) -> Tensor(a!)",
            boxed<&resize_>());
  table.add("aten::resize_as_(Tensor(a!) self, Tensor the_template, *, MemoryFormat? memory_format=None) -> Tensor(a!)",
            boxed<&resize_as_>());
  table.add("aten::set_(Tensor(a!) self) -> Tensor(a!)", boxed<&set_empty>());
  table.add("aten::set_data(Tensor(a!) self, Tensor new_data) -> ()", boxed<&set_data>());
  table.add("aten::set_.source_Tensor(Tensor(a!) self, Tensor source) -> Tensor(a!)", boxed<&set_source>());
  table.add(
      "aten::set_.source_Tensor_storage_offset(Tensor(a!) self, Tensor source, SymInt storage_offset, SymInt[] "
      "size, SymInt[] stride=[]) -> Tensor(a!)",
      boxed<&set_source_view>());
  table.add("aten::set_.source_Storage(Tensor(a!) self, Storage source) -> Tensor(a!)", boxed<&set_storage>());
  table.add(
      "aten::set_.source_Storage_storage_offset(Tensor(a!) self, Storage source, SymInt storage_offset, SymInt[] "
      "size, SymInt[] stride=[]) -> Tensor(a!)",
      boxed<&set_storage_view>());

  for (const char* name : {"detach", "alias", "lift_fresh"}) {
    table.add(concat("aten::", name, "(Tensor(a) self) -> Tensor(a)"), boxed<&same_memory>());
  }
  table.add("aten::data(Tensor self) -> Tensor", boxed<&same_memory>());
  table.add("aten::detach_(Tensor(a!) self) -> Tensor(a!)", boxed<&itself>());
  table.add("aten::lift(Tensor self) -> Tensor", boxed<&itself>());
  for (const char* name : {"lift_fresh_copy", "alias_copy", "detach_copy"}) {
    table.add(concat("aten::", name, "(Tensor self) -> Tensor"), boxed<&cloned>());
    table.derive(concat("aten::", name, ".out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)"));
  }
  table.derive("aten::lift.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)");
}
