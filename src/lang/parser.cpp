#include "lang/parser.h"

#include "lang/syntax_parser.h"

namespace heddle::lang {

Status SyntaxParser::Level::check() const {
  if (parser_.nesting_ <= kMaxDepth) return ok_status();
  return error_at(parser_.range(parser_.cur()), "the source is nested more than ", kMaxDepth, " levels deep here");
}

std::string SyntaxParser::text(const Token& token) const {
  return stream_.source->text().substr(token.begin, token.end - token.begin);
}

SourceRange SyntaxParser::range_from(size_t first) const {
  const size_t last = std::max(first, at_ == 0 ? 0 : at_ - 1);
  return {stream_.source, stream_.tokens[first].begin, stream_.tokens[last].end};
}

SourceRange SyntaxParser::range_from(const Node& node) const {
  return {stream_.source, node.range.begin, stream_.tokens[at_ == 0 ? 0 : at_ - 1].end};
}

Status SyntaxParser::expected(std::string_view what) const {
  const Token& token = cur();
  constexpr size_t kLongest = 30;
  std::string found(token_name(token.kind));
  if (token.kind == TokenKind::kName || token.kind == TokenKind::kInt || token.kind == TokenKind::kFloat ||
      token.kind == TokenKind::kImaginary) {
    found += " '" + text(token).substr(0, kLongest) + "'";
  }
  return error_at(range(token), "expected ", what, " but found ", found, " here");
}

Status SyntaxParser::expect(TokenKind kind) { return next_if(kind) ? ok_status() : expected(token_name(kind)); }

Result<std::string> SyntaxParser::expect_name(const char* what) {
  if (!at(TokenKind::kName)) return expected(what);
  return text(stream_.tokens[at_++]);
}

const TypeComment* SyntaxParser::type_comment_before(size_t token) const {
  const auto& comments = stream_.type_comments;
  const auto found = std::lower_bound(comments.begin(), comments.end(), token,
                                      [](const TypeComment& c, size_t wanted) { return c.token < wanted; });
  return found != comments.end() && found->token == token ? &*found : nullptr;
}

Result<ExprPtr> SyntaxParser::parse_type_comment(const TypeComment& comment) {
  SyntaxParser inner(HEDDLE_TRY(lex_bracketed(stream_.source, comment.begin, comment.end)));
  inner.nesting_ = nesting_;
  return inner.parse_whole_expression();
}

Result<std::unique_ptr<File>> SyntaxParser::parse_file() {
  auto file = std::make_unique<File>();
  file->source = stream_.source;
  while (!at(TokenKind::kEnd)) HEDDLE_TRY(parse_statement_into(file->body));
  return file;
}

Result<ExprPtr> SyntaxParser::parse_whole_expression() {
  ExprPtr value = HEDDLE_TRY(parse_test_list());
  HEDDLE_TRY(expect(TokenKind::kEnd));
  return value;
}

Result<std::unique_ptr<File>> parse_file(Ref<const Source> source) {
  return SyntaxParser(HEDDLE_TRY(lex(std::move(source)))).parse_file();
}

Result<ExprPtr> parse_expression(Ref<const Source> source) {
  const auto end = static_cast<uint32_t>(source->text().size());
  return SyntaxParser(HEDDLE_TRY(lex_bracketed(std::move(source), 0, end))).parse_whole_expression();
}

}  // namespace heddle::lang
