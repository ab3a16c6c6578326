// Modes of the front end.
#include "base/text.h"
#include "core/class_type.h"
#include "lang/ast_printer.h"
#include "lang/lexer.h"
#include "lang/parser.h"
#include "lang/type_resolver.h"
#include "modes.h"

namespace heddle::opt {

Result<std::string> run_tokens(Ref<const Source> input, std::string_view) {
  const lang::TokenStream stream = HEDDLE_TRY(lang::lex(input));
  const std::string& text = input->text();
  std::string out;
  for (const lang::Token& token : stream.tokens) {
    const SourceRange range{input, token.begin, token.end};
    out += concat(range.line(), ":", range.column(), " ", lang::token_name(token.kind));
    if (token.kind >= lang::TokenKind::kName && token.kind <= lang::TokenKind::kString) {
      out += " " + text.substr(token.begin, token.end - token.begin);
    }
    out += '\n';
  }
  for (const lang::TypeComment& comment : stream.type_comments) {
    out += concat("type comment before token ", comment.token, ": ");
    out += text.substr(comment.begin, comment.end - comment.begin) + "\n";
  }
  return out;
}

Result<std::string> run_parse(Ref<const Source> input, std::string_view) {
  const std::string first = lang::to_text(*HEDDLE_TRY(lang::parse_file(std::move(input))));
  const std::string second = lang::to_text(*HEDDLE_TRY(lang::parse_file(make_ref<Source>("<printed>", first))));
  HEDDLE_REQUIRE(first == second, "the printed text prints differently again:\n", first, "and then:\n", second);
  return first;
}

Result<std::string> run_types(Ref<const Source> input, std::string_view) {
  // Every qualified name below __torch__ is a class.
  const lang::TypeLookup lookup = [](const std::string& name, const SourceRange&) -> Result<TypePtr> {
    return name.starts_with("__torch__.") ? make_ref<ClassType>(name, false) : TypePtr();
  };
  std::string out;
  for (const std::string_view line : split(input->text(), '\n')) {
    if (line.empty()) continue;
    const Result<TypePtr> type = lang::parse_type(line, lookup);
    out += concat(line, " -> ", type.ok() ? type.value()->to_text() : "error: " + type.status().message(), "\n");
  }
  return out;
}

}  // namespace heddle::opt
