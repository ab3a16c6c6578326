// str.format, the % of strings, print and warn.
#include <cstdio>

#include "core/boxes.h"
#include "ops/language/warning.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::Call;

// "{}" takes the next argument; everything else stands for itself. Spare arguments are ignored, as in PyTorch.
Status format(const Call& call) {
  HEDDLE_REQUIRE_CODE(call.argument_count() > 0 && call.argument(0).is_string(), kType,
                      "aten::format: argument 'self' must be str");
  const std::string_view text = call.argument(0).as_string();
  std::string result;
  size_t next = 1;
  size_t at = 0;
  for (size_t hit = text.find("{}"); hit != std::string_view::npos; hit = text.find("{}", at)) {
    HEDDLE_REQUIRE(next < call.argument_count(), "Too few arguments for format string: ", text);
    result.append(text.substr(at, hit - at)).append(to_text(call.argument(next++)));
    at = hit + 2;
  }
  call.set_result(0, result.append(text.substr(at)));
  return ok_status();
}

Result<std::string> format_one(char specifier, const IValue& value) {
  char buffer[512];
  switch (specifier) {
    case 's':
      return to_text(value);
    case 'd':
    case 'i':
      HEDDLE_REQUIRE_CODE(value.is_number() && !value.is_complex(), kType, "%", specifier,
                          " requires a number for formatting, but got ", value.type_text());
      return concat(value.is_double() ? static_cast<int64_t>(value.as_double()) : value.as_int());
    case 'e':
    case 'E':
    case 'f':
    case 'F': {
      HEDDLE_REQUIRE_CODE(value.is_number() && !value.is_complex(), kType, "%", specifier,
                          " requires a number for formatting, but got ", value.type_text());
      const char pattern[] = {'%', specifier, '\0'};
      std::snprintf(buffer, sizeof buffer, pattern, value.as_scalar().to_double());
      return std::string(buffer);
    }
    case 'c':
      if (value.is_string() && value.as_string().size() == 1) return value.as_string();
      HEDDLE_REQUIRE_CODE(value.is_int(), kType, "%c requires an int or a single character for formatting, but got ",
                          value.type_text());
      return std::string(1, static_cast<char>(value.as_int()));
    default:
      return invalid("The specifier %", specifier, " is not supported in TorchScript format strings");
  }
}

Status percent_format(const Call& call) {
  HEDDLE_REQUIRE_CODE(call.argument_count() > 0 && call.argument(0).is_string(), kType,
                      "aten::percentFormat: argument 'self' must be str");
  const std::string_view text = call.argument(0).as_string();
  // One tuple stands for its elements.
  std::vector<IValue> values;
  if (call.argument_count() == 2 && call.argument(1).is_tuple()) {
    values = call.argument(1).as_tuple().items;
  } else {
    for (size_t i = 1; i < call.argument_count(); ++i) values.push_back(call.argument(i));
  }
  std::string result;
  size_t next = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    HEDDLE_REQUIRE(++i < text.size(), "Incomplete format specifier");
    if (text[i] == '%') {
      result += '%';
      continue;
    }
    HEDDLE_REQUIRE(next < values.size(), "Too few arguments for format string");
    result += HEDDLE_TRY(format_one(text[i], values[next++]));
  }
  HEDDLE_REQUIRE(next == values.size(), "Too many arguments for format string");
  call.set_result(0, std::move(result));
  return ok_status();
}

Status print(const Call& call) {
  std::string line;
  for (size_t i = 0; i < call.argument_count(); ++i) {
    if (i) line += ' ';
    line += to_text(call.argument(i));
  }
  line += '\n';
  // One write, so that lines of several threads do not mix.
  std::fwrite(line.data(), 1, line.size(), stdout);
  return ok_status();
}

void warn_operator(std::string_view message, int64_t) { warn(message); }

}  // namespace

void warn(std::string_view message) {
  const std::string line = concat("Warning: ", message, "\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(language_format) {
  using namespace heddle::schema;
  table.add("aten::format(str self, ...) -> str", &format);
  table.add("aten::percentFormat(str self, ...) -> str", &percent_format);
  table.add("prim::Print(...) -> ()", &print, kSideEffect);
  table.add("aten::warn(str message, int stacklevel=2) -> ()", boxed<&warn_operator>(), kSideEffect);
}
