#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <thread>

#include "core/boxes.h"
#include "core/future.h"
#include "core/generator.h"
#include "core/philox.h"

namespace heddle {
namespace {

IValue list_of(std::vector<IValue> items, TypePtr type = types::any()) {
  return make_list(std::move(type), std::move(items));
}

TEST(Value, CopiesShareTheBoxAndMovesLeaveNone) {
  IValue a("text");
  EXPECT_EQ(a.box()->use_count(), 1u);
  IValue b = a;
  EXPECT_EQ(a.box()->use_count(), 2u);
  IValue c = std::move(b);
  EXPECT_TRUE(b.is_none());
  EXPECT_TRUE(c.is_same(a));
  EXPECT_TRUE(IValue(Tensor()).is_none());
  EXPECT_TRUE(IValue(Ref<ListValue>()).is_none());
}

TEST(Value, ScalarsKeepTheirKind) {
  EXPECT_TRUE(IValue(Scalar(true)).is_bool());
  EXPECT_EQ(IValue(Scalar(7)).as_scalar().to_int(), 7);
  EXPECT_EQ(IValue(Scalar(2.5)).as_scalar().to_double(), 2.5);
  EXPECT_EQ(IValue(Scalar(std::complex<double>(1, 2))).as_scalar().to_complex(), std::complex<double>(1, 2));
}

TEST(Value, StructuresOfAnyDepthGo) {
  IValue deep(make_ref<StringValue>("end"));
  IValue end = deep;
  for (int i = 0; i < 400000; ++i) {
    const auto dict = make_ref<DictValue>(types::string(), types::any());
    dict->set("k", std::move(deep));
    const auto future = make_ref<FutureValue>(types::any());
    future->complete(make_tuple({IValue(dict), 1}));
    deep = list_of({IValue(future), IValue(future)});
  }
  EXPECT_EQ(end.box()->use_count(), 2u);
  deep = IValue();
  EXPECT_EQ(end.box()->use_count(), 1u);
}

TEST(Value, EqualityIsPythons) {
  const auto equal = [](const IValue& a, const IValue& b) { return values_equal(a, b).value(); };
  EXPECT_TRUE(equal(1, 1.0));
  EXPECT_TRUE(equal(1, true));
  EXPECT_TRUE(equal(std::complex<double>(2, 0), 2));
  EXPECT_FALSE(equal(int64_t{(1LL << 53) + 1}, 9007199254740992.0));
  EXPECT_FALSE(equal(std::nan(""), std::nan("")));
  EXPECT_FALSE(equal("1", 1));
  EXPECT_TRUE(equal(list_of({1, "a", IValue()}), list_of({1.0, "a", IValue()})));
  EXPECT_FALSE(equal(list_of({1}), list_of({1, 2})));
  EXPECT_FALSE(equal(list_of({1}), make_tuple({1})));
  EXPECT_TRUE(equal(make_tuple({1, make_tuple({2})}), make_tuple({1, make_tuple({2})})));

  const auto a = make_ref<DictValue>(types::string(), types::integer());
  const auto b = make_ref<DictValue>(types::string(), types::integer());
  a->set("x", 1);
  a->set("y", 2);
  b->set("y", 2);
  b->set("x", 1);
  EXPECT_TRUE(equal(IValue(a), IValue(b))) << "order does not matter";
  b->set("x", 3);
  EXPECT_FALSE(equal(IValue(a), IValue(b)));
}

TEST(Value, EqualityOfTensorsInContainers) {
  const Tensor one = Tensor::scalar(3, DType::kFloat32).value();
  const Tensor same = Tensor::scalar(3, DType::kInt64).value();
  const Tensor many = Tensor::empty(std::vector<int64_t>{2}, DType::kFloat32).value();
  const Tensor more = Tensor::empty(std::vector<int64_t>{2}, DType::kFloat32).value();
  EXPECT_TRUE(values_equal(list_of({one}), list_of({same})).value());
  EXPECT_TRUE(values_equal(list_of({many}), list_of({many})).value()) << "the same tensor";
  EXPECT_FALSE(values_equal(list_of({many}), list_of({more})).ok());
}

TEST(Value, EqualityOfRingsIsAnError) {
  const auto ring = make_ref<ListValue>(types::any());
  const auto other = make_ref<ListValue>(types::any());
  ring->items.emplace_back(other);
  other->items.emplace_back(ring);
  EXPECT_EQ(values_equal(IValue(ring), IValue(other)).status().code(), ErrorCode::kLimit);
  EXPECT_NE(to_text(IValue(ring)).find("..."), std::string::npos);
  ring->items.clear();
}

TEST(Value, DictKeepsInsertionOrder) {
  DictValue dict(types::integer(), types::string());
  for (int i : {5, 3, 9}) dict.set(i, std::to_string(i));
  dict.set(3, "three");
  EXPECT_TRUE(dict.erase(5));
  EXPECT_FALSE(dict.erase(5));
  dict.set(5, "again");
  std::string order;
  for (const auto& entry : dict.entries()) order += to_text(entry.key) + "=" + entry.value.as_string() + " ";
  EXPECT_EQ(order, "3=three 9=9 5=again ");
  EXPECT_EQ(dict.find(9)->as_string(), "9");
  EXPECT_EQ(dict.find(4), nullptr);
}

TEST(Value, DictKeysOfEveryKind) {
  DictValue dict(types::any(), types::integer());
  const Tensor tensor = Tensor::scalar(1, DType::kFloat32).value();
  const Tensor twin = Tensor::scalar(1, DType::kFloat32).value();
  dict.set(1, 10);
  dict.set("1", 11);
  dict.set(make_tuple({1, "a"}), 12);
  dict.set(tensor, 13);
  dict.set(Device{DeviceType::kCuda, 1}, 14);
  EXPECT_EQ(dict.find(1.0)->as_int(), 10);
  EXPECT_EQ(dict.find(true)->as_int(), 10);
  EXPECT_EQ(dict.find("1")->as_int(), 11);
  EXPECT_EQ(dict.find(make_tuple({1, "a"}))->as_int(), 12);
  EXPECT_EQ(dict.find(tensor)->as_int(), 13);
  EXPECT_EQ(dict.find(twin), nullptr) << "tensors are keys by identity";
  EXPECT_EQ(dict.find(Device{DeviceType::kCuda, 1})->as_int(), 14);
  EXPECT_EQ(dict.size(), 5u);
}

TEST(Value, IsOfType) {
  EXPECT_TRUE(value_is(1, *types::number()));
  EXPECT_FALSE(value_is(true, *types::number()));
  EXPECT_TRUE(value_is(IValue(), *types::optional(types::integer())));
  EXPECT_TRUE(value_is(make_int_list(std::vector<int64_t>{1}), *types::list(types::integer())));
  EXPECT_FALSE(value_is(make_int_list({}), *types::list(types::floating())))
      << "an empty list still has its element type";
  EXPECT_TRUE(value_is(list_of({1, 2}), *types::list(types::integer()))) << "an untyped list is judged by its items";
  EXPECT_FALSE(value_is(list_of({1, "a"}), *types::list(types::integer())));
  EXPECT_TRUE(value_is(make_tuple({1, "a"}), *types::tuple({types::integer(), types::string()})));
  EXPECT_FALSE(value_is(make_tuple({1}), *types::tuple({types::integer(), types::string()})));
  EXPECT_TRUE(value_is("a", *types::make_union({types::integer(), types::string()})));
}

TEST(Value, DynamicTypes) {
  EXPECT_EQ(make_tuple({1, 2.0, make_int_list({})}).type_text(), "Tuple[int, float, List[int]]");
  EXPECT_EQ(IValue(make_ref<DictValue>(types::string(), types::tensor())).type_text(), "Dict[str, Tensor]");
}

TEST(Value, ScriptText) {
  EXPECT_EQ(to_text(1.0), "1.");
  EXPECT_EQ(to_text(0.1), "0.10000000000000001");
  EXPECT_EQ(to_text(1e20), "1e+20");
  EXPECT_EQ(to_text(9.2e18), "9200000000000000000.");
  EXPECT_EQ(to_text(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(to_text(std::complex<double>(-0.5, -1.5)), "-0.5-1.5j");
  EXPECT_EQ(to_text(list_of({"a'b", 2.5, IValue(), true})), "[a'b, 2.5, None, True]");
  EXPECT_EQ(to_text(make_tuple({1})), "(1,)");
  EXPECT_EQ(to_text(make_tuple({1, "x"})), "(1, x)");
  const auto colour =
      make_ref<EnumType>("__torch__.Color", types::integer(), std::vector<EnumType::Member>{{"RED", 1}});
  EXPECT_EQ(to_text(IValue(make_ref<EnumValue>(colour, 0))), "Enum<Color.RED>");
  EXPECT_EQ(repr_text(IValue(make_ref<EnumValue>(colour, 0))), "<Color.RED: 1>");
}

TEST(Value, PythonText) {
  EXPECT_EQ(repr_text(1.0), "1.0");
  EXPECT_EQ(repr_text(list_of({"a'b", 1})), "[\"a'b\", 1]");
  EXPECT_EQ(repr_text(std::complex<double>(1, 2)), "(1+2j)");
  EXPECT_EQ(repr_text(std::complex<double>(0, -2)), "-2j");
  EXPECT_EQ(repr_text(Device{DeviceType::kCuda, 1}), "device(type='cuda', index=1)");
  const auto point =
      make_ref<NamedTupleType>("__torch__.Point", std::vector<NamedTupleType::Field>{{"x", {}}, {"y", {}}},
                               std::vector{types::integer(), types::integer()});
  EXPECT_EQ(repr_text(IValue(make_ref<TupleValue>(std::vector<IValue>{1, 2}, point))), "Point(x=1, y=2)");
}

TEST(Future, CompletesOnceAndCallsBack) {
  FutureValue future(types::integer());
  int calls = 0;
  future.add_callback([&](FutureValue& f) { calls += static_cast<int>(f.value()->as_int()); });
  EXPECT_FALSE(future.completed());
  EXPECT_FALSE(future.value().ok());
  future.complete(5);
  future.complete(6);
  future.fail(invalid("late"));
  EXPECT_EQ(calls, 5);
  future.add_callback([&](FutureValue& f) { calls += static_cast<int>(f.value()->as_int()); });
  EXPECT_EQ(calls, 10) << "a callback on a completed future runs at once";
  EXPECT_FALSE(future.has_error());
}

TEST(Future, WaitSeesTheErrorOfAnotherThread) {
  const auto future = make_ref<FutureValue>(types::integer());
  std::thread worker([future] { future->fail(invalid("broken")); });
  future->wait();
  EXPECT_TRUE(future->has_error());
  EXPECT_EQ(future->value().status().message(), "broken");
  EXPECT_EQ(future->value().status().message(), "broken") << "every reader gets a copy";
  worker.join();
}

TEST(Future, ThenMakesAFutureOfTheResult) {
  const auto future = make_ref<FutureValue>(types::integer());
  const auto next = future->then(types::integer(), [](FutureValue& f) -> Result<IValue> {
    const IValue value = HEDDLE_TRY(f.value());
    return IValue(value.as_int() + 1);
  });
  EXPECT_FALSE(next->wait(FutureValue::Clock::now() + std::chrono::milliseconds(1))) << "the time is over first";
  future->complete(5);
  EXPECT_EQ(next->value()->as_int(), 6);
  const auto failed = make_ref<FutureValue>(types::integer());
  failed->fail(invalid("broken"));
  const auto after = failed->then(types::integer(), [](FutureValue& f) { return f.value(); });
  EXPECT_EQ(after->value().status().message(), "broken");
}

// Known answers published with the Random123 library.
TEST(Philox, KnownAnswers) {
  using Block = std::array<uint32_t, 4>;
  EXPECT_EQ(philox_4x32_10({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox_4x32_10({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox_4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Generator, TicketsAreDisjointAndReseedingRepeats) {
  GeneratorValue generator(1);
  EXPECT_EQ(generator.reserve(10).first, 0u);
  EXPECT_EQ(generator.reserve(5).first, 10u);
  generator.manual_seed(2);
  const GeneratorValue::Ticket ticket = generator.reserve(1);
  EXPECT_EQ(ticket.first, 0u);
  EXPECT_EQ(ticket.seed, 2u);
}

}  // namespace
}  // namespace heddle
