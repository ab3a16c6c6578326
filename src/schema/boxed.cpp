#include "schema/boxed.h"

#include "schema/operator_table.h"

namespace heddle::schema {

Status wrong_kind(const Call& call, size_t i) {
  const FunctionSchema& schema = call.op().schema;
  const Argument* argument = i < schema.arguments.size() ? &schema.arguments[i] : nullptr;
  return error(ErrorCode::kType, schema.full_name(), ": argument '", argument ? argument->name : concat(i),
               "' must be ", argument ? argument->type->to_text() : "another value", ", but got ",
               call.argument(i).type_text());
}

namespace detail {
namespace {

template <class T, class Vector>
bool read_list(const IValue& v, Vector& out) {
  if (!v.is_list()) return false;
  const std::vector<IValue>& items = v.as_list().items;
  out.reserve(items.size());
  for (const IValue& item : items) {
    T value{};
    if (!FromIValue<T>::read(item, value)) return false;
    out.push_back(std::move(value));
  }
  return true;
}

}  // namespace

bool read_double(const IValue& v, double& out) {
  if (!v.is_double() && !v.is_int() && !v.is_bool()) return false;
  out = v.is_double() ? v.as_double() : static_cast<double>(v.as_int());
  return true;
}

bool read_dtype(const IValue& v, DType& out) {
  const std::optional<DType> dtype = v.is_int() ? dtype_from_number(v.as_int()) : std::nullopt;
  if (!dtype) return false;
  out = *dtype;
  return true;
}

bool read_dims(const IValue& v, Dims& out) {
  // A single number stands for a list of one where a schema says int[1].
  if (v.is_int()) {
    out.push_back(v.as_int());
    return true;
  }
  return read_list<int64_t>(v, out);
}

bool read_doubles(const IValue& v, std::vector<double>& out) { return read_list<double>(v, out); }
bool read_bools(const IValue& v, std::vector<bool>& out) { return read_list<bool>(v, out); }
bool read_scalars(const IValue& v, std::vector<Scalar>& out) { return read_list<Scalar>(v, out); }
bool read_tensors(const IValue& v, std::vector<Tensor>& out) { return read_list<Tensor>(v, out); }
bool read_optional_tensors(const IValue& v, std::vector<std::optional<Tensor>>& out) {
  return read_list<std::optional<Tensor>>(v, out);
}

}  // namespace detail
}  // namespace heddle::schema
