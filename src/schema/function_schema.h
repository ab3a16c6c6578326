// A function's signature as TorchScript writes it:
//   "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor"
// Alias marks say which results share memory with which arguments ("(a)") and which arguments are written ("(a!)").
// Immutable once parsed; any thread may read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/ivalue.h"
#include "core/type.h"

namespace heddle::schema {

// "(a)", "(a!)", "(a|b)", "(*)", and "(a -> *)": the value may be one of `sets` before the call, and one of
// `after_sets` after it.
struct AliasMark {
  std::vector<std::string> sets;        // "*" is the wildcard: aliases anything of its type
  std::vector<std::string> after_sets;  // the same as sets where no "->" is written
  bool is_write = false;
  std::vector<AliasMark> contained;  // marks inside a container: Tensor(a)[] has one for the element
};

struct Argument {
  std::string name;  // may be empty for returns
  TypePtr type;
  std::optional<int64_t> list_size;  // int[2]: a single int is repeated to this length
  std::optional<IValue> default_value;
  bool kwarg_only = false;
  std::optional<AliasMark> alias;
  bool is_out = false;  // a kwarg-only written argument of an out= overload
  bool is_written() const { return alias && alias->is_write; }
};

struct FunctionSchema {
  std::string name;      // "aten::add"
  std::string overload;  // "Tensor", may be empty
  std::vector<Argument> arguments;
  std::vector<Argument> returns;
  bool is_vararg = false;  // "...": further positional arguments of any type
  bool is_varret = false;

  std::optional<size_t> find_argument(std::string_view argument) const;
  // Any argument carries a write mark.
  bool is_mutable() const;
  // "aten::add.Tensor"
  std::string full_name() const;
  // Parses back to the same schema.
  std::string to_text() const;
};

// Types in schemas: Tensor, int, SymInt (= int), float, bool, complex, str, Scalar, ScalarType/Layout/MemoryFormat (=
// int), Device, Generator, Storage, Stream, Any, AnyEnumType, NoneType, t (variables), T?, T[], T[N], Dict(K, V),
// Future(T), Await(T), (T, U),
// __torch__.torch.classes.NAMESPACE.NAME, Optional[T]. Defaults: numbers, True/False/None, strings, [..], Mean, Sum,
// long, contiguous_format, ... Errors (kSyntax) name the schema and the place.
Result<FunctionSchema> parse_schema(std::string_view text);
Result<TypePtr> parse_schema_type(std::string_view text);

}  // namespace heddle::schema
