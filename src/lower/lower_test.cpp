// Rows of graph text and the code they become, to the letter.
#include "lower/lower.h"

#include <gtest/gtest.h>

#include "ir/parser.h"
#include "ir/verifier.h"

namespace heddle::lower {
namespace {

void install_test_operators() {
  static const bool once = [] {
    schema::TableBuilder builder;
    for (const char* text : {
             "aten::add.int(int a, int b) -> int",
             "aten::lt.int(int a, int b) -> bool",
             "aten::relu(Tensor self) -> Tensor",
             "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
             "aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)",
         }) {
      builder.add(text, nullptr);
    }
    schema::install_operators(std::move(builder.build()).value());
    return true;
  }();
  (void)once;
}

std::string lowered(std::string_view text) {
  install_test_operators();
  const auto graph = ir::parse_graph(text);
  if (!graph.ok()) return graph.status().message();
  const Status verdict = ir::verify(*graph.value());
  if (!verdict.ok()) return verdict.message();
  const auto code = lower_graph(*graph.value(), "f");
  return code.ok() ? code::to_text(*code.value()) : code.status().message();
}

TEST(Lower, DropsTensorsAfterTheirLastUse) {
  EXPECT_EQ(lowered(R"(graph(%x : Tensor):
  %one : int = prim::Constant[value=1]()
  %a : Tensor = aten::relu(%x)
  %b : Tensor = aten::relu(%a)
  %c : Tensor = aten::add.Tensor(%b, %b, %one)
  return (%c)
)"),
            R"(code f: 1 arguments, 5 registers
  r1 = 1
  r2 = 0
  r3 = None
  0: operator aten::relu, r0, -> r4
  1: drop r0
  2: operator aten::relu, r4, -> r0
  3: drop r4
  4: operator aten::add.Tensor, r0, r0, r1, -> r4
  5: drop r0
  6: return r4
)");
}

TEST(Lower, ComputesBranchResultsInPlace) {
  EXPECT_EQ(lowered(R"(graph(%x : Tensor, %go : bool):
  %r : Tensor = prim::If(%go)
    block0():
      %a : Tensor = aten::relu(%x)
      %b : Tensor = aten::relu(%a)
      -> (%b)
    block1():
      -> (%x)
  return (%r)
)"),
            R"(code f: 2 arguments, 6 registers
  r2 = 0
  r3 = None
  0: jump_if_false r1, @5
  1: operator aten::relu, r0, -> r5
  2: operator aten::relu, r5, -> r4
  3: drop r5
  4: jump @6
  5: copy r4, r0
  6: drop r0
  7: return r4
)");
}

TEST(Lower, CountsLoopsAndCarriesInPlace) {
  EXPECT_EQ(lowered(R"(graph(%n : int, %x : Tensor):
  %yes : bool = prim::Constant[value=True]()
  %zero : int = prim::Constant[value=0]()
  %sum : int, %y : Tensor = prim::Loop(%n, %yes, %zero, %x)
    block0(%i : int, %s : int, %t : Tensor):
      %u : int = aten::add.int(%s, %i)
      %v : Tensor = aten::relu(%t)
      -> (%yes, %u, %v)
  %all : Tuple[int, Tensor] = prim::TupleConstruct(%sum, %y)
  return (%all)
)"),
            R"(code f: 2 arguments, 8 registers
  r2 = True
  r3 = 0
  r4 = None
  0: copy r5, r3
  1: move r6, r1
  2: copy r7, r3
  3: loop_test r7, r0, @7
  4: add_int r5, r5, r7
  5: operator aten::relu, r6, -> r6
  6: loop_next r7, r0, @4
  7: tuple r1, Tuple[int, Tensor], r5, r6
  8: drop r6
  9: return r1
)");
}

TEST(Lower, SwapsCarriedValuesThroughCopies) {
  EXPECT_EQ(lowered(R"(graph(%a : Tensor, %b : Tensor, %go : bool):
  %max : int = prim::Constant[value=9223372036854775807]()
  %x : Tensor, %y : Tensor = prim::Loop(%max, %go, %a, %b)
    block0(%i : int, %p : Tensor, %q : Tensor):
      %t : bool = prim::Constant[value=False]()
      -> (%t, %q, %p)
  return (%x)
)"),
            R"(code f: 3 arguments, 11 registers
  r3 = 9223372036854775807
  r4 = False
  r5 = 0
  r6 = None
  0: move r7, r0
  1: move r8, r1
  2: jump_if_false r2, @9
  3: copy r9, r8
  4: copy r10, r7
  5: move r7, r9
  6: move r8, r10
  7: jump_if_false r4, @9
  8: jump @3
  9: drop r8
  10: return r7
)");
}

TEST(Lower, AppendsWithoutACall) {
  EXPECT_EQ(lowered(R"(graph(%x : Tensor):
  %l : List[Tensor] = prim::ListConstruct(%x)
  %m : List[Tensor] = aten::append.t(%l, %x)
  return (%l)
)"),
            R"(code f: 1 arguments, 4 registers
  r1 = 0
  r2 = None
  0: list r3, List[Tensor], r0
  1: list_append r3, r0
  2: drop r0
  3: return r3
)");
}

}  // namespace
}  // namespace heddle::lower
