// Type annotations to types: "Optional[Dict[str, Tensor]]". Called by the emitter for annotations and by the loader for
// the type strings of pickles. Holds no state; the lookup decides what threads may come in.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/type.h"
#include "lang/ast.h"

namespace heddle::lang {

// What a name that the language does not know itself stands for: a class, interface, enum or named tuple, by the
// dotted path as it is written ("__torch__.M", "torch.classes.ns.Name", "LocalClass"). A null type means unknown.
using TypeLookup = std::function<Result<TypePtr>(const std::string& name, const SourceRange& range)>;

// The type an annotation means; kSyntax at the part that means none. Strings are read as annotations themselves, and
// Final[T] is T.
Result<TypePtr> resolve_type(const Expr& annotation, const TypeLookup& lookup);
// The type a text means: "List[int]", "__torch__.M". Both front ends of PyTorch's names are known ("list[int]", "A |
// B").
Result<TypePtr> parse_type(std::string_view text, const TypeLookup& lookup);

}  // namespace heddle::lang
