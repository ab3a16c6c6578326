// Implicit conversions of a value to the type a parameter asks for, planned first and inserted later. Used by schema
// matching only. A plan holds no values; one thread per graph inserts.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "core/type.h"
#include "ir/graph.h"

namespace heddle::lang {

struct Conversion {
  enum class Kind {
    kNone,       // the value as it is
    kEmptyList,  // an empty list of another element type, instead of the literal "[]"
    kTupleToList,
    kTuple,     // element by element
    kOperator,  // one call: aten::IntImplicit and its like
    kRepeat,    // a number `count` times in a list, for int[2]
  };
  Kind kind = Kind::kNone;
  TypePtr type = nullptr;                 // of the result
  std::string_view operator_name = {};    // kOperator
  std::string_view overload = {};         // kOperator
  std::vector<Conversion> elements = {};  // kTuple
  size_t count = 0;                       // kRepeat
};

// What may be done to bring a value of type `from` to `to`; kNone when nothing can be, so the caller compares the
// result's type. `value` is the value itself where there is one (tuple elements have none yet). Without `implicit` only
// conversions that lose and compute nothing are planned: tuples to lists, empty lists.
Conversion plan_conversion(const TypePtr& from, const ir::Value* value, const TypePtr& to, bool implicit);
// Whether all elements of a tuple fit into a list, or a list is that list.
bool fits_list(const Type& type, const Type& list);

// Inserts the nodes of a plan made for `value`. kUnsupported when the operator table lacks the conversion's operator.
Result<ir::Value*> insert_conversion(const Conversion& conversion, ir::Value* value, const SourceRange& range,
                                     ir::Graph& graph);
// A ListConstruct node of this list type.
ir::Value* insert_list(std::span<ir::Value* const> elements, TypePtr list, const SourceRange& range, ir::Graph& graph);

}  // namespace heddle::lang
