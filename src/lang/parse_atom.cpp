// Names, literals and what follows a value: calls, subscripts, attributes.
#include "lang/literal.h"
#include "lang/syntax_parser.h"

namespace heddle::lang {

Result<ExprPtr> SyntaxParser::parse_postfix() {
  ExprPtr value = HEDDLE_TRY(parse_atom());
  for (;;) {
    switch (cur().kind) {
      case TokenKind::kDot:
        value = HEDDLE_TRY(parse_attribute(std::move(value)));
        break;
      case TokenKind::kOpenParen:
        value = HEDDLE_TRY(parse_call(std::move(value)));
        break;
      case TokenKind::kOpenBracket:
        value = HEDDLE_TRY(parse_subscript(std::move(value)));
        break;
      default:
        return value;
    }
  }
}

Result<ExprPtr> SyntaxParser::parse_atom() {
  const Token token = cur();
  switch (token.kind) {
    case TokenKind::kName: {
      auto node = std::make_unique<Name>(range(token));
      node->id = text(token);
      ++at_;
      return ExprPtr(std::move(node));
    }
    case TokenKind::kInt:
    case TokenKind::kFloat:
    case TokenKind::kImaginary:
      return parse_number();
    case TokenKind::kString:
      return parse_strings();
    case TokenKind::kTrue:
    case TokenKind::kFalse: {
      auto node = std::make_unique<BoolLiteral>(range(token));
      node->value = token.kind == TokenKind::kTrue;
      ++at_;
      return ExprPtr(std::move(node));
    }
    case TokenKind::kNone:
      ++at_;
      return ExprPtr(std::make_unique<NoneLiteral>(range(token)));
    case TokenKind::kEllipsis:
      ++at_;
      return ExprPtr(std::make_unique<Ellipsis>(range(token)));
    case TokenKind::kOpenParen:
      return parse_parenthesized();
    case TokenKind::kOpenBracket:
      return parse_list();
    case TokenKind::kOpenBrace:
      return parse_dict();
    case TokenKind::kYield:
    case TokenKind::kAwait:
      return refuse_unsupported();
    default:
      return expected("an expression");
  }
}

// At a number, or at the minus directly before one.
Result<ExprPtr> SyntaxParser::parse_number() {
  const size_t first = at_;
  const bool negative = next_if(TokenKind::kMinus);
  const Token token = stream_.tokens[at_++];
  const std::string digits = text(token);
  const SourceRange where = range_from(first);
  if (token.kind == TokenKind::kInt) {
    auto node = std::make_unique<IntLiteral>(where);
    node->value = HEDDLE_TRY(decode_int(digits, negative, where));
    return ExprPtr(std::move(node));
  }
  if (token.kind == TokenKind::kFloat) {
    auto node = std::make_unique<FloatLiteral>(where);
    node->value = negative ? -decode_float(digits) : decode_float(digits);
    return ExprPtr(std::move(node));
  }
  auto node = std::make_unique<ComplexLiteral>(where);
  const std::complex<double> value(0, decode_float(std::string_view(digits).substr(0, digits.size() - 1)));
  node->value = negative ? -value : value;
  return ExprPtr(std::move(node));
}

Result<ExprPtr> SyntaxParser::parse_strings() {
  const size_t first = at_;
  auto format = std::make_unique<FormatString>(range(cur()));
  format->texts.emplace_back();
  bool is_format = false;
  for (; at(TokenKind::kString); ++at_) {
    const SourceRange where = range(cur());
    const StringToken parts = split_string(where);
    if (parts.bytes) return error_at(where, "bytes are not supported in TorchScript");
    if (parts.format) {
      if (in_format_) return error_at(where, "an f-string inside an f-string is not supported");
      is_format = true;
      HEDDLE_TRY(append_format(cur(), *format));
    } else if (parts.raw) {
      format->texts.back() += stream_.source->text().substr(parts.begin, parts.end - parts.begin);
    } else {
      format->texts.back() += HEDDLE_TRY(decode_escapes(*stream_.source, parts.begin, parts.end, where));
    }
  }
  if (is_format) {
    format->range = range_from(first);
    return seal(format, format->values);
  }
  auto plain = std::make_unique<StringLiteral>(range_from(first));
  plain->value = std::move(format->texts.back());
  return ExprPtr(std::move(plain));
}

Status SyntaxParser::append_format(const Token& token, FormatString& out) {
  const std::string& source = stream_.source->text();
  const SourceRange where = range(token);
  const StringToken parts = split_string(where);
  uint32_t literal = parts.begin;
  const auto flush_until = [&](uint32_t end) -> Status {
    out.texts.back() += parts.raw ? source.substr(literal, end - literal)
                                  : HEDDLE_TRY(decode_escapes(*stream_.source, literal, end, where));
    return ok_status();
  };
  for (uint32_t i = parts.begin; i < parts.end;) {
    const char c = source[i];
    if (c == '\\' && !parts.raw) {
      i += 2;
    } else if ((c == '{' || c == '}') && i + 1 < parts.end && source[i + 1] == c) {
      HEDDLE_TRY(flush_until(i + 1));
      literal = i += 2;
    } else if (c == '{') {
      HEDDLE_TRY(flush_until(i));
      literal = i = HEDDLE_TRY(append_format_value(i + 1, parts.end, out));
      out.texts.emplace_back();
    } else if (c == '}') {
      return error_at(SourceRange{stream_.source, i, i + 1},
                      "expected '}}' for a brace in an f-string but found '}' here");
    } else {
      ++i;
    }
  }
  return flush_until(parts.end);
}

// Parses the value whose text starts at `begin`, behind a brace; returns where the text behind the closing brace
// starts.
Result<uint32_t> SyntaxParser::append_format_value(uint32_t begin, uint32_t end, FormatString& out) {
  const std::string& source = stream_.source->text();
  int brackets = 0;
  char quote = '\0';
  uint32_t i = begin;
  for (; i < end; ++i) {
    const char c = source[i];
    if (quote != '\0') {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = '\0';
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++brackets;
    } else if (brackets == 0 && (c == '}' || c == ':' || (c == '!' && source[i + 1] != '='))) {
      break;
    } else if (c == ')' || c == ']' || c == '}') {
      --brackets;
    }
  }
  if (i >= end) {
    return error_at(SourceRange{stream_.source, begin - 1, begin}, "expected '}' for this brace in an f-string");
  }
  if (source[i] != '}') {
    return error_at(SourceRange{stream_.source, i, i + 1},
                    "conversions and format specifications in f-strings are not supported");
  }
  SyntaxParser inner(HEDDLE_TRY(lex_bracketed(stream_.source, begin, i)));
  inner.nesting_ = nesting_;
  inner.in_format_ = true;
  out.values.push_back(HEDDLE_TRY(inner.parse_whole_expression()));
  return i + 1;
}

Result<ExprPtr> SyntaxParser::parse_parenthesized() {
  const size_t first = at_++;
  if (next_if(TokenKind::kCloseParen)) return ExprPtr(std::make_unique<TupleLiteral>(range_from(first)));
  ExprPtr inner;
  if (at(TokenKind::kStar)) {
    inner = HEDDLE_TRY(parse_test_list());
  } else {
    inner = HEDDLE_TRY(parse_test());
    if (at(TokenKind::kFor)) {
      inner = HEDDLE_TRY(finish_list_comprehension(std::move(inner), first));
    } else if (at(TokenKind::kComma)) {
      auto tuple = std::make_unique<TupleLiteral>(range(cur()));
      tuple->elements.push_back(std::move(inner));
      while (next_if(TokenKind::kComma) && !at(TokenKind::kCloseParen)) {
        tuple->elements.push_back(HEDDLE_TRY(parse_star_or_test()));
      }
      inner = HEDDLE_TRY(seal(tuple, tuple->elements));
    }
  }
  HEDDLE_TRY(expect(TokenKind::kCloseParen));
  if (is<TupleLiteral>(*inner)) inner->range = range_from(first);
  return inner;
}

Result<ExprPtr> SyntaxParser::parse_list() {
  const size_t first = at_++;
  ExprList elements;
  while (!at(TokenKind::kCloseBracket)) {
    elements.push_back(HEDDLE_TRY(parse_star_or_test()));
    if (at(TokenKind::kFor) && elements.size() == 1) {
      ExprPtr comprehension = HEDDLE_TRY(finish_list_comprehension(std::move(elements.front()), first));
      HEDDLE_TRY(expect(TokenKind::kCloseBracket));
      comprehension->range = range_from(first);
      return comprehension;
    }
    if (!next_if(TokenKind::kComma)) break;
  }
  HEDDLE_TRY(expect(TokenKind::kCloseBracket));
  auto list = std::make_unique<ListLiteral>(range_from(first));
  list->elements = std::move(elements);
  return seal(list, list->elements);
}

Result<ExprPtr> SyntaxParser::parse_dict() {
  const size_t first = at_++;
  ExprList keys;
  ExprList values;
  while (!at(TokenKind::kCloseBrace)) {
    if (at(TokenKind::kDoubleStar)) return error_at(range(cur()), "'**' in a dict is not supported in TorchScript");
    keys.push_back(HEDDLE_TRY(parse_test()));
    if (at(TokenKind::kComma) || at(TokenKind::kCloseBrace) || at(TokenKind::kFor)) {
      return error_at(range_from(first), "sets are not supported in TorchScript; expected ':' and a value for a dict");
    }
    HEDDLE_TRY(expect(TokenKind::kColon));
    values.push_back(HEDDLE_TRY(parse_test()));
    if (at(TokenKind::kFor) && keys.size() == 1) {
      auto comprehension = std::make_unique<DictComp>(range_from(first));
      comprehension->key = std::move(keys.front());
      comprehension->value = std::move(values.front());
      HEDDLE_TRY(parse_comprehension_tail(*comprehension));
      HEDDLE_TRY(expect(TokenKind::kCloseBrace));
      comprehension->range = range_from(first);
      return seal(comprehension, comprehension->key, comprehension->value, comprehension->target,
                  comprehension->iterable, comprehension->conditions);
    }
    if (!next_if(TokenKind::kComma)) break;
  }
  HEDDLE_TRY(expect(TokenKind::kCloseBrace));
  auto dict = std::make_unique<DictLiteral>(range_from(first));
  dict->keys = std::move(keys);
  dict->values = std::move(values);
  return seal(dict, dict->keys, dict->values);
}

template <class Comprehension>
Status SyntaxParser::parse_comprehension_tail(Comprehension& comprehension) {
  HEDDLE_TRY(expect(TokenKind::kFor));
  comprehension.target = HEDDLE_TRY(parse_target_list());
  HEDDLE_TRY(expect(TokenKind::kIn));
  comprehension.iterable = HEDDLE_TRY(parse_bool_op(TokenKind::kOr));
  while (next_if(TokenKind::kIf)) comprehension.conditions.push_back(HEDDLE_TRY(parse_bool_op(TokenKind::kOr)));
  if (at(TokenKind::kFor)) return error_at(range(cur()), "a second 'for' in a comprehension is not supported");
  return ok_status();
}

Result<ExprPtr> SyntaxParser::finish_list_comprehension(ExprPtr element, size_t first) {
  if (is<Starred>(*element)) return error_at(element->range, "a starred expression is not allowed in a comprehension");
  auto comprehension = std::make_unique<ListComp>(range(cur()));
  comprehension->element = std::move(element);
  HEDDLE_TRY(parse_comprehension_tail(*comprehension));
  comprehension->range = range_from(first);
  return seal(comprehension, comprehension->element, comprehension->target, comprehension->iterable,
              comprehension->conditions);
}

Result<ExprPtr> SyntaxParser::parse_attribute(ExprPtr value) {
  ++at_;
  // A keyword may name an attribute: nothing else can stand here, and ModuleDict keys such as "in" are attributes.
  if (!at(TokenKind::kName) && !is_keyword(cur().kind)) return expected("the name of an attribute");
  std::string name = text(cur());
  ++at_;
  auto node = std::make_unique<Attribute>(range_from(*value));
  node->value = std::move(value);
  node->name = std::move(name);
  return seal(node, node->value);
}

Result<ExprPtr> SyntaxParser::parse_call(ExprPtr callee) {
  ++at_;
  auto call = std::make_unique<Call>(range(cur()));
  while (!at(TokenKind::kCloseParen)) {
    HEDDLE_TRY(parse_call_argument(*call));
    if (!next_if(TokenKind::kComma)) break;
  }
  HEDDLE_TRY(expect(TokenKind::kCloseParen));
  call->range = range_from(*callee);
  call->callee = std::move(callee);
  return seal(call, call->callee, call->args, call->keywords);
}

Status SyntaxParser::parse_call_argument(Call& call) {
  const size_t first = at_;
  if (at(TokenKind::kDoubleStar)) {
    return error_at(range(cur()), "'**' arguments are not supported in TorchScript");
  }
  const bool may_name = at(TokenKind::kName) || is_keyword(cur().kind);
  if (may_name && ahead().kind == TokenKind::kEqual) {
    Keyword keyword;
    keyword.name = text(cur());
    at_ += 2;
    keyword.value = HEDDLE_TRY(parse_test());
    keyword.range = range_from(first);
    call.keywords.push_back(std::move(keyword));
    return ok_status();
  }
  ExprPtr value = HEDDLE_TRY(parse_star_or_test());
  if (!call.keywords.empty()) {
    return error_at(value->range, "expected a keyword argument but found a positional one behind keyword arguments");
  }
  if (at(TokenKind::kFor)) {
    value = HEDDLE_TRY(finish_list_comprehension(std::move(value), first));
    if (!call.args.empty() || !at(TokenKind::kCloseParen)) {
      return error_at(value->range, "a generator must be in parentheses unless it is the only argument");
    }
  }
  call.args.push_back(std::move(value));
  return ok_status();
}

Result<ExprPtr> SyntaxParser::parse_subscript(ExprPtr value) {
  ++at_;
  auto node = std::make_unique<Subscript>(range(cur()));
  do {
    if (at(TokenKind::kCloseBracket) && !node->indices.empty()) break;
    node->trailing_comma = false;
    node->indices.push_back(HEDDLE_TRY(parse_subscript_index()));
    node->trailing_comma = at(TokenKind::kComma);
  } while (next_if(TokenKind::kComma));
  HEDDLE_TRY(expect(TokenKind::kCloseBracket));
  node->range = range_from(*value);
  node->value = std::move(value);
  return seal(node, node->value, node->indices);
}

Result<ExprPtr> SyntaxParser::parse_subscript_index() {
  const size_t first = at_;
  ExprPtr lower;
  if (!at(TokenKind::kColon)) {
    lower = HEDDLE_TRY(parse_star_or_test());
    if (!at(TokenKind::kColon)) return lower;
  }
  const auto part_follows = [this] {
    return !at(TokenKind::kColon) && !at(TokenKind::kComma) && !at(TokenKind::kCloseBracket);
  };
  auto slice = std::make_unique<Slice>(range(cur()));
  slice->lower = std::move(lower);
  HEDDLE_TRY(expect(TokenKind::kColon));
  if (part_follows()) slice->upper = HEDDLE_TRY(parse_test());
  if (next_if(TokenKind::kColon) && part_follows()) slice->step = HEDDLE_TRY(parse_test());
  slice->range = range_from(first);
  return seal(slice, slice->lower, slice->upper, slice->step);
}

}  // namespace heddle::lang
