// The root of the syntax tree: kinds, ranges, checked downcasts.
// A tree is built by one parser, owned top-down through unique_ptr, and read-only afterwards; any thread may read it.
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/source.h"

namespace heddle::lang {

enum class NodeKind : uint8_t {
  // expressions
  kName,
  kIntLiteral,
  kFloatLiteral,
  kComplexLiteral,
  kStringLiteral,
  kBoolLiteral,
  kNoneLiteral,
  kEllipsis,
  kFormatString,
  kListLiteral,
  kTupleLiteral,
  kDictLiteral,
  kListComp,
  kDictComp,
  kUnary,
  kBinary,
  kBoolOp,
  kCompare,
  kTernary,
  kLambda,
  kAttribute,
  kSubscript,
  kSlice,
  kCall,
  kStarred,
  // statements
  kExprStmt,
  kAssign,
  kAugAssign,
  kIf,
  kWhile,
  kFor,
  kBreak,
  kContinue,
  kPass,
  kReturn,
  kRaise,
  kAssert,
  kDelete,
  kWith,
  kFunctionDef,
  kClassDef,
  kImport,
  kImportFrom,
};

// The kind's name as a person says it in a message: "attribute access", "while statement".
const char* kind_name(NodeKind kind);
// With its article: "an attribute access", "a while statement", "None".
std::string a_kind(NodeKind kind);

struct Node {
  NodeKind kind;
  // Levels below and including this node; the parser refuses trees deeper than kMaxDepth, so recursion over one is
  // safe.
  uint16_t depth = 1;
  SourceRange range;

  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;

 protected:
  Node(NodeKind kind, SourceRange range) : kind(kind), range(std::move(range)) {}
};

inline constexpr int kMaxDepth = 256;

struct Expr : Node {
 protected:
  using Node::Node;
};
struct Stmt : Node {
 protected:
  using Node::Node;
};
using ExprPtr = std::unique_ptr<Expr>;
using StmtPtr = std::unique_ptr<Stmt>;
using ExprList = std::vector<ExprPtr>;
using Body = std::vector<StmtPtr>;

template <class T>
bool is(const Node& node) {
  return node.kind == T::kKind;
}
// The node as a T; the caller knows its kind.
template <class T>
const T& as(const Node& node) {
  assert(is<T>(node));
  return static_cast<const T&>(node);
}
template <class T>
T& as(Node& node) {
  assert(is<T>(node));
  return static_cast<T&>(node);
}
// The node as a T, or null when it is of another kind or null itself.
template <class T>
const T* try_as(const Node* node) {
  return node && is<T>(*node) ? static_cast<const T*>(node) : nullptr;
}
template <class T>
const T* try_as(const Node& node) {
  return try_as<T>(&node);
}

}  // namespace heddle::lang
