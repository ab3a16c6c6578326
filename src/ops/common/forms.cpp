#include "ops/common/forms.h"

#include "base/text.h"

namespace heddle::ops {
namespace {

// Splits "aten::add.Tensor(Tensor self, Tensor other) -> Tensor" into the arguments between the parentheses and nothing
// else.
std::string_view arguments_of(std::string_view schema) {
  const size_t open = schema.find('(');
  const size_t close = schema.rfind(") ->");
  return schema.substr(open + 1, close - open - 1);
}

std::string qualified(std::string_view schema, std::string_view name) {
  return concat(schema.substr(0, schema.find("::") + 2), name);
}

}  // namespace

std::string in_place_schema(std::string_view functional, std::string_view name) {
  std::string_view arguments = arguments_of(functional);
  arguments.remove_prefix(std::string_view("Tensor").size());
  return concat(qualified(functional, name), "(Tensor(a!)", arguments, ") -> Tensor(a!)");
}

std::string out_schema(std::string_view functional, std::string_view name) {
  const std::string_view arguments = arguments_of(functional);
  const bool has_keywords = arguments.find("*, ") != std::string_view::npos;
  return concat(qualified(functional, name), "(", arguments, has_keywords ? ", " : ", *, ",
                "Tensor(a!) out) -> Tensor(a!)");
}

}  // namespace heddle::ops
