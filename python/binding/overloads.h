// An operator's overloads as Python calls them: PyTorch's argument names, several tensors as one out=, and which
// overload takes a call. Built once per name; read-only afterwards, so any thread may match.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "schema/operator_table.h"

namespace heddle::python {

namespace py = pybind11;

enum class Kind : uint8_t {
  kTensor,
  kTensors,
  kOptionalTensors,
  kInt,
  kInts,
  kFloat,
  kFloats,
  kBool,
  kBools,
  kNumber,
  kNumbers,
  kComplex,
  kString,
  kDevice,
  kDType,
  kLayout,
  kMemoryFormat,
  kGenerator,
  kOther,  // converted as a model's arguments are
};

struct Parameter {
  const schema::Argument* argument;
  std::string name;  // in Python: a function's `self` is called `input`
  PyObject* key;     // the name as an interned str, kept forever
  Kind kind;
  bool optional;
};

struct Overload {
  const schema::Operator* op;
  std::vector<Parameter> parameters;  // one an argument of the schema
  size_t positional = 0;              // how many parameters come before the `*`
  std::optional<size_t> self;         // of a method: the parameter that is the tensor before the dot
  size_t first_out = 0;               // parameters from here on are given together as out=
  bool makes_tensor = false;          // a factory: takes requires_grad too
  // "softmax(Tensor input, int dim, *, torch.dtype dtype=None)"; empty for an out= form that another's text tells of.
  std::string declaration;
};

// The call Python makes. `self` is null for functions.
struct PythonCall {
  PyObject* self;
  PyObject* const* positional;
  size_t positional_count;
  PyObject* names;  // of the keyword arguments, whose values follow the positional ones; may be null
};

struct MatchedOverload {
  const Overload* overload = nullptr;
  std::vector<IValue> arguments;
  bool requires_grad = false;
};

class OverloadSet {
 public:
  // Null where Python has nothing to call of this name. `name`: "aten::softmax".
  static std::unique_ptr<OverloadSet> make(const std::string& name, bool is_method);

  // The first overload that takes the arguments, all of them without and then with numbers for tensors and tensors of
  // one element for numbers. False with a TypeError set otherwise. Throws where Python code that a conversion calls
  // does.
  bool match(const PythonCall& call, MatchedOverload& out) const;
  const std::string& name() const { return name_; }
  const std::vector<Overload>& overloads() const { return overloads_; }
  bool is_method() const { return is_method_; }

 private:
  void set_mismatch(const PythonCall& call) const;
  std::string name_;  // "softmax"
  bool is_method_ = false;
  bool numbers_as_tensors_ = false;
  std::vector<Overload> overloads_;
};

}  // namespace heddle::python
