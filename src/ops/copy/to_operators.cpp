// Tensor.to and the other conversions. Devices are taken and ignored: there is only the CPU.
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/copy/memory_format.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> convert(const Tensor& self, DType dtype, bool copy, std::optional<MemoryFormat> format) {
  const MemoryFormat wanted = format.value_or(MemoryFormat::kPreserve);
  HEDDLE_TRY(check_format(self.dim(), wanted));
  const bool as_wanted =
      self.dtype() == dtype && (wanted == MemoryFormat::kPreserve || self.suggested_format() == wanted);
  if (as_wanted && !copy) return self;
  const Tensor result = HEDDLE_TRY(wanted == MemoryFormat::kPreserve ? Tensor::empty_like(self, dtype)
                                                                     : Tensor::empty(self.sizes(), dtype, wanted));
  HEDDLE_TRY(copy_into(result, self));
  return result;
}

Result<Tensor> to_dtype_kernel(const Tensor& self, DType dtype, bool, bool copy, std::optional<MemoryFormat> format) {
  return convert(self, dtype, copy, format);
}
Result<Tensor> to_device(const Tensor& self, Device, DType dtype, bool, bool copy, std::optional<MemoryFormat> format) {
  return convert(self, dtype, copy, format);
}
Result<Tensor> to_layout(const Tensor& self, std::optional<DType> dtype, std::optional<int64_t>, std::optional<Device>,
                         std::optional<bool>, bool, bool copy, std::optional<MemoryFormat> format) {
  return convert(self, dtype.value_or(self.dtype()), copy, format);
}
Result<Tensor> to_other(const Tensor& self, const Tensor& other, bool, bool copy, std::optional<MemoryFormat> format) {
  return convert(self, other.dtype(), copy, format);
}
Result<Tensor> to_prim_device(const Tensor& self, std::optional<Device>, std::optional<DType> dtype, bool, bool copy) {
  return convert(self, dtype.value_or(self.dtype()), copy, {});
}
Result<Tensor> to_prim_dtype(const Tensor& self, std::optional<DType> dtype, bool, bool copy) {
  return convert(self, dtype.value_or(self.dtype()), copy, {});
}
Result<Tensor> to_prim_other(const Tensor& self, bool, bool copy) { return convert(self, self.dtype(), copy, {}); }
Result<Tensor> to_copy(const Tensor& self, std::optional<DType> dtype, std::optional<int64_t>, std::optional<Device>,
                       std::optional<bool>, bool, std::optional<MemoryFormat> format) {
  return convert(self, dtype.value_or(self.dtype()), true, format);
}
Result<Tensor> type_as(const Tensor& self, const Tensor& other) { return to_dtype(self, other.dtype()); }
template <DType dtype>
Result<Tensor> cast(const Tensor& self, bool) {
  return to_dtype(self, dtype);
}
Tensor itself(const Tensor& self) { return self; }
Tensor pin_memory(const Tensor& self, std::optional<Device>) { return self; }
std::vector<Tensor> to_cpu(const std::vector<Tensor>& tensors) { return tensors; }
// Autocast is never on here.
Tensor to_full_precision(const Tensor& self, bool, bool) { return self; }
Tensor to_reduced_precision(const Tensor& self, bool, bool, DType, DType) { return self; }

template <DType dtype>
void add_cast(schema::TableBuilder& table) {
  table.add(concat("aten::_cast_", dtype_name(dtype), "(Tensor(a) self, bool non_blocking=False) -> Tensor(a)"),
            boxed<&cast<dtype>>());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(to) {
  using namespace heddle::ops;
  table.add(
      "aten::to.device(Tensor(a) self, Device device, ScalarType dtype, bool non_blocking=False, bool copy=False, "
      "MemoryFormat? memory_format=None) -> Tensor(a)",
      boxed<&to_device>());
  table.add(
      "aten::to.dtype(Tensor(a) self, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? "
      "memory_format=None) -> Tensor(a)",
      boxed<&to_dtype_kernel>());
  table.add(
      "aten::to.other(Tensor(a) self, Tensor other, bool non_blocking=False, bool copy=False, MemoryFormat? "
      "memory_format=None) -> Tensor(a)",
      boxed<&to_other>());
  table.add(
      "aten::to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, "
      "bool? pin_memory=None, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> "
      "Tensor(a)",
      boxed<&to_layout>());
  table.add(
      "aten::to.prim_Device(Tensor(a) self, Device? device, int? dtype=None, bool non_blocking=False, bool "
      "copy=False) -> Tensor(b|a)",
      boxed<&to_prim_device>());
  table.add(
      "aten::to.prim_dtype(Tensor(a) self, int? dtype=None, bool non_blocking=False, bool copy=False) -> "
      "Tensor(b|a)",
      boxed<&to_prim_dtype>());
  table.add("aten::to.prim_other(Tensor(a) self, bool non_blocking=False, bool copy=False) -> Tensor(b|a)",
            boxed<&to_prim_other>());
  table.add(
      "aten::_to_copy(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? "
      "pin_memory=None, bool non_blocking=False, MemoryFormat? memory_format=None) -> Tensor",
      boxed<&to_copy>());
  table.add("aten::type_as(Tensor(a) self, Tensor other) -> Tensor(a)", boxed<&type_as>());
  add_cast<DType::kUInt8>(table);
  add_cast<DType::kInt8>(table);
  add_cast<DType::kInt16>(table);
  add_cast<DType::kInt32>(table);
  add_cast<DType::kInt64>(table);
  add_cast<DType::kFloat16>(table);
  add_cast<DType::kFloat32>(table);
  add_cast<DType::kFloat64>(table);
  table.add("aten::cpu(Tensor(a) self) -> Tensor(b|a)", boxed<&itself>());
  table.add("aten::cuda(Tensor(a) self) -> Tensor(b|a)", boxed<&itself>());
  table.add("aten::pin_memory(Tensor(a) self, Device? device=None) -> Tensor(a)", boxed<&pin_memory>());
  table.add("aten::_to_cpu(Tensor(a)[] tensors) -> Tensor(a)[]", boxed<&to_cpu>());
  table.add("aten::_autocast_to_full_precision(Tensor(a) self, bool cuda_enabled, bool cpu_enabled) -> Tensor(a)",
            boxed<&to_full_precision>());
  table.add(
      "aten::_autocast_to_reduced_precision(Tensor(a) self, bool cuda_enabled, bool cpu_enabled, ScalarType "
      "cuda_dtype, ScalarType cpu_dtype) -> Tensor(a)",
      boxed<&to_reduced_precision>());
}
