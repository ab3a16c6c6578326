// Expressions of the language. Assignment targets are expressions too (Name, Attribute, Subscript, Tuple, List,
// Starred); type annotations are plain expressions until lang/type_resolver.h reads them.
#pragma once

#include <complex>

#include "lang/ast_node.h"

namespace heddle::lang {

// Gives a concrete node its kind; the constructor takes the range, the parser fills the fields.
template <NodeKind K, class Base>
struct NodeOf : Base {
  static constexpr NodeKind kKind = K;
  explicit NodeOf(SourceRange range) : Base(K, std::move(range)) {}
};
template <NodeKind K>
using ExprOf = NodeOf<K, Expr>;

struct Name final : ExprOf<NodeKind::kName> {
  using NodeOf::NodeOf;
  std::string id;  // "inf" and "nan" are names
};

// Negative literals exist: "-1" is one literal, as PyTorch reads it, unless "**" follows.
struct IntLiteral final : ExprOf<NodeKind::kIntLiteral> {
  using NodeOf::NodeOf;
  int64_t value = 0;
};
struct FloatLiteral final : ExprOf<NodeKind::kFloatLiteral> {
  using NodeOf::NodeOf;
  double value = 0;
};
// 1j, and "0.5-2.j" as archives write complex constants: the sum of a real and an imaginary literal is one literal.
struct ComplexLiteral final : ExprOf<NodeKind::kComplexLiteral> {
  using NodeOf::NodeOf;
  std::complex<double> value;
};
// Adjacent literals are joined, escapes decoded to UTF-8 (the bytes may hold NUL).
struct StringLiteral final : ExprOf<NodeKind::kStringLiteral> {
  using NodeOf::NodeOf;
  std::string value;
};
struct BoolLiteral final : ExprOf<NodeKind::kBoolLiteral> {
  using NodeOf::NodeOf;
  bool value = false;
};
struct NoneLiteral final : ExprOf<NodeKind::kNoneLiteral> {
  using NodeOf::NodeOf;
};
struct Ellipsis final : ExprOf<NodeKind::kEllipsis> {
  using NodeOf::NodeOf;
};

// f"a{x}b{y}c": texts {"a", "b", "c"}, values {x, y}; always one more text than values.
struct FormatString final : ExprOf<NodeKind::kFormatString> {
  using NodeOf::NodeOf;
  std::vector<std::string> texts;
  ExprList values;
};

struct ListLiteral final : ExprOf<NodeKind::kListLiteral> {
  using NodeOf::NodeOf;
  ExprList elements;  // may hold Starred
};
struct TupleLiteral final : ExprOf<NodeKind::kTupleLiteral> {
  using NodeOf::NodeOf;
  ExprList elements;  // may hold Starred
};
struct DictLiteral final : ExprOf<NodeKind::kDictLiteral> {
  using NodeOf::NodeOf;
  ExprList keys;
  ExprList values;  // as many as keys
};

// [element for target in iterable if c1 if c2]. A generator expression is one too, as in PyTorch.
struct ListComp final : ExprOf<NodeKind::kListComp> {
  using NodeOf::NodeOf;
  ExprPtr element;
  ExprPtr target;
  ExprPtr iterable;
  ExprList conditions;
};
struct DictComp final : ExprOf<NodeKind::kDictComp> {
  using NodeOf::NodeOf;
  ExprPtr key;
  ExprPtr value;
  ExprPtr target;
  ExprPtr iterable;
  ExprList conditions;
};

enum class UnaryOp : uint8_t { kNegate, kPlus, kInvert, kNot };
enum class BinaryOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kFloorDiv,
  kMod,
  kPow,
  kMatMul,
  kBitAnd,
  kBitOr,
  kBitXor,
  kShiftLeft,
  kShiftRight,
};
enum class BoolOpKind : uint8_t { kAnd, kOr };
enum class CompareOp : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe, kIs, kIsNot, kIn, kNotIn };

// The operator as it is written: "-", "//", "not in".
const char* to_text(UnaryOp op);
const char* to_text(BinaryOp op);
const char* to_text(BoolOpKind op);
const char* to_text(CompareOp op);

struct Unary final : ExprOf<NodeKind::kUnary> {
  using NodeOf::NodeOf;
  UnaryOp op{};
  ExprPtr operand;
};
struct Binary final : ExprOf<NodeKind::kBinary> {
  using NodeOf::NodeOf;
  BinaryOp op{};
  ExprPtr left;
  ExprPtr right;
};
// a and b and c: one node with all operands, at least two.
struct BoolOp final : ExprOf<NodeKind::kBoolOp> {
  using NodeOf::NodeOf;
  BoolOpKind op{};
  ExprList operands;
};
// a < b <= c: operands {a, b, c}, ops {<, <=}.
struct Compare final : ExprOf<NodeKind::kCompare> {
  using NodeOf::NodeOf;
  std::vector<CompareOp> ops;
  ExprList operands;
};
// then if condition else orelse
struct Ternary final : ExprOf<NodeKind::kTernary> {
  using NodeOf::NodeOf;
  ExprPtr condition;
  ExprPtr then;
  ExprPtr orelse;
};

struct Param {
  std::string name;
  SourceRange range;
  ExprPtr annotation;     // null when there is none; type comments are filled in here
  ExprPtr default_value;  // null when there is none
  bool keyword_only = false;
};

struct Lambda final : ExprOf<NodeKind::kLambda> {
  using NodeOf::NodeOf;
  std::vector<Param> params;
  ExprPtr body;
};

struct Attribute final : ExprOf<NodeKind::kAttribute> {
  using NodeOf::NodeOf;
  ExprPtr value;
  std::string name;
};
// value[i], value[i, j:k, ...]. x[i, j] has two indices; x[(i, j)] has one, a tuple; x[i,] has one and trailing_comma.
struct Subscript final : ExprOf<NodeKind::kSubscript> {
  using NodeOf::NodeOf;
  ExprPtr value;
  ExprList indices;  // never empty; may hold Slice, Ellipsis, Starred
  bool trailing_comma = false;
};
// Only inside Subscript; each part may be null.
struct Slice final : ExprOf<NodeKind::kSlice> {
  using NodeOf::NodeOf;
  ExprPtr lower;
  ExprPtr upper;
  ExprPtr step;
};

struct Keyword {
  std::string name;
  SourceRange range;  // of name=value
  ExprPtr value;
};
struct Call final : ExprOf<NodeKind::kCall> {
  using NodeOf::NodeOf;
  ExprPtr callee;
  ExprList args;  // positional, may hold Starred
  std::vector<Keyword> keywords;
};
struct Starred final : ExprOf<NodeKind::kStarred> {
  using NodeOf::NodeOf;
  ExprPtr value;
};

}  // namespace heddle::lang
