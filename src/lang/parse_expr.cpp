// Operators, from the loosest to the tightest.
#include "lang/syntax_parser.h"

namespace heddle::lang {
namespace {

struct BinaryRule {
  TokenKind token;
  BinaryOp op;
  int precedence;
};
constexpr BinaryRule kBinaryRules[] = {
    {TokenKind::kPipe, BinaryOp::kBitOr, 1},
    {TokenKind::kCaret, BinaryOp::kBitXor, 2},
    {TokenKind::kAmpersand, BinaryOp::kBitAnd, 3},
    {TokenKind::kShiftLeft, BinaryOp::kShiftLeft, 4},
    {TokenKind::kShiftRight, BinaryOp::kShiftRight, 4},
    {TokenKind::kPlus, BinaryOp::kAdd, 5},
    {TokenKind::kMinus, BinaryOp::kSub, 5},
    {TokenKind::kStar, BinaryOp::kMul, 6},
    {TokenKind::kSlash, BinaryOp::kDiv, 6},
    {TokenKind::kDoubleSlash, BinaryOp::kFloorDiv, 6},
    {TokenKind::kPercent, BinaryOp::kMod, 6},
    {TokenKind::kAt, BinaryOp::kMatMul, 6},
};
constexpr int kLoosest = 1;

const BinaryRule* binary_rule(TokenKind kind) {
  for (const BinaryRule& rule : kBinaryRules) {
    if (rule.token == kind) return &rule;
  }
  return nullptr;
}

bool starts_expression(TokenKind kind) {
  switch (kind) {
    case TokenKind::kName:
    case TokenKind::kInt:
    case TokenKind::kFloat:
    case TokenKind::kImaginary:
    case TokenKind::kString:
    case TokenKind::kTrue:
    case TokenKind::kFalse:
    case TokenKind::kNone:
    case TokenKind::kNot:
    case TokenKind::kLambda:
    case TokenKind::kYield:
    case TokenKind::kAwait:
    case TokenKind::kEllipsis:
    case TokenKind::kMinus:
    case TokenKind::kPlus:
    case TokenKind::kTilde:
    case TokenKind::kStar:
    case TokenKind::kOpenParen:
    case TokenKind::kOpenBracket:
    case TokenKind::kOpenBrace:
      return true;
    default:
      return false;
  }
}

// The sum or difference of a real and an imaginary literal, which is how complex constants are written.
std::unique_ptr<ComplexLiteral> fold_complex(BinaryOp op, const Expr& left, const Expr& right, SourceRange range) {
  const auto* imaginary = try_as<ComplexLiteral>(right);
  if (!imaginary || (op != BinaryOp::kAdd && op != BinaryOp::kSub)) return nullptr;
  double real = 0;
  if (const auto* integer = try_as<IntLiteral>(left)) {
    real = static_cast<double>(integer->value);
  } else if (const auto* floating = try_as<FloatLiteral>(left)) {
    real = floating->value;
  } else {
    return nullptr;
  }
  auto folded = std::make_unique<ComplexLiteral>(std::move(range));
  const std::complex<double> base(real, 0);
  folded->value = op == BinaryOp::kAdd ? base + imaginary->value : base - imaginary->value;
  return folded;
}

}  // namespace

Result<ExprPtr> SyntaxParser::parse_test() {
  const Level level(*this);
  HEDDLE_TRY(level.check());
  return at(TokenKind::kLambda) ? parse_lambda() : parse_ternary();
}

Result<ExprPtr> SyntaxParser::parse_star_or_test() {
  if (!at(TokenKind::kStar)) return parse_test();
  const size_t first = at_++;
  ExprPtr value = HEDDLE_TRY(parse_binary(kLoosest));
  auto node = std::make_unique<Starred>(range_from(first));
  node->value = std::move(value);
  return seal(node, node->value);
}

Result<ExprPtr> SyntaxParser::parse_test_list() {
  const size_t begin = at_;
  ExprPtr first = HEDDLE_TRY(parse_star_or_test());
  if (!at(TokenKind::kComma)) {
    if (is<Starred>(*first)) return error_at(first->range, "a starred expression is not allowed here");
    return first;
  }
  ExprList elements;
  elements.push_back(std::move(first));
  while (next_if(TokenKind::kComma) && starts_expression(cur().kind)) {
    elements.push_back(HEDDLE_TRY(parse_star_or_test()));
  }
  auto tuple = std::make_unique<TupleLiteral>(range_from(begin));
  tuple->elements = std::move(elements);
  return seal(tuple, tuple->elements);
}

Result<ExprPtr> SyntaxParser::parse_ternary() {
  ExprPtr then = HEDDLE_TRY(parse_bool_op(TokenKind::kOr));
  if (at(TokenKind::kWalrus)) return error_at(range(cur()), "':=' is not supported in TorchScript");
  if (!next_if(TokenKind::kIf)) return then;
  ExprPtr condition = HEDDLE_TRY(parse_bool_op(TokenKind::kOr));
  HEDDLE_TRY(expect(TokenKind::kElse));
  ExprPtr orelse = HEDDLE_TRY(parse_test());
  auto node = std::make_unique<Ternary>(range_from(*then));
  node->then = std::move(then);
  node->condition = std::move(condition);
  node->orelse = std::move(orelse);
  return seal(node, node->condition, node->then, node->orelse);
}

Result<ExprPtr> SyntaxParser::parse_lambda() {
  const size_t first = at_++;
  auto params = HEDDLE_TRY(parse_params(TokenKind::kColon, false));
  HEDDLE_TRY(expect(TokenKind::kColon));
  ExprPtr body = HEDDLE_TRY(parse_test());
  auto node = std::make_unique<Lambda>(range_from(first));
  node->params = std::move(params);
  node->body = std::move(body);
  return seal(node, node->params, node->body);
}

// "or" of "and" of "not"; each kind makes one node however many operands it joins.
Result<ExprPtr> SyntaxParser::parse_bool_op(TokenKind kind) {
  const bool is_or = kind == TokenKind::kOr;
  const auto parse_operand = [&] { return is_or ? parse_bool_op(TokenKind::kAnd) : parse_not(); };
  ExprPtr first = HEDDLE_TRY(parse_operand());
  if (!at(kind)) return first;
  ExprList operands;
  operands.push_back(std::move(first));
  while (next_if(kind)) operands.push_back(HEDDLE_TRY(parse_operand()));
  auto node = std::make_unique<BoolOp>(range_from(*operands.front()));
  node->op = is_or ? BoolOpKind::kOr : BoolOpKind::kAnd;
  node->operands = std::move(operands);
  return seal(node, node->operands);
}

Result<ExprPtr> SyntaxParser::parse_not() {
  if (!at(TokenKind::kNot)) return parse_comparison();
  const Level level(*this);
  HEDDLE_TRY(level.check());
  const size_t first = at_++;
  ExprPtr operand = HEDDLE_TRY(parse_not());
  auto node = std::make_unique<Unary>(range_from(first));
  node->op = UnaryOp::kNot;
  node->operand = std::move(operand);
  return seal(node, node->operand);
}

std::optional<CompareOp> SyntaxParser::next_compare_op() {
  const auto take = [this](CompareOp op, size_t tokens = 1) {
    at_ += tokens;
    return op;
  };
  switch (cur().kind) {
    case TokenKind::kEqualEqual:
      return take(CompareOp::kEq);
    case TokenKind::kNotEqual:
      return take(CompareOp::kNe);
    case TokenKind::kLess:
      return take(CompareOp::kLt);
    case TokenKind::kLessEqual:
      return take(CompareOp::kLe);
    case TokenKind::kGreater:
      return take(CompareOp::kGt);
    case TokenKind::kGreaterEqual:
      return take(CompareOp::kGe);
    case TokenKind::kIn:
      return take(CompareOp::kIn);
    case TokenKind::kIs:
      return ahead().kind == TokenKind::kNot ? take(CompareOp::kIsNot, 2) : take(CompareOp::kIs);
    case TokenKind::kNot:
      if (ahead().kind == TokenKind::kIn) return take(CompareOp::kNotIn, 2);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Result<ExprPtr> SyntaxParser::parse_comparison() {
  ExprPtr first = HEDDLE_TRY(parse_binary(kLoosest));
  auto op = next_compare_op();
  if (!op) return first;
  std::vector<CompareOp> ops;
  ExprList operands;
  operands.push_back(std::move(first));
  for (; op; op = next_compare_op()) {
    ops.push_back(*op);
    operands.push_back(HEDDLE_TRY(parse_binary(kLoosest)));
  }
  auto node = std::make_unique<Compare>(range_from(*operands.front()));
  node->ops = std::move(ops);
  node->operands = std::move(operands);
  return seal(node, node->operands);
}

Result<ExprPtr> SyntaxParser::parse_binary(int precedence) {
  ExprPtr left = HEDDLE_TRY(parse_unary());
  for (;;) {
    const BinaryRule* rule = binary_rule(cur().kind);
    if (!rule || rule->precedence < precedence) return left;
    ++at_;
    ExprPtr right = HEDDLE_TRY(parse_binary(rule->precedence + 1));
    SourceRange where = range_from(*left);
    if (auto folded = fold_complex(rule->op, *left, *right, where)) {
      left = std::move(folded);
      continue;
    }
    auto node = std::make_unique<Binary>(std::move(where));
    node->op = rule->op;
    node->left = std::move(left);
    node->right = std::move(right);
    left = HEDDLE_TRY(seal(node, node->left, node->right));
  }
}

Result<ExprPtr> SyntaxParser::parse_unary() {
  UnaryOp op;
  switch (cur().kind) {
    case TokenKind::kMinus:
      op = UnaryOp::kNegate;
      break;
    case TokenKind::kPlus:
      op = UnaryOp::kPlus;
      break;
    case TokenKind::kTilde:
      op = UnaryOp::kInvert;
      break;
    default:
      return parse_power();
  }
  const Level level(*this);
  HEDDLE_TRY(level.check());
  const TokenKind operand_kind = ahead().kind;
  const bool before_number =
      operand_kind == TokenKind::kInt || operand_kind == TokenKind::kFloat || operand_kind == TokenKind::kImaginary;
  if (op == UnaryOp::kNegate && before_number && stream_.tokens[at_ + 2].kind != TokenKind::kDoubleStar) {
    return parse_number();
  }
  const size_t first = at_++;
  ExprPtr operand = HEDDLE_TRY(parse_unary());
  auto node = std::make_unique<Unary>(range_from(first));
  node->op = op;
  node->operand = std::move(operand);
  return seal(node, node->operand);
}

Result<ExprPtr> SyntaxParser::parse_power() {
  ExprPtr base = HEDDLE_TRY(parse_postfix());
  if (!next_if(TokenKind::kDoubleStar)) return base;
  const Level level(*this);
  HEDDLE_TRY(level.check());
  ExprPtr exponent = HEDDLE_TRY(parse_unary());
  auto node = std::make_unique<Binary>(range_from(*base));
  node->op = BinaryOp::kPow;
  node->left = std::move(base);
  node->right = std::move(exponent);
  return seal(node, node->left, node->right);
}

Result<ExprPtr> SyntaxParser::parse_target_list() {
  const size_t begin = at_;
  const auto parse_one = [this] { return at(TokenKind::kStar) ? parse_star_or_test() : parse_binary(kLoosest); };
  ExprPtr first = HEDDLE_TRY(parse_one());
  if (at(TokenKind::kComma)) {
    auto tuple = std::make_unique<TupleLiteral>(range(cur()));
    tuple->elements.push_back(std::move(first));
    while (next_if(TokenKind::kComma) && starts_expression(cur().kind)) {
      tuple->elements.push_back(HEDDLE_TRY(parse_one()));
    }
    tuple->range = range_from(begin);
    first = HEDDLE_TRY(seal(tuple, tuple->elements));
  }
  HEDDLE_TRY(check_target(*first));
  return first;
}

Status SyntaxParser::check_target(const Expr& target) const {
  const auto* tuple = try_as<TupleLiteral>(target);
  const auto* list = try_as<ListLiteral>(target);
  if (!tuple && !list) {
    if (is<Name>(target) || is<Attribute>(target) || is<Subscript>(target)) return ok_status();
    return error_at(target.range, "cannot assign to ", a_kind(target.kind));
  }
  const ExprList& elements = tuple ? tuple->elements : list->elements;
  if (elements.empty()) return error_at(target.range, "cannot assign to an empty ", kind_name(target.kind));
  bool starred = false;
  for (const ExprPtr& element : elements) {
    const auto* star = try_as<Starred>(*element);
    if (star && starred) return error_at(star->range, "only one starred target is allowed in an assignment");
    starred |= star != nullptr;
    HEDDLE_TRY(check_target(star ? *star->value : *element));
  }
  return ok_status();
}

}  // namespace heddle::lang
