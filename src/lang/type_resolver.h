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

// What a name that the language does not fix itself stands for: a class, interface, enum or named tuple, by its dotted
// path as written ("__torch__.M", "LocalClass"; "torch.classes.ns.Name" comes as "__torch__.torch.classes.ns.Name"). A
// null type means unknown. Classes may be called like the less common built-in types ("Stream", "Layout") and are asked
// for first.
using TypeLookup = std::function<Result<TypePtr>(const std::string& name, const SourceRange& range)>;

// The type an annotation means; kSyntax at the part that means none. Strings are read as annotations themselves,
// Final[T] and BroadcastingListN[T] are T and List[T], and names of typing, torch and torch.jit may carry their module.
Result<TypePtr> resolve_type(const Expr& annotation, const TypeLookup& lookup);
// The type a text means: "List[int]", "__torch__.M", "int | None".
Result<TypePtr> parse_type(std::string_view text, const TypeLookup& lookup);

}  // namespace heddle::lang
