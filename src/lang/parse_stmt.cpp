// Statements.
#include "lang/syntax_parser.h"

namespace heddle::lang {
namespace {

std::optional<BinaryOp> augmented_op(TokenKind kind) {
  switch (kind) {
    case TokenKind::kPlusEqual:
      return BinaryOp::kAdd;
    case TokenKind::kMinusEqual:
      return BinaryOp::kSub;
    case TokenKind::kStarEqual:
      return BinaryOp::kMul;
    case TokenKind::kSlashEqual:
      return BinaryOp::kDiv;
    case TokenKind::kDoubleSlashEqual:
      return BinaryOp::kFloorDiv;
    case TokenKind::kPercentEqual:
      return BinaryOp::kMod;
    case TokenKind::kDoubleStarEqual:
      return BinaryOp::kPow;
    case TokenKind::kAtEqual:
      return BinaryOp::kMatMul;
    case TokenKind::kAmpersandEqual:
      return BinaryOp::kBitAnd;
    case TokenKind::kPipeEqual:
      return BinaryOp::kBitOr;
    case TokenKind::kCaretEqual:
      return BinaryOp::kBitXor;
    case TokenKind::kShiftLeftEqual:
      return BinaryOp::kShiftLeft;
    case TokenKind::kShiftRightEqual:
      return BinaryOp::kShiftRight;
    default:
      return std::nullopt;
  }
}

// What one value may be stored to.
bool is_place(const Expr& target) { return is<Name>(target) || is<Attribute>(target) || is<Subscript>(target); }

}  // namespace

Status SyntaxParser::parse_statement_into(Body& body) {
  switch (cur().kind) {
    case TokenKind::kIf:
      body.push_back(HEDDLE_TRY(parse_if()));
      break;
    case TokenKind::kWhile:
      body.push_back(HEDDLE_TRY(parse_while()));
      break;
    case TokenKind::kFor:
      body.push_back(HEDDLE_TRY(parse_for()));
      break;
    case TokenKind::kWith:
      body.push_back(HEDDLE_TRY(parse_with()));
      break;
    case TokenKind::kDef:
      body.push_back(HEDDLE_TRY(parse_function({}, at_)));
      break;
    case TokenKind::kClass:
      body.push_back(HEDDLE_TRY(parse_class({}, at_)));
      break;
    case TokenKind::kAt:
      body.push_back(HEDDLE_TRY(parse_decorated()));
      break;
    default:
      return parse_simple_statements(body);
  }
  return ok_status();
}

Status SyntaxParser::parse_simple_statements(Body& body) {
  do {
    if (at(TokenKind::kNewline) && !body.empty()) break;
    body.push_back(HEDDLE_TRY(parse_simple_statement()));
  } while (next_if(TokenKind::kSemicolon));
  return expect(TokenKind::kNewline);
}

Result<StmtPtr> SyntaxParser::parse_simple_statement() {
  const Token token = cur();
  switch (token.kind) {
    case TokenKind::kPass:
      ++at_;
      return StmtPtr(std::make_unique<Pass>(range(token)));
    case TokenKind::kBreak:
      ++at_;
      return StmtPtr(std::make_unique<Break>(range(token)));
    case TokenKind::kContinue:
      ++at_;
      return StmtPtr(std::make_unique<Continue>(range(token)));
    case TokenKind::kReturn:
      return parse_return();
    case TokenKind::kRaise:
      return parse_raise();
    case TokenKind::kAssert:
      return parse_assert();
    case TokenKind::kDel:
      return parse_delete();
    case TokenKind::kImport:
      return parse_import();
    case TokenKind::kFrom:
      return parse_import_from();
    case TokenKind::kGlobal:
    case TokenKind::kNonlocal:
    case TokenKind::kTry:
    case TokenKind::kAsync:
    case TokenKind::kAwait:
    case TokenKind::kYield:
      return refuse_unsupported();
    case TokenKind::kIndent:
      return error_at(range(token), "expected a statement but found unexpected indentation here");
    default:
      return parse_expression_statement();
  }
}

Status SyntaxParser::refuse_unsupported() const {
  return error_at(range(cur()), token_name(cur().kind), " is not supported in TorchScript");
}

Result<StmtPtr> SyntaxParser::parse_expression_statement() {
  ExprPtr value = HEDDLE_TRY(parse_test_list());
  if (at(TokenKind::kColon)) return parse_annotated(std::move(value));
  if (at(TokenKind::kEqual)) return parse_assignment(std::move(value));
  if (const auto op = augmented_op(cur().kind)) return parse_augmented(std::move(value), *op);
  auto node = std::make_unique<ExprStmt>(value->range);
  node->value = std::move(value);
  return seal(node, node->value);
}

Result<StmtPtr> SyntaxParser::parse_annotated(ExprPtr target) {
  if (!is_place(*target)) {
    return error_at(target->range, a_kind(target->kind), " cannot have a type annotation");
  }
  ++at_;
  auto node = std::make_unique<Assign>(range(cur()));
  node->annotation = HEDDLE_TRY(parse_test());
  if (next_if(TokenKind::kEqual)) node->value = HEDDLE_TRY(parse_test_list());
  node->range = range_from(*target);
  node->targets.push_back(std::move(target));
  return seal(node, node->targets, node->annotation, node->value);
}

Result<StmtPtr> SyntaxParser::parse_assignment(ExprPtr first) {
  auto node = std::make_unique<Assign>(range(cur()));
  ExprPtr latest = std::move(first);
  while (next_if(TokenKind::kEqual)) {
    HEDDLE_TRY(check_target(*latest));
    node->targets.push_back(std::move(latest));
    latest = HEDDLE_TRY(parse_test_list());
  }
  node->value = std::move(latest);
  node->range = range_from(*node->targets.front());
  // Comments that name a type for each of several targets say nothing here, as in PyTorch.
  const TypeComment* comment = type_comment_before(at_);
  if (comment && node->targets.size() == 1 && is_place(*node->targets[0])) {
    node->annotation = HEDDLE_TRY(parse_type_comment(*comment));
  }
  return seal(node, node->targets, node->annotation, node->value);
}

Result<StmtPtr> SyntaxParser::parse_augmented(ExprPtr target, BinaryOp op) {
  if (!is_place(*target)) {
    return error_at(target->range, "cannot assign to ", a_kind(target->kind));
  }
  ++at_;
  ExprPtr value = HEDDLE_TRY(parse_test_list());
  auto node = std::make_unique<AugAssign>(range_from(*target));
  node->op = op;
  node->target = std::move(target);
  node->value = std::move(value);
  return seal(node, node->target, node->value);
}

Result<StmtPtr> SyntaxParser::parse_return() {
  const size_t first = at_++;
  auto node = std::make_unique<Return>(range_from(first));
  if (!at(TokenKind::kNewline) && !at(TokenKind::kSemicolon)) node->value = HEDDLE_TRY(parse_test_list());
  node->range = range_from(first);
  return seal(node, node->value);
}

Result<StmtPtr> SyntaxParser::parse_raise() {
  const size_t first = at_++;
  auto node = std::make_unique<Raise>(range_from(first));
  if (!at(TokenKind::kNewline) && !at(TokenKind::kSemicolon)) {
    node->exception = HEDDLE_TRY(parse_test());
    if (next_if(TokenKind::kFrom)) node->cause = HEDDLE_TRY(parse_test());
  }
  node->range = range_from(first);
  return seal(node, node->exception, node->cause);
}

Result<StmtPtr> SyntaxParser::parse_assert() {
  const size_t first = at_++;
  auto node = std::make_unique<Assert>(range_from(first));
  node->condition = HEDDLE_TRY(parse_test());
  if (next_if(TokenKind::kComma)) node->message = HEDDLE_TRY(parse_test());
  node->range = range_from(first);
  return seal(node, node->condition, node->message);
}

Result<StmtPtr> SyntaxParser::parse_delete() {
  const size_t first = at_++;
  auto node = std::make_unique<Delete>(range_from(first));
  ExprPtr targets = HEDDLE_TRY(parse_test_list());
  if (is<TupleLiteral>(*targets)) {
    node->targets = std::move(as<TupleLiteral>(*targets).elements);
  } else {
    node->targets.push_back(std::move(targets));
  }
  for (const ExprPtr& target : node->targets) {
    if (!is_place(*target)) {
      return error_at(target->range, "cannot delete ", a_kind(target->kind));
    }
  }
  node->range = range_from(first);
  return seal(node, node->targets);
}

Result<std::string> SyntaxParser::parse_dotted_name() {
  std::string path = HEDDLE_TRY(expect_name("the name of a module"));
  while (next_if(TokenKind::kDot)) {
    path += '.';
    path += HEDDLE_TRY(expect_name("the name of a module"));
  }
  return path;
}

Result<ImportName> SyntaxParser::parse_import_name(bool dotted) {
  const size_t first = at_;
  ImportName name;
  if (at(TokenKind::kStar)) return error_at(range(cur()), "'import *' is not supported in TorchScript");
  name.path = dotted ? HEDDLE_TRY(parse_dotted_name()) : HEDDLE_TRY(expect_name("a name to import"));
  if (next_if(TokenKind::kAs)) name.alias = HEDDLE_TRY(expect_name("a name after 'as'"));
  name.range = range_from(first);
  return name;
}

Result<StmtPtr> SyntaxParser::parse_import() {
  const size_t first = at_++;
  auto node = std::make_unique<Import>(range_from(first));
  do {
    node->names.push_back(HEDDLE_TRY(parse_import_name(true)));
  } while (next_if(TokenKind::kComma));
  node->range = range_from(first);
  return StmtPtr(std::move(node));
}

Result<StmtPtr> SyntaxParser::parse_import_from() {
  const size_t first = at_++;
  auto node = std::make_unique<ImportFrom>(range_from(first));
  node->module = HEDDLE_TRY(parse_dotted_name());
  HEDDLE_TRY(expect(TokenKind::kImport));
  const bool parenthesized = next_if(TokenKind::kOpenParen);
  do {
    if (parenthesized && at(TokenKind::kCloseParen) && !node->names.empty()) break;
    node->names.push_back(HEDDLE_TRY(parse_import_name(false)));
  } while (next_if(TokenKind::kComma));
  if (parenthesized) HEDDLE_TRY(expect(TokenKind::kCloseParen));
  node->range = range_from(first);
  return StmtPtr(std::move(node));
}

Result<StmtPtr> SyntaxParser::parse_if() {
  const Level level(*this);
  HEDDLE_TRY(level.check());
  const size_t first = at_++;
  auto node = std::make_unique<If>(range_from(first));
  node->condition = HEDDLE_TRY(parse_test());
  node->range = range_from(first);
  HEDDLE_TRY(expect(TokenKind::kColon));
  node->body = HEDDLE_TRY(parse_block());
  if (at(TokenKind::kElif)) {
    node->orelse.push_back(HEDDLE_TRY(parse_if()));
  } else if (next_if(TokenKind::kElse)) {
    HEDDLE_TRY(expect(TokenKind::kColon));
    node->orelse = HEDDLE_TRY(parse_block());
  }
  return seal(node, node->condition, node->body, node->orelse);
}

Status SyntaxParser::refuse_else(std::string_view loop) const {
  if (!at(TokenKind::kElse)) return ok_status();
  return error_at(range(cur()), "'else' after a ", loop, " loop is not supported in TorchScript");
}

Result<StmtPtr> SyntaxParser::parse_while() {
  const size_t first = at_++;
  auto node = std::make_unique<While>(range_from(first));
  node->condition = HEDDLE_TRY(parse_test());
  node->range = range_from(first);
  HEDDLE_TRY(expect(TokenKind::kColon));
  node->body = HEDDLE_TRY(parse_block());
  HEDDLE_TRY(refuse_else("while"));
  return seal(node, node->condition, node->body);
}

Result<StmtPtr> SyntaxParser::parse_for() {
  const size_t first = at_++;
  auto node = std::make_unique<For>(range_from(first));
  node->target = HEDDLE_TRY(parse_target_list());
  HEDDLE_TRY(expect(TokenKind::kIn));
  node->iterable = HEDDLE_TRY(parse_test_list());
  node->range = range_from(first);
  HEDDLE_TRY(expect(TokenKind::kColon));
  node->body = HEDDLE_TRY(parse_block());
  HEDDLE_TRY(refuse_else("for"));
  return seal(node, node->target, node->iterable, node->body);
}

Result<std::vector<WithItem>> SyntaxParser::parse_with_items(TokenKind closing) {
  std::vector<WithItem> items;
  do {
    if (at(closing) && !items.empty()) break;
    const size_t first = at_;
    WithItem item;
    item.context = HEDDLE_TRY(parse_test());
    if (next_if(TokenKind::kAs)) {
      item.target = HEDDLE_TRY(parse_binary(1));
      HEDDLE_TRY(check_target(*item.target));
    }
    item.range = range_from(first);
    items.push_back(std::move(item));
  } while (next_if(TokenKind::kComma));
  HEDDLE_TRY(expect(closing));
  return items;
}

Result<StmtPtr> SyntaxParser::parse_with() {
  const size_t first = at_++;
  auto node = std::make_unique<With>(range_from(first));
  // "with (a as b, c):" brackets the items, "with (a).b() as c:" only a part of one: the colon behind tells them apart.
  const size_t start = at_;
  if (next_if(TokenKind::kOpenParen)) {
    auto bracketed = parse_with_items(TokenKind::kCloseParen);
    if (bracketed.ok() && at(TokenKind::kColon)) {
      node->items = std::move(bracketed).value();
      ++at_;
    }
  }
  if (node->items.empty()) {
    at_ = start;
    node->items = HEDDLE_TRY(parse_with_items(TokenKind::kColon));
  }
  node->range = range_from(first);
  node->body = HEDDLE_TRY(parse_block());
  return seal(node, node->items, node->body);
}

// After the colon: the rest of the line, or an indented block.
Result<Body> SyntaxParser::parse_block() {
  const Level level(*this);
  HEDDLE_TRY(level.check());
  Body body;
  if (!next_if(TokenKind::kNewline)) {
    HEDDLE_TRY(parse_simple_statements(body));
    return body;
  }
  if (!at(TokenKind::kIndent)) return expected("an indented block");
  ++at_;
  while (!next_if(TokenKind::kDedent)) HEDDLE_TRY(parse_statement_into(body));
  return body;
}

}  // namespace heddle::lang
