// Reads types as Type::to_text prints them.
#include "core/class_type.h"
#include "ir/cursor.h"
#include "ir/parser.h"

namespace heddle::ir {
namespace {

struct SimpleName {
  std::string_view name;
  TypeKind kind;
};
constexpr SimpleName kSimple[] = {
    {"Any", TypeKind::kAny},
    {"Unknown", TypeKind::kUnknown},
    {"NoneType", TypeKind::kNone},
    {"Tensor", TypeKind::kTensor},
    {"bool", TypeKind::kBool},
    {"int", TypeKind::kInt},
    {"float", TypeKind::kFloat},
    {"complex", TypeKind::kComplex},
    {"number", TypeKind::kNumber},
    {"Scalar", TypeKind::kNumber},
    {"str", TypeKind::kString},
    {"Device", TypeKind::kDevice},
    {"Generator", TypeKind::kGenerator},
    {"Storage", TypeKind::kStorage},
    {"Stream", TypeKind::kStream},
    {"Capsule", TypeKind::kCapsule},
    {"AnyListType", TypeKind::kAnyList},
    {"AnyTupleType", TypeKind::kAnyTuple},
    {"list", TypeKind::kAnyList},
    {"tuple", TypeKind::kAnyTuple},
    {"AnyEnumType", TypeKind::kAnyEnum},
};

Result<std::vector<TypePtr>> read_parts(Cursor& cursor, const CompilationUnit* unit) {
  std::vector<TypePtr> parts;
  HEDDLE_TRY(cursor.expect("["));
  if (cursor.accept("()")) {
    HEDDLE_TRY(cursor.expect("]"));
    return parts;
  }
  while (!cursor.accept("]")) {
    parts.push_back(HEDDLE_TRY(read_type(cursor, unit)));
    if (!cursor.peek("]")) HEDDLE_TRY(cursor.expect(","));
  }
  return parts;
}

}  // namespace

Result<TypePtr> read_type(Cursor& cursor, const CompilationUnit* unit) {
  const std::string name(HEDDLE_TRY(cursor.word(".")));
  for (const SimpleName& row : kSimple) {
    if (row.name == name) return simple_type(row.kind);
  }
  if (name == "Function") return TypePtr(make_ref<FunctionType>(nullptr));
  if (cursor.peek("[")) {
    HEDDLE_TRY(cursor.enter());
    std::vector<TypePtr> parts = HEDDLE_TRY(read_parts(cursor, unit));
    cursor.leave();
    if (name == "Tuple") return types::tuple(std::move(parts));
    if (name == "Union" && !parts.empty()) return types::make_union(std::move(parts));
    if (name == "Dict" && parts.size() == 2) return types::dict(parts[0], parts[1]);
    if (parts.size() == 1) {
      if (name == "List") return types::list(parts[0]);
      if (name == "Optional") return types::optional(parts[0]);
      if (name == "Future") return types::future(parts[0]);
      if (name == "Await") return types::await(parts[0]);
    }
    return cursor.fail("a container type, not ", name);
  }
  if (unit) {
    if (TypePtr found = unit->find_type(name)) return found;
  }
  return cursor.fail("a known type, not '", name, "'");
}

Result<TypePtr> parse_type(std::string_view text, const CompilationUnit* unit) {
  Cursor cursor(text);
  TypePtr type = HEDDLE_TRY(read_type(cursor, unit));
  if (!cursor.at_end()) return cursor.fail("the end of the type");
  return type;
}

}  // namespace heddle::ir
