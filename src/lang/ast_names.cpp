#include "lang/ast.h"

namespace heddle::lang {

const char* kind_name(NodeKind kind) {
  switch (kind) {
    case NodeKind::kName:
      return "name";
    case NodeKind::kIntLiteral:
      return "integer";
    case NodeKind::kFloatLiteral:
      return "float";
    case NodeKind::kComplexLiteral:
      return "complex number";
    case NodeKind::kStringLiteral:
      return "string";
    case NodeKind::kBoolLiteral:
      return "truth value";
    case NodeKind::kNoneLiteral:
      return "None";
    case NodeKind::kEllipsis:
      return "ellipsis";
    case NodeKind::kFormatString:
      return "f-string";
    case NodeKind::kListLiteral:
      return "list";
    case NodeKind::kTupleLiteral:
      return "tuple";
    case NodeKind::kDictLiteral:
      return "dict";
    case NodeKind::kListComp:
      return "list comprehension";
    case NodeKind::kDictComp:
      return "dict comprehension";
    case NodeKind::kUnary:
      return "unary operation";
    case NodeKind::kBinary:
      return "binary operation";
    case NodeKind::kBoolOp:
      return "boolean operation";
    case NodeKind::kCompare:
      return "comparison";
    case NodeKind::kTernary:
      return "conditional expression";
    case NodeKind::kLambda:
      return "lambda";
    case NodeKind::kAttribute:
      return "attribute access";
    case NodeKind::kSubscript:
      return "subscript";
    case NodeKind::kSlice:
      return "slice";
    case NodeKind::kCall:
      return "call";
    case NodeKind::kStarred:
      return "starred expression";
    case NodeKind::kExprStmt:
      return "expression statement";
    case NodeKind::kAssign:
      return "assignment";
    case NodeKind::kAugAssign:
      return "augmented assignment";
    case NodeKind::kIf:
      return "if statement";
    case NodeKind::kWhile:
      return "while statement";
    case NodeKind::kFor:
      return "for statement";
    case NodeKind::kBreak:
      return "break statement";
    case NodeKind::kContinue:
      return "continue statement";
    case NodeKind::kPass:
      return "pass statement";
    case NodeKind::kReturn:
      return "return statement";
    case NodeKind::kRaise:
      return "raise statement";
    case NodeKind::kAssert:
      return "assert statement";
    case NodeKind::kDelete:
      return "del statement";
    case NodeKind::kWith:
      return "with statement";
    case NodeKind::kFunctionDef:
      return "function definition";
    case NodeKind::kClassDef:
      return "class definition";
    case NodeKind::kImport:
      return "import";
    case NodeKind::kImportFrom:
      return "import";
  }
  return "syntax";
}

std::string a_kind(NodeKind kind) {
  const std::string name = kind_name(kind);
  if (kind == NodeKind::kNoneLiteral) return name;
  const bool vowel = name.find_first_of("aeiou") == 0 || kind == NodeKind::kFormatString;
  return (vowel ? "an " : "a ") + name;
}

const char* to_text(UnaryOp op) {
  static constexpr const char* kTexts[] = {"-", "+", "~", "not"};
  return kTexts[static_cast<size_t>(op)];
}

const char* to_text(BinaryOp op) {
  static constexpr const char* kTexts[] = {"+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>"};
  return kTexts[static_cast<size_t>(op)];
}

const char* to_text(BoolOpKind op) { return op == BoolOpKind::kAnd ? "and" : "or"; }

const char* to_text(CompareOp op) {
  static constexpr const char* kTexts[] = {"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"};
  return kTexts[static_cast<size_t>(op)];
}

}  // namespace heddle::lang
