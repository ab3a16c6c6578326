#include <gtest/gtest.h>

#include <map>

#include "ir/aliases.h"
#include "ir/parser.h"
#include "ir/printer.h"
#include "ir/verifier.h"
#include "schema/operator_table.h"

namespace heddle::ir {
namespace {

void install_test_operators() {
  static const bool once = [] {
    schema::TableBuilder builder;
    for (const char* text : {
             "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
             "aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)",
             "aten::view(Tensor(a) self, int[] size) -> Tensor(a)",
             "aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)",
             "aten::__getitem__.t(t[](a) list, int idx) -> t(*)",
             "aten::relu(Tensor self) -> Tensor",
         }) {
      builder.add(text, nullptr);
    }
    schema::install_operators(std::move(builder.build()).value());
    return true;
  }();
  (void)once;
}

std::unique_ptr<Graph> parse(std::string_view text) {
  install_test_operators();
  Result<std::unique_ptr<Graph>> graph = parse_graph(text);
  EXPECT_TRUE(graph.ok()) << (graph.ok() ? "" : graph.status().message());
  return graph.ok() ? std::move(graph).value() : nullptr;
}

constexpr const char* kBranchAndLoop = R"(graph(%x : Tensor,
      %n : int):
  %0 : bool = prim::Constant[value=True]()
  %1 : int = prim::Constant[value=1]()
  %y : Tensor = prim::If(%0)
    block0():
      %a : Tensor = aten::relu(%x)
      -> (%a)
    block1():
      -> (%x)
  %z : Tensor = prim::Loop(%n, %0, %y)
    block0(%i : int, %carried : Tensor):
      %2 : Tensor = aten::add.Tensor(%carried, %x, %1)
      -> (%0, %2)
  %3 : List[Tensor] = prim::ListConstruct(%z)
  %4 : Tuple[List[Tensor], str, Optional[float]] = prim::Constant[value=([], "it's", None)]()
  return (%3, %4)
)";

TEST(Text, PrintsWhatItParsed) {
  const auto graph = parse(kBranchAndLoop);
  ASSERT_NE(graph, nullptr);
  EXPECT_TRUE(verify(*graph).ok()) << verify(*graph).message();
  EXPECT_EQ(to_text(*graph), kBranchAndLoop);
}

TEST(Text, CopiesPrintTheSame) {
  const auto graph = parse(kBranchAndLoop);
  EXPECT_EQ(to_text(*graph->clone()), kBranchAndLoop);
}

TEST(Text, NamesTheLineThatIsWrong) {
  for (const auto& [text, word] :
       {std::pair{"graph(%x : Tensor):\n  %y : Tensor = aten::nonsense(%x)\n  return (%y)", "aten::nonsense"},
        {"graph(%x : Tensor):\n  return (%z)", "%z"},
        {"graph(%x : Tenor):\n  return (%x)", "Tenor"},
        {"graph(%x : Tensor):\n", "return"}}) {
    install_test_operators();
    const auto graph = parse_graph(text);
    ASSERT_FALSE(graph.ok()) << text;
    EXPECT_NE(graph.status().message().find(word), std::string::npos) << graph.status().message();
    EXPECT_EQ(graph.status().message().find("line "), 0u);
  }
}

TEST(Verifier, FindsUsesOutsideTheirBlock) {
  const auto graph = parse(kBranchAndLoop);
  Node* branch = graph->block()->first()->next()->next();
  ASSERT_TRUE(branch->is(NodeKind::kIf));
  graph->block()->return_node()->set_input(0, branch->block(0)->outputs()[0]);
  EXPECT_NE(verify(*graph).message().find("not defined where it is used"), std::string::npos);
}

TEST(Verifier, FindsBranchesThatDoNotMatch) {
  const auto graph = parse(kBranchAndLoop);
  Node* branch = graph->block()->first()->next()->next();
  branch->block(1)->return_node()->remove_input(0);
  EXPECT_NE(verify(*graph).message().find("a branch whose outputs"), std::string::npos);
}

TEST(Order, FollowsExecutionThroughBlocks) {
  const auto graph = parse(kBranchAndLoop);
  Node* constant = graph->block()->first();
  Node* branch = constant->next()->next();
  Node* inner = branch->block(0)->first();
  Node* loop = branch->next();
  EXPECT_TRUE(constant->is_before(inner));
  EXPECT_FALSE(inner->is_before(constant));
  EXPECT_TRUE(inner->is_before(loop->block(0)->first()));
  EXPECT_TRUE(branch->is_before(inner));
}

TEST(Aliases, FollowViewsWritesAndContainers) {
  const auto graph = parse(R"(graph(%x : Tensor, %size : List[int]):
  %one : int = prim::Constant[value=1]()
  %a : Tensor = aten::relu(%x)
  %b : Tensor = aten::view(%a, %size)
  %c : Tensor = aten::add_.Tensor(%b, %x, %one)
  %d : Tensor = aten::relu(%x)
  %list : List[Tensor] = prim::ListConstruct(%d)
  %e : Tensor = aten::__getitem__.t(%list, %one)
  %f : Tensor = aten::relu(%x)
  return (%e)
)");
  std::map<std::string, const Value*> named;
  for (Node* node = graph->block()->first(); node != graph->block()->return_node(); node = node->next()) {
    named[node->output()->name()] = node->output();
  }
  const AliasAnalysis aliases(*graph);
  EXPECT_TRUE(aliases.may_alias(named["a"], named["b"]));
  EXPECT_TRUE(aliases.may_alias(named["d"], named["e"]));
  EXPECT_FALSE(aliases.may_alias(named["a"], named["d"]));
  EXPECT_TRUE(aliases.is_written(named["a"]));
  EXPECT_FALSE(aliases.is_written(named["d"]));
  EXPECT_TRUE(aliases.escapes(named["d"]));
  EXPECT_FALSE(aliases.escapes(named["f"]));
  EXPECT_FALSE(aliases.is_written(graph->block()->input(0)));
}

}  // namespace
}  // namespace heddle::ir
