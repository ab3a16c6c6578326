// What the interpreter itself costs: an instruction, an operator call, a function call, a fork with its wait.
#include <benchmark/benchmark.h>

#include "exec/exec.h"
#include "parallel/parallel.h"

namespace heddle::exec {
namespace {

using code::Code;
using code::Inst;
using code::Op;

void add(Code& code, Inst inst, std::vector<uint32_t> list = {}) {
  inst.list = static_cast<uint32_t>(code.operands.size());
  inst.count = static_cast<uint32_t>(list.size());
  code.operands.insert(code.operands.end(), list.begin(), list.end());
  code.insts.push_back(inst);
  code.places.push_back(nullptr);
}

Ref<Code> make(const char* name, uint32_t arguments, std::vector<IValue> constants, uint32_t registers) {
  auto code = make_ref<Code>();
  code->name = name;
  code->argument_count = arguments;
  code->constants = std::move(constants);
  code->register_count = registers;
  return code;
}

// for i in range(n): <body>; register 0 is n, 1 is zero, 2 one, 3 the counter, 4 a number.
template <class Body>
Ref<Code> loop(Body body) {
  Ref<Code> code = make("loop", 1, {0, 1}, 6);
  add(*code, {.op = Op::kCopy, .a = 3, .b = 1});
  add(*code, {.op = Op::kCopy, .a = 4, .b = 1});
  body(*code);
  add(*code, {.op = Op::kLoopNext, .a = 3, .b = 0, .c = 2});
  add(*code, {.op = Op::kReturn, .a = 4});
  return code;
}

constexpr int64_t kTrips = 100000;

void run_loop(benchmark::State& state, const Ref<Code>& code) {
  if (!code::verify(*code).ok()) state.SkipWithError("broken code");
  for (auto _ : state) {
    benchmark::DoNotOptimize(run(code, {kTrips}, nullptr));
  }
  state.SetItemsProcessed(state.iterations() * kTrips);
}

// s = s * 1 + i
void scalar_loop(benchmark::State& state) {
  run_loop(state, loop([](Code& code) {
             add(code, {.op = Op::kMulInt, .a = 4, .b = 4, .c = 2});
             add(code, {.op = Op::kAddInt, .a = 4, .b = 4, .c = 3});
           }));
}
BENCHMARK(scalar_loop);

void operator_call(benchmark::State& state) {
  static schema::Operator op;
  op.schema = schema::parse_schema("test::same(int a, int b) -> int").value();
  op.kernel = [](const schema::Call& call) -> Status {
    call.set_result(0, call.argument(0));
    return ok_status();
  };
  run_loop(state, loop([](Code& code) {
             code.operators.push_back(&op);
             add(code, {.op = Op::kOperator, .a = 0, .b = 2, .c = 1}, {4, 3, 4});
           }));
}
BENCHMARK(operator_call);

void function_call(benchmark::State& state) {
  const Ref<Code> callee = make("callee", 2, {}, 4);
  add(*callee, {.op = Op::kReturn, .a = 1});
  const auto function = make_ref<Callable>("callee");
  function->set_code(callee);
  run_loop(state, loop([&](Code& code) {
             code.functions.push_back(function);
             add(code, {.op = Op::kCallFunction, .a = 4, .b = 0}, {4, 3});
           }));
}
BENCHMARK(function_call);

void fork_and_wait(benchmark::State& state) {
  const Ref<Code> callee = make("callee", 1, {}, 1);
  add(*callee, {.op = Op::kReturn, .a = 0});
  const auto function = make_ref<Callable>("callee");
  function->set_code(callee);
  run_loop(state, loop([&](Code& code) {
             code.functions.push_back(function);
             add(code, {.op = Op::kFork, .a = 5, .b = 0}, {3});
             add(code, {.op = Op::kWait, .a = 4, .b = 5});
           }));
}
BENCHMARK(fork_and_wait)->UseRealTime();

void empty_run(benchmark::State& state) {
  const Ref<Code> code = make("empty", 0, {1}, 1);
  add(*code, {.op = Op::kReturn, .a = 0});
  for (auto _ : state) benchmark::DoNotOptimize(run(code, {}, nullptr));
}
BENCHMARK(empty_run);

}  // namespace
}  // namespace heddle::exec
