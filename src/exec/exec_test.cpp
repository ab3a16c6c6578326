// The interpreter on code written by hand: every rule that does not need a compiler.
#include "exec/exec.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/boxes.h"
#include "parallel/parallel.h"
#include "parallel/task_pool.h"

namespace heddle::exec {
namespace {

using code::Code;
using code::Inst;
using code::Op;

// Writes code: arguments are registers 0.., constants the registers behind, then locals.
class Writer {
 public:
  Writer(const std::string& name, uint32_t arguments, std::vector<IValue> constants = {}, uint32_t locals = 0)
      : code_(make_ref<Code>()) {
    code_->name = name;
    code_->argument_count = arguments;
    code_->register_count = arguments + static_cast<uint32_t>(constants.size()) + locals;
    code_->constants = std::move(constants);
  }
  Writer& add(Inst inst, std::vector<uint32_t> list = {}) {
    inst.list = static_cast<uint32_t>(code_->operands.size());
    inst.count = static_cast<uint32_t>(list.size());
    code_->operands.insert(code_->operands.end(), list.begin(), list.end());
    code_->insts.push_back(inst);
    code_->places.push_back(place_);
    return *this;
  }
  Writer& at(const std::string& function, Ref<const code::Place> caller = nullptr) {
    place_ = make_ref<code::Place>(SourceRange{}, function, std::move(caller));
    return *this;
  }
  const Ref<const code::Place>& place() const { return place_; }
  Code& code() { return *code_; }
  Ref<Code> done() {
    const Status status = code::verify(*code_);
    EXPECT_TRUE(status.ok()) << status.message();
    return code_;
  }

 private:
  Ref<Code> code_;
  Ref<const code::Place> place_;
};

Ref<Callable> callable(const Ref<Code>& code) {
  auto function = make_ref<Callable>(code->name);
  function->set_code(code);
  return function;
}

Result<IValue> run(const Ref<Code>& code, std::vector<IValue> arguments = {}) {
  return exec::run(code, std::move(arguments), nullptr);
}

TEST(Exec, ReturnsArgumentsAndConstants) {
  EXPECT_EQ(run(Writer("f", 2).add({Op::kReturn, 1}).done(), {1, "two"})->as_string(), "two");
  const Ref<Code> constant = Writer("f", 0, {"kept"}).add({Op::kReturn, 0}).done();
  EXPECT_EQ(run(constant)->as_string(), "kept");
  EXPECT_EQ(run(constant)->as_string(), "kept") << "a constant survives its return";
}

TEST(Exec, WrongNumberOfArgumentsIsAnError) {
  const Result<IValue> result = run(Writer("f", 2).add({Op::kReturn, 0}).done(), {1});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().message(), "f() takes 2 arguments, but got 1");
}

TEST(Exec, LoopSumsIntegers) {
  // r0 n, r1 = 0, r2 counter, r3 sum
  const Ref<Code> code = Writer("f", 1, {0}, 2)
                             .add({Op::kCopy, 2, 1})
                             .add({Op::kCopy, 3, 1})
                             .add({Op::kLoopTest, 2, 0, 5})
                             .add({Op::kAddInt, 3, 3, 2})
                             .add({Op::kLoopNext, 2, 0, 3})
                             .add({Op::kReturn, 3})
                             .done();
  EXPECT_EQ(run(code, {10})->as_int(), 45);
  EXPECT_EQ(run(code, {0})->as_int(), 0);
  EXPECT_EQ(run(code, {-3})->as_int(), 0);
}

TEST(Exec, ArithmeticAndComparisons) {
  struct Row {
    Op op;
    IValue a;
    IValue b;
    IValue expected;
  };
  const int64_t largest = INT64_MAX;
  const Row rows[] = {
      {Op::kAddInt, largest, 1, INT64_MIN},
      {Op::kSubInt, 3, 5, -2},
      {Op::kMulInt, -4, 6, -24},
      {Op::kLtInt, 1, 2, true},
      {Op::kLeInt, 2, 2, true},
      {Op::kGtInt, 1, 2, false},
      {Op::kGeInt, 1, 2, false},
      {Op::kEqInt, 2, 2, true},
      {Op::kNeInt, 2, 2, false},
      {Op::kAddFloat, 1.5, 2.0, 3.5},
      {Op::kSubFloat, 1.5, 2.0, -0.5},
      {Op::kMulFloat, 1.5, 2.0, 3.0},
      {Op::kLtFloat, 1.0, 2.0, true},
      {Op::kLeFloat, 3.0, 2.0, false},
      {Op::kGtFloat, 3.0, 2.0, true},
      {Op::kGeFloat, 2.0, 2.0, true},
      {Op::kEqFloat, 2.0, 2.5, false},
      {Op::kNeFloat, 2.0, 2.5, true},
      {Op::kIs, IValue(), IValue(), true},
      {Op::kIsNot, IValue(), 1, true},
  };
  for (const Row& row : rows) {
    const Ref<Code> code = Writer("f", 2, {}, 1).add({row.op, 2, 0, 1}).add({Op::kReturn, 2}).done();
    const Result<IValue> result = run(code, {row.a, row.b});
    ASSERT_TRUE(result.ok());
    EXPECT_TRUE(result.value().is_same(row.expected)) << code::mnemonic(row.op) << " gave " << to_text(result.value());
  }
}

TEST(Exec, NoneIsNoneAlsoAfterAMove) {
  const Ref<Code> code =
      Writer("f", 2, {}, 1).add({Op::kMove, 2, 0}).add({Op::kIs, 2, 0, 1}).add({Op::kReturn, 2}).done();
  EXPECT_TRUE(run(code, {"text", IValue()})->as_bool());
}

TEST(Exec, DropAndMoveReleaseAtOnce) {
  auto probe = make_ref<ListValue>(types::any());
  static std::atomic<uint32_t> seen{0};
  static ListValue* watched = nullptr;
  watched = probe.get();
  const auto kernel = [](const schema::Call&) -> Status {
    seen = watched->use_count();
    return ok_status();
  };
  schema::Operator op;
  op.schema = schema::parse_schema("test::look() -> ()").value();
  op.kernel = kernel;
  Writer writer("f", 1, {}, 1);
  writer.code().operators.push_back(&op);
  const Ref<Code> code =
      writer.add({Op::kMove, 1, 0}).add({Op::kDrop}, {1}).add({Op::kOperator, 0, 0, 0}).add({Op::kReturn, 0}).done();
  std::vector<IValue> arguments;
  arguments.emplace_back(probe);
  ASSERT_TRUE(run(code, std::move(arguments)).ok());
  EXPECT_EQ(seen, 1u) << "only the test's own reference is left";
}

TEST(Exec, OperatorsReadAndWriteSlots) {
  const auto kernel = [](const schema::Call& call) -> Status {
    const int64_t a = call.argument(0).as_int();
    const int64_t b = call.argument(1).as_int();
    HEDDLE_REQUIRE(b != 0, "division by 0");
    call.set_result(0, a / b);
    call.set_result(1, a % b);
    return ok_status();
  };
  schema::Operator op;
  op.schema = schema::parse_schema("test::divmod(int a, int b) -> (int, int)").value();
  op.kernel = kernel;
  Writer writer("f", 2, {}, 2);
  writer.code().operators.push_back(&op);
  writer.code().types.push_back(types::tuple({types::integer(), types::integer()}));
  const Ref<Code> code = writer.at("f")
                             .add({Op::kOperator, 0, 2, 2}, {0, 1, 2, 0})
                             .add({Op::kTuple, 2, 0}, {2, 0})
                             .add({Op::kReturn, 2})
                             .done();
  EXPECT_EQ(to_text(run(code, {17, 5}).value()), "(3, 2)");
  const Result<IValue> failed = run(code, {1, 0});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.status().message(), "division by 0");
  EXPECT_EQ(failed.status().info().stack.size(), 1u);
}

// f(n) = 0 if n == 0 else f(n - 1) + 1
Ref<Code> recursive(Ref<Callable>& self) {
  Writer writer("f", 1, {0, 1}, 2);
  self = make_ref<Callable>("f");
  writer.code().functions.push_back(self);
  Ref<Code> code = writer.at("f")
                       .add({Op::kEqInt, 3, 0, 1})
                       .add({Op::kJumpIfFalse, 3, 3})
                       .add({Op::kReturn, 1})
                       .add({Op::kSubInt, 3, 0, 2})
                       .add({Op::kCallFunction, 4, 0}, {3})
                       .add({Op::kAddInt, 4, 4, 2})
                       .add({Op::kReturn, 4})
                       .done();
  self->set_code(code);
  return code;
}

TEST(Exec, DeepRecursionIsALimitNotACrash) {
  Ref<Callable> self;
  const Ref<Code> code = recursive(self);
  EXPECT_EQ(run(code, {9000})->as_int(), 9000);
  const Result<IValue> failed = run(code, {1000000});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.status().code(), ErrorCode::kLimit);
  EXPECT_EQ(failed.status().info().stack.size(), 81u) << "both ends and a line between";
  self->set_code(nullptr);
}

TEST(Exec, CallsPassArgumentsAndKeepLargeFrames) {
  // A callee whose frame is larger than a block of the stack.
  const Ref<Code> inner = Writer("inner", 2, {}, 4000).add({Op::kAddInt, 4001, 0, 1}).add({Op::kReturn, 4001}).done();
  const Ref<Callable> function = callable(inner);
  Writer writer("outer", 1, {1}, 1);
  writer.code().functions.push_back(function);
  const Ref<Code> outer =
      writer.add({Op::kCallFunction, 2, 0}, {0, 1}).add({Op::kCallFunction, 2, 0}, {2, 2}).add({Op::kReturn, 2}).done();
  EXPECT_EQ(run(outer, {20})->as_int(), 42);
}

TEST(Exec, CallOfAFunctionThatWasNotCompiled) {
  Writer writer("f", 0, {}, 1);
  writer.code().functions.push_back(make_ref<Callable>("__torch__.lost"));
  const Ref<Code> code = writer.add({Op::kCallFunction, 0, 0}).add({Op::kReturn, 0}).done();
  EXPECT_NE(run(code).status().message().find("__torch__.lost"), std::string::npos);
}

TEST(Exec, MethodsAreFoundOnTheObjectsClass) {
  const auto make_class = [](const std::string& name, int64_t answer) {
    auto type = make_ref<ClassType>(name, false);
    type->methods.push_back(callable(Writer(name + ".answer", 1, {answer}).add({Op::kReturn, 1}).done()));
    return type;
  };
  Writer writer("f", 1, {}, 1);
  writer.code().names.push_back("answer");
  const Ref<Code> code = writer.add({Op::kCallMethod, 1, 0}, {0}).add({Op::kReturn, 1}).done();
  const auto first = make_class("__torch__.A", 1);
  const auto second = make_class("__torch__.B", 2);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(run(code, {make_ref<ObjectValue>(first, nullptr)})->as_int(), 1);
    EXPECT_EQ(run(code, {make_ref<ObjectValue>(second, nullptr)})->as_int(), 2);
  }
  EXPECT_EQ(run(code, {5}).status().code(), ErrorCode::kType);
  const auto bare = make_ref<ClassType>("__torch__.C", false);
  EXPECT_EQ(run(code, {make_ref<ObjectValue>(bare, nullptr)}).status().code(), ErrorCode::kNotFound);
}

TEST(Exec, ObjectsHoldAttributes) {
  auto type = make_ref<ClassType>("__torch__.P", false);
  type->attributes = {{"x", types::integer()}, {"y", types::integer()}};
  Writer writer("f", 1, {}, 2);
  writer.code().types.push_back(type);
  writer.code().names.push_back("y");
  const Ref<Code> code = writer.add({Op::kObject, 1, 0})
                             .add({Op::kSetAttr, 1, 0, 1})
                             .add({Op::kHasAttr, 2, 1, 0})
                             .add({Op::kGetAttr, 2, 1, 1})
                             .add({Op::kReturn, 2})
                             .done();
  EXPECT_EQ(run(code, {7})->as_int(), 7);
  EXPECT_FALSE(run(Writer("f", 1, {}, 1).add({Op::kGetAttr, 1, 0, 0}).add({Op::kReturn, 1}).done(), {7}).ok());
  const IValue object = make_ref<ObjectValue>(type, nullptr);
  EXPECT_FALSE(run(Writer("f", 1, {}, 1).add({Op::kGetAttr, 1, 0, 9}).add({Op::kReturn, 1}).done(), {object}).ok());
}

TEST(Exec, ListsTuplesAndDicts) {
  Writer writer("f", 3, {}, 3);
  writer.code().types = {types::list(types::integer()), types::dict(types::string(), types::integer())};
  const Ref<Code> code = writer.add({Op::kList, 3, 0}, {0, 1})
                             .add({Op::kListAppend, 3, 0})
                             .add({Op::kListLength, 4, 3})
                             .add({Op::kListGet, 5, 3, 2})
                             .add({Op::kTuple, 5, 0}, {3, 4, 5})
                             .add({Op::kReturn, 5})
                             .done();
  EXPECT_EQ(to_text(run(code, {1, 2, -1}).value()), "([1, 2, 1], 3, 1)");
  EXPECT_EQ(run(code, {1, 2, 3}).status().code(), ErrorCode::kIndex);
  EXPECT_EQ(run(code, {1, 2, "x"}).status().code(), ErrorCode::kType);
}

TEST(Exec, UnpackingChecksTheLength) {
  const Ref<Code> code = Writer("f", 1, {}, 2).add({Op::kListUnpack, 0}, {1, 2}).add({Op::kReturn, 2}).done();
  EXPECT_EQ(run(code, {make_int_list(std::vector<int64_t>{4, 5})})->as_int(), 5);
  EXPECT_EQ(run(code, {make_int_list(std::vector<int64_t>{4})}).status().message(),
            "Expected 2 elements in a list but found 1");
  const Ref<Code> tuple = Writer("f", 1, {}, 1).add({Op::kTupleUnpack, 0}, {1, 0}).add({Op::kReturn, 0}).done();
  EXPECT_EQ(run(tuple, {make_tuple({4, 5})})->as_int(), 5) << "the tuple's own register may receive an element";
  EXPECT_FALSE(run(tuple, {5}).ok());
}

TEST(Exec, RaiseCarriesTypeMessageAndTheStackWithInlinedCalls) {
  Writer inner("inner", 0, {"bad thing", "ValueError"}, 0);
  inner.at("inner");
  inner.at("inlined", inner.place());
  const Ref<Callable> function = callable(inner.add({Op::kRaise, 0, 1}).done());
  Writer outer("outer", 0, {}, 1);
  outer.code().functions.push_back(function);
  const Result<IValue> result = run(outer.at("outer").add({Op::kCallFunction, 0, 0}).add({Op::kReturn, 0}).done());
  ASSERT_FALSE(result.ok());
  const ErrorInfo& info = result.status().info();
  EXPECT_EQ(info.code, ErrorCode::kRaised);
  EXPECT_EQ(info.message, "bad thing");
  EXPECT_EQ(info.python_type, "ValueError");
  std::string stack;
  for (const ScriptFrame& frame : info.stack) stack += frame.function + " ";
  EXPECT_EQ(stack, "inlined inner outer ");
}

TEST(Exec, MissingOperatorIsAnErrorOnlyWhenReached) {
  Writer writer("f", 1);
  writer.code().names.push_back("aten::new_thing");
  const Ref<Code> code = writer.add({Op::kJumpIfFalse, 0, 2}).add({Op::kMissing, 0}).add({Op::kReturn, 0}).done();
  EXPECT_TRUE(run(code, {false}).ok());
  const Result<IValue> reached = run(code, {true});
  EXPECT_EQ(reached.status().code(), ErrorCode::kUnsupported);
  EXPECT_NE(reached.status().message().find("aten::new_thing"), std::string::npos);
}

std::string g_printed;

TEST(Exec, PrintsThroughTheHandler) {
  g_printed.clear();
  set_print_handler([](const std::string& text) { g_printed += text; });
  ASSERT_TRUE(run(Writer("f", 2).add({Op::kPrint}, {0, 1}).add({Op::kReturn, 0}).done(), {1.0, "x"}).ok());
  EXPECT_EQ(g_printed, "1. x\n");
}

class ForkWait : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { ASSERT_TRUE(parallel::set_num_interop_threads(GetParam()).ok()); }
};

// f(n): forks f(n - 1) twice, waits for the second first; 1 at the bottom.
Ref<Code> forking(Ref<Callable>& self) {
  Writer writer("f", 1, {0, 1}, 3);
  self = make_ref<Callable>("f");
  writer.code().functions.push_back(self);
  Ref<Code> code = writer.at("f")
                       .add({Op::kEqInt, 3, 0, 1})
                       .add({Op::kJumpIfFalse, 3, 3})
                       .add({Op::kReturn, 2})
                       .add({Op::kSubInt, 3, 0, 2})
                       .add({Op::kFork, 4, 0}, {3})
                       .add({Op::kFork, 5, 0}, {3})
                       .add({Op::kWait, 5, 5})
                       .add({Op::kWait, 4, 4})
                       .add({Op::kAddInt, 4, 4, 5})
                       .add({Op::kReturn, 4})
                       .done();
  self->set_code(code);
  return code;
}

TEST_P(ForkWait, NestedForksNeedNoThreadEach) {
  Ref<Callable> self;
  const Ref<Code> code = forking(self);
  EXPECT_EQ(run(code, {10})->as_int(), 1024);
  self->set_code(nullptr);
}

TEST_P(ForkWait, ManyCallersAtOnce) {
  Ref<Callable> self;
  const Ref<Code> code = forking(self);
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      for (int round = 0; round < 20; ++round) ASSERT_EQ(run(code, {5})->as_int(), 32);
    });
  }
  for (std::thread& caller : callers) caller.join();
  self->set_code(nullptr);
}

TEST_P(ForkWait, AsynchronousRunsAndCallbacksThatRunModels) {
  Ref<Callable> self;
  const Ref<Code> code = forking(self);
  std::atomic<int64_t> sum{0};
  std::vector<Ref<FutureValue>> futures;
  for (int i = 0; i < 10; ++i) {
    futures.push_back(run_async(code, {4}, nullptr));
    // The callback runs on a thread of the pool and waits there for work of the same pool.
    futures.back()->add_callback([&](FutureValue& done) { sum += done.value()->as_int() + run(code, {3})->as_int(); });
  }
  for (const auto& future : futures) exec::wait(*future);
  for (int i = 0; i < 5000 && sum != 10 * (16 + 8); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(sum, 10 * (16 + 8));
  self->set_code(nullptr);
}

TEST_P(ForkWait, ErrorsReachEveryWaiterWithBothStacks) {
  const Ref<Callable> child =
      callable(Writer("child", 0, {"broken", "RuntimeError"}).at("child").add({Op::kRaise, 0, 1}).done());
  Writer writer("parent", 0, {}, 1);
  writer.code().functions.push_back(child);
  const Ref<Code> code = writer.at("parent").add({Op::kFork, 0, 0}).add({Op::kWait, 0, 0}).add({Op::kReturn, 0}).done();
  for (int round = 0; round < 50; ++round) {
    const Result<IValue> result = run(code);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().message(), "broken");
    ASSERT_EQ(result.status().info().stack.size(), 2u);
    EXPECT_EQ(result.status().info().stack[0].function, "child");
    EXPECT_EQ(result.status().info().stack[1].function, "parent");
  }
}

TEST_P(ForkWait, NeverAwaitedFailuresAreHarmlessAndNothingLeaks) {
  auto probe = make_ref<ListValue>(types::any());
  const Ref<Callable> child =
      callable(Writer("child", 1, {"broken", IValue()}).at("child").add({Op::kRaise, 1, 2}).done());
  Writer writer("parent", 1, {}, 1);
  writer.code().functions.push_back(child);
  const Ref<Code> code = writer.add({Op::kFork, 1, 0}, {0}).add({Op::kReturn, 0}).done();
  for (int round = 0; round < 50; ++round) ASSERT_TRUE(run(code, {probe}).ok());
  for (int i = 0; i < 5000 && probe->use_count() > 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(probe->use_count(), 1u);
}

TEST_P(ForkWait, AFutureMayBeAwaitedTwiceAndReturned) {
  const Ref<Callable> child = callable(Writer("child", 0, {21}).add({Op::kReturn, 0}).done());
  Writer writer("parent", 0, {}, 3);
  writer.code().functions.push_back(child);
  const Ref<Code> code = writer.add({Op::kFork, 0, 0})
                             .add({Op::kWait, 1, 0})
                             .add({Op::kWait, 2, 0})
                             .add({Op::kAddInt, 1, 1, 2})
                             .add({Op::kReturn, 1})
                             .done();
  EXPECT_EQ(run(code)->as_int(), 42);
  Writer returning("parent", 0, {}, 1);
  returning.code().functions.push_back(child);
  const IValue future = run(returning.add({Op::kFork, 0, 0}).add({Op::kReturn, 0}).done()).value();
  ASSERT_TRUE(future.is_future());
  exec::wait(future.as_future());
  EXPECT_EQ(future.as_future().value()->as_int(), 21);
}

TEST_P(ForkWait, TasksKeepTheProgramAlive) {
  auto program = make_ref<ListValue>(types::any());
  const Ref<Callable> child = callable(Writer("child", 0, {1}).add({Op::kReturn, 0}).done());
  Writer writer("parent", 0, {}, 1);
  writer.code().functions.push_back(child);
  const Ref<Code> code = writer.add({Op::kFork, 0, 0}).add({Op::kReturn, 0}).done();
  ASSERT_TRUE(exec::run(code, {}, program).ok());
  for (int i = 0; i < 5000 && program->use_count() > 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(program->use_count(), 1u) << "and let it go when they are done";
}

// Runs for ever, unless it is cancelled; holds its argument.
Ref<Code> endless() { return Writer("endless", 1).at("endless").add({Op::kJump, 0}).add({Op::kReturn, 0}).done(); }

// Forks r1's function on its argument, waits.
Ref<Code> waits_for(const Ref<Callable>& child) {
  Writer writer("parent", 1, {}, 1);
  writer.code().functions.push_back(child);
  return writer.at("parent").add({Op::kFork, 1, 0}, {0}).add({Op::kWait, 1, 1}).add({Op::kReturn, 1}).done();
}

void expect_freed(const Ref<ListValue>& probe) {
  for (int i = 0; i < 5000 && probe->use_count() > 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(probe->use_count(), 1u);
}

CallOptions soon() {
  CallOptions options;
  options.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  return options;
}

TEST_P(ForkWait, ADeadlineEndsACallAndItsForks) {
  auto probe = make_ref<ListValue>(types::any());
  for (const Ref<Code>& code : {endless(), waits_for(callable(endless()))}) {
    const Result<IValue> result = exec::run(code, {probe}, nullptr, soon());
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().code(), ErrorCode::kCancelled);
    EXPECT_NE(result.status().message().find("deadline"), std::string::npos) << result.status().message();
    EXPECT_FALSE(result.status().info().stack.empty());
    const auto future = run_async(code, {probe}, nullptr, soon());
    exec::wait(*future);
    EXPECT_EQ(future->value().status().code(), ErrorCode::kCancelled);
  }
  expect_freed(probe);
}

TEST_P(ForkWait, AStopTokenEndsACallThatWaitsForTheApplication) {
  auto probe = make_ref<ListValue>(types::any());
  // A task that waits for a Future nobody completes, and one that runs.
  const Ref<Callable> waiting =
      callable(Writer("waiting", 1, {}, 1).add({Op::kWait, 1, 0}).add({Op::kReturn, 1}).done());
  const auto promise = make_ref<FutureValue>(types::any());
  for (int round = 0; round < 20; ++round) {
    std::stop_source stop;
    CallOptions options;
    options.stop = stop.get_token();
    std::thread stopper([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(500 * (round % 4)));
      stop.request_stop();
    });
    const bool runs = round % 2;
    const Result<IValue> result = runs ? exec::run(waits_for(callable(endless())), {probe}, nullptr, options)
                                       : exec::run(waits_for(waiting), {IValue(promise)}, nullptr, options);
    EXPECT_EQ(result.status().code(), ErrorCode::kCancelled);
    EXPECT_EQ(result.status().message(), "the call was stopped");
    stopper.join();
  }
  expect_freed(probe);
  for (int i = 0; i < 5000 && promise->use_count() > 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(promise->use_count(), 1u) << "a cancelled task does not hold what it waited for";
  EXPECT_TRUE(promise->complete(1));
}

TEST_P(ForkWait, AStoppedTokenLetsNothingBegin) {
  std::stop_source stop;
  stop.request_stop();
  CallOptions options;
  options.stop = stop.get_token();
  const Ref<Code> code = Writer("f", 1).add({Op::kReturn, 0}).done();
  EXPECT_EQ(exec::run(code, {1}, nullptr, options).status().code(), ErrorCode::kCancelled);
}

TEST_P(ForkWait, ACallThatEndsInTimeIsNotCancelled) {
  std::stop_source stop;
  CallOptions options;
  options.stop = stop.get_token();
  options.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  Ref<Callable> self;
  const Ref<Code> code = forking(self);
  EXPECT_EQ(exec::run(code, {6}, nullptr, options)->as_int(), 64);
  stop.request_stop();
  self->set_code(nullptr);
}

TEST_P(ForkWait, PromisesOfTheApplicationAreAwaited) {
  const Ref<Code> code = Writer("f", 1, {}, 1).add({Op::kWait, 1, 0}).add({Op::kReturn, 1}).done();
  for (int round = 0; round < 50; ++round) {
    const auto promise = make_ref<FutureValue>(types::any());
    std::thread giver([promise] { promise->complete(7); });
    const auto later = run_async(code, {IValue(promise)}, nullptr);
    EXPECT_EQ(run(code, {IValue(promise)})->as_int(), 7);
    exec::wait(*later);
    EXPECT_EQ(later->value()->as_int(), 7);
    giver.join();
  }
}

TEST_P(ForkWait, WideForksAwaitedInAnyOrder) {
  const Ref<Callable> child =
      callable(Writer("child", 1, {1}, 1).add({Op::kAddInt, 2, 0, 1}).add({Op::kReturn, 2}).done());
  for (int step : {1, 37, 99}) {
    Writer writer("wide", 1, {}, 102);
    writer.code().functions.push_back(child);
    for (uint32_t i = 0; i < 100; ++i) writer.add({Op::kFork, 2 + i, 0}, {0});
    writer.add({Op::kCopy, 1, 0});
    for (uint32_t i = 0; i < 100; ++i) {
      const uint32_t r = 2 + i * static_cast<uint32_t>(step) % 100;
      writer.add({Op::kWait, r, r}).add({Op::kAddInt, 1, 1, r});
    }
    const Ref<Code> code = writer.add({Op::kReturn, 1}).done();
    EXPECT_EQ(run(code, {5})->as_int(), 5 + 600);
  }
}

INSTANTIATE_TEST_SUITE_P(Pools, ForkWait, testing::Values(1, 2, 4));

}  // namespace
}  // namespace heddle::exec
