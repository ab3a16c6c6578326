// Strings, as sequences of bytes: searching, splitting, joining, padding. PyTorch's strings are bytes too, so len("é")
// is 2.
#include <algorithm>

#include "core/boxes.h"
#include "ops/language/sequence.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Text = std::string_view;

IValue make_strings(const std::vector<std::string>& parts) {
  std::vector<IValue> items;
  items.reserve(parts.size());
  for (const std::string& part : parts) items.emplace_back(part);
  return make_list(types::string(), std::move(items));
}

Result<std::string> get_item(Text text, int64_t index) {
  return std::string(1, text[HEDDLE_TRY(wrap_index(index, text.size(), "string"))]);
}
Result<std::string> slice(Text text, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  HEDDLE_TRY(check_step(step));
  const SliceRange range = slice_range(text.size(), start, end, step);
  std::string result;
  for (int64_t i = 0, at = range.start; i < range.count; ++i, at += step) result += text[static_cast<size_t>(at)];
  return result;
}
// A string that adds itself to itself would fill memory, which no limit on tensors sees.
constexpr int64_t kWidest = int64_t{1} << 30;
Status check_length(size_t length) {
  HEDDLE_REQUIRE_CODE(length <= static_cast<size_t>(kWidest), kLimit, "a string of ", length,
                      " characters is too long");
  return ok_status();
}

Result<std::string> join_text(Text a, Text b) {
  HEDDLE_TRY(check_length(a.size() + b.size()));
  return concat(a, b);
}
IValue characters(Text text) {
  std::vector<std::string> parts;
  for (char c : text) parts.emplace_back(1, c);
  return make_strings(parts);
}

// The bytes that find() and its kin look at. `end` is Python's, except that the default -1 stands for the whole string.
struct Window {
  Text text;
  int64_t begin;
};
Window window(Text text, int64_t start, int64_t end) {
  const auto size = static_cast<int64_t>(text.size());
  if (start < 0) start = std::max<int64_t>(0, start + size);
  if (end < 0) end = std::max<int64_t>(0, size + end + 1);
  end = std::min(end, size);
  if (start > end) return {Text(), -1};
  return {text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start)), start};
}
int64_t find(Text text, Text part, int64_t start, int64_t end) {
  const Window w = window(text, start, end);
  const size_t at = w.begin < 0 ? Text::npos : w.text.find(part);
  return at == Text::npos ? -1 : w.begin + static_cast<int64_t>(at);
}
int64_t rfind(Text text, Text part, int64_t start, int64_t end) {
  const Window w = window(text, start, end);
  const size_t at = w.begin < 0 ? Text::npos : w.text.rfind(part);
  return at == Text::npos ? -1 : w.begin + static_cast<int64_t>(at);
}
template <int64_t (*search)(Text, Text, int64_t, int64_t)>
Result<int64_t> index(Text text, Text part, int64_t start, int64_t end) {
  const int64_t at = search(text, part, start, end);
  HEDDLE_REQUIRE(at >= 0, "ValueError: substring not found");
  return at;
}
int64_t count(Text text, Text part, int64_t start, int64_t end) {
  const Window w = window(text, start, end);
  if (w.begin < 0) return 0;
  if (part.empty()) return static_cast<int64_t>(w.text.size()) + 1;
  int64_t n = 0;
  for (size_t at = w.text.find(part); at != Text::npos; at = w.text.find(part, at + part.size())) ++n;
  return n;
}
bool starts_with(Text text, Text part, int64_t start, int64_t end) {
  const Window w = window(text, start, end);
  return w.begin >= 0 && w.text.starts_with(part);
}
bool ends_with(Text text, Text part, int64_t start, int64_t end) {
  const Window w = window(text, start, end);
  return w.begin >= 0 && w.text.ends_with(part);
}
Result<std::string> replace(Text text, Text old, Text with, int64_t limit) {
  // What it could give, where every part of the text is replaced.
  size_t longest = 0;
  if (__builtin_mul_overflow(text.size() / std::max<size_t>(old.size(), 1) + 1, with.size() + 1, &longest)) {
    longest = SIZE_MAX;
  }
  HEDDLE_TRY(check_length(with.size() > old.size() ? std::max(longest, text.size()) : text.size()));
  std::string result;
  const auto allowed = [&] { return limit < 0 || limit-- > 0; };
  if (old.empty()) {
    for (char c : text) {
      if (allowed()) result += with;
      result += c;
    }
    if (allowed()) result += with;
    return result;
  }
  size_t at = 0;
  for (size_t hit = text.find(old); hit != Text::npos && allowed(); hit = text.find(old, at)) {
    result.append(text.substr(at, hit - at)).append(with);
    at = hit + old.size();
  }
  return result.append(text.substr(at));
}

constexpr Text kBlanks = " \t\n\r\f\v";

std::vector<std::string> split_blanks(Text text, int64_t limit) {
  std::vector<std::string> parts;
  size_t at = text.find_first_not_of(kBlanks);
  while (at != Text::npos) {
    if (limit >= 0 && static_cast<int64_t>(parts.size()) == limit) {
      parts.emplace_back(text.substr(at, text.find_last_not_of(kBlanks) - at + 1));
      break;
    }
    const size_t end = text.find_first_of(kBlanks, at);
    parts.emplace_back(text.substr(at, end == Text::npos ? end : end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
  return parts;
}
Result<IValue> split(Text text, std::optional<Text> separator, int64_t limit) {
  if (!separator) return make_strings(split_blanks(text, limit));
  HEDDLE_REQUIRE(!separator->empty(), "ValueError: empty separator");
  std::vector<std::string> parts;
  size_t at = 0;
  for (size_t hit = text.find(*separator);
       hit != Text::npos && (limit < 0 || static_cast<int64_t>(parts.size()) < limit);
       hit = text.find(*separator, at)) {
    parts.emplace_back(text.substr(at, hit - at));
    at = hit + separator->size();
  }
  parts.emplace_back(text.substr(at));
  return make_strings(parts);
}
Result<IValue> rsplit(Text text, Text separator, int64_t limit) {
  HEDDLE_REQUIRE(!separator.empty(), "ValueError: empty separator");
  std::vector<std::string> parts;
  while (limit < 0 || static_cast<int64_t>(parts.size()) < limit) {
    const size_t hit = text.rfind(separator);
    if (hit == Text::npos) break;
    parts.emplace_back(text.substr(hit + separator.size()));
    text = text.substr(0, hit);
  }
  parts.emplace_back(text);
  std::reverse(parts.begin(), parts.end());
  return make_strings(parts);
}
// Every line end is one character, and keepends gives it as an element of its own: PyTorch's ways, not Python's.
IValue split_lines(Text text, bool keep_ends) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = text.find_first_of("\n\r\v\f\x1c\x1d\x1e");
    parts.emplace_back(text.substr(0, end));
    if (end == Text::npos) break;
    if (keep_ends) parts.emplace_back(text.substr(end, 1));
    text = text.substr(end + 1);
  }
  return make_strings(parts);
}
Result<std::string> join_list(Text separator, ListValue* values) {
  std::string result;
  for (size_t i = 0; i < values->items.size(); ++i) {
    HEDDLE_REQUIRE_CODE(values->items[i].is_string(), kType, "join() needs strings, but got ",
                        values->items[i].type_text());
    HEDDLE_TRY(check_length(result.size() + separator.size() + values->items[i].as_string().size()));
    result.append(i ? separator : Text()).append(values->items[i].as_string());
  }
  return result;
}
std::tuple<std::string, std::string, std::string> parts_around(Text text, size_t at, size_t size) {
  return {std::string(text.substr(0, at)), std::string(text.substr(at, size)), std::string(text.substr(at + size))};
}
Result<std::tuple<std::string, std::string, std::string>> partition(Text text, Text separator) {
  HEDDLE_REQUIRE(!separator.empty(), "ValueError: empty separator");
  const size_t at = text.find(separator);
  return at == Text::npos ? parts_around(text, text.size(), 0) : parts_around(text, at, separator.size());
}
Result<std::tuple<std::string, std::string, std::string>> rpartition(Text text, Text separator) {
  HEDDLE_REQUIRE(!separator.empty(), "ValueError: empty separator");
  const size_t at = text.rfind(separator);
  return at == Text::npos ? parts_around(text, 0, 0) : parts_around(text, at, separator.size());
}

Text strip_left(Text text, Text chars) {
  const size_t first = text.find_first_not_of(chars);
  return first == Text::npos ? Text() : text.substr(first);
}
Text strip_right(Text text, Text chars) { return text.substr(0, text.find_last_not_of(chars) + 1); }
std::string strip(Text text, Text chars) { return std::string(strip_right(strip_left(text, chars), chars)); }
std::string lstrip(Text text, Text chars) { return std::string(strip_left(text, chars)); }
std::string rstrip(Text text, Text chars) { return std::string(strip_right(text, chars)); }

// How many characters are missing to the width.
Result<size_t> padding(Text text, int64_t width, Text fill) {
  HEDDLE_REQUIRE(fill.size() == 1, "TypeError: The fill character must be exactly one character long");
  HEDDLE_REQUIRE_CODE(width <= kWidest, kLimit, "a string of ", width, " characters is too long");
  return static_cast<size_t>(std::max<int64_t>(0, width - static_cast<int64_t>(text.size())));
}
Result<std::string> ljust(Text text, int64_t width, Text fill) {
  return std::string(text).append(HEDDLE_TRY(padding(text, width, fill)), fill[0]);
}
Result<std::string> rjust(Text text, int64_t width, Text fill) {
  return std::string(HEDDLE_TRY(padding(text, width, fill)), fill[0]).append(text);
}
Result<std::string> center(Text text, int64_t width, Text fill) {
  const size_t missing = HEDDLE_TRY(padding(text, width, fill));
  // An odd character goes to the left where the width is odd, as in CPython.
  const size_t left = missing / 2 + (missing & static_cast<size_t>(width) & 1);
  return std::string(left, fill[0]).append(text).append(missing - left, fill[0]);
}
Result<std::string> zfill(Text text, int64_t width) { return rjust(text, width, "0"); }
Result<std::string> expand_tabs(Text text, int64_t size) {
  HEDDLE_REQUIRE_CODE(size <= kWidest / 1024, kLimit, "tabs of ", size, " characters are too wide");
  std::string result;
  int64_t column = 0;
  for (char c : text) {
    if (c == '\t') {
      const int64_t blanks = size > 0 ? size - column % size : 0;
      result.append(static_cast<size_t>(blanks), ' ');
      column += blanks;
    } else {
      result += c;
      column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
  }
  return result;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_string) {
  using namespace heddle::schema;
  table.add("aten::__getitem__.str(str s, int index) -> str", boxed<&get_item>());
  table.add("prim::StringIndex(str string, int index) -> str", boxed<&get_item>());
  table.add("aten::slice.str(str string, int? start=None, int? end=None, int step=1) -> str", boxed<&slice>());
  table.add("aten::len.str(str s) -> int", boxed<[](std::string_view s) { return static_cast<int64_t>(s.size()); }>());
  table.add("aten::add.str(str a, str b) -> str", boxed<&join_text>());
  table.add("aten::list(str t) -> str[]", boxed<&characters>());
  table.add("aten::find(str self, str substr, int start=0, int end=-1) -> int", boxed<&find>());
  table.add("aten::rfind(str self, str substr, int start=0, int end=-1) -> int", boxed<&rfind>());
  table.add("aten::index.str(str self, str substr, int start=0, int end=-1) -> int", boxed<&index<find>>());
  table.add("aten::rindex(str self, str substr, int start=0, int end=-1) -> int", boxed<&index<rfind>>());
  table.add("aten::count(str self, str substr, int start=0, int end=-1) -> int", boxed<&count>());
  table.add("aten::startswith(str self, str substr, int start=0, int end=-1) -> bool", boxed<&starts_with>());
  table.add("aten::endswith(str self, str substr, int start=0, int end=-1) -> bool", boxed<&ends_with>());
  table.add("aten::replace(str self, str old, str new, int max=-1) -> str", boxed<&replace>());
  table.add("aten::split.str(str self, str? separator=None, int max=-1) -> str[]", boxed<&split>());
  table.add("aten::rsplit(str self, str separator=\" \", int max=-1) -> str[]", boxed<&rsplit>());
  table.add("aten::splitlines(str self, bool keepends=False) -> str[]", boxed<&split_lines>());
  table.add("aten::join(str self, str[] values) -> str", boxed<&join_list>());
  table.add("aten::partition(str self, str separator) -> (str, str, str)", boxed<&partition>());
  table.add("aten::rpartition(str self, str separator) -> (str, str, str)", boxed<&rpartition>());
  table.add("aten::strip(str self, str chars=\" \\n\\t\\f\\v\") -> str", boxed<&strip>());
  table.add("aten::lstrip(str self, str chars=\" \\n\\t\\f\\v\") -> str", boxed<&lstrip>());
  table.add("aten::rstrip(str self, str chars=\" \\n\\t\\f\\v\") -> str", boxed<&rstrip>());
  table.add("aten::ljust(str self, int width, str fillchar=\" \") -> str", boxed<&ljust>());
  table.add("aten::rjust(str self, int width, str fillchar=\" \") -> str", boxed<&rjust>());
  table.add("aten::center(str self, int width, str fillchar=\" \") -> str", boxed<&center>());
  table.add("aten::zfill(str self, int width) -> str", boxed<&zfill>());
  table.add("aten::expandtabs(str self, int tabsize=8) -> str", boxed<&expand_tabs>());
}
