// Text to tokens, with Python's rules of lines and indentation. Called by the parser only; keeps no state, so any
// thread may lex.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/ref.h"
#include "base/result.h"
#include "base/source.h"

namespace heddle::lang {

enum class TokenKind : uint8_t {
#define HEDDLE_TOKEN(kind, name) kind,
#include "lang/tokens.def"
};

// What a message calls the kind: "')'", "'lambda'", "end of line".
std::string_view token_name(TokenKind kind);
bool is_keyword(TokenKind kind);

// Bytes [begin, end) of the source. Newlines, indents and dedents lie where they take effect.
struct Token {
  TokenKind kind;
  uint32_t begin;
  uint32_t end;
};

// "# type: X" stands directly before tokens[token]; [begin, end) is X. "# type: ignore" is none.
struct TypeComment {
  uint32_t token;
  uint32_t begin;
  uint32_t end;
};

struct TokenStream {
  Ref<const Source> source;
  std::vector<Token> tokens;  // the last one is kEnd
  std::vector<TypeComment> type_comments;
};

// A whole source. The first line's indentation is the base of all others, so an indented snippet is a file too.
Result<TokenStream> lex(Ref<const Source> source);
// Bytes [begin, end) of a source, as if they stood in brackets: line ends and indentation say nothing.
Result<TokenStream> lex_bracketed(Ref<const Source> source, uint32_t begin, uint32_t end);

}  // namespace heddle::lang
