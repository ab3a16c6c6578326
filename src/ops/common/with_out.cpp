#include "ops/common/with_out.h"

#include <string>
#include <vector>

#include "base/text.h"

namespace heddle::ops {
namespace {

// "Tensor U, Tensor S" or "Tensor": the names, empty for a result without one.
std::vector<std::string> result_names(std::string_view results) {
  std::vector<std::string> names;
  if (results.starts_with('(')) results = results.substr(1, results.size() - 2);
  for (std::string_view result : split(results, ',')) {
    while (result.starts_with(' ')) result.remove_prefix(1);
    const size_t space = result.find(' ');
    names.emplace_back(space == std::string_view::npos ? std::string_view() : result.substr(space + 1));
  }
  return names;
}

}  // namespace

void add_with_out(schema::TableBuilder& table, std::string_view schema, schema::Kernel kernel,
                  std::string_view out_name, std::initializer_list<std::string_view> names) {
  table.add(schema, kernel);
  const size_t open = schema.find('(');
  const size_t close = schema.rfind(") -> ");
  const std::string_view arguments = schema.substr(open + 1, close - open - 1);
  const std::vector<std::string> results = result_names(schema.substr(close + 5));
  std::string text = concat(schema.substr(0, schema.find("::") + 2), out_name, "(", arguments,
                            arguments.find("*, ") == std::string_view::npos ? ", *" : "");
  std::string returned;
  for (size_t i = 0; i < results.size(); ++i) {
    const std::string mark = concat("Tensor(", static_cast<char>('a' + i), "!)");
    std::string_view name = results[i].empty() ? std::string_view("out") : std::string_view(results[i]);
    if (names.size() > 0) name = names.begin()[i];
    text += concat(", ", mark, " ", name);
    returned += concat(i ? ", " : "", mark, results[i].empty() ? "" : " ", results[i]);
  }
  table.derive(concat(text, ") -> ", results.size() > 1 ? concat("(", returned, ")") : returned));
}

}  // namespace heddle::ops
