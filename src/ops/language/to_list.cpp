// tensor.tolist(): nested lists of numbers, or one number. The emitter passes what the annotation asks for.
#include "core/boxes.h"
#include "core/element.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

bool fits(DType dtype, TypeKind element) {
  switch (element) {
    case TypeKind::kInt:
      return dtype == DType::kInt64;
    case TypeKind::kFloat:
      return is_floating(dtype);
    case TypeKind::kComplex:
      return is_complex(dtype);
    default:
      return dtype == DType::kBool;
  }
}

// The elements from `offset` on, in elements of the tensor's memory.
IValue list_of(const Tensor& tensor, int64_t dim, int64_t offset, const TypePtr& type) {
  const auto size = static_cast<int64_t>(element_size(tensor.dtype()));
  if (dim == tensor.dim()) {
    return IValue(load_element(static_cast<const char*>(tensor.raw_data()) + offset * size, tensor.dtype()));
  }
  std::vector<IValue> items;
  items.reserve(static_cast<size_t>(tensor.size(dim)));
  for (int64_t i = 0; i < tensor.size(dim); ++i) {
    items.push_back(list_of(tensor, dim + 1, offset + i * tensor.stride(dim), type->element()));
  }
  return make_list(type->element(), std::move(items));
}

Result<IValue> to_list(const Tensor& tensor, int64_t dims, int64_t code) {
  static const TypePtr kElements[] = {types::integer(), types::floating(), types::boolean(), types::complex()};
  HEDDLE_REQUIRE(code >= 0 && code < 4, "prim::tolist knows no element type ", code);
  HEDDLE_REQUIRE(dims == tensor.dim(), "tolist() is annotated as a list of ", dims, " dimensions, but the tensor has ",
                 tensor.dim());
  const TypePtr& element = kElements[code];
  HEDDLE_REQUIRE(fits(tensor.dtype(), element->kind()), "tolist() is annotated with elements of type ",
                 element->to_text(), ", but the tensor's dtype is ", dtype_name(tensor.dtype()));
  TypePtr type = element;
  for (int64_t i = 0; i < dims; ++i) type = types::list(type);
  return list_of(tensor, 0, 0, type);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_to_list) {
  table.add("prim::tolist(Tensor self, int dims, int element) -> Any", heddle::schema::boxed<&heddle::ops::to_list>());
}
