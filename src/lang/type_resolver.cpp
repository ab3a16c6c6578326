#include "lang/type_resolver.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "base/text.h"
#include "lang/error.h"
#include "lang/parser.h"

namespace heddle::lang {
namespace {

struct NamedKind {
  std::string_view name;
  TypeKind kind;
};
// Names that no class takes over.
constexpr NamedKind kReserved[] = {
    {"Tensor", TypeKind::kTensor},  {"int", TypeKind::kInt},         {"float", TypeKind::kFloat},
    {"bool", TypeKind::kBool},      {"complex", TypeKind::kComplex}, {"str", TypeKind::kString},
    {"Any", TypeKind::kAny},        {"NoneType", TypeKind::kNone},   {"list", TypeKind::kAnyList},
    {"tuple", TypeKind::kAnyTuple},
};
// Names that a class may take over. Dtypes, layouts and memory formats are integers at run time.
constexpr NamedKind kCommon[] = {
    {"number", TypeKind::kNumber},       {"Scalar", TypeKind::kNumber},     {"Number", TypeKind::kNumber},
    {"Device", TypeKind::kDevice},       {"device", TypeKind::kDevice},     {"DeviceObjType", TypeKind::kDevice},
    {"Generator", TypeKind::kGenerator}, {"Storage", TypeKind::kStorage},   {"Stream", TypeKind::kStream},
    {"Capsule", TypeKind::kCapsule},     {"PyObject", TypeKind::kCapsule},  {"Layout", TypeKind::kInt},
    {"layout", TypeKind::kInt},          {"ScalarType", TypeKind::kInt},    {"dtype", TypeKind::kInt},
    {"MemoryFormat", TypeKind::kInt},    {"memory_format", TypeKind::kInt}, {"QScheme", TypeKind::kInt},
    {"qscheme", TypeKind::kInt},         {"SymInt", TypeKind::kInt},
};
// torch.FloatTensor and its like are plain tensors to TorchScript.
constexpr std::string_view kTensorNames[] = {
    "FloatTensor", "DoubleTensor", "HalfTensor", "BFloat16Tensor", "ByteTensor",          "CharTensor",
    "ShortTensor", "IntTensor",    "LongTensor", "BoolTensor",     "ComplexDoubleTensor", "ComplexFloatTensor",
};
constexpr std::string_view kModules[] = {"typing.", "torch.jit.", "torch.futures.", "torch._C.", "torch."};

template <size_t N>
TypePtr find_kind(const NamedKind (&table)[N], std::string_view name) {
  const auto* found =
      std::find_if(std::begin(table), std::end(table), [&](const NamedKind& k) { return k.name == name; });
  return found == std::end(table) ? nullptr : simple_type(found->kind);
}

// "a.b.c" when the expression is a name with attributes.
std::optional<std::string> dotted_name(const Expr& expr) {
  if (const auto* name = try_as<Name>(expr)) return name->id;
  const auto* attribute = try_as<Attribute>(expr);
  if (!attribute) return std::nullopt;
  auto prefix = dotted_name(*attribute->value);
  if (!prefix) return std::nullopt;
  return *prefix + "." + attribute->name;
}

// The name without the module that PyTorch or Python keeps it in; the name itself when it has none of these.
std::string_view without_module(std::string_view name) {
  for (const std::string_view module : kModules) {
    if (name.starts_with(module) && name.find('.', module.size()) == std::string_view::npos) {
      return name.substr(module.size());
    }
  }
  return name;
}

class TypeResolver {
 public:
  explicit TypeResolver(const TypeLookup& lookup) : lookup_(lookup) {}

  Result<TypePtr> resolve(const Expr& expr) {
    switch (expr.kind) {
      case NodeKind::kNoneLiteral:
        return types::none();
      case NodeKind::kStringLiteral:
        return parse_type(as<StringLiteral>(expr).value, lookup_);
      case NodeKind::kName:
      case NodeKind::kAttribute:
        return resolve_name(expr);
      case NodeKind::kSubscript:
        return resolve_generic(as<Subscript>(expr));
      case NodeKind::kBinary:
        if (as<Binary>(expr).op == BinaryOp::kBitOr) return resolve_either(as<Binary>(expr));
        [[fallthrough]];
      default:
        return error_at(expr.range, "expected a type but found ", a_kind(expr.kind));
    }
  }

 private:
  Result<TypePtr> resolve_name(const Expr& expr) {
    const auto written = dotted_name(expr);
    if (!written) return error_at(expr.range, "expected the name of a type");
    const std::string_view name = without_module(*written);
    if (TypePtr type = find_kind(kReserved, name)) return type;
    const bool custom = written->starts_with("torch.classes.");
    if (TypePtr type = HEDDLE_TRY(lookup_(custom ? "__torch__." + *written : *written, expr.range))) return type;
    if (TypePtr type = find_kind(kCommon, name)) return type;
    if (*written == "torch.Size") return types::list(types::integer());
    const bool tensor = std::find(std::begin(kTensorNames), std::end(kTensorNames), name) != std::end(kTensorNames);
    if (tensor && *written != name) return types::tensor();
    if (is_generic(name)) {
      return error_at(expr.range, "'", *written, "' needs the types it contains in brackets, for example ",
                      name == "Dict" || name == "dict" ? "Dict[str, int]" : concat(name, "[int]"));
    }
    return error_at(expr.range, "unknown type name '", *written, "'");
  }

  static bool is_generic(std::string_view name) {
    static constexpr std::string_view kGenerics[] = {"List",  "Dict",   "dict",  "Tuple", "Optional",
                                                     "Union", "Future", "Await", "RRef",  "Final"};
    return std::find(std::begin(kGenerics), std::end(kGenerics), name) != std::end(kGenerics) ||
           name.starts_with("BroadcastingList");
  }

  Result<TypePtr> resolve_generic(const Subscript& subscript) {
    const auto written = dotted_name(*subscript.value);
    if (!written) return error_at(subscript.value->range, "expected the name of a type");
    const std::string_view name = without_module(*written);
    if (name == "Tuple" || name == "tuple") return resolve_tuple(subscript);
    const std::vector<TypePtr> parts = HEDDLE_TRY(resolve_all(subscript.indices));
    const auto with_parts = [&](size_t count, auto&& build) -> Result<TypePtr> {
      if (parts.size() == count) return build();
      return error_at(subscript.range, "'", name, "' takes ", count, count == 1 ? " type" : " types", " but found ",
                      parts.size());
    };
    if (name == "List" || name == "list" || name.starts_with("BroadcastingList")) {
      return with_parts(1, [&] { return types::list(parts[0]); });
    }
    if (name == "Dict" || name == "dict") return with_parts(2, [&] { return types::dict(parts[0], parts[1]); });
    if (name == "Optional") return with_parts(1, [&] { return types::optional(parts[0]); });
    if (name == "Union") return types::make_union(parts);
    if (name == "Future") return with_parts(1, [&] { return types::future(parts[0]); });
    if (name == "Await" || name == "_Await") return with_parts(1, [&] { return types::await(parts[0]); });
    if (name == "Final") return with_parts(1, [&] { return parts[0]; });
    // A remote reference can be passed on and nothing else: there is no other process here.
    if (name == "RRef") return with_parts(1, [] { return types::capsule(); });
    return error_at(subscript.value->range, "unknown type name '", *written, "'");
  }

  Result<TypePtr> resolve_tuple(const Subscript& subscript) {
    const ExprList& indices = subscript.indices;
    if (indices.size() == 1 && is<TupleLiteral>(*indices[0]) && as<TupleLiteral>(*indices[0]).elements.empty()) {
      return types::tuple({});
    }
    for (const ExprPtr& index : indices) {
      if (is<Ellipsis>(*index)) {
        return error_at(index->range,
                        "a tuple of any length is not supported in TorchScript; name each element's type");
      }
    }
    return types::tuple(HEDDLE_TRY(resolve_all(indices)));
  }

  Result<TypePtr> resolve_either(const Binary& either) {
    TypePtr left = HEDDLE_TRY(resolve(*either.left));
    TypePtr right = HEDDLE_TRY(resolve(*either.right));
    return types::make_union({std::move(left), std::move(right)});
  }

  Result<std::vector<TypePtr>> resolve_all(const ExprList& list) {
    std::vector<TypePtr> out;
    for (const ExprPtr& expr : list) out.push_back(HEDDLE_TRY(resolve(*expr)));
    return out;
  }

  const TypeLookup& lookup_;
};

}  // namespace

Result<TypePtr> resolve_type(const Expr& annotation, const TypeLookup& lookup) {
  return TypeResolver(lookup).resolve(annotation);
}

Result<TypePtr> parse_type(std::string_view text, const TypeLookup& lookup) {
  const ExprPtr parsed = HEDDLE_TRY(parse_expression(make_ref<Source>("<type>", std::string(text))));
  return resolve_type(*parsed, lookup);
}

}  // namespace heddle::lang
