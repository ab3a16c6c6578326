// Statements of the language, definitions of functions and classes included.
#pragma once

#include "lang/ast_expr.h"

namespace heddle::lang {

template <NodeKind K>
using StmtOf = NodeOf<K, Stmt>;

struct ExprStmt final : StmtOf<NodeKind::kExprStmt> {
  using NodeOf::NodeOf;
  ExprPtr value;
};
// a = b = value (two targets), or target : annotation = value (one target). A bare "target : annotation" has no value.
// "x = []  # type: List[int]" has the comment's type as its annotation.
struct Assign final : StmtOf<NodeKind::kAssign> {
  using NodeOf::NodeOf;
  ExprList targets;
  ExprPtr annotation;  // may be null
  ExprPtr value;       // null only with an annotation
};
struct AugAssign final : StmtOf<NodeKind::kAugAssign> {
  using NodeOf::NodeOf;
  BinaryOp op{};
  ExprPtr target;  // Name, Attribute or Subscript
  ExprPtr value;
};
// elif is an If that stands alone in orelse.
struct If final : StmtOf<NodeKind::kIf> {
  using NodeOf::NodeOf;
  ExprPtr condition;
  Body body;
  Body orelse;
};
struct While final : StmtOf<NodeKind::kWhile> {
  using NodeOf::NodeOf;
  ExprPtr condition;
  Body body;
};
struct For final : StmtOf<NodeKind::kFor> {
  using NodeOf::NodeOf;
  ExprPtr target;
  ExprPtr iterable;  // "for i in a, b" gives a tuple
  Body body;
};
struct Break final : StmtOf<NodeKind::kBreak> {
  using NodeOf::NodeOf;
};
struct Continue final : StmtOf<NodeKind::kContinue> {
  using NodeOf::NodeOf;
};
struct Pass final : StmtOf<NodeKind::kPass> {
  using NodeOf::NodeOf;
};
struct Return final : StmtOf<NodeKind::kReturn> {
  using NodeOf::NodeOf;
  ExprPtr value;  // null: returns None
};
struct Raise final : StmtOf<NodeKind::kRaise> {
  using NodeOf::NodeOf;
  ExprPtr exception;  // null for a bare raise
  ExprPtr cause;      // after "from"; may be null
};
struct Assert final : StmtOf<NodeKind::kAssert> {
  using NodeOf::NodeOf;
  ExprPtr condition;
  ExprPtr message;  // may be null
};
struct Delete final : StmtOf<NodeKind::kDelete> {
  using NodeOf::NodeOf;
  ExprList targets;
};
struct WithItem {
  SourceRange range;
  ExprPtr context;
  ExprPtr target;  // after "as"; may be null
};
struct With final : StmtOf<NodeKind::kWith> {
  using NodeOf::NodeOf;
  std::vector<WithItem> items;  // never empty
  Body body;
};

// The type comment below the header ("# type: (Tensor, int) -> Tensor") and the ones beside parameters are already
// in the annotations. "*args" and "**kwargs" never get here: the parser refuses them.
struct FunctionDef final : StmtOf<NodeKind::kFunctionDef> {
  using NodeOf::NodeOf;
  std::string name;
  SourceRange name_range;
  ExprList decorators;
  std::vector<Param> params;  // keyword-only ones last
  ExprPtr returns;            // null when not annotated
  Body body;
};
// Bases are names such as Module, NamedTuple, Enum, Interface, ModuleInterface; the body holds Assign, FunctionDef,
// ExprStmt (a doc string) and Pass, in source order.
struct ClassDef final : StmtOf<NodeKind::kClassDef> {
  using NodeOf::NodeOf;
  std::string name;
  SourceRange name_range;
  ExprList decorators;
  ExprList bases;
  Body body;
};

// "a.b.c as d": the dotted path and the name after "as", or an empty one.
struct ImportName {
  SourceRange range;
  std::string path;
  std::string alias;
};
struct Import final : StmtOf<NodeKind::kImport> {
  using NodeOf::NodeOf;
  std::vector<ImportName> names;
};
struct ImportFrom final : StmtOf<NodeKind::kImportFrom> {
  using NodeOf::NodeOf;
  std::string module;  // dotted
  std::vector<ImportName> names;
};

}  // namespace heddle::lang
