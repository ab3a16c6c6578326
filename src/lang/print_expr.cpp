#include <cmath>
#include <limits>

#include "base/text.h"
#include "lang/ast_printer.h"
#include "lang/utf8.h"

namespace heddle::lang {
namespace {

// Without an enclosing operator, what a value's text may be glued to: ".x", "[0]", "(..)".
bool takes_postfix(const Expr& expr) {
  switch (expr.kind) {
    case NodeKind::kName:
    case NodeKind::kAttribute:
    case NodeKind::kSubscript:
    case NodeKind::kCall:
    case NodeKind::kStringLiteral:
    case NodeKind::kFormatString:
    case NodeKind::kListLiteral:
    case NodeKind::kTupleLiteral:
    case NodeKind::kDictLiteral:
    case NodeKind::kListComp:
    case NodeKind::kDictComp:
    case NodeKind::kNoneLiteral:
    case NodeKind::kBoolLiteral:
    case NodeKind::kEllipsis:
      return true;
    default:
      return false;
  }
}

bool is_number(const Expr& expr) { return is<IntLiteral>(expr) || is<FloatLiteral>(expr) || is<ComplexLiteral>(expr); }

// Quotes in `quotes` get a backslash.
void append_escaped(std::string& out, std::string_view text, std::string_view quotes, bool braces_doubled) {
  static constexpr char kDigits[] = "01234567";
  const bool readable = is_utf8(text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || quotes.find(c) != std::string_view::npos) {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !readable)) {
      out += '\\';
      out += kDigits[byte >> 6];
      out += kDigits[byte >> 3 & 7];
      out += kDigits[byte & 7];
    } else {
      out += c;
      if (braces_doubled && (c == '{' || c == '}')) out += c;
    }
  }
}

// float_repr, save that infinity is a name in the language and only an overflowing number reads back as it.
std::string number(double value) {
  if (std::isinf(value)) return value > 0 ? "1e999" : "-1e999";
  return float_repr(value);
}

std::string complex_number(std::complex<double> value) {
  const bool negative = std::signbit(value.imag());
  const std::string imaginary = number(std::fabs(value.imag())) + "j";
  // "-2j" negates both parts.
  if (value.real() == 0 && std::signbit(value.real()) == negative) return (negative ? "-" : "") + imaginary;
  return concat("(", number(value.real()), negative ? "-" : "+", imaginary, ")");
}

class ExprPrinter {
 public:
  void print(const Expr& expr);
  std::string take() { return std::move(out_); }

 private:
  void put(std::string_view text) { out_ += text; }
  void parenthesized(const Expr& expr) {
    put("(");
    print(expr);
    put(")");
  }
  void operand(const Expr& expr) { takes_postfix(expr) || is_number(expr) ? print(expr) : parenthesized(expr); }
  void base(const Expr& expr) { takes_postfix(expr) ? print(expr) : parenthesized(expr); }
  // Where a comma or a colon may follow, but not a tuple without parentheses.
  void list(const ExprList& elements) {
    for (size_t i = 0; i < elements.size(); ++i) {
      if (i) put(", ");
      print(*elements[i]);
    }
  }
  void dict(const DictLiteral& dict);
  void format(const FormatString& format);
  void comprehension_tail(const Expr& target, const Expr& iterable, const ExprList& conditions);
  void binary(const Binary& binary);
  void lambda(const Lambda& lambda);
  void subscript(const Subscript& subscript);
  void slice(const Slice& slice);
  void call(const Call& call);

  std::string out_;
  bool in_format_ = false;  // inside f'..', whose quote no string may show
};

void ExprPrinter::print(const Expr& expr) {
  switch (expr.kind) {
    case NodeKind::kName:
      return put(as<Name>(expr).id);
    case NodeKind::kIntLiteral:
      return put(concat(as<IntLiteral>(expr).value));
    case NodeKind::kFloatLiteral:
      return put(number(as<FloatLiteral>(expr).value));
    case NodeKind::kComplexLiteral:
      return put(complex_number(as<ComplexLiteral>(expr).value));
    case NodeKind::kStringLiteral:
      put("\"");
      append_escaped(out_, as<StringLiteral>(expr).value, in_format_ ? "'\"" : "\"", false);
      return put("\"");
    case NodeKind::kBoolLiteral:
      return put(as<BoolLiteral>(expr).value ? "True" : "False");
    case NodeKind::kNoneLiteral:
      return put("None");
    case NodeKind::kEllipsis:
      return put("...");
    case NodeKind::kFormatString:
      return format(as<FormatString>(expr));
    case NodeKind::kListLiteral:
      put("[");
      list(as<ListLiteral>(expr).elements);
      return put("]");
    case NodeKind::kTupleLiteral:
      put("(");
      list(as<TupleLiteral>(expr).elements);
      return put(as<TupleLiteral>(expr).elements.size() == 1 ? ",)" : ")");
    case NodeKind::kDictLiteral:
      return dict(as<DictLiteral>(expr));
    case NodeKind::kListComp: {
      const auto& comp = as<ListComp>(expr);
      put("[");
      print(*comp.element);
      comprehension_tail(*comp.target, *comp.iterable, comp.conditions);
      return put("]");
    }
    case NodeKind::kDictComp: {
      const auto& comp = as<DictComp>(expr);
      put("{");
      print(*comp.key);
      put(": ");
      print(*comp.value);
      comprehension_tail(*comp.target, *comp.iterable, comp.conditions);
      return put("}");
    }
    case NodeKind::kUnary: {
      const auto& unary = as<Unary>(expr);
      put(to_text(unary.op));
      if (unary.op == UnaryOp::kNot) put(" ");
      // "-(1)" is an operation where "-1" is a literal.
      return is_number(*unary.operand) ? parenthesized(*unary.operand) : operand(*unary.operand);
    }
    case NodeKind::kBinary:
      return binary(as<Binary>(expr));
    case NodeKind::kBoolOp: {
      const auto& op = as<BoolOp>(expr);
      for (size_t i = 0; i < op.operands.size(); ++i) {
        if (i) put(concat(" ", to_text(op.op), " "));
        operand(*op.operands[i]);
      }
      return;
    }
    case NodeKind::kCompare: {
      const auto& compare = as<Compare>(expr);
      operand(*compare.operands[0]);
      for (size_t i = 0; i < compare.ops.size(); ++i) {
        put(concat(" ", to_text(compare.ops[i]), " "));
        operand(*compare.operands[i + 1]);
      }
      return;
    }
    case NodeKind::kTernary: {
      const auto& ternary = as<Ternary>(expr);
      operand(*ternary.then);
      put(" if ");
      operand(*ternary.condition);
      put(" else ");
      return operand(*ternary.orelse);
    }
    case NodeKind::kLambda:
      return lambda(as<Lambda>(expr));
    case NodeKind::kAttribute:
      base(*as<Attribute>(expr).value);
      put(".");
      return put(as<Attribute>(expr).name);
    case NodeKind::kSubscript:
      return subscript(as<Subscript>(expr));
    case NodeKind::kSlice:
      return slice(as<Slice>(expr));
    case NodeKind::kCall:
      return call(as<Call>(expr));
    case NodeKind::kStarred:
      put("*");
      return operand(*as<Starred>(expr).value);
    default:
      return;
  }
}

void ExprPrinter::dict(const DictLiteral& dict) {
  put("{");
  for (size_t i = 0; i < dict.keys.size(); ++i) {
    if (i) put(", ");
    print(*dict.keys[i]);
    put(": ");
    print(*dict.values[i]);
  }
  put("}");
}

void ExprPrinter::format(const FormatString& format) {
  put("f'");
  for (size_t i = 0; i < format.texts.size(); ++i) {
    append_escaped(out_, format.texts[i], "'", true);
    if (i == format.values.size()) break;
    // A brace would run into the one that opens the value, a lambda's colon would end it.
    const Expr& value = *format.values[i];
    ExprPrinter inner;
    inner.in_format_ = true;
    inner.print(value);
    const std::string text = inner.take();
    put(text.starts_with("{") || is<Lambda>(value) ? concat("{(", text, ")}") : concat("{", text, "}"));
  }
  put("'");
}

void ExprPrinter::comprehension_tail(const Expr& target, const Expr& iterable, const ExprList& conditions) {
  put(" for ");
  print(target);
  put(" in ");
  operand(iterable);
  for (const ExprPtr& condition : conditions) {
    put(" if ");
    operand(*condition);
  }
}

void ExprPrinter::binary(const Binary& binary) {
  // "-1 ** 2" would negate the power.
  const bool guard_left = binary.op == BinaryOp::kPow && is_number(*binary.left) && to_text(*binary.left)[0] == '-';
  guard_left ? parenthesized(*binary.left) : operand(*binary.left);
  put(concat(" ", to_text(binary.op), " "));
  operand(*binary.right);
}

void ExprPrinter::lambda(const Lambda& lambda) {
  put("lambda");
  bool keyword_only = false;
  for (size_t i = 0; i < lambda.params.size(); ++i) {
    const Param& param = lambda.params[i];
    put(i ? ", " : " ");
    if (param.keyword_only && !keyword_only) put("*, ");
    keyword_only = param.keyword_only;
    put(param.name);
    if (param.default_value) {
      put("=");
      print(*param.default_value);
    }
  }
  put(": ");
  print(*lambda.body);
}

void ExprPrinter::subscript(const Subscript& subscript) {
  base(*subscript.value);
  put("[");
  list(subscript.indices);
  put(subscript.trailing_comma ? ",]" : "]");
}

void ExprPrinter::slice(const Slice& slice) {
  if (slice.lower) print(*slice.lower);
  put(":");
  if (slice.upper) print(*slice.upper);
  if (slice.step) {
    put(":");
    print(*slice.step);
  }
}

void ExprPrinter::call(const Call& call) {
  base(*call.callee);
  put("(");
  list(call.args);
  for (size_t i = 0; i < call.keywords.size(); ++i) {
    if (i || !call.args.empty()) put(", ");
    put(call.keywords[i].name);
    put("=");
    print(*call.keywords[i].value);
  }
  put(")");
}

}  // namespace

std::string to_text(const Expr& expression) {
  ExprPrinter printer;
  printer.print(expression);
  return printer.take();
}

}  // namespace heddle::lang
