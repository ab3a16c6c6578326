// Answers of PyTorch 1.13.1's interpreter to the same calls.
#include <gtest/gtest.h>

#include "core/boxes.h"
#include "ops/operators.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

const schema::OperatorTable& table() {
  static const auto built = build_operator_table().value().release();
  return *built;
}

IValue ints(std::initializer_list<int64_t> values) { return make_int_list({values.begin(), values.size()}); }
IValue strings(std::initializer_list<const char*> values) {
  std::vector<IValue> items;
  for (const char* value : values) items.emplace_back(std::string(value));
  return make_list(types::string(), std::move(items));
}
IValue dict(std::initializer_list<std::pair<const char*, int>> entries) {
  auto d = make_ref<DictValue>(types::string(), types::integer());
  for (const auto& [key, value] : entries) d->set(IValue(std::string(key)), IValue(value));
  return IValue(std::move(d));
}

// The result as Python prints it, or "! message".
std::string call(const std::string& name, std::vector<IValue> arguments) {
  const size_t dot = name.find('.');
  const schema::Operator* op =
      table().find("aten::" + name.substr(0, dot), dot == std::string::npos ? "" : name.substr(dot + 1));
  if (!op) op = table().find("prim::" + name.substr(0, dot), dot == std::string::npos ? "" : name.substr(dot + 1));
  if (!op) return "no operator " + name;
  for (size_t i = arguments.size(); i < op->schema.arguments.size(); ++i) {
    if (!op->schema.arguments[i].default_value) return "too few arguments for " + name;
    arguments.push_back(*op->schema.arguments[i].default_value);
  }
  auto results = schema::call_operator(*op, arguments);
  if (!results.ok()) return "! " + results.status().message();
  std::string text;
  for (const IValue& value : *results) text += (text.empty() ? "" : ", ") + repr_text(value);
  return text;
}

struct Row {
  const char* name;
  std::vector<IValue> arguments;
  const char* expected;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(call(row.name, row.arguments), row.expected) << row.name;
}

TEST(Language, Arithmetic) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  check({{"add.int", {kMax, 1}, "-9223372036854775808"},
         {"floordiv.int", {7, -2}, "-4"},
         {"floordiv.int", {-7, 2}, "-4"},
         {"floordiv.int", {kMin, -1}, "-9223372036854775808"},
         {"floordiv.int", {1, 0}, "! ZeroDivisionError: division by zero"},
         {"floordiv.float", {7., -2.}, "-4.0"},
         {"remainder.int", {7, -2}, "-1"},
         {"remainder.int", {-7, 2}, "1"},
         {"remainder.int", {kMin, -1}, "0"},
         {"remainder.int", {1, 0}, "! ZeroDivisionError: division by zero"},
         {"remainder.float", {-7., 2.}, "1.0"},
         {"div.int", {1, 0}, "inf"},
         {"div.int", {7, -2}, "-3.5"},
         {"divmod.int", {-7, 2}, "-4, 1"},
         {"divmod.float", {1., 0.}, "! ZeroDivisionError: float divmod()"},
         {"pow.int", {7, -2}, "0.02040816326530612"},
         {"pow.int_to_int", {-2, 3}, "-8"},
         {"add", {1, 2.5}, "3.5"},
         {"mul", {3, std::complex<double>(1, 2)}, "(3+6j)"},
         {"max.int_float", {1, 2.5}, "2.5"},
         {"factorial.int", {5}, "120"},
         {"factorial.int", {-1}, "! factorial() not defined for negative values"},
         {"gcd.int", {12, -18}, "6"},
         {"__range_length", {0, 10, 3}, "4"},
         {"__range_length", {10, 0, -3}, "4"},
         {"__range_length", {kMin, kMax, 1}, "-1"},
         {"__range_length", {0, 10, 0}, "! range() arg 3 must not be zero"},
         {"__derive_index", {2, 10, -3}, "4"}});
}

TEST(Language, Mathematics) {
  check({{"round.float", {2.5}, "2.0"},
         {"round.int", {3}, "3.0"},
         {"ceil.float", {-2.5}, "-2"},
         {"floor.float", {-2.5}, "-3"},
         {"modf", {3.5}, "0.5, 3.0"},
         {"frexp", {3.5}, "0.875, 2"},
         {"ldexp", {3.5, 3}, "28.0"},
         {"log.float_int", {3.5, 2}, "1.8073549220576042"},
         {"mathremainder.float_int", {3.5, 2}, "-0.5"},
         {"fmod.float_int", {3.5, 2}, "1.5"},
         {"sqrt.int", {-1}, "nan"},
         {"log.float", {0.}, "-inf"},
         {"gamma.float", {3.5}, "3.3233509704478426"}});
}

TEST(Language, Conversions) {
  check({{"Int.str", {" 12"}, "12"},
         {"Int.str", {"12a"}, "! invalid literal for int() with base 10: '12a'"},
         {"Int.float", {std::numeric_limits<double>::quiet_NaN()}, "-9223372036854775808"},
         {"Float.str", {"1e3"}, "1000.0"},
         {"Float.str", {"x"}, "! could not convert string to float: 'x'"},
         {"Bool.float", {0.5}, "True"},
         {"hex", {-65}, "'-0x41'"},
         {"oct", {65}, "'0o101'"},
         {"bin", {0}, "'0b0'"},
         {"chr", {65}, "'A'"},
         {"ord", {"xy"}, "! String for ord() must be 1 character, found 2"},
         {"Int.Tensor", {Tensor::scalar(3.7, DType::kFloat32).value()}, "3"},
         {"Bool.Tensor",
          {Tensor::empty(Dims{2}, DType::kBool).value()},
          "! Boolean value of Tensor with more than one value is ambiguous"},
         {"IntImplicit",
          {Tensor::scalar(3.7, DType::kFloat32).value()},
          "! Cannot input a tensor of type Float as an integral argument"}});
}

TEST(Language, ToLists) {
  const Tensor t = Tensor::empty(Dims{3, 2}, DType::kInt64).value();
  for (int64_t i = 0; i < 6; ++i) t.data<int64_t>()[i] = i;
  const Tensor number = Tensor::scalar(2.5, DType::kFloat32).value();
  check({{"tolist", {t, 2, 0}, "[[0, 1], [2, 3], [4, 5]]"},
         {"tolist", {t.transpose(0, 1), 2, 0}, "[[0, 2, 4], [1, 3, 5]]"},
         {"tolist", {Tensor::empty(Dims{2, 0}, DType::kBool).value(), 2, 2}, "[[], []]"},
         {"tolist", {Tensor::empty(Dims{0}, DType::kBool).value(), 1, 2}, "[]"},
         {"tolist", {number, 0, 1}, "2.5"},
         {"tolist", {Tensor::scalar(1.5, DType::kComplex64).value(), 0, 3}, "(1.5+0j)"},
         {"tolist", {t, 1, 0}, "! tolist() is annotated as a list of 1 dimensions, but the tensor has 2"},
         {"tolist",
          {number, 0, 0},
          "! tolist() is annotated with elements of type int, but the tensor's dtype is Float"}});
}

TEST(Language, ListsShareAndChange) {
  const IValue list = ints({1, 2, 3});
  check(
      {{"append.t", {list, 4}, "[1, 2, 3, 4]"},
       {"__getitem__.t", {list, -1}, "4"},
       {"__getitem__.t", {list, 4}, "! list index out of range"},
       {"insert.t", {list, 99, 5}, ""},
       {"insert.t", {list, -99, 0}, ""},
       {"pop.t", {list}, "5"},
       {"pop.t", {list, 9}, "! list index out of range"},
       {"Delete.t", {list, 0}, ""},
       {"extend.t", {list, list}, ""},
       {"len.t", {list}, "8"},
       {"_set_item.t", {list, -8, 7}, "[7, 2, 3, 4, 1, 2, 3, 4]"},
       {"slice.t", {ints({1, 2, 3}), 5, 1, -1}, "[3]"},
       {"slice.t", {ints({1, 2, 3}), IValue(), IValue(), -1}, "[3, 2, 1]"},
       {"slice.t", {ints({1, 2, 3}), -2, IValue(), 1}, "[2, 3]"},
       {"slice.t", {ints({1}), IValue(), IValue(), 0}, "! List slice should have non-zero step"},
       {"slice.t", {ints({1}), IValue(), IValue(), INT64_MIN}, "! List slice step is out of bounds"},
       {"mul.left_t", {ints({1, 2}), 2}, "[1, 2, 1, 2]"},
       {"mul.left_t", {ints({1, 2}), -2}, "[]"},
       {"index.list_int", {ints({1}), 3}, "! '3' is not in list"},
       {"remove.int", {ints({1}), 3}, "! list.remove(x): x not in list"},
       {"pop.t", {ints({})}, "! pop from empty list"},
       {"max.self_int", {ints({})}, "! max() arg is an empty sequence"},
       {"max.int_list", {ints({1, 2}), ints({1, 3})}, "[1, 3]"},
       {"sorted.str", {strings({"b", "a"})}, "['a', 'b']"},
       {"sorted.any", {make_list(types::any(), {make_tuple({2, "a"}), make_tuple({1, "b"})})}, "[(1, 'b'), (2, 'a')]"},
       {"sorted.any",
        {make_list(types::any(), {make_tuple({2, "a"}), make_tuple({1, 3})})},
        "! Only values of same type can be compared. Found Tuple[int, str] and Tuple[int, int]"},
       {"eq.int_list", {ints({1}), ints({1})}, "True"},
       {"sum.int", {ints({1, 2})}, "3"}});
}

TEST(Language, DictsKeepOrder) {
  check({{"dict", {}, "{}"}});
  const IValue d = dict({{"k", 1}, {"b", 2}});
  check({{"keys.str", {d}, "['k', 'b']"},
         {"items.str", {d}, "[('k', 1), ('b', 2)]"},
         {"__getitem__.Dict_str", {d, "x"}, "! KeyError: x"},
         {"get.str", {d, "x"}, "None"},
         {"get.default_str", {d, "x", 4}, "4"},
         {"setdefault.str", {d, "x", 5}, "5"},
         {"pop.Dict_str", {d, "b"}, "2"},
         {"popitem.str", {d}, "('k', 1)"},
         {"Delete.Dict_str", {d, "k"}, "! KeyError: k"},
         {"len.Dict_str", {d}, "1"}});
}

TEST(Language, Strings) {
  check({{"split.str", {" a  b c "}, "['a', 'b', 'c']"},
         {"split.str", {" a  b c ", " "}, "['', 'a', '', 'b', 'c', '']"},
         {"split.str", {"a,b,c", ",", 1}, "['a', 'b,c']"},
         {"split.str", {"a", ""}, "! ValueError: empty separator"},
         {"rsplit", {"a,b,c", ",", 1}, "['a,b', 'c']"},
         {"splitlines", {"a\nb\r\nc\n"}, "['a', 'b', '', 'c']"},
         {"splitlines", {"a\nb\r\nc\n", true}, "['a', '\\n', 'b', '\\r', '', '\\n', 'c', '\\n']"},
         {"find", {"abc", "c", -1}, "2"},
         {"find", {"abc", "c", 0, -1}, "2"},
         {"find", {"abc", "c", 0, 2}, "-1"},
         {"rfind", {"abca", "a"}, "3"},
         {"count", {"abca", "a"}, "2"},
         {"count", {"abc", ""}, "4"},
         {"replace", {"abca", "a", "x", 1}, "'xbca'"},
         {"startswith", {"abca", "b", 1}, "True"},
         {"endswith", {"abca", "c", 0, 3}, "True"},
         {"partition", {"abca", "c"}, "'ab', 'c', 'a'"},
         {"rpartition", {"abca", "z"}, "'', '', 'abca'"},
         {"index.str", {"abca", "z"}, "! ValueError: substring not found"},
         {"title", {"hello wORld's x"}, "\"Hello World'S X\""},
         {"capitalize", {"hELLo"}, "'Hello'"},
         {"center", {"abcd", 9}, "'   abcd  '"},
         {"center", {"abc", 8, "*"}, "'**abc***'"},
         {"zfill", {"-abc", 8}, "'0000-abc'"},
         {"expandtabs", {"a\tbc\td", 4}, "'a   bc  d'"},
         {"strip", {" \tabc\r\n"}, "'abc\\r'"},
         {"join", {"--", strings({"x", "y"})}, "'x--y'"},
         {"slice.str", {"abcdef", 1, 9, 2}, "'bdf'"},
         {"__getitem__.str", {"abc", 10}, "! string index out of range"},
         {"istitle", {"Abc Def"}, "True"},
         {"isupper", {"ABC 1"}, "True"},
         {"isalpha", {""}, "False"},
         {"isprintable", {""}, "True"}});
}

TEST(Language, Formatting) {
  check({{"format", {"{{}} {0}", 65}, "'{65} {0}'"},
         {"format", {"{} ", 65, 66}, "'65 '"},
         {"format", {"{} {}", 65}, "! Too few arguments for format string: {} {}"},
         {"percentFormat", {"%d %i %e %f %s", 3.5, 3.5, 3.5, 3.5, 3.5}, "'3 3 3.500000e+00 3.500000 3.5'"},
         {"percentFormat", {"%c %s %%", make_tuple({65, 65})}, "'A 65 %'"},
         {"percentFormat", {"%d", 65, 65}, "! Too many arguments for format string"},
         {"percentFormat", {"%d %d", 65}, "! Too few arguments for format string"},
         {"percentFormat", {"%x", 65}, "! The specifier %x is not supported in TorchScript format strings"}});
}

TEST(Language, WrongKindsAreErrors) {
  check({{"len.t", {3}, "! aten::len.t: argument 'a' must be List[t], but got int"},
         {"_set_item.t", {3, 0, 1}, "! expected a list, but got int"},
         {"RaiseException", {"bad", "ValueError"}, "! bad"}});
}

}  // namespace
}  // namespace heddle::ops
