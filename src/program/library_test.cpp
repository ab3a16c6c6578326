// Operators registered from C++: what schemas and functions may be, who sees them, and that threads may register while
// others compile.
#include "heddle/library.h"

#include <gtest/gtest.h>

#include <thread>

#include "heddle/heddle.h"

namespace heddle {
namespace {

int64_t calls = 0;

int64_t early(int64_t x) { return x + 1; }

HEDDLE_LIBRARY(block, library) { library.def("early(int x) -> int", &early); }

HEDDLE_LIBRARY(split, library) {
  library.def("apart(int x, int by=10) -> int");
  library.def("never(int x) -> int");
}
HEDDLE_LIBRARY_IMPL(split, CPU, library) {
  library.impl("apart", [](int64_t x, int64_t by) { return x * by; });
}

jit::Value run(const std::string& body, std::vector<IValue> arguments = {}, const std::string& parameters = "") {
  return jit::CompilationUnit(concat("def f(", parameters, "):\n  return ", body, "\n"))
      .run_method("f", std::move(arguments));
}

std::string failure(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(Library, BlocksRunBeforeTheFirstModel) { EXPECT_EQ(run("torch.ops.block.early(2)").to_int(), 3); }

TEST(Library, DeclaredAndImplementedApart) {
  EXPECT_EQ(run("torch.ops.split.apart(2)").to_int(), 20);
  EXPECT_EQ(run("torch.ops.split.apart(2, by=3)").to_int(), 6);
  EXPECT_NE(
      failure([] { run("torch.ops.split.never(2)"); }).find("split::never is declared, but has no implementation"),
      std::string::npos);
}

TEST(Library, ValuesOfEveryTypePassThrough) {
  Library library("types");
  library.def("all", [](const Tensor& t, int64_t i, double d, bool b, const std::string& s, std::optional<int64_t> o,
                        const std::vector<double>& list, std::tuple<int64_t, std::string> pair,
                        const std::unordered_map<std::string, int64_t>& dict) {
    return std::tuple(t,
                      concat(i, " ", d, " ", b, " ", s, " ", o.value_or(-1), " ", list.size(), " ", std::get<1>(pair),
                             " ", dict.at("k")),
                      std::vector<std::optional<int64_t>>{1, std::nullopt});
  });
  const jit::Value out = run("torch.ops.types.all(t, 1, 2.5, True, 's', None, [1.0, 2.0], (1, 'p'), {'k': 7})",
                             {tensor_of({1.0F, 2.0F}, {2})}, "t");
  EXPECT_EQ(out.to_tuple()[1].to_string(), "1 2.5 True s -1 2 p 7");
  EXPECT_EQ(to_text(out.to_tuple()[2]), "[1, None]");
}

TEST(Library, WritesAndUnusedResultsHappen) {
  Library library("effects");
  library.def("fill_(Tensor(a!) t, float v) -> Tensor(a!)", [](Tensor t, double v) {
    std::fill(t.data<float>(), t.data<float>() + t.numel(), static_cast<float>(v));
    return t;
  });
  library.def("count(int n) -> ()", [](int64_t n) { calls += n; });
  const jit::CompilationUnit unit(
      "def f(t):\n  before = t + 1\n  torch.ops.effects.fill_(t, 5.)\n  for i in range(3):\n    "
      "torch.ops.effects.count(2)\n"
      "  return before, t + 1\n");
  const jit::Value out = unit.run_method("f", {zeros({2})});
  EXPECT_EQ(to_vector<float>(out.to_tuple()[0].to_tensor())[0], 1.0F);
  EXPECT_EQ(to_vector<float>(out.to_tuple()[1].to_tensor())[0], 6.0F);
  EXPECT_EQ(calls, 6);
}

TEST(Library, OverloadsAreTriedInOrder) {
  Library library("over");
  library.def("kind.int(int x) -> str", [](int64_t) { return std::string("int"); });
  library.def("kind.str(str x) -> str", [](const std::string&) { return std::string("str"); });
  EXPECT_EQ(run("torch.ops.over.kind(1) + torch.ops.over.kind('a')").to_string(), "intstr");
}

TEST(Library, ErrorsNameTheOperator) {
  Library library("wrong");
  library.def("throws(int x) -> int", [](int64_t x) -> int64_t { throw std::runtime_error(concat("no ", x)); });
  EXPECT_NE(failure([] { run("torch.ops.wrong.throws(7)"); }).find("no 7"), std::string::npos);
  const auto def = [&](const std::string& schema) {
    return failure([&] { library.def(schema, [](int64_t x) { return x; }); });
  };
  EXPECT_NE(def("throws(int x) -> int").find("wrong::throws is registered already"), std::string::npos);
  EXPECT_NE(def("shape(Tensor x) -> int").find("the function of wrong::shape"), std::string::npos);
  EXPECT_NE(def("broken(int x -> int").find("broken"), std::string::npos);
  EXPECT_NE(failure([] { register_operator("aten::relu(Tensor x, int own) -> Tensor", nullptr); }).find("Heddle's own"),
            std::string::npos);
  register_operator("wrong::type(int x) -> int",
                    [](std::span<const IValue>) { return std::vector<IValue>{IValue("text")}; });
  EXPECT_NE(failure([] { run("torch.ops.wrong.type(7)"); }).find("wrong::type gave a value of type str"),
            std::string::npos);
  EXPECT_NE(failure([] { load_library("/nowhere/ops.so"); }).find("cannot load the library '/nowhere/ops.so'"),
            std::string::npos);
}

TEST(Library, ThreadsRegisterWhileOthersCompile) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 50; ++i) {
        const std::string name = concat("race::op", t, "_", i);
        register_operator(name + "(int x) -> int", [](std::span<const IValue> x) { return std::vector<IValue>{x[0]}; });
        register_operator(name + ".str(str x) -> str",
                          [](std::span<const IValue> x) { return std::vector<IValue>{x[0]}; });
        EXPECT_EQ(run(concat("torch.ops.race.op", t, "_", i, "(", i, ")")).to_int(), i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace heddle
