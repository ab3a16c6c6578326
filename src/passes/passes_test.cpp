// Rows of graph text: what goes into a pass and what must come out, to the letter.
#include "passes/passes.h"

#include <gtest/gtest.h>

#include "core/boxes.h"
#include "ir/function.h"
#include "ir/parser.h"
#include "ir/printer.h"
#include "ir/verifier.h"
#include "schema/boxed.h"

namespace heddle::passes {
namespace {

int64_t add_ints(int64_t a, int64_t b) { return a + b; }
Result<int64_t> divide_ints(int64_t a, int64_t b) {
  HEDDLE_REQUIRE(b != 0, "division by zero");
  return a / b;
}
int64_t length_of(const IValue& list) { return static_cast<int64_t>(list.as_list().items.size()); }

void install_test_operators() {
  static const bool once = [] {
    schema::TableBuilder builder;
    builder.add("aten::add.int(int a, int b) -> int", schema::boxed<&add_ints>());
    builder.add("aten::floordiv.int(int a, int b) -> int", schema::boxed<&divide_ints>());
    builder.add("aten::len.t(t[] a) -> int", schema::boxed<&length_of>());
    builder.add("aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)", nullptr);
    builder.add("aten::relu(Tensor self) -> Tensor", nullptr);
    builder.add("aten::relu_(Tensor(a!) self) -> Tensor(a!)", nullptr);
    builder.add("aten::rand_like(Tensor self) -> Tensor", nullptr, schema::kRandom);
    builder.add("aten::view(Tensor(a) self, int[] size) -> Tensor(a)", nullptr);
    schema::install_operators(std::move(builder.build()).value());
    return true;
  }();
  (void)once;
}

std::string run(Status (*pass)(ir::Graph&), std::string_view text, const ir::CompilationUnit* unit = nullptr) {
  install_test_operators();
  Result<std::unique_ptr<ir::Graph>> graph = ir::parse_graph(text, unit);
  if (!graph.ok()) return graph.status().message();
  const Status status = pass(*graph.value());
  if (!status.ok()) return status.message();
  const Status verdict = ir::verify(*graph.value());
  return verdict.ok() ? ir::to_text(*graph.value()) : verdict.message();
}

TEST(Constants, FoldsNumbersAndChoosesBranches) {
  EXPECT_EQ(run(&propagate_constants, R"(graph(%x : Tensor):
  %a : int = prim::Constant[value=2]()
  %b : int = aten::add.int(%a, %a)
  %l : List[int] = prim::ListConstruct(%a, %b)
  %n : int = aten::len.t(%l)
  %yes : bool = prim::Constant[value=True]()
  %r : Tensor = prim::If(%yes)
    block0():
      %y : Tensor = aten::relu(%x)
      -> (%y)
    block1():
      -> (%x)
  return (%r, %n)
)"),
            R"(graph(%x : Tensor):
  %a : int = prim::Constant[value=2]()
  %0 : int = prim::Constant[value=4]()
  %1 : List[int] = prim::Constant[value=[2, 4]]()
  %2 : int = prim::Constant[value=2]()
  %yes : bool = prim::Constant[value=True]()
  %y : Tensor = aten::relu(%x)
  return (%y, %2)
)");
}

TEST(Constants, LeavesFailuresToBeReached) {
  const char* text = R"(graph():
  %a : int = prim::Constant[value=2]()
  %b : int = prim::Constant[value=0]()
  %c : int = aten::floordiv.int(%a, %b)
  return (%c)
)";
  EXPECT_EQ(run(&propagate_constants, text), text);
}

TEST(Constants, KeepsListsThatAreWrittenOrReturned) {
  const char* text = R"(graph():
  %a : int = prim::Constant[value=2]()
  %l : List[int] = prim::ListConstruct(%a)
  %m : List[int] = aten::append.t(%l, %a)
  %n : int = aten::len.t(%l)
  %k : List[int] = prim::ListConstruct(%a)
  return (%n, %k)
)";
  EXPECT_EQ(run(&propagate_constants, text), text);
}

TEST(Constants, DropsLoopsThatNeverStart) {
  EXPECT_EQ(run(&propagate_constants, R"(graph(%x : Tensor):
  %n : int = prim::Constant[value=0]()
  %yes : bool = prim::Constant[value=True]()
  %r : Tensor = prim::Loop(%n, %yes, %x)
    block0(%i : int, %c : Tensor):
      %y : Tensor = aten::relu(%c)
      -> (%yes, %y)
  return (%r)
)"),
            R"(graph(%x : Tensor):
  %n : int = prim::Constant[value=0]()
  %yes : bool = prim::Constant[value=True]()
  return (%x)
)");
}

TEST(CommonSubexpressions, MergesEqualNodesThatDominate) {
  EXPECT_EQ(run(&merge_common_subexpressions, R"(graph(%a : int, %go : bool):
  %b : int = aten::add.int(%a, %a)
  %c : int = aten::add.int(%a, %a)
  %r : int = prim::If(%go)
    block0():
      %d : int = aten::add.int(%a, %b)
      -> (%d)
    block1():
      %e : int = aten::add.int(%a, %b)
      -> (%e)
  %f : int = aten::add.int(%a, %b)
  return (%c, %r, %f)
)"),
            R"(graph(%a : int,
      %go : bool):
  %b : int = aten::add.int(%a, %a)
  %r : int = prim::If(%go)
    block0():
      %d : int = aten::add.int(%a, %b)
      -> (%d)
    block1():
      %e : int = aten::add.int(%a, %b)
      -> (%e)
  %f : int = aten::add.int(%a, %b)
  return (%b, %r, %f)
)");
}

TEST(CommonSubexpressions, KeepsWhatIsWrittenRandomOrHandedOut) {
  const char* text = R"(graph(%x : Tensor, %s : List[int]):
  %a : Tensor = aten::relu(%x)
  %b : Tensor = aten::relu(%x)
  %c : Tensor = aten::relu_(%b)
  %d : Tensor = aten::rand_like(%x)
  %e : Tensor = aten::rand_like(%x)
  %f : Tensor = aten::relu(%a)
  %g : Tensor = aten::relu(%a)
  return (%c, %d, %e, %f, %g)
)";
  std::string expected(text);
  expected.replace(expected.find(", %s"), 2, ",\n      ");
  EXPECT_EQ(run(&merge_common_subexpressions, text), expected);
}

TEST(DeadCode, RemovesWhatNobodyReadsAndKeepsEffects) {
  EXPECT_EQ(run(&remove_dead_code, R"(graph(%x : Tensor, %go : bool, %n : int):
  %yes : bool = prim::Constant[value=True]()
  %a : Tensor = aten::relu(%x)
  %b : Tensor = aten::relu_(%x)
  %r : Tensor, %unread : Tensor = prim::If(%go)
    block0():
      %c : Tensor = aten::relu(%x)
      -> (%x, %c)
    block1():
      -> (%x, %x)
  %l : Tensor, %m : Tensor = prim::Loop(%n, %yes, %r, %x)
    block0(%i : int, %p : Tensor, %q : Tensor):
      %t : Tensor = aten::relu(%p)
      %u : Tensor = aten::relu(%q)
      -> (%yes, %t, %u)
  return (%l)
)"),
            R"(graph(%x : Tensor,
      %go : bool,
      %n : int):
  %yes : bool = prim::Constant[value=True]()
  %b : Tensor = aten::relu_(%x)
  %r : Tensor = prim::If(%go)
    block0():
      -> (%x)
    block1():
      -> (%x)
  %l : Tensor = prim::Loop(%n, %yes, %r)
    block0(%i : int, %p : Tensor):
      %t : Tensor = aten::relu(%p)
      -> (%yes, %t)
  return (%l)
)");
}

TEST(DeadCode, KeepsCarriedValuesThatOnlyTheBodyReads) {
  const char* text = R"(graph(%x : int,
      %n : int):
  %yes : bool = prim::Constant[value=True]()
  %l : List[int] = prim::ListConstruct(%x)
  %last : int = prim::Loop(%n, %yes, %x)
    block0(%i : int, %p : int):
      %m : List[int] = aten::append.t(%l, %p)
      %q : int = aten::add.int(%p, %i)
      -> (%yes, %q)
  return (%l)
)";
  EXPECT_EQ(run(&remove_dead_code, text), text);
}

TEST(Inline, ReplacesCallsAndRemembersWhere) {
  install_test_operators();
  auto unit = make_ref<ir::CompilationUnit>();
  auto inner = make_ref<ir::Function>("inner");
  inner->graph =
      std::move(ir::parse_graph("graph(%p : Tensor):\n  %q : Tensor = aten::relu(%p)\n  return (%q)")).value();
  unit->add_function(inner);
  auto outer = make_ref<ir::Function>("outer");
  outer->graph =
      std::move(ir::parse_graph(
                    "graph(%p : Tensor):\n  %q : Tensor = prim::CallFunction[function='inner'](%p)\n  return (%q)",
                    unit.get()))
          .value();
  unit->add_function(outer);

  const auto graph =
      std::move(ir::parse_graph(
                    "graph(%x : Tensor):\n  %y : Tensor = prim::CallFunction[function='outer'](%x)\n  return (%y)",
                    unit.get()))
          .value();
  ASSERT_TRUE(inline_calls(*graph).ok());
  EXPECT_EQ(ir::to_text(*graph), "graph(%x : Tensor):\n  %q : Tensor = aten::relu(%x)\n  return (%q)\n");
  const ir::CallSite* site = graph->block()->first()->inlined_at.get();
  ASSERT_NE(site, nullptr);
  EXPECT_EQ(site->function, "inner");
  ASSERT_NE(site->outer.get(), nullptr);
  EXPECT_EQ(site->outer->function, "outer");
}

TEST(Inline, KeepsRecursiveCalls) {
  install_test_operators();
  auto unit = make_ref<ir::CompilationUnit>();
  auto self = make_ref<ir::Function>("self");
  unit->add_function(self);
  constexpr const char* kText =
      "graph(%x : Tensor):\n  %y : Tensor = prim::CallFunction[function=\"self\"](%x)\n  return (%y)\n";
  self->graph = std::move(ir::parse_graph(kText, unit.get())).value();
  std::string expected(kText);
  for (char& c : expected) c = c == '"' ? '\'' : c;
  EXPECT_EQ(run(&inline_calls, kText, unit.get()), expected);
}

}  // namespace
}  // namespace heddle::passes
