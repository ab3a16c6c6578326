// The recursive-descent parser behind lang/parser.h: one object a source, used once, on one thread.
// Expressions live in parse_expr.cpp and parse_atom.cpp, statements in parse_stmt.cpp, definitions in parse_def.cpp.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "lang/ast.h"
#include "lang/error.h"
#include "lang/lexer.h"

namespace heddle::lang {

template <class T>
using NodeBase = std::conditional_t<std::is_base_of_v<Expr, T>, Expr, Stmt>;

class SyntaxParser {
 public:
  explicit SyntaxParser(TokenStream stream) : stream_(std::move(stream)) {}

  Result<std::unique_ptr<File>> parse_file();
  // An expression (or tuple without parentheses) and then the end.
  Result<ExprPtr> parse_whole_expression();

 private:
  // Counts one level of recursion while it lives.
  class Level {
   public:
    explicit Level(SyntaxParser& parser) : parser_(parser) { ++parser_.nesting_; }
    ~Level() { --parser_.nesting_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    Status check() const;

   private:
    SyntaxParser& parser_;
  };

  // tokens
  const Token& cur() const { return stream_.tokens[at_]; }
  const Token& ahead() const { return stream_.tokens[std::min(at_ + 1, stream_.tokens.size() - 1)]; }
  bool at(TokenKind kind) const { return cur().kind == kind; }
  bool next_if(TokenKind kind) {
    if (!at(kind)) return false;
    ++at_;
    return true;
  }
  Status expect(TokenKind kind);
  Result<std::string> expect_name(const char* what);
  std::string text(const Token& token) const;
  SourceRange range(const Token& token) const { return {stream_.source, token.begin, token.end}; }
  // From the token at `first` to the last one read.
  SourceRange range_from(size_t first) const;
  SourceRange range_from(const Node& node) const;
  // "expected X but found Y here", at the current token.
  Status expected(std::string_view what) const;
  // The type comment directly before the token, or null.
  const TypeComment* type_comment_before(size_t token) const;
  Result<ExprPtr> parse_type_comment(const TypeComment& comment);

  // Takes the node, sets its depth from its children, and refuses what lies deeper than kMaxDepth.
  template <class T, class... Children>
  Result<std::unique_ptr<NodeBase<T>>> seal(std::unique_ptr<T>& node, const Children&... children) const;

  // expressions (parse_expr.cpp)
  Result<ExprPtr> parse_test();       // anything but a tuple without parentheses
  Result<ExprPtr> parse_test_list();  // also a, b and *a, b
  Result<ExprPtr> parse_star_or_test();
  Result<ExprPtr> parse_ternary();
  Result<ExprPtr> parse_lambda();
  Result<ExprPtr> parse_bool_op(TokenKind kind);
  Result<ExprPtr> parse_not();
  Result<ExprPtr> parse_comparison();
  std::optional<CompareOp> next_compare_op();
  Result<ExprPtr> parse_binary(int precedence);
  Result<ExprPtr> parse_unary();
  Result<ExprPtr> parse_power();
  Result<ExprPtr> parse_target_list();  // for and comprehension targets, which stop before "in"
  Status check_target(const Expr& target) const;

  // primaries and literals (parse_atom.cpp)
  Result<ExprPtr> parse_postfix();
  Result<ExprPtr> parse_atom();
  Result<ExprPtr> parse_number();
  Result<ExprPtr> parse_strings();
  Status append_format(const Token& token, FormatString& out);
  Result<uint32_t> append_format_value(uint32_t begin, uint32_t end, FormatString& out);
  Result<ExprPtr> parse_parenthesized();
  Result<ExprPtr> parse_list();
  Result<ExprPtr> parse_dict();
  Result<ExprPtr> parse_attribute(ExprPtr value);
  Result<ExprPtr> parse_call(ExprPtr callee);
  Status parse_call_argument(Call& call);
  Result<ExprPtr> parse_subscript(ExprPtr value);
  Result<ExprPtr> parse_subscript_index();
  template <class Comprehension>
  Status parse_comprehension_tail(Comprehension& comprehension);
  Result<ExprPtr> finish_list_comprehension(ExprPtr element, size_t first);

  // statements (parse_stmt.cpp)
  Status parse_statement_into(Body& body);
  Status parse_simple_statements(Body& body);
  Result<StmtPtr> parse_simple_statement();
  Result<StmtPtr> parse_expression_statement();
  Result<StmtPtr> parse_annotated(ExprPtr target);
  Result<StmtPtr> parse_assignment(ExprPtr first);
  Result<StmtPtr> parse_augmented(ExprPtr target, BinaryOp op);
  Result<StmtPtr> parse_return();
  Result<StmtPtr> parse_raise();
  Result<StmtPtr> parse_assert();
  Result<StmtPtr> parse_delete();
  Result<StmtPtr> parse_import();
  Result<StmtPtr> parse_import_from();
  Result<std::string> parse_dotted_name();
  Result<ImportName> parse_import_name(bool dotted);
  Result<StmtPtr> parse_if();
  Result<StmtPtr> parse_while();
  Result<StmtPtr> parse_for();
  Result<StmtPtr> parse_with();
  Result<std::vector<WithItem>> parse_with_items(TokenKind closing);
  Result<Body> parse_block();
  Status refuse_else(std::string_view loop) const;
  Status refuse_unsupported() const;

  // definitions (parse_def.cpp)
  Result<StmtPtr> parse_decorated();
  Result<StmtPtr> parse_function(ExprList decorators, size_t first);
  Result<StmtPtr> parse_class(ExprList decorators, size_t first);
  Result<Body> parse_class_body();
  Result<bool> parse_keyword_attribute(Body& body);
  Result<std::vector<Param>> parse_params(TokenKind closing, bool annotated);
  Result<Param> parse_param(bool annotated);
  Status apply_signature_comment(const TypeComment& comment, FunctionDef& function);

  TokenStream stream_;
  size_t at_ = 0;
  int nesting_ = 0;
  bool in_format_ = false;  // these tokens are a value inside an f-string
};

namespace detail {

inline uint16_t depth_of(const Node* node) { return node ? node->depth : 0; }
template <class T>
uint16_t depth_of(const std::unique_ptr<T>& node) {
  return depth_of(node.get());
}
inline uint16_t depth_of(const Param& param) {
  return std::max(depth_of(param.annotation), depth_of(param.default_value));
}
inline uint16_t depth_of(const Keyword& keyword) { return depth_of(keyword.value); }
inline uint16_t depth_of(const WithItem& item) { return std::max(depth_of(item.context), depth_of(item.target)); }
template <class T>
uint16_t depth_of(const std::vector<T>& children) {
  uint16_t deepest = 0;
  for (const T& child : children) deepest = std::max(deepest, depth_of(child));
  return deepest;
}

}  // namespace detail

template <class T, class... Children>
Result<std::unique_ptr<NodeBase<T>>> SyntaxParser::seal(std::unique_ptr<T>& node, const Children&... children) const {
  uint16_t deepest = 0;
  ((deepest = std::max(deepest, detail::depth_of(children))), ...);
  if (deepest >= kMaxDepth) {
    return error_at(node->range, "this ", kind_name(node->kind), " is nested more than ", kMaxDepth, " levels deep");
  }
  node->depth = static_cast<uint16_t>(deepest + 1);
  return std::unique_ptr<NodeBase<T>>(std::move(node));
}

}  // namespace heddle::lang
