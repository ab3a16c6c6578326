#include "lang/parser.h"

#include <gtest/gtest.h>

#include <limits>

#include "lang/ast_printer.h"

namespace heddle::lang {
namespace {

Result<ExprPtr> parsed(std::string text) { return parse_expression(make_ref<Source>("test", std::move(text))); }

// How an expression was read, by its printed form.
std::string read_as(std::string text) {
  const auto expr = parsed(std::move(text));
  return expr.ok() ? to_text(*expr.value()) : "error: " + expr.status().message();
}

std::string error_of(std::string text) {
  const auto file = parse_file(make_ref<Source>("test.py", std::move(text)));
  return file.ok() ? "parsed as\n" + to_text(*file.value()) : file.status().message();
}

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

template <class T>
const T& only(const File& file) {
  EXPECT_EQ(file.body.size(), 1u);
  EXPECT_TRUE(is<T>(*file.body.at(0)));
  return as<T>(*file.body.at(0));
}

std::unique_ptr<File> file_of(std::string text) {
  auto file = parse_file(make_ref<Source>("test.py", std::move(text)));
  EXPECT_TRUE(file.ok()) << (file.ok() ? "" : file.status().message());
  return file.ok() ? std::move(file).value() : std::make_unique<File>();
}

TEST(Parser, Precedence) {
  EXPECT_EQ(read_as("a + b * c - d"), "(a + (b * c)) - d");
  EXPECT_EQ(read_as("-a ** -b ** c"), "-(a ** (-(b ** c)))");
  EXPECT_EQ(read_as("a | b ^ c & d << e + f"), "a | (b ^ (c & (d << (e + f))))");
  EXPECT_EQ(read_as("not a == b or c and not d"), "(not (a == b)) or (c and (not d))");
  EXPECT_EQ(read_as("a < b <= c is not d not in e"), "a < b <= c is not d not in e");
  EXPECT_EQ(read_as("a if b else c if d else e"), "a if b else (c if d else e)");
  EXPECT_EQ(read_as("lambda x, y=2: x if y else x @ y"), "lambda x, y=2: x if y else (x @ y)");
  EXPECT_EQ(read_as("~a.b[0](c)"), "~a.b[0](c)");
  EXPECT_EQ(read_as("a - b - c // d % e"), "(a - b) - ((c // d) % e)");
}

TEST(Parser, Numbers) {
  const auto integer = [](const char* text) { return as<IntLiteral>(*parsed(text).value()).value; };
  EXPECT_EQ(integer("0xFf"), 255);
  EXPECT_EQ(integer("0b1_01"), 5);
  EXPECT_EQ(integer("0o17"), 15);
  EXPECT_EQ(integer("1_000"), 1000);
  EXPECT_EQ(integer("00"), 0);
  EXPECT_EQ(integer("9223372036854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(integer("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  EXPECT_CONTAINS(read_as("9223372036854775808"), "does not fit into 64 bits");
  EXPECT_CONTAINS(read_as("x - 9223372036854775808"), "does not fit into 64 bits");
  EXPECT_CONTAINS(read_as("99999999999999999999999"), "does not fit into 64 bits");
  EXPECT_CONTAINS(read_as("012"), "leading zeros");
  EXPECT_CONTAINS(read_as("0o9"), "digits of base 8");
  EXPECT_CONTAINS(read_as("0x"), "digits of base 16");

  const auto floating = [](const char* text) { return as<FloatLiteral>(*parsed(text).value()).value; };
  EXPECT_EQ(floating("12."), 12.0);
  EXPECT_EQ(floating("-.5"), -0.5);
  EXPECT_EQ(floating("9.9999999999999995e-08"), 1e-7);
  EXPECT_EQ(floating("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(floating("1e-999"), 0.0);
  EXPECT_TRUE(std::signbit(floating("-0.")));
  EXPECT_EQ(as<Name>(*parsed("inf").value()).id, "inf");
}

TEST(Parser, ComplexConstantsAreOneLiteral) {
  const auto complex = [](const char* text) { return as<ComplexLiteral>(*parsed(text).value()).value; };
  EXPECT_EQ(complex("1j"), std::complex<double>(0, 1));
  EXPECT_EQ(complex("0.5-2.j"), std::complex<double>(0.5, -2));
  EXPECT_EQ(complex("-1+2j"), std::complex<double>(-1, 2));
  EXPECT_EQ(read_as("x + 1j"), "x + 1.0j");
  EXPECT_EQ(read_as("2. * 1.+1j"), "(2.0 * 1.0) + 1.0j");
}

TEST(Parser, NegativeLiteralsBindLooserThanPowers) {
  EXPECT_EQ(as<IntLiteral>(*parsed("-3").value()).value, -3);
  EXPECT_TRUE(is<Unary>(*parsed("-3 ** 2").value()));
  EXPECT_EQ(read_as("(-3) ** 2"), "(-3) ** 2");
  EXPECT_EQ(read_as("a-1"), "a - 1");
}

TEST(Parser, Strings) {
  const auto string = [](const char* text) { return as<StringLiteral>(*parsed(text).value()).value; };
  EXPECT_EQ(string(R"('a' "b" r'\n' u'c')"), "ab\\nc");
  EXPECT_EQ(string(R"('\n\t\\\'\"\a\0\x41\101')"), std::string("\n\t\\'\"\a\0AA", 9));
  EXPECT_EQ(string(R"('\q')"), "\\q");
  EXPECT_EQ(string("'a\\\nb'"), "ab");
  EXPECT_EQ(string("'''a\n'b'''"), "a\n'b");
  // PyTorch writes what is not printable byte by byte, in octal; Python's other escapes name characters.
  EXPECT_EQ(string(R"('\303\251 \xe9 \u00e9 \U0001F600')"), "é é é 😀");
  EXPECT_CONTAINS(read_as(R"('\xZ0')"), "hexadecimal digits after '\\x'");
  EXPECT_CONTAINS(read_as(R"('\ud800')"), "names no character");
  EXPECT_CONTAINS(read_as(R"('\777')"), "larger than a byte");
  EXPECT_CONTAINS(read_as("b'x'"), "bytes are not supported");
}

TEST(Parser, FormatStrings) {
  const auto expr = parsed(R"(f'a{x}{{}}' "{b}" f"{d['k'] + f(1)}\n")");
  ASSERT_TRUE(expr.ok()) << expr.status().message();
  const auto& format = as<FormatString>(*expr.value());
  EXPECT_EQ(format.texts, (std::vector<std::string>{"a", "{}{b}", "\n"}));
  ASSERT_EQ(format.values.size(), 2u);
  EXPECT_EQ(to_text(*format.values[1]), "d[\"k\"] + f(1)");
  EXPECT_EQ(format.values[1]->range.begin, 21u);
  EXPECT_CONTAINS(read_as("f'{x!r}'"), "conversions and format specifications");
  EXPECT_CONTAINS(read_as("f'{x:.2f}'"), "conversions and format specifications");
  EXPECT_CONTAINS(read_as("f'{x'"), "expected '}' for this brace");
  EXPECT_CONTAINS(read_as("f'x}'"), "expected '}}'");
  EXPECT_CONTAINS(read_as("f'{}'"), "expected an expression");
  EXPECT_CONTAINS(read_as("f'{x=}'"), "expected end of input");
  EXPECT_EQ(read_as("f'{a != b}'"), "f'{a != b}'");
}

TEST(Parser, SubscriptsAndCalls) {
  const auto expr = parsed("x[1:, ..., None, ::2, (a, b), i:j:k]");
  const auto& subscript = as<Subscript>(*expr.value());
  ASSERT_EQ(subscript.indices.size(), 6u);
  EXPECT_TRUE(is<Slice>(*subscript.indices[0]));
  EXPECT_TRUE(is<TupleLiteral>(*subscript.indices[4]));
  EXPECT_TRUE(as<Subscript>(*parsed("x[0,]").value()).trailing_comma);
  EXPECT_EQ(as<Subscript>(*parsed("Tuple[()]").value()).indices.size(), 1u);
  EXPECT_EQ(read_as("f(a, *b, c=d, from=0,)"), "f(a, *b, c=d, from=0)");
  EXPECT_EQ(read_as("any(x > 0 for x in y if x)"), "any([x > 0 for x in y if x])");
  EXPECT_EQ(read_as("d.in.lambda"), "d.in.lambda");
  EXPECT_CONTAINS(read_as("f(a=1, b)"), "positional one behind keyword arguments");
  EXPECT_CONTAINS(read_as("f(**k)"), "'**' arguments are not supported");
  EXPECT_CONTAINS(read_as("x[]"), "expected an expression but found ']' here");
}

TEST(Parser, Containers) {
  EXPECT_EQ(read_as("(), (1,), [], {}, (1, 2), [*a, b], {'k': 1,}"), "((), (1,), [], {}, (1, 2), [*a, b], {\"k\": 1})");
  EXPECT_EQ(read_as("[f(i) for i, (a, b) in zip(x, y)]"), "[f(i) for (i, (a, b)) in zip(x, y)]");
  EXPECT_EQ(read_as("{k: v for k, v in d.items() if v}"), "{k: v for (k, v) in d.items() if v}");
  EXPECT_CONTAINS(read_as("{1, 2}"), "sets are not supported");
  EXPECT_CONTAINS(read_as("[a for a in b for c in d]"), "a second 'for'");
}

TEST(Parser, RangesCoverTheText) {
  const auto source = make_ref<Source>("test", "a.b + f(x)[1:2]");
  const auto expr = parse_expression(source);
  const auto text = [&](const Expr& e) { return source->text().substr(e.range.begin, e.range.end - e.range.begin); };
  const auto& sum = as<Binary>(*expr.value());
  EXPECT_EQ(text(sum), "a.b + f(x)[1:2]");
  EXPECT_EQ(text(*sum.left), "a.b");
  const auto& subscript = as<Subscript>(*sum.right);
  EXPECT_EQ(text(*subscript.value), "f(x)");
  EXPECT_EQ(text(*subscript.indices[0]), "1:2");
}

TEST(Parser, TypeCommentsBecomeAnnotations) {
  const auto file = file_of(
      "class A:\n"
      "  def f(self, x, y=1):\n"
      "    # type: (Tensor, int) -> Tensor\n"
      "    z = []  # type: List[int]\n"
      "    return x\n");
  const auto& method = as<FunctionDef>(*only<ClassDef>(*file).body.at(0));
  EXPECT_FALSE(method.params[0].annotation);
  EXPECT_EQ(to_text(*method.params[2].annotation), "int");
  EXPECT_EQ(to_text(*method.returns), "Tensor");
  EXPECT_EQ(to_text(*as<Assign>(*method.body[0]).annotation), "List[int]");

  const auto each =
      file_of("def f(x,  # type: int\n      y  # type: List[str]\n      ):\n  # type: (...) -> None\n  pass\n");
  EXPECT_EQ(to_text(*only<FunctionDef>(*each).params[0].annotation), "int");
  EXPECT_EQ(to_text(*only<FunctionDef>(*each).params[1].annotation), "List[str]");
  EXPECT_EQ(to_text(*only<FunctionDef>(*each).returns), "None");
  EXPECT_CONTAINS(error_of("def f(x):\n  # type: (int, int) -> int\n  return x\n"),
                  "2 parameter types but the function has 1");
}

TEST(Parser, RefusesWhatTorchScriptHasNot) {
  EXPECT_CONTAINS(error_of("global x\n"), "'global' is not supported");
  EXPECT_CONTAINS(error_of("try:\n  pass\nexcept:\n  pass\n"), "'try' is not supported");
  EXPECT_CONTAINS(error_of("async def f(): pass\n"), "'async' is not supported");
  EXPECT_CONTAINS(error_of("x = yield\n"), "'yield' is not supported");
  EXPECT_CONTAINS(error_of("if (a := b): pass\n"), "':=' is not supported");
  EXPECT_CONTAINS(error_of("for i in x:\n  pass\nelse:\n  pass\n"), "'else' after a for loop");
  EXPECT_CONTAINS(error_of("while x:\n  pass\nelse:\n  pass\n"), "'else' after a while loop");
  EXPECT_CONTAINS(error_of("def f(*args): pass\n"), "a fixed number of arguments; '*'");
  EXPECT_CONTAINS(error_of("def f(**kwargs): pass\n"), "a fixed number of arguments; '**'");
  EXPECT_CONTAINS(error_of("def f(a, /, b): pass\n"), "positional-only");
  EXPECT_CONTAINS(error_of("def f(a, a): pass\n"), "'a' is there twice");
  EXPECT_CONTAINS(error_of("from x import *\n"), "'import *'");
  EXPECT_CONTAINS(error_of("class A(metaclass=B): pass\n"), "metaclass");
  EXPECT_CONTAINS(error_of("class A:\n  for i in x:\n    pass\n"), "found a for statement");
}

TEST(Parser, RefusesTargetsThatAreNone) {
  EXPECT_CONTAINS(error_of("f() = 1\n"), "cannot assign to a call");
  EXPECT_CONTAINS(error_of("1 += x\n"), "cannot assign to an integer");
  EXPECT_CONTAINS(error_of("a, b += x\n"), "cannot assign to a tuple");
  EXPECT_CONTAINS(error_of("*a, *b = x\n"), "only one starred target");
  EXPECT_CONTAINS(error_of("for 1 in x: pass\n"), "cannot assign to an integer");
  EXPECT_CONTAINS(error_of("del f()\n"), "cannot delete a call");
  EXPECT_CONTAINS(error_of("a, b : int = x\n"), "a tuple cannot have a type annotation");
}

TEST(Parser, SaysWhatWasExpectedAndWhere) {
  EXPECT_EQ(error_of("def f(x):\n  return x +\n"),
            "expected an expression but found end of line here:\n"
            "  File \"test.py\", line 2\n"
            "    def f(x):\n"
            "      return x +\n"
            "                ~ <--- HERE\n");
  EXPECT_CONTAINS(error_of("if x\n  y\n"), "expected ':' but found end of line here");
  EXPECT_CONTAINS(error_of("if x:\ny\n"), "expected an indented block but found name 'y' here");
  EXPECT_CONTAINS(error_of("x\n  y\n"), "unexpected indentation");
  EXPECT_CONTAINS(error_of("x y\n"), "expected end of line but found name 'y' here");
  EXPECT_CONTAINS(error_of("def 3(): pass\n"), "expected the name of a function but found number '3' here");
  EXPECT_CONTAINS(error_of("@a\nx = 1\n"), "expected a function or class after its decorators");
}

std::string repeated(std::string_view part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

TEST(Parser, DeepNestingIsAnError) {
  constexpr int kDeep = 20000;
  const std::string limit = "levels deep";
  EXPECT_CONTAINS(read_as(repeated("(", kDeep) + "x" + repeated(")", kDeep)), limit);
  EXPECT_CONTAINS(read_as(repeated("[", kDeep) + repeated("]", kDeep)), limit);
  EXPECT_CONTAINS(read_as(repeated("{1: ", kDeep) + "1" + repeated("}", kDeep)), limit);
  EXPECT_CONTAINS(read_as(repeated("-", kDeep) + "x"), limit);
  EXPECT_CONTAINS(read_as(repeated("not ", kDeep) + "x"), limit);
  EXPECT_CONTAINS(read_as(repeated("a ** ", kDeep) + "x"), limit);
  EXPECT_CONTAINS(read_as(repeated("a if b else ", kDeep) + "x"), limit);
  EXPECT_CONTAINS(read_as(repeated("lambda: ", kDeep) + "x"), limit);
  EXPECT_CONTAINS(read_as("x" + repeated(" + x", kDeep)), limit);
  EXPECT_CONTAINS(read_as("x" + repeated(".y", kDeep)), limit);
  EXPECT_CONTAINS(read_as("x" + repeated("()", kDeep)), limit);
  EXPECT_CONTAINS(read_as("x" + repeated("[0]", kDeep)), limit);
  EXPECT_CONTAINS(read_as(repeated("f(", kDeep) + repeated(")", kDeep)), limit);
  EXPECT_CONTAINS(error_of("if x: pass\n" + repeated("elif x: pass\n", kDeep)), limit);
  std::string blocks;
  for (int i = 0; i < 1000; ++i) blocks += std::string(static_cast<size_t>(i), ' ') + "if x:\n";
  EXPECT_CONTAINS(error_of(blocks + std::string(1000, ' ') + "pass\n"), limit);
}

TEST(Parser, WideSourcesAreNoNesting) {
  EXPECT_TRUE(parsed("[" + repeated("x, ", 20000) + "]").ok());
  EXPECT_TRUE(parsed("x" + repeated(" and x", 20000)).ok());
  EXPECT_TRUE(parsed("x" + repeated(" < x", 20000)).ok());
  EXPECT_TRUE(parsed(repeated("'s' ", 20000)).ok());
  EXPECT_EQ(file_of(repeated("x = 1\n", 20000))->body.size(), 20000u);
}

}  // namespace
}  // namespace heddle::lang
