#include <gtest/gtest.h>

#include "core/class_type.h"
#include "core/type.h"

namespace heddle {
namespace {

using namespace types;

TEST(Type, PrintsAsInSource) {
  EXPECT_EQ(optional(tensor())->to_text(), "Optional[Tensor]");
  EXPECT_EQ(list(integer())->to_text(), "List[int]");
  EXPECT_EQ(dict(string(), tensor())->to_text(), "Dict[str, Tensor]");
  EXPECT_EQ(tuple({integer(), tensor()})->to_text(), "Tuple[int, Tensor]");
  EXPECT_EQ(tuple({})->to_text(), "Tuple[()]");
  EXPECT_EQ(future(integer())->to_text(), "Future[int]");
  EXPECT_EQ(make_union({integer(), string(), none()})->to_text(), "Union[int, NoneType, str]");
  EXPECT_EQ(number()->to_text(), "number");
  EXPECT_EQ(none()->to_text(), "NoneType");
}

TEST(Type, OptionalAndUnionAreNormalised) {
  EXPECT_EQ(optional(optional(integer()))->to_text(), "Optional[int]");
  EXPECT_EQ(optional(none()), none());
  EXPECT_EQ(optional(any()), any());
  EXPECT_EQ(make_union({integer(), none()})->to_text(), "Optional[int]");
  EXPECT_EQ(make_union({integer(), integer()}), integer());
  EXPECT_EQ(make_union({integer(), number()}), number());
  EXPECT_EQ(without_none(make_union({integer(), string(), none()}))->to_text(), "Union[int, str]");
  EXPECT_EQ(without_none(optional(integer())), integer());
}

TEST(Type, SubtypesFollowPyTorch) {
  EXPECT_TRUE(is_subtype(*none(), *optional(integer())));
  EXPECT_TRUE(is_subtype(*integer(), *optional(integer())));
  EXPECT_FALSE(is_subtype(*optional(integer()), *integer()));
  EXPECT_TRUE(is_subtype(*integer(), *number()));
  EXPECT_TRUE(is_subtype(*complex(), *number()));
  EXPECT_FALSE(is_subtype(*boolean(), *number()));
  EXPECT_FALSE(is_subtype(*integer(), *floating()));
  EXPECT_TRUE(is_subtype(*tuple({integer(), none()}), *tuple({number(), optional(string())})));
  EXPECT_FALSE(is_subtype(*tuple({integer()}), *tuple({integer(), integer()})));
  EXPECT_FALSE(is_subtype(*list(integer()), *list(optional(integer())))) << "lists are invariant";
  EXPECT_TRUE(is_subtype(*list(integer()), *any_list()));
  EXPECT_TRUE(is_subtype(*tuple({integer()}), *any_tuple()));
  const TypePtr color = make_ref<EnumType>("__torch__.Color", integer(), std::vector<EnumType::Member>());
  EXPECT_TRUE(is_subtype(*color, *any_enum()));
  EXPECT_FALSE(is_subtype(*integer(), *any_enum()));
  EXPECT_TRUE(is_subtype(*future(integer()), *future(optional(integer()))));
  EXPECT_TRUE(is_subtype(*make_union({integer(), string()}), *make_union({string(), boolean(), integer()})));
  EXPECT_FALSE(is_subtype(*make_union({integer(), string()}), *make_union({string(), boolean()})));
  EXPECT_TRUE(is_subtype(*optional(integer()), *make_union({string(), integer(), none()})));
  EXPECT_TRUE(is_subtype(*list(unknown()), *list(integer())));
  EXPECT_TRUE(is_subtype(*unknown(), *integer()));
  EXPECT_TRUE(is_subtype(*tensor(), *any()));
}

TEST(Type, Unifies) {
  const auto text = [](const TypePtr& a, const TypePtr& b) {
    const TypePtr type = unify(a, b);
    return type ? type->to_text() : "none";
  };
  EXPECT_EQ(text(integer(), none()), "Optional[int]");
  EXPECT_EQ(text(integer(), floating()), "none");
  EXPECT_EQ(text(tuple({optional(integer()), list(integer())}), tuple({integer(), list(integer())})),
            "Tuple[Optional[int], List[int]]");
  EXPECT_EQ(text(tuple({none(), integer()}), tuple({integer(), none()})), "Tuple[Optional[int], Optional[int]]");
  EXPECT_EQ(text(list(integer()), list(floating())), "none");
  EXPECT_EQ(text(make_union({integer(), string()}), optional(string())), "Union[int, NoneType, str]");
  EXPECT_EQ(text(unknown(), integer()), "int");
}

TEST(Type, NamedTuplesAndInterfaces) {
  using Fields = std::vector<NamedTupleType::Field>;
  const auto point =
      make_ref<NamedTupleType>("__torch__.P", Fields{{"x", {}}, {"y", {}}}, std::vector{integer(), integer()});
  const auto other =
      make_ref<NamedTupleType>("__torch__.Q", Fields{{"a", {}}, {"b", {}}}, std::vector{integer(), integer()});
  EXPECT_TRUE(is_subtype(*point, *tuple({integer(), integer()})));
  EXPECT_FALSE(is_subtype(*tuple({integer(), integer()}), *point));
  EXPECT_FALSE(is_subtype(*other, *point));
  EXPECT_FALSE(same_type(*point, *tuple({integer(), integer()})));

  const auto interface = make_ref<InterfaceType>("__torch__.I", false);
  interface->methods.push_back(make_ref<Callable>("__torch__.I.run"));
  const auto with = make_ref<ClassType>("__torch__.A", false);
  with->methods.push_back(make_ref<Callable>("__torch__.A.run"));
  const auto without = make_ref<ClassType>("__torch__.B", false);
  EXPECT_TRUE(is_subtype(*with, *interface));
  EXPECT_FALSE(is_subtype(*without, *interface));
  EXPECT_FALSE(same_type(*with, *make_ref<ClassType>("__torch__.A", false))) << "classes of two programs differ";
  EXPECT_TRUE(same_type(*make_ref<ClassType>("__torch__.torch.classes.a.B", false),
                        *make_ref<ClassType>("__torch__.torch.classes.a.B", false)))
      << "custom classes belong to the process";
}

}  // namespace
}  // namespace heddle
