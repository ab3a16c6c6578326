// Functions, classes, their parameters and decorators.
#include "lang/syntax_parser.h"

namespace heddle::lang {

Result<StmtPtr> SyntaxParser::parse_decorated() {
  const size_t first = at_;
  ExprList decorators;
  while (next_if(TokenKind::kAt)) {
    decorators.push_back(HEDDLE_TRY(parse_test()));
    HEDDLE_TRY(expect(TokenKind::kNewline));
  }
  if (at(TokenKind::kClass)) return parse_class(std::move(decorators), first);
  if (at(TokenKind::kDef)) return parse_function(std::move(decorators), first);
  if (at(TokenKind::kAsync)) return refuse_unsupported();
  return expected("a function or class after its decorators");
}

Result<StmtPtr> SyntaxParser::parse_function(ExprList decorators, size_t first) {
  HEDDLE_TRY(expect(TokenKind::kDef));
  auto node = std::make_unique<FunctionDef>(range_from(first));
  node->decorators = std::move(decorators);
  node->name_range = range(cur());
  node->name = HEDDLE_TRY(expect_name("the name of a function"));
  HEDDLE_TRY(expect(TokenKind::kOpenParen));
  node->params = HEDDLE_TRY(parse_params(TokenKind::kCloseParen, true));
  HEDDLE_TRY(expect(TokenKind::kCloseParen));
  if (next_if(TokenKind::kArrow)) node->returns = HEDDLE_TRY(parse_test());
  node->range = range_from(first);
  HEDDLE_TRY(expect(TokenKind::kColon));
  // A signature comment stands behind the colon or on a line of its own above the first statement.
  const TypeComment* comment = type_comment_before(at_);
  if (!comment && at(TokenKind::kNewline)) comment = type_comment_before(at_ + 1);
  if (comment) HEDDLE_TRY(apply_signature_comment(*comment, *node));
  node->body = HEDDLE_TRY(parse_block());
  return seal(node, node->decorators, node->params, node->returns, node->body);
}

Result<std::vector<Param>> SyntaxParser::parse_params(TokenKind closing, bool annotated) {
  std::vector<Param> params;
  bool keyword_only = false;
  const auto take_comment = [&]() -> Status {
    const TypeComment* comment = annotated ? type_comment_before(at_) : nullptr;
    if (comment && !params.empty() && !params.back().annotation) {
      params.back().annotation = HEDDLE_TRY(parse_type_comment(*comment));
    }
    return ok_status();
  };
  while (!at(closing)) {
    if (at(TokenKind::kStar) && ahead().kind == TokenKind::kComma && !keyword_only) {
      keyword_only = true;
      at_ += 2;
      continue;
    }
    if (at(TokenKind::kStar) || at(TokenKind::kDoubleStar)) {
      return error_at(range(cur()), "a function in TorchScript takes a fixed number of arguments; ",
                      token_name(cur().kind), " is not supported here");
    }
    if (at(TokenKind::kSlash))
      return error_at(range(cur()), "positional-only parameters are not supported in TorchScript");
    Param param = HEDDLE_TRY(parse_param(annotated));
    param.keyword_only = keyword_only;
    for (const Param& other : params) {
      if (other.name == param.name) return error_at(param.range, "parameter '", param.name, "' is there twice");
    }
    params.push_back(std::move(param));
    HEDDLE_TRY(take_comment());
    if (!next_if(TokenKind::kComma)) break;
    HEDDLE_TRY(take_comment());
  }
  return params;
}

Result<Param> SyntaxParser::parse_param(bool annotated) {
  const size_t first = at_;
  Param param;
  param.name = HEDDLE_TRY(expect_name("the name of a parameter"));
  if (annotated && next_if(TokenKind::kColon)) param.annotation = HEDDLE_TRY(parse_test());
  if (next_if(TokenKind::kEqual)) param.default_value = HEDDLE_TRY(parse_test());
  param.range = range_from(first);
  return param;
}

// "(int, Tensor) -> Tensor", or "(...) -> Tensor" when the parameters have comments of their own. A method's comment
// leaves out self.
Status SyntaxParser::apply_signature_comment(const TypeComment& comment, FunctionDef& function) {
  SyntaxParser inner(HEDDLE_TRY(lex_bracketed(stream_.source, comment.begin, comment.end)));
  inner.nesting_ = nesting_;
  HEDDLE_TRY(inner.expect(TokenKind::kOpenParen));
  ExprList types;
  while (!inner.at(TokenKind::kCloseParen)) {
    types.push_back(HEDDLE_TRY(inner.parse_test()));
    if (!inner.next_if(TokenKind::kComma)) break;
  }
  HEDDLE_TRY(inner.expect(TokenKind::kCloseParen));
  HEDDLE_TRY(inner.expect(TokenKind::kArrow));
  function.returns = HEDDLE_TRY(inner.parse_whole_expression());
  if (types.size() == 1 && is<Ellipsis>(*types[0])) return ok_status();
  const size_t count = function.params.size();
  const bool without_self = types.size() + 1 == count && function.params[0].name == "self";
  if (types.size() != count && !without_self) {
    return error_at(SourceRange{stream_.source, comment.begin, comment.end}, "the type comment of '", function.name,
                    "' has ", types.size(), " parameter types but the function has ", count, " parameters");
  }
  for (size_t i = 0; i < types.size(); ++i)
    function.params[i + (without_self ? 1 : 0)].annotation = std::move(types[i]);
  return ok_status();
}

Result<StmtPtr> SyntaxParser::parse_class(ExprList decorators, size_t first) {
  HEDDLE_TRY(expect(TokenKind::kClass));
  auto node = std::make_unique<ClassDef>(range_from(first));
  node->decorators = std::move(decorators);
  node->name_range = range(cur());
  node->name = HEDDLE_TRY(expect_name("the name of a class"));
  if (next_if(TokenKind::kOpenParen)) {
    while (!at(TokenKind::kCloseParen)) {
      if (ahead().kind == TokenKind::kEqual) {
        return error_at(range(cur()),
                        "keyword arguments of a class, such as metaclass, are not supported in TorchScript");
      }
      node->bases.push_back(HEDDLE_TRY(parse_test()));
      if (!next_if(TokenKind::kComma)) break;
    }
    HEDDLE_TRY(expect(TokenKind::kCloseParen));
  }
  node->range = range_from(first);
  HEDDLE_TRY(expect(TokenKind::kColon));
  node->body = HEDDLE_TRY(parse_class_body());
  return seal(node, node->decorators, node->bases, node->body);
}

Result<Body> SyntaxParser::parse_class_body() {
  const Level level(*this);
  HEDDLE_TRY(level.check());
  Body body;
  if (!next_if(TokenKind::kNewline)) {
    HEDDLE_TRY(parse_simple_statements(body));
  } else {
    // PyTorch writes a class without attributes and methods as its header alone.
    if (!next_if(TokenKind::kIndent)) return body;
    while (!next_if(TokenKind::kDedent)) {
      if (!HEDDLE_TRY(parse_keyword_attribute(body))) HEDDLE_TRY(parse_statement_into(body));
    }
  }
  for (const StmtPtr& statement : body) {
    if (!is<Assign>(*statement) && !is<FunctionDef>(*statement) && !is<ExprStmt>(*statement) && !is<Pass>(*statement)) {
      return error_at(statement->range, "a class holds attributes and methods, but found ", a_kind(statement->kind),
                      " here");
    }
  }
  return body;
}

// "in : Tensor": an archive's attribute may be called like a keyword, and no statement of a class body starts so.
Result<bool> SyntaxParser::parse_keyword_attribute(Body& body) {
  if (!is_keyword(cur().kind) || ahead().kind != TokenKind::kColon) return false;
  auto name = std::make_unique<Name>(range(cur()));
  name->id = text(cur());
  ++at_;
  body.push_back(HEDDLE_TRY(parse_annotated(std::move(name))));
  HEDDLE_TRY(expect(TokenKind::kNewline));
  return true;
}

}  // namespace heddle::lang
