// Letters of strings: upper and lower case, and the is...() questions. ASCII only, as in PyTorch.
#include <algorithm>

#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Text = std::string_view;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alpha(char c) { return is_upper(c) || is_lower(c); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_print(char c) { return c >= ' ' && c <= '~'; }
char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

std::string upper(Text text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), to_upper);
  return result;
}
std::string lower(Text text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), to_lower);
  return result;
}
std::string swap_case(Text text) {
  std::string result(text);
  for (char& c : result) c = is_upper(c) ? to_lower(c) : to_upper(c);
  return result;
}
std::string capitalize(Text text) {
  std::string result = lower(text);
  if (!result.empty()) result[0] = to_upper(result[0]);
  return result;
}
std::string title(Text text) {
  std::string result(text);
  bool inside = false;
  for (char& c : result) {
    c = inside ? to_lower(c) : to_upper(c);
    inside = is_alpha(c);
  }
  return result;
}

template <bool (*test)(char)>
bool all_are(Text text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), test);
}
bool is_printable(Text text) { return std::all_of(text.begin(), text.end(), is_print); }
template <bool (*wanted)(char), bool (*unwanted)(char)>
bool is_cased(Text text) {
  return std::any_of(text.begin(), text.end(), wanted) && std::none_of(text.begin(), text.end(), unwanted);
}
bool is_title(Text text) {
  bool inside = false;
  bool found = false;
  for (char c : text) {
    if ((is_upper(c) && inside) || (is_lower(c) && !inside)) return false;
    inside = is_alpha(c);
    found |= inside;
  }
  return found;
}
bool is_identifier(Text text) {
  return !text.empty() && !is_digit(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_string_case) {
  using namespace heddle::schema;
  table.add("aten::upper(str self) -> str", boxed<&upper>());
  table.add("aten::lower(str self) -> str", boxed<&lower>());
  table.add("aten::swapcase(str self) -> str", boxed<&swap_case>());
  table.add("aten::capitalize(str self) -> str", boxed<&capitalize>());
  table.add("aten::title(str self) -> str", boxed<&title>());
  table.add("aten::isupper(str self) -> bool", boxed<&is_cased<is_upper, is_lower>>());
  table.add("aten::islower(str self) -> bool", boxed<&is_cased<is_lower, is_upper>>());
  table.add("aten::istitle(str self) -> bool", boxed<&is_title>());
  table.add("aten::isalpha(str self) -> bool", boxed<&all_are<is_alpha>>());
  table.add("aten::isalnum(str self) -> bool", boxed<&all_are<is_alnum>>());
  table.add("aten::isdigit(str self) -> bool", boxed<&all_are<is_digit>>());
  table.add("aten::isdecimal(str self) -> bool", boxed<&all_are<is_digit>>());
  table.add("aten::isnumeric(str self) -> bool", boxed<&all_are<is_digit>>());
  table.add("aten::isspace(str self) -> bool", boxed<&all_are<is_space>>());
  table.add("aten::isprintable(str self) -> bool", boxed<&is_printable>());
  table.add("aten::isidentifier(str self) -> bool", boxed<&is_identifier>());
}
