// Tensors of given numbers: tensor, as_tensor, scalar_tensor, NumToTensor; and complex numbers of their parts.
#include <cmath>

#include "core/element.h"
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/iterator.h"
#include "ops/common/promotion.h"
#include "ops/creation/creation.h"
#include "ops/creation/factory.h"

namespace heddle::ops {
namespace {

using schema::boxed;

// The lengths of nested lists, from their first elements.
Result<Dims> list_sizes(const IValue& data) {
  Dims sizes;
  for (const IValue* at = &data; at->is_list(); at = &at->as_list().items.front()) {
    HEDDLE_REQUIRE(sizes.size() < 64, "the list is nested too deeply to become a tensor");
    sizes.push_back(static_cast<int64_t>(at->as_list().items.size()));
    if (at->as_list().items.empty()) break;
  }
  return sizes;
}

// The numbers of nested lists in order; every list of one depth must have the same length.
Status collect_numbers(const IValue& data, const Dims& sizes, size_t depth, std::vector<Scalar>& numbers) {
  if (depth == sizes.size()) {
    if (data.is_tensor() && data.as_tensor().numel() == 1) {
      numbers.push_back(load_single(data.as_tensor()));
      return ok_status();
    }
    HEDDLE_REQUIRE_CODE(data.is_number(), kType, "Input must be of ints, floats, complex or bools, but got ",
                        data.type_text());
    numbers.push_back(data.as_scalar());
    return ok_status();
  }
  HEDDLE_REQUIRE(data.is_list() && static_cast<int64_t>(data.as_list().items.size()) == sizes[depth],
                 "Expected sequence of length ", sizes[depth], " at dim ", depth, " (got ",
                 data.is_list() ? data.as_list().items.size() : 0, ")");
  for (const IValue& item : data.as_list().items) HEDDLE_TRY(collect_numbers(item, sizes, depth + 1, numbers));
  return ok_status();
}

// What an empty list would hold. One without annotation is a list of tensors, which nobody meant.
Result<DType> declared_dtype(const IValue& data) {
  const Type* type = data.as_list().element_type.get();
  while (type->is(TypeKind::kList)) type = type->element().get();
  switch (type->kind()) {
    case TypeKind::kInt:
      return DType::kInt64;
    case TypeKind::kBool:
      return DType::kBool;
    case TypeKind::kComplex:
      return default_complex_dtype();
    case TypeKind::kTensor:
      return error(ErrorCode::kType, "Empty lists default to List[Tensor]; annotate the list to give it another type");
    default:
      return kDefaultDType;
  }
}

Result<Tensor> tensor_of(const IValue& data, std::optional<DType> dtype) {
  if (!data.is_list()) {
    HEDDLE_REQUIRE_CODE(data.is_number(), kType, "expected a number or a list of numbers, but got ", data.type_text());
    return full_of(Dims{}, data.as_scalar(), dtype);
  }
  const Dims sizes = HEDDLE_TRY(list_sizes(data));
  std::vector<Scalar> numbers;
  HEDDLE_TRY(collect_numbers(data, sizes, 0, numbers));
  if (!dtype && numbers.empty()) dtype = HEDDLE_TRY(declared_dtype(data));
  if (!dtype) {
    dtype = tensor_dtype(numbers.front());
    for (const Scalar& number : numbers) dtype = promote_types(*dtype, tensor_dtype(number)).value_or(*dtype);
  }
  const Tensor t = HEDDLE_TRY(Tensor::empty(sizes, *dtype));
  char* at = static_cast<char*>(t.raw_data());
  for (const Scalar& number : numbers) {
    HEDDLE_REQUIRE(store_element(at, *dtype, number), "cannot make a tensor of ", python_name(*dtype));
    at += element_size(*dtype);
  }
  return t;
}

Result<Tensor> tensor_of_data(const IValue& data, std::optional<DType> dtype, std::optional<Device>,
                              bool requires_grad) {
  const Tensor t = HEDDLE_TRY(tensor_of(data, dtype));
  HEDDLE_REQUIRE(!requires_grad || is_floating(t.dtype()) || is_complex(t.dtype()),
                 "Only Tensors of floating point and complex dtype can require gradients");
  t.impl()->requires_grad = requires_grad;
  return t;
}
Result<Tensor> as_tensor_of_data(const IValue& data, std::optional<DType> dtype, std::optional<Device>) {
  return tensor_of(data, dtype);
}
Result<Tensor> as_tensor(const Tensor& data, std::optional<DType> dtype, std::optional<Device>) {
  return to_dtype(data, dtype.value_or(data.dtype()));
}
Result<Tensor> scalar_tensor(std::optional<DType> dtype, const Scalar& s) {
  return full_of(Dims{}, s, dtype.value_or(kDefaultDType));
}
// Unlike torch.tensor, a float keeps its precision.
Result<Tensor> number_to_tensor(const Scalar& number) { return Tensor::scalar(number, number.dtype()); }

template <class F>
Result<Tensor> combine_parts(const Tensor& a, const Tensor& b, const Out& out, const F& f) {
  HEDDLE_REQUIRE(a.dtype() == DType::kFloat32 || a.dtype() == DType::kFloat64,
                 "Expected both inputs to be Float or Double tensors but got ", dtype_name(a.dtype()), " and ",
                 dtype_name(b.dtype()));
  HEDDLE_REQUIRE(a.dtype() == b.dtype(), "Expected object of scalar type ", dtype_name(a.dtype()),
                 " but got scalar type ", dtype_name(b.dtype()), " for second argument");
  const DType result = complex_dtype(a.dtype());
  HEDDLE_REQUIRE(!out.given() || out.tensor().dtype() == result, "Expected object of scalar type ", dtype_name(result),
                 " but got scalar type ", out.given() ? dtype_name(out.tensor().dtype()) : "", " for argument 'out'");
  Iterator it;
  it.output(out).output_dtype(result).input(a).input(b);
  HEDDLE_TRY(it.build(Promote::kNone));
  if (a.dtype() == DType::kFloat32) {
    it.run<Complex64(float, float)>([&](float x, float y) { return f(x, y); });
  } else {
    it.run<Complex128(double, double)>([&](double x, double y) { return f(x, y); });
  }
  return it.result();
}
Result<Tensor> complex_of(const Tensor& real, const Tensor& imag, const Out& out) {
  return combine_parts(real, imag, out, []<class T>(T x, T y) { return std::complex<T>(x, y); });
}
Result<Tensor> polar(const Tensor& abs, const Tensor& angle, const Out& out) {
  return combine_parts(abs, angle, out,
                       []<class T>(T x, T y) { return std::complex<T>(x * std::cos(y), x * std::sin(y)); });
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(from_values) {
  using namespace heddle::ops;
  for (const char* type : {"float", "int", "bool", "complex"}) {
    table.add(concat("aten::tensor.", type, "(", type,
                     " t, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor"),
              boxed<&tensor_of_data>());
    table.add(
        concat("aten::as_tensor.", type, "(", type, " t, *, ScalarType? dtype=None, Device? device=None) -> Tensor"),
        boxed<&as_tensor_of_data>());
  }
  table.add(
      "aten::tensor(t[] data, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor",
      boxed<&tensor_of_data>());
  table.add("aten::as_tensor(Tensor(a) data, *, ScalarType? dtype=None, Device? device=None) -> Tensor(b|a)",
            boxed<&as_tensor>());
  table.add("aten::as_tensor.list(t[] data, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
            boxed<&as_tensor_of_data>());
  add_factory<&scalar_tensor>(table, {"scalar_tensor", "Scalar s", "scalar_tensor.out"});
  table.add("prim::NumToTensor.Scalar(Scalar a) -> Tensor", boxed<&number_to_tensor>());
  table.add("prim::NumToTensor.bool(bool a) -> Tensor", boxed<&number_to_tensor>());
  add_forms<&complex_of>(table, "aten::complex(Tensor real, Tensor imag) -> Tensor", {.out = "complex.out"});
  add_forms<&polar>(table, "aten::polar(Tensor abs, Tensor angle) -> Tensor", {.out = "polar.out"});
}
