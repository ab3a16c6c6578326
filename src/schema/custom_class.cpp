#include "schema/custom_class.h"

#include <map>
#include <mutex>

#include "base/text.h"

namespace heddle::schema {
namespace {

constexpr std::string_view kPrefix = "__torch__.torch.classes.";

struct Registry {
  std::mutex mutex;
  std::map<std::string, CustomClass, std::less<>> classes;  // guarded by mutex; entries stay where they are
};
Registry& registry() {
  static Registry all;
  return all;
}

}  // namespace

void register_custom_class(std::string_view name, CustomClass::Restore restore, CustomClass::Save save) {
  const std::lock_guard lock(registry().mutex);
  registry().classes[std::string(name)] = {std::string(name), std::move(restore), std::move(save)};
}

const CustomClass* find_custom_class(std::string_view name) {
  const std::lock_guard lock(registry().mutex);
  const auto found = registry().classes.find(name);
  return found == registry().classes.end() ? nullptr : &found->second;
}

bool is_custom_class_name(std::string_view qualified_name) {
  return qualified_name.starts_with(kPrefix) && qualified_name.find('.', kPrefix.size()) != std::string_view::npos;
}

std::string custom_method(std::string_view class_name, std::string_view method) {
  // A dot in an operator's name would begin its overload.
  std::string name = "classes";
  for (const std::string_view part : split(class_name.substr(kPrefix.size()), '.')) name += concat("::", part);
  return concat(name, "::", method);
}

}  // namespace heddle::schema
