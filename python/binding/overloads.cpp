#include "python/binding/overloads.h"

#include <algorithm>

#include "base/small_vector.h"
#include "base/text.h"
#include "python/binding/convert.h"
#include "python/binding/tensor_object.h"
#include "python/binding/values.h"
#include "schema/custom_operators.h"

namespace heddle::python {
namespace {

using schema::Argument;
using schema::FunctionSchema;

bool mentions_tensor(const Type& type) {
  if (type.is(TypeKind::kTensor)) return true;
  return std::any_of(type.contained().begin(), type.contained().end(),
                     [](const TypePtr& part) { return mentions_tensor(*part); });
}

bool has_variable(const Type& type) {
  if (type.is(TypeKind::kVariable) || type.is(TypeKind::kDict)) return true;
  return std::any_of(type.contained().begin(), type.contained().end(),
                     [](const TypePtr& part) { return has_variable(*part); });
}

// Operators of numbers, strings and lists are the language's own; Python has its own for these.
bool is_for_python(const FunctionSchema& schema) {
  if (!schema.name.starts_with("aten::")) return true;
  if (schema.overload.ends_with("hacked_twin") || schema.is_vararg) return false;
  bool tensors = false;
  for (const std::vector<Argument>* list : {&schema.arguments, &schema.returns}) {
    for (const Argument& argument : *list) {
      if (has_variable(*argument.type)) return false;
      tensors |= mentions_tensor(*argument.type);
    }
  }
  return tensors;
}

std::string default_text(const Parameter& parameter) {
  const IValue& value = *parameter.argument->default_value;
  if (parameter.kind == Kind::kDType && value.is_int()) {
    return concat("torch.", python_name(*dtype_from_number(value.as_int())));
  }
  if (parameter.kind == Kind::kMemoryFormat && value.is_int()) {
    constexpr const char* kNames[] = {"contiguous_format", "preserve_format", "channels_last", "channels_last_3d"};
    return concat("torch.", kNames[value.as_int() & 3]);
  }
  return repr_text(value);
}

std::string declaration(const std::string& name, const Overload& overload) {
  std::string text = name + "(";
  bool first = true;
  const auto comma = [&] { return std::exchange(first, false) ? "" : ", "; };
  for (size_t i = 0; i < overload.first_out; ++i) {
    if (overload.self == i) continue;
    const Parameter& parameter = overload.parameters[i];
    if (i == overload.positional) text += concat(comma(), "*");
    text += concat(comma(), kind_text(parameter), " ", parameter.name);
    if (parameter.argument->default_value) text += "=" + default_text(parameter);
  }
  if (overload.first_out < overload.parameters.size()) {
    if (overload.first_out <= overload.positional) text += concat(comma(), "*");
    const size_t outs = overload.parameters.size() - overload.first_out;
    text += concat(comma(), outs == 1 ? "Tensor" : "tuple of Tensors", " out=None");
  }
  return text + ")";
}

std::optional<Overload> make_overload(const schema::Operator& op, const std::string& name, bool is_method) {
  const FunctionSchema& schema = op.schema;
  if (!is_for_python(schema)) return std::nullopt;
  Overload out;
  out.op = &op;
  out.first_out = schema.arguments.size();
  bool has_dtype = false;
  bool has_pin_memory = false;
  for (size_t i = 0; i < schema.arguments.size(); ++i) {
    const Argument& argument = schema.arguments[i];
    const Kind kind = kind_of(argument);
    const bool is_self = argument.name == "self" && kind == Kind::kTensor;
    if (is_method && is_self) out.self = i;
    std::string text = argument.name == "self" && !(is_method && is_self) ? "input" : argument.name;
    if (!argument.kwarg_only) out.positional = i + 1;
    if (argument.is_out) out.first_out = std::min(out.first_out, i);
    has_dtype |= kind == Kind::kDType;
    has_pin_memory |= argument.name == "pin_memory";
    PyObject* key = PyUnicode_InternFromString(text.c_str());
    out.parameters.push_back({&argument, std::move(text), key, kind, admits_none(*argument.type)});
  }
  if (is_method && !out.self) return std::nullopt;
  out.makes_tensor = has_dtype && has_pin_memory;
  out.declaration = declaration(name, out);
  return out;
}

// PyTorch takes NumPy's names of some arguments too.
bool is_called(const Parameter& parameter, PyObject* name) {
  if (parameter.key == name) return true;
  const auto is = [name](const char* text) { return PyUnicode_CompareWithASCIIString(name, text) == 0; };
  if (is(parameter.name.c_str())) return true;
  if (parameter.name == "dim") return is("axis");
  if (parameter.name == "keepdim") return is("keepdims");
  if (parameter.name == "input") return is("a") || is("x") || is("x1");
  return parameter.name == "other" && is("x2");
}

bool same_call(const Overload& a, const Overload& b) {
  if (std::min(a.positional, a.first_out) != std::min(b.positional, b.first_out)) return false;
  for (size_t i = 0; i < std::min(a.positional, a.first_out); ++i) {
    if (a.parameters[i].name != b.parameters[i].name || a.parameters[i].kind != b.parameters[i].kind) return false;
  }
  return true;
}

// An out= form is told of together with the form it goes with.
void merge_declarations(std::vector<Overload>& overloads) {
  for (Overload& with_out : overloads) {
    if (with_out.first_out == with_out.parameters.size()) continue;
    for (Overload& plain : overloads) {
      if (plain.first_out != plain.parameters.size() || !same_call(plain, with_out)) continue;
      if (plain.declaration.find(" out=None") != std::string::npos) continue;
      const size_t outs = with_out.parameters.size() - with_out.first_out;
      plain.declaration.pop_back();
      plain.declaration += concat(plain.declaration.ends_with('(') ? "" : ", ",
                                  plain.declaration.find("*, ") == std::string::npos ? "*, " : "",
                                  outs == 1 ? "Tensor" : "tuple of Tensors", " out=None)");
      with_out.declaration.clear();
      break;
    }
  }
}

bool is_text(PyObject* name, const char* text) { return PyUnicode_CompareWithASCIIString(name, text) == 0; }

// What a wrapped number becomes beside tensors: their dtype where its kind of number has room there, else the default
// of its own kind.
DType number_dtype(const IValue& number, const std::vector<IValue>& others) {
  const auto rank = [](DType dtype) {
    return dtype == DType::kBool ? 0 : is_complex(dtype) ? 3 : is_floating(dtype) || is_quantized(dtype) ? 2 : 1;
  };
  const DType kind = number.as_scalar().dtype();
  for (const IValue& other : others) {
    if (other.is_tensor() && rank(other.as_tensor().dtype()) >= rank(kind)) return other.as_tensor().dtype();
  }
  if (kind == DType::kFloat64) return DType::kFloat32;
  return kind == DType::kComplex128 ? DType::kComplex64 : kind;
}

class Binder {
 public:
  Binder(const Overload& overload, const PythonCall& call, bool lax, bool numbers_as_tensors, std::string* why)
      : overload_(overload),
        call_(call),
        lax_(lax),
        numbers_as_tensors_(numbers_as_tensors),
        why_(why),
        given_(overload.parameters.size()) {}

  bool bind(MatchedOverload& out) {
    if (!place_positional() || !place_keywords(out)) return false;
    out.arguments.assign(given_.size(), IValue());
    for (size_t i = 0; i < given_.size(); ++i) {
      const Parameter& parameter = overload_.parameters[i];
      if (!given_[i]) {
        if (!parameter.argument->default_value) {
          return fail("missing 1 required positional argument: \"", parameter.name, "\"");
        }
        out.arguments[i] = *parameter.argument->default_value;
      } else if (i == gathered_) {
        if (!gather(parameter, out.arguments[i])) return false;
      } else if (!convert(given_[i], parameter, lax_, out.arguments[i]) && !take_number(i, out.arguments[i])) {
        return fail("argument '", parameter.name, "' must be ", kind_text(parameter), ", not ",
                    std::string(Py_TYPE(given_[i])->tp_name));
      }
    }
    wrap_numbers(out.arguments);
    out.overload = &overload_;
    return true;
  }

 private:
  template <class... P>
  bool fail(const P&... pieces) {
    if (why_) *why_ = concat(pieces...);
    return false;
  }

  bool place_positional() {
    size_t at = 0;
    size_t places = 0;
    std::optional<size_t> first;
    for (size_t i = 0; i < std::min(overload_.positional, overload_.first_out); ++i) {
      if (overload_.self == i) continue;
      if (!first) first = i;
      ++places;
    }
    if (overload_.self) given_[*overload_.self] = call_.self;
    // x.view(2, 3), zeros(2, 3)
    if (places == 1 && overload_.parameters[*first].kind == Kind::kInts && call_.positional_count > 0) {
      PyObject* one = call_.positional[0];
      if (call_.positional_count > 1 || (!PyTuple_Check(one) && !PyList_Check(one) && one != Py_None)) {
        gathered_ = *first;
        given_[*first] = one;
        return true;
      }
    }
    if (call_.positional_count > places) {
      return fail("takes ", places, " positional arguments but ", call_.positional_count, " were given");
    }
    for (size_t i = 0; at < call_.positional_count; ++i) {
      if (overload_.self == i) continue;
      given_[i] = call_.positional[at++];
    }
    return true;
  }

  bool place_keywords(MatchedOverload& out) {
    const size_t count = call_.names ? static_cast<size_t>(PyTuple_GET_SIZE(call_.names)) : 0;
    bool has_out = false;
    for (size_t k = 0; k < count; ++k) {
      PyObject* name = PyTuple_GET_ITEM(call_.names, static_cast<Py_ssize_t>(k));
      PyObject* value = call_.positional[call_.positional_count + k];
      if (is_text(name, "out")) {
        if (value == Py_None) continue;
        if (!place_out(value)) return false;
        has_out = true;
        continue;
      }
      size_t i = 0;
      while (i < overload_.first_out && !(is_called(overload_.parameters[i], name) && overload_.self != i)) ++i;
      if (i == overload_.first_out) {
        if (place_extra(name, value, out)) continue;
        return fail("got an unexpected keyword argument '", py::cast<std::string>(py::handle(name)), "'");
      }
      if (given_[i]) return fail("got multiple values for argument '", overload_.parameters[i].name, "'");
      given_[i] = value;
    }
    const bool wants_out = overload_.first_out < overload_.parameters.size();
    return has_out == wants_out || fail(wants_out ? "out= is missing" : "there is no out= form of these arguments");
  }

  // Arguments that factories take in Python and that say nothing here.
  bool place_extra(PyObject* name, PyObject* value, MatchedOverload& out) {
    const bool makes = overload_.makes_tensor || overload_.first_out < overload_.parameters.size();
    if (makes && is_text(name, "requires_grad") && PyBool_Check(value)) {
      out.requires_grad = value == Py_True;
      return true;
    }
    return value == Py_None &&
           (is_text(name, "names") || is_text(name, "dtype") || is_text(name, "device") || is_text(name, "layout"));
  }

  bool place_out(PyObject* value) {
    const size_t wanted = overload_.parameters.size() - overload_.first_out;
    if (is_tensor(value)) {
      if (wanted != 1) return fail("out= must be ", wanted, " tensors");
      given_[overload_.first_out] = value;
      return true;
    }
    if ((!PyTuple_Check(value) && !PyList_Check(value)) || static_cast<size_t>(PySequence_Size(value)) != wanted) {
      return fail("out= must be ", wanted, wanted == 1 ? " tensor" : " tensors");
    }
    for (size_t i = 0; i < wanted; ++i) {
      given_[overload_.first_out + i] = PySequence_Fast_ITEMS(value)[i];
    }
    return true;
  }

  bool gather(const Parameter& parameter, IValue& out) {
    std::vector<IValue> items;
    Parameter one = parameter;
    one.kind = Kind::kInt;
    one.optional = false;
    for (size_t i = 0; i < call_.positional_count; ++i) {
      IValue item;
      if (!convert(call_.positional[i], one, true, item)) {
        return fail("argument '", parameter.name, "' must be tuple of ints, but found element of type ",
                    std::string(Py_TYPE(call_.positional[i])->tp_name), " at pos ", i);
      }
      items.push_back(std::move(item));
    }
    out = make_list(types::integer(), std::move(items));
    return true;
  }

  // add(2, x): a number where a tensor is wanted.
  bool take_number(size_t i, IValue& out) {
    if (!lax_ || !numbers_as_tensors_ || overload_.parameters[i].kind != Kind::kTensor) return false;
    if (!read_number(given_[i], out)) return false;
    numbers_.push_back(i);
    return true;
  }

  void wrap_numbers(std::vector<IValue>& arguments) {
    for (const size_t i : numbers_) {
      Result<Tensor> wrapped = Tensor::scalar(arguments[i].as_scalar(), number_dtype(arguments[i], arguments));
      if (wrapped.ok()) arguments[i] = std::move(wrapped).value();
    }
  }

  const Overload& overload_;
  const PythonCall& call_;
  const bool lax_;
  const bool numbers_as_tensors_;
  std::string* const why_;
  SmallVector<PyObject*, 12> given_;  // borrowed
  std::optional<size_t> gathered_;
  std::vector<size_t> numbers_;
};

// PyTorch's list of operators whose tensors may be numbers in Python.
bool takes_numbers(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "add",          "add_",         "sub",           "sub_", "subtract", "subtract_", "mul",       "mul_",
      "multiply",     "multiply_",    "div",           "div_", "divide",   "divide_",   "rsub",      "true_divide",
      "true_divide_", "floor_divide", "floor_divide_", "fmod", "fmod_",    "remainder", "remainder_"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

std::string argument_types(const PythonCall& call) {
  std::string text;
  const size_t names = call.names ? static_cast<size_t>(PyTuple_GET_SIZE(call.names)) : 0;
  for (size_t i = 0; i < call.positional_count + names; ++i) {
    if (i) text += ", ";
    if (i >= call.positional_count) {
      PyObject* name = PyTuple_GET_ITEM(call.names, static_cast<Py_ssize_t>(i - call.positional_count));
      text += py::cast<std::string>(py::handle(name)) + "=";
    }
    text += Py_TYPE(call.positional[i])->tp_name;
  }
  return text;
}

}  // namespace

std::unique_ptr<OverloadSet> OverloadSet::make(const std::string& name, bool is_method) {
  auto set = std::make_unique<OverloadSet>();
  set->name_ = name.substr(name.rfind(':') + 1);
  set->is_method_ = is_method;
  set->numbers_as_tensors_ = takes_numbers(set->name_);
  const auto add_all = [&](std::span<const schema::Operator* const> operators) {
    for (const schema::Operator* op : operators) {
      if (std::optional<Overload> overload = make_overload(*op, set->name_, is_method)) {
        set->overloads_.push_back(*std::move(overload));
      }
    }
  };
  add_all(schema::operators().overloads(name));
  if (set->overloads_.empty()) add_all(schema::custom_overloads(name));
  merge_declarations(set->overloads_);
  return set->overloads_.empty() ? nullptr : std::move(set);
}

bool OverloadSet::match(const PythonCall& call, MatchedOverload& out) const {
  for (const bool lax : {false, true}) {
    for (const Overload& overload : overloads_) {
      if (Binder(overload, call, lax, numbers_as_tensors_, nullptr).bind(out)) return true;
    }
  }
  set_mismatch(call);
  return false;
}

void OverloadSet::set_mismatch(const PythonCall& call) const {
  std::vector<const Overload*> shown;
  for (const Overload& overload : overloads_) {
    if (!overload.declaration.empty()) shown.push_back(&overload);
  }
  std::string text;
  if (shown.size() == 1) {
    MatchedOverload unused;
    std::string why;
    Binder(*shown[0], call, true, numbers_as_tensors_, &why).bind(unused);
    text = concat(name_, why.starts_with("argument") ? "(): " : "() ", why, "\n * ", shown[0]->declaration);
  } else {
    text = concat(name_, "() received an invalid combination of arguments - got (", argument_types(call),
                  "), but expected one of:");
    for (const Overload* overload : shown) text += "\n * " + overload->declaration;
  }
  PyErr_SetString(PyExc_TypeError, text.c_str());
}

}  // namespace heddle::python
