#include "lang/lexer.h"

#include <gtest/gtest.h>

#include <string>

namespace heddle::lang {
namespace {

// "x ( newline": names, numbers and strings as they stand, everything else by its own name.
std::string tokens_of(const Result<TokenStream>& stream) {
  if (!stream.ok()) return "error: " + stream.status().message();
  std::string out;
  const std::string& text = stream.value().source->text();
  for (const Token& token : stream.value().tokens) {
    if (!out.empty()) out += ' ';
    switch (token.kind) {
      case TokenKind::kNewline:
        out += "NL";
        break;
      case TokenKind::kIndent:
        out += "IN";
        break;
      case TokenKind::kDedent:
        out += "OUT";
        break;
      case TokenKind::kEnd:
        out += "END";
        break;
      default:
        out += text.substr(token.begin, token.end - token.begin);
    }
  }
  return out;
}

std::string lexed(std::string text) { return tokens_of(lex(make_ref<Source>("test", std::move(text)))); }

bool fails_with(std::string text, std::string_view message) {
  const std::string got = lexed(std::move(text));
  EXPECT_NE(got.find(message), std::string::npos) << got;
  return got.starts_with("error: ");
}

TEST(Lexer, SplitsSignsLongestFirst) {
  EXPECT_EQ(lexed("a**=b//c->d...<<=:=@="), "a **= b // c -> d ... <<= := @= NL END");
  EXPECT_EQ(lexed("a.b .5 1.e3 0x_fF 1_0j 2.j"), "a . b .5 1.e3 0x_fF 1_0j 2.j NL END");
}

TEST(Lexer, IndentsAndDedents) {
  EXPECT_EQ(lexed("if a:\n  b\n  if c:\n    d\ne\n"), "if a : NL IN b NL if c : NL IN d NL OUT OUT e NL END");
  EXPECT_EQ(lexed("if a:\n  b"), "if a : NL IN b NL OUT END");
}

TEST(Lexer, BlankLinesAndCommentsHaveNoIndentation) {
  EXPECT_EQ(lexed("if a:\n  b\n\n # c\n      # d\n  e\n"), "if a : NL IN b NL e NL OUT END");
  EXPECT_EQ(lexed("\n# only a comment\n   \n"), "END");
  EXPECT_EQ(lexed(""), "END");
}

TEST(Lexer, TheFirstLineSetsTheBase) {
  EXPECT_EQ(lexed("\n    def\n      a\n    b\n"), "def NL IN a NL OUT b NL END");
  EXPECT_TRUE(fails_with("    a\n  b\n", "matches no block above"));
}

TEST(Lexer, TabsReachToColumnsOfEight) {
  EXPECT_EQ(lexed("if a:\n\tb\n\tc\n"), "if a : NL IN b NL c NL OUT END");
  EXPECT_TRUE(fails_with("if a:\n        b\n\tc\n", "tabs and spaces"));
}

TEST(Lexer, JoinsLines) {
  EXPECT_EQ(lexed("f(a,\n  b)\nc\n"), "f ( a , b ) NL c NL END");
  EXPECT_EQ(lexed("a + \\\n   b\n"), "a + b NL END");
  EXPECT_EQ(lexed("a + \\\r\n   b\r\n"), "a + b NL END");
  EXPECT_TRUE(fails_with("a \\ b\n", "after '\\'"));
}

TEST(Lexer, KeepsStringsWhole) {
  EXPECT_EQ(lexed("'a\\'b' \"#\" r'\\n' f'{x}' '''a\nb'''"), "'a\\'b' \"#\" r'\\n' f'{x}' '''a\nb''' NL END");
  EXPECT_TRUE(fails_with("x = 'abc\ny'", "end of the line in the string"));
  EXPECT_TRUE(fails_with("'''abc\n", "end of the input in the string"));
  EXPECT_TRUE(fails_with("'abc\\", "end of the input in the string"));
}

TEST(Lexer, UnicodeStandsInNamesStringsAndComments) {
  EXPECT_EQ(lexed("größe = 'π' # ∑\n变量\n"), "größe = 'π' NL 变量 NL END");
  EXPECT_EQ(lexed("\xEF\xBB\xBFx\n"), "x NL END");
  EXPECT_TRUE(fails_with("x = \xE2\x80\x9Chi\xE2\x80\x9D\n", "unexpected character"));
  EXPECT_TRUE(fails_with("a\xC2\xA0= 1\n", "unexpected character"));
  EXPECT_TRUE(fails_with("a\xFF\n", "no UTF-8"));
}

TEST(Lexer, PointsAtWhatIsWrong) {
  EXPECT_TRUE(fails_with("f(a]\n", "expected ')' but found ']' here"));
  EXPECT_TRUE(fails_with("a)\n", "expected an expression but found ')' here"));
  EXPECT_TRUE(fails_with("x = (1,\n  2\n", "expected ')' for this bracket but found the end of the input"));
  EXPECT_TRUE(fails_with("x = 12ab\n", "expected a number but found '12ab' here"));
  EXPECT_TRUE(fails_with("x ? y\n", "line 1"));
  EXPECT_TRUE(fails_with(std::string("a\0b", 3), "unexpected character"));
}

TEST(Lexer, KeepsTypeComments) {
  const Result<TokenStream> stream = lex(make_ref<Source>(
      "test", "def f(x):\n  # type: (int) -> int  # noqa\n  y = []  #type:List[int]\n  z  # type: ignore\n"));
  ASSERT_TRUE(stream.ok());
  const auto& comments = stream.value().type_comments;
  const std::string& text = stream.value().source->text();
  ASSERT_EQ(comments.size(), 2u);
  EXPECT_EQ(text.substr(comments[0].begin, comments[0].end - comments[0].begin), "(int) -> int");
  EXPECT_EQ(stream.value().tokens[comments[0].token].kind, TokenKind::kIndent);
  EXPECT_EQ(text.substr(comments[1].begin, comments[1].end - comments[1].begin), "List[int]");
  EXPECT_EQ(stream.value().tokens[comments[1].token].kind, TokenKind::kNewline);
}

TEST(Lexer, BracketedRangesKeepTheirPlace) {
  const auto source = make_ref<Source>("test", "skip a +\n   b skip");
  const Result<TokenStream> stream = lex_bracketed(source, 5, 13);
  EXPECT_EQ(tokens_of(stream), "a + b END");
  EXPECT_EQ(stream.value().tokens[2].begin, 12u);
}

}  // namespace
}  // namespace heddle::lang
