#include "lang/lexer.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <unordered_map>

#include "lang/error.h"
#include "lang/utf8.h"

namespace heddle::lang {
namespace {

struct Sign {
  TokenKind kind;
  std::string_view text;
};
constexpr Sign kSigns[] = {
#define HEDDLE_TOKEN(kind, name)
#define HEDDLE_KEYWORD(kind, text)
#define HEDDLE_SIGN(kind, text) {TokenKind::kind, text},
#include "lang/tokens.def"
};
constexpr Sign kKeywords[] = {
#define HEDDLE_TOKEN(kind, name)
#define HEDDLE_KEYWORD(kind, text) {TokenKind::kind, text},
#define HEDDLE_SIGN(kind, text)
#include "lang/tokens.def"
};

const std::unordered_map<std::string_view, TokenKind>& keyword_table() {
  static const auto* table = [] {
    auto* made = new std::unordered_map<std::string_view, TokenKind>;
    for (const Sign& keyword : kKeywords) made->emplace(keyword.text, keyword.kind);
    return made;
  }();
  return *table;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_ascii_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f'; }

class Lexer {
 public:
  Lexer(Ref<const Source> source, uint32_t begin, uint32_t end, bool bracketed)
      : text_(std::string_view(source->text()).substr(0, end)), at_(begin), bracketed_(bracketed) {
    out_.source = std::move(source);
  }

  Result<TokenStream> run() {
    if (!bracketed_) {
      if (text_.substr(at_, 3) == "\xEF\xBB\xBF") at_ += 3;
      HEDDLE_TRY(begin_line());
    }
    while (at_ < text_.size()) HEDDLE_TRY(step());
    return finish();
  }

 private:
  struct Indentation {
    uint32_t column;  // tabs reach to the next multiple of eight
    uint32_t narrow;  // tabs count as one: disagreement between the two measures means ambiguous tabs
  };

  SourceRange range(size_t begin, size_t end) const {
    return {out_.source, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  }
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool joined() const { return bracketed_ || !open_.empty(); }
  void push(TokenKind kind, size_t begin, size_t end) {
    out_.tokens.push_back({kind, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
  }

  Status step() {
    const char c = peek();
    if (is_blank(c)) {
      ++at_;
      return ok_status();
    }
    if (c == '\n') {
      if (joined()) {
        ++at_;
        return ok_status();
      }
      push(TokenKind::kNewline, at_, at_ + 1);
      ++at_;
      return begin_line();
    }
    if (c == '#') {
      read_comment();
      return ok_status();
    }
    if (c == '\\') return read_continuation();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return read_number();
    if (is_ascii_name(c) || static_cast<unsigned char>(c) >= 0x80) return read_word();
    if (c == '"' || c == '\'') return read_string(at_);
    return read_sign();
  }

  // At the start of a logical line: skips blank lines and lines of comments, then compares the indentation.
  Status begin_line() {
    size_t line = at_;
    for (;;) {
      while (is_blank(peek())) ++at_;
      if (peek() == '#') read_comment();
      if (peek() != '\n' || at_ >= text_.size()) break;
      line = ++at_;
    }
    if (at_ >= text_.size()) return ok_status();
    return indent_to(measure(line), line);
  }

  Indentation measure(size_t line) const {
    Indentation found{0, 0};
    for (size_t i = line; i < at_; ++i) {
      if (text_[i] == '\f') {
        found = {0, 0};
      } else {
        found.column = text_[i] == '\t' ? (found.column / 8 + 1) * 8 : found.column + 1;
        ++found.narrow;
      }
    }
    return found;
  }

  Status indent_to(Indentation found, size_t line) {
    if (levels_.empty()) {
      levels_.push_back(found);
      return ok_status();
    }
    const auto clashes = [&](const Indentation& level) {
      return (found.column > level.column) != (found.narrow > level.narrow) ||
             (found.column < level.column) != (found.narrow < level.narrow);
    };
    if (clashes(levels_.back())) {
      return error_at(range(line, at_), "tabs and spaces in this line's indentation do not match the lines above");
    }
    if (found.column > levels_.back().column) {
      levels_.push_back(found);
      push(TokenKind::kIndent, line, at_);
      return ok_status();
    }
    while (found.column < levels_.back().column) {
      levels_.pop_back();
      if (levels_.empty() || found.column > levels_.back().column) {
        return error_at(range(line, at_ + 1), "this line's indentation matches no block above");
      }
      push(TokenKind::kDedent, at_, at_);
    }
    if (clashes(levels_.back())) {
      return error_at(range(line, at_), "tabs and spaces in this line's indentation do not match the lines above");
    }
    return ok_status();
  }

  Status read_continuation() {
    size_t after = at_ + 1;
    while (after < text_.size() && text_[after] == '\r') ++after;
    if (after >= text_.size() || text_[after] != '\n') {
      return error_at(range(at_, at_ + 1), "expected the end of the line after '\\' but found more text here");
    }
    at_ = after + 1;
    return ok_status();
  }

  void read_comment() {
    const size_t begin = at_;
    at_ = std::min(text_.find('\n', at_), text_.size());
    std::string_view comment = text_.substr(begin + 1, at_ - begin - 1);
    const auto skip_blanks = [&comment] {
      comment.remove_prefix(std::min(comment.find_first_not_of(" \t"), comment.size()));
    };
    skip_blanks();
    if (!comment.starts_with("type:")) return;
    comment.remove_prefix(5);
    skip_blanks();
    comment = comment.substr(0, comment.find('#'));
    comment = comment.substr(0, comment.find_last_not_of(" \t\r") + 1);
    if (comment.empty() || comment.starts_with("ignore")) return;
    const auto offset = static_cast<uint32_t>(comment.data() - text_.data());
    out_.type_comments.push_back(
        {static_cast<uint32_t>(out_.tokens.size()), offset, offset + static_cast<uint32_t>(comment.size())});
  }

  // Letters, digits and underscores from `i` on; Unicode letters are letters.
  Result<size_t> word_end(size_t i) const {
    while (i < text_.size()) {
      if (is_ascii_name(text_[i])) {
        ++i;
        continue;
      }
      if (static_cast<unsigned char>(text_[i]) < 0x80) break;
      const DecodedRune rune = decode_utf8(text_.substr(i));
      if (rune.length == 0) return error_at(range(i, i + 1), "this byte is no UTF-8 text");
      if (!is_word_rune(rune.code)) return error_at(range(i, i + rune.length), "unexpected character here");
      i += rune.length;
    }
    return i;
  }

  Status read_word() {
    const size_t begin = at_;
    at_ = HEDDLE_TRY(word_end(begin));
    const std::string_view word = text_.substr(begin, at_ - begin);
    if ((peek() == '"' || peek() == '\'') && word.size() <= 2 &&
        word.find_first_not_of("rRbBuUfF") == std::string_view::npos) {
      return read_string(begin);
    }
    const auto found = keyword_table().find(word);
    push(found == keyword_table().end() ? TokenKind::kName : found->second, begin, at_);
    return ok_status();
  }

  // at_ stands on the opening quote, begin on the prefix.
  Status read_string(size_t begin) {
    const char quote = peek();
    const bool triple = peek(1) == quote && peek(2) == quote;
    const std::string_view closing = text_.substr(at_, triple ? 3 : 1);
    at_ += closing.size();
    for (;;) {
      if (at_ >= text_.size() || (!triple && peek() == '\n')) {
        return error_at(range(begin, at_), "expected ", closing, " but found the end of the ",
                        at_ >= text_.size() ? "input" : "line", " in the string that starts here");
      }
      if (peek() == '\\') {
        at_ = std::min(at_ + 2, text_.size());
        if (text_[at_ - 1] == '\r' && peek() == '\n') ++at_;
        continue;
      }
      if (text_.substr(at_).starts_with(closing)) break;
      ++at_;
    }
    at_ += closing.size();
    push(TokenKind::kString, begin, at_);
    return ok_status();
  }

  // Digits with single underscores between them.
  void skip_digits(bool (*accepts)(char)) {
    while (accepts(peek()) || (peek() == '_' && accepts(peek(1)))) ++at_;
  }

  Status read_number() {
    const size_t begin = at_;
    TokenKind kind = TokenKind::kInt;
    const char base = static_cast<char>(peek(1) | 0x20);
    if (peek() == '0' && (base == 'x' || base == 'o' || base == 'b')) {
      at_ += 2;
      skip_digits(is_hex_digit);
    } else {
      skip_digits(is_digit);
      if (peek() == '.') {
        kind = TokenKind::kFloat;
        ++at_;
        if (is_digit(peek())) skip_digits(is_digit);
      }
      if (peek() == 'e' || peek() == 'E') {
        const size_t digits = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
        if (is_digit(peek(digits))) {
          kind = TokenKind::kFloat;
          at_ += digits;
          skip_digits(is_digit);
        }
      }
      if (peek() == 'j' || peek() == 'J') {
        kind = TokenKind::kImaginary;
        ++at_;
      }
    }
    const size_t word = HEDDLE_TRY(word_end(at_));
    if (word != at_) {
      return error_at(range(begin, word), "expected a number but found '", text_.substr(begin, word - begin), "' here");
    }
    push(kind, begin, at_);
    return ok_status();
  }

  Status read_sign() {
    const std::string_view rest = text_.substr(at_);
    const auto* sign =
        std::find_if(std::begin(kSigns), std::end(kSigns), [&](const Sign& s) { return rest.starts_with(s.text); });
    if (sign == std::end(kSigns)) return error_at(range(at_, at_ + 1), "unexpected character here");
    switch (sign->kind) {
      case TokenKind::kOpenParen:
        open_.push_back({TokenKind::kCloseParen, at_});
        break;
      case TokenKind::kOpenBracket:
        open_.push_back({TokenKind::kCloseBracket, at_});
        break;
      case TokenKind::kOpenBrace:
        open_.push_back({TokenKind::kCloseBrace, at_});
        break;
      case TokenKind::kCloseParen:
      case TokenKind::kCloseBracket:
      case TokenKind::kCloseBrace:
        if (open_.empty() || open_.back().closing != sign->kind) {
          return error_at(range(at_, at_ + 1), "expected ",
                          open_.empty() ? std::string_view("an expression") : token_name(open_.back().closing),
                          " but found ", token_name(sign->kind), " here");
        }
        open_.pop_back();
        break;
      default:
        break;
    }
    push(sign->kind, at_, at_ + sign->text.size());
    at_ += sign->text.size();
    return ok_status();
  }

  Result<TokenStream> finish() {
    const size_t end = text_.size();
    if (!open_.empty()) {
      return error_at(range(open_.back().at, open_.back().at + 1), "expected ", token_name(open_.back().closing),
                      " for this bracket but found the end of the input");
    }
    if (!bracketed_) {
      if (!out_.tokens.empty() && out_.tokens.back().kind != TokenKind::kNewline) push(TokenKind::kNewline, end, end);
      for (size_t i = 1; i < levels_.size(); ++i) push(TokenKind::kDedent, end, end);
    }
    push(TokenKind::kEnd, end, end);
    return std::move(out_);
  }

  struct OpenBracket {
    TokenKind closing;
    size_t at;
  };
  std::string_view text_;
  size_t at_;
  bool bracketed_;
  std::vector<OpenBracket> open_;
  std::vector<Indentation> levels_;
  TokenStream out_;
};

Status check_size(const Source& source) {
  if (source.text().size() < std::numeric_limits<uint32_t>::max()) return ok_status();
  return error(ErrorCode::kLimit, "the source ", source.name(), " is longer than 4 GiB");
}

}  // namespace

std::string_view token_name(TokenKind kind) {
  static constexpr std::string_view kNames[] = {
#define HEDDLE_TOKEN(kind, name) name,
#define HEDDLE_KEYWORD(kind, text) "'" text "'",
#define HEDDLE_SIGN(kind, text) "'" text "'",
#include "lang/tokens.def"
  };
  return kNames[static_cast<size_t>(kind)];
}

bool is_keyword(TokenKind kind) {
  return kind >= std::begin(kKeywords)->kind && kind <= (std::end(kKeywords) - 1)->kind;
}

Result<TokenStream> lex(Ref<const Source> source) {
  HEDDLE_TRY(check_size(*source));
  const auto size = static_cast<uint32_t>(source->text().size());
  return Lexer(std::move(source), 0, size, false).run();
}

Result<TokenStream> lex_bracketed(Ref<const Source> source, uint32_t begin, uint32_t end) {
  HEDDLE_TRY(check_size(*source));
  return Lexer(std::move(source), begin, end, true).run();
}

}  // namespace heddle::lang
