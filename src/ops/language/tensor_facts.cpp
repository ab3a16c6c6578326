// What a program may ask about a tensor without looking at its elements: shape, dtype, device, flags.
#include <chrono>

#include "core/boxes.h"
#include "core/element.h"
#include "ops/common/promotion.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Dims sizes(const Tensor& t) { return t.sizes(); }
Dims strides(const Tensor& t) { return t.strides(); }
Result<int64_t> size(const Tensor& t, int64_t dim) {
  HEDDLE_REQUIRE_CODE(t.dim() > 0, kIndex, "dimension specified as ", dim, " but tensor has no dimensions");
  return t.size(HEDDLE_TRY(wrap_dim(dim, t.dim())));
}
Result<int64_t> stride(const Tensor& t, int64_t dim) {
  HEDDLE_REQUIRE_CODE(t.dim() > 0, kIndex, "dimension specified as ", dim, " but tensor has no dimensions");
  return t.stride(HEDDLE_TRY(wrap_dim(dim, t.dim())));
}
Result<int64_t> length(const Tensor& t) {
  HEDDLE_REQUIRE(t.dim() > 0, "len() of a 0-d tensor");
  return t.size(0);
}
bool is_signed(const Tensor& t) { return t.dtype() != DType::kUInt8 && t.dtype() != DType::kBool; }
bool never(const Tensor&) { return false; }
bool always(const Tensor&) { return true; }
Result<bool> is_contiguous_in(const Tensor& t, MemoryFormat format) {
  HEDDLE_REQUIRE(format != MemoryFormat::kPreserve, "preserve memory format is unsupported by the contiguous operator");
  return t.is_contiguous(format);
}
Result<bool> is_nonzero(const Tensor& t) {
  HEDDLE_REQUIRE(t.numel() != 0, "Boolean value of Tensor with no values is ambiguous");
  HEDDLE_REQUIRE(t.numel() == 1, "Boolean value of Tensor with more than one value is ambiguous");
  return load_single(t).to_bool();
}
bool is_same_size(const Tensor& a, const Tensor& b) { return a.sizes() == b.sizes(); }
IValue itself(const IValue& t) { return t; }
Result<IValue> requires_grad_(const IValue& self, bool value) {
  HEDDLE_REQUIRE_CODE(self.is_tensor(), kType, "requires_grad_: argument 'self' must be Tensor");
  const Tensor& t = self.as_tensor();
  HEDDLE_REQUIRE(!value || is_floating(t.dtype()) || is_complex(t.dtype()),
                 "only Tensors of floating point dtype can require gradients");
  t.impl()->requires_grad = value;
  return self;
}

Result<DType> type_of_pair(const Tensor& a, const Tensor& b) { return result_type(a, b); }
Result<DType> type_of_tensor_number(const Tensor& a, const Scalar& b) { return result_type(a, b); }
Result<DType> type_of_number_tensor(const Scalar& a, const Tensor& b) { return result_type(b, a); }
DType type_of_numbers(const Scalar& a, const Scalar& b) { return ResultType().add(a).add(b).result().value(); }
Result<DType> promote(DType a, DType b) {
  const auto result = promote_types(a, b);
  HEDDLE_REQUIRE(result, "promote_types: ", python_name(a), " and ", python_name(b), " have no common type");
  return *result;
}

Result<Device> parse(std::string_view text) { return parse_device(text); }
std::string device_type(Device device) {
  const std::string text = to_text(device);
  return text.substr(0, text.find(':'));
}
IValue device_index(Device device) { return device.index < 0 ? IValue() : IValue(static_cast<int64_t>(device.index)); }

int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_tensor_facts) {
  using namespace heddle::schema;
  table.add("aten::size(Tensor self) -> int[]", boxed<&sizes>());
  table.add("aten::size.int(Tensor self, int dim) -> int", boxed<&size>());
  table.add("aten::stride(Tensor self) -> int[]", boxed<&strides>());
  table.add("aten::stride.int(Tensor self, int dim) -> int", boxed<&stride>());
  table.add("aten::dim(Tensor self) -> int", boxed<[](const Tensor& t) { return t.dim(); }>());
  table.add("aten::numel(Tensor self) -> int", boxed<[](const Tensor& t) { return t.numel(); }>());
  table.add("aten::storage_offset(Tensor self) -> int", boxed<[](const Tensor& t) { return t.offset(); }>());
  table.add("aten::element_size(Tensor self) -> int", boxed<[](const Tensor& t) { return element_size(t.dtype()); }>());
  table.add("aten::len.Tensor(Tensor t) -> int", boxed<&length>());
  table.add("aten::is_contiguous(Tensor self) -> bool", boxed<[](const Tensor& t) { return t.is_contiguous(); }>());
  table.add("aten::is_contiguous.memory_format(Tensor self, MemoryFormat memory_format) -> bool",
            boxed<&is_contiguous_in>());
  table.add("aten::is_floating_point(Tensor self) -> bool",
            boxed<[](const Tensor& t) { return is_floating(t.dtype()); }>());
  table.add("aten::is_complex(Tensor self) -> bool", boxed<[](const Tensor& t) { return is_complex(t.dtype()); }>());
  table.add("aten::is_signed(Tensor self) -> bool", boxed<&is_signed>());
  table.add("aten::is_conj(Tensor self) -> bool", boxed<[](const Tensor& t) { return t.impl()->conj; }>());
  table.add("aten::is_neg(Tensor self) -> bool", boxed<[](const Tensor& t) { return t.impl()->neg; }>());
  table.add("aten::is_inference(Tensor self) -> bool", boxed<&never>());
  table.add("aten::is_leaf(Tensor self) -> bool", boxed<&always>());
  table.add("aten::retains_grad(Tensor self) -> bool", boxed<&never>());
  table.add("aten::is_pinned(Tensor self, Device? device=None) -> bool",
            boxed<[](const Tensor&, std::optional<Device>) { return false; }>());
  table.add("aten::is_nonzero(Tensor self) -> bool", boxed<&is_nonzero>());
  table.add("aten::is_same_size(Tensor self, Tensor other) -> bool", boxed<&is_same_size>());
  table.add("aten::is_set_to(Tensor self, Tensor tensor) -> bool", boxed<[](const Tensor& a, const Tensor& b) {
              return a.storage() == b.storage() && a.offset() == b.offset() && a.sizes() == b.sizes() &&
                     a.strides() == b.strides();
            }>());
  table.add("aten::get_device(Tensor self) -> int", boxed<[](const Tensor&) { return int64_t{-1}; }>());
  table.add("aten::requires_grad_(Tensor(a!) self, bool requires_grad=True) -> Tensor(a!)", boxed<&requires_grad_>());
  table.add("aten::can_cast(ScalarType from, ScalarType to) -> bool",
            boxed<[](DType from, DType to) { return can_cast(from, to); }>());
  table.add("aten::promote_types(ScalarType type1, ScalarType type2) -> ScalarType", boxed<&promote>());
  table.add("aten::result_type.Tensor(Tensor tensor, Tensor other) -> ScalarType", boxed<&type_of_pair>());
  table.add("aten::result_type.Scalar(Tensor tensor, Scalar other) -> ScalarType", boxed<&type_of_tensor_number>());
  table.add("aten::result_type.Scalar_Tensor(Scalar scalar, Tensor tensor) -> ScalarType",
            boxed<&type_of_number_tensor>());
  table.add("aten::result_type.Scalar_Scalar(Scalar scalar1, Scalar scalar2) -> ScalarType", boxed<&type_of_numbers>());

  table.add("prim::dtype(Tensor a) -> int", boxed<[](const Tensor& t) { return t.dtype(); }>());
  table.add("prim::device(Tensor a) -> Device", boxed<[](const Tensor&) { return Device(); }>());
  table.add("prim::layout(Tensor a) -> Layout", boxed<[](const Tensor&) { return int64_t{0}; }>());
  table.add("prim::requires_grad(Tensor a) -> bool", boxed<[](const Tensor& t) { return t.impl()->requires_grad; }>());
  table.add("prim::is_cpu(Tensor a) -> bool", boxed<&always>());
  table.add("prim::is_quantized(Tensor a) -> bool", boxed<[](const Tensor& t) { return is_quantized(t.dtype()); }>());
  for (std::string_view kind : {"cuda", "ipu", "meta", "mkldnn", "mps", "ort", "sparse", "sparse_csr", "vulkan", "xpu",
                                "xla", "hpu", "mtia", "maia"}) {
    table.add(concat("prim::is_", kind, "(Tensor a) -> bool"), boxed<&never>());
  }
  table.add("prim::is_nested(Tensor a) -> bool",
            boxed<[](const Tensor& t) { return static_cast<bool>(t.impl()->nested_lengths); }>());
  table.add("prim::data(Tensor(a) a) -> Tensor(a)", boxed<&itself>());
  table.add("prim::grad(Tensor a) -> Tensor(*)", boxed<[](const Tensor&) { return IValue(); }>());
  table.add("prim::name(Tensor a) -> str?", boxed<[](const Tensor&) { return IValue(); }>());
  table.add("prim::type(Device self) -> str", boxed<&device_type>());
  table.add("prim::index(Device self) -> int?", boxed<&device_index>());
  table.add("aten::device(str a) -> Device", boxed<&parse>());
  table.add("prim::TimePoint() -> int", boxed<&now>(), kSideEffect);
}
