#include "archive/type_tags.h"

#include <gtest/gtest.h>

#include "core/boxes.h"

namespace heddle::archive {
namespace {

IValue untyped_list(std::vector<IValue> items) { return IValue(make_ref<ListValue>(types::any(), std::move(items))); }

std::string error_of(IValue value, const TypePtr& type) {
  const auto result = with_type(std::move(value), type);
  return result.ok() ? "no error" : result.status().message();
}

TEST(TypeTags, TypesNestedContainersInPlace) {
  const IValue inner = untyped_list({1, 2});
  auto dict = make_ref<DictValue>(types::any(), types::any());
  dict->set(IValue("k"), untyped_list({make_tuple({inner, IValue(2.5)})}));
  const TypePtr type =
      types::dict(types::string(), types::list(types::tuple({types::list(types::integer()), types::floating()})));
  ASSERT_TRUE(with_type(IValue(dict), type).ok());
  EXPECT_EQ(IValue(dict).type_text(), type->to_text());
  EXPECT_EQ(inner.type_text(), "List[int]");
}

TEST(TypeTags, LooksThroughOptionalsAndUnions) {
  EXPECT_TRUE(with_type(IValue(), types::optional(types::integer()))->is_none());
  const IValue list = untyped_list({IValue("a")});
  ASSERT_TRUE(with_type(list, types::make_union({types::list(types::integer()), types::list(types::string())})).ok());
  EXPECT_EQ(list.type_text(), "List[str]");
  EXPECT_EQ(error_of(IValue(true), types::make_union({types::integer(), types::string()})),
            "expected Union[int, str], got bool");
}

TEST(TypeTags, MakesNamedTuplesWithoutTouchingTheOriginal) {
  const TypePtr named = make_ref<NamedTupleType>(
      "__torch__.P", std::vector<NamedTupleType::Field>{{"x", std::nullopt}, {"y", std::nullopt}},
      std::vector<TypePtr>{types::integer(), types::string()});
  const IValue plain = make_tuple({IValue(1), IValue("a")});
  auto result = with_type(plain, named);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_TRUE(value_is(*result, *named));
  EXPECT_FALSE(plain.as_tuple().named_type);
  EXPECT_FALSE(with_type(make_tuple({IValue(1)}), named).ok());
}

TEST(TypeTags, NamesThePlaceThatDoesNotFit) {
  EXPECT_EQ(error_of(untyped_list({1, IValue("a")}), types::list(types::integer())), "[1]: expected int, got str");
  EXPECT_EQ(error_of(IValue(1), types::tensor()), "expected Tensor, got int");
  EXPECT_EQ(error_of(make_tuple({IValue(1)}), types::string()), "expected str, got a tuple of 1");
  auto dict = make_ref<DictValue>(types::any(), types::any());
  dict->set(IValue("k"), IValue(1));
  EXPECT_EQ(error_of(IValue(dict), types::dict(types::string(), types::floating())), "[k]: expected float, got int");
  EXPECT_EQ(error_of(IValue(dict), types::dict(types::integer(), types::integer())), "[key k]: expected int, got str");
}

TEST(TypeTags, KeepsATypeOnceGiven) {
  const IValue list = untyped_list({1});
  ASSERT_TRUE(with_type(list, types::list(types::integer())).ok());
  EXPECT_FALSE(with_type(list, types::list(types::optional(types::integer()))).ok());
  const IValue empty = untyped_list({});
  ASSERT_TRUE(with_type(empty, types::list(types::integer())).ok());
  EXPECT_TRUE(with_type(empty, types::list(types::string())).ok());
}

TEST(TypeTags, WalksSharedPartsOnce) {
  IValue value = untyped_list({});
  TypePtr type = types::list(types::integer());
  for (int i = 0; i < 60; ++i) {
    value = untyped_list({value, value});
    type = types::list(type);
  }
  EXPECT_TRUE(with_type(value, types::make_union({types::integer(), type})).ok());
}

}  // namespace
}  // namespace heddle::archive
