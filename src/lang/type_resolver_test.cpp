#include "lang/type_resolver.h"

#include <gtest/gtest.h>

#include "core/class_type.h"

namespace heddle::lang {
namespace {

const TypePtr& known_class() {
  static const TypePtr type = make_ref<ClassType>("__torch__.M", true);
  return type;
}

// Knows the classes "__torch__.M", "Stream" and "__torch__.torch.classes.ns.Box".
Result<TypePtr> lookup(const std::string& name, const SourceRange& range) {
  if (name == "__torch__.M" || name == "Stream" || name == "__torch__.torch.classes.ns.Box") return known_class();
  if (name == "Broken") return invalid("broken at line ", range.line());
  return TypePtr();
}

std::string resolved(std::string_view text) {
  const Result<TypePtr> type = parse_type(text, lookup);
  return type.ok() ? type.value()->to_text() : "error: " + type.status().message();
}

#define EXPECT_FAILS(text, part) EXPECT_NE(resolved(text).find(part), std::string::npos) << resolved(text)

TEST(TypeResolver, SimpleNames) {
  EXPECT_EQ(resolved("Tensor"), "Tensor");
  EXPECT_EQ(resolved("torch.Tensor"), "Tensor");
  EXPECT_EQ(resolved("torch.LongTensor"), "Tensor");
  EXPECT_EQ(resolved("None"), "NoneType");
  EXPECT_EQ(resolved("NoneType"), "NoneType");
  EXPECT_EQ(resolved("number"), "number");
  EXPECT_EQ(resolved("Any"), "Any");
  EXPECT_EQ(resolved("typing.Any"), "Any");
  EXPECT_EQ(resolved("torch.device"), "Device");
  EXPECT_EQ(resolved("Device"), "Device");
  EXPECT_EQ(resolved("torch.Generator"), "Generator");
  EXPECT_EQ(resolved("Storage"), "Storage");
  EXPECT_EQ(resolved("Capsule"), "Capsule");
  EXPECT_EQ(resolved("complex"), "complex");
  for (const char* integer : {"int", "torch.dtype", "torch.layout", "Layout", "torch.memory_format", "ScalarType"}) {
    EXPECT_EQ(resolved(integer), "int") << integer;
  }
  EXPECT_EQ(resolved("torch.Size"), "List[int]");
  EXPECT_EQ(parse_type("list", lookup).value(), types::any_list());
  EXPECT_EQ(parse_type("tuple", lookup).value(), types::any_tuple());
}

TEST(TypeResolver, Containers) {
  EXPECT_EQ(resolved("List[ Tensor ]"), "List[Tensor]");
  EXPECT_EQ(resolved("list[dict[str, Tuple[int, float]]]"), "List[Dict[str, Tuple[int, float]]]");
  EXPECT_EQ(resolved("Tuple[()]"), "Tuple[()]");
  EXPECT_EQ(resolved("Tuple[int,]"), "Tuple[int]");
  EXPECT_EQ(resolved("Optional[List[Optional[int]]]"), "Optional[List[Optional[int]]]");
  EXPECT_EQ(resolved("torch.jit.Future[Tensor]"), "Future[Tensor]");
  EXPECT_EQ(resolved("Await[int]"), "Await[int]");
  EXPECT_EQ(resolved("Final[float]"), "float");
  EXPECT_EQ(resolved("BroadcastingList2[int]"), "List[int]");
  EXPECT_EQ(resolved("RRef[int]"), "Capsule");
  EXPECT_EQ(resolved("typing.Dict[str, Tensor]"), "Dict[str, Tensor]");
}

TEST(TypeResolver, Unions) {
  EXPECT_EQ(resolved("Union[int, None]"), "Optional[int]");
  EXPECT_EQ(resolved("int | None"), "Optional[int]");
  EXPECT_EQ(resolved("Union[int]"), "int");
  EXPECT_EQ(resolved("int | str | Tensor"), resolved("Union[Tensor, Union[str, int]]"));
  EXPECT_EQ(resolved("int | int"), "int");
}

TEST(TypeResolver, StringsAreAnnotations) {
  EXPECT_EQ(resolved("'Tensor'"), "Tensor");
  EXPECT_EQ(resolved("List['Optional[\"int\"]']"), "List[Optional[int]]");
}

TEST(TypeResolver, ClassesComeFromTheLookup) {
  EXPECT_EQ(parse_type("__torch__.M", lookup).value(), known_class());
  EXPECT_EQ(resolved("List[__torch__.M]"), "List[__torch__.M]");
  EXPECT_EQ(parse_type("torch.classes.ns.Box", lookup).value(), known_class());
  EXPECT_EQ(parse_type("__torch__.torch.classes.ns.Box", lookup).value(), known_class());
  // A class may be called like a common type, but not like a basic one; with its module it is the built-in again.
  EXPECT_EQ(parse_type("Stream", lookup).value(), known_class());
  EXPECT_EQ(resolved("torch.Stream"), "Stream");
  EXPECT_FAILS("Broken", "broken at line 1");
}

TEST(TypeResolver, SaysWhatIsNoType) {
  EXPECT_FAILS("Foo", "unknown type name 'Foo'");
  EXPECT_FAILS("Foo[int]", "unknown type name 'Foo'");
  EXPECT_FAILS("List[Dict[str, Foo]]", "                   ~~~ <--- HERE");
  EXPECT_FAILS("List", "'List' needs the types it contains in brackets, for example List[int]");
  EXPECT_FAILS("Dict", "for example Dict[str, int]");
  EXPECT_FAILS("Dict[int]", "'Dict' takes 2 types but found 1");
  EXPECT_FAILS("Optional[int, str]", "'Optional' takes 1 type but found 2");
  EXPECT_FAILS("Tuple[int, ...]", "a tuple of any length");
  EXPECT_FAILS("3", "expected a type but found an integer");
  EXPECT_FAILS("int & str", "expected a type but found a binary operation");
  EXPECT_FAILS("(int, int)", "expected a type but found a tuple");
  EXPECT_FAILS("f()[int]", "expected the name of a type");
  EXPECT_FAILS("List[int", "expected ']'");
  EXPECT_FAILS("", "expected an expression");
}

}  // namespace
}  // namespace heddle::lang
