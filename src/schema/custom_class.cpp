#include "schema/custom_class.h"

#include <map>
#include <mutex>

namespace heddle::schema {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, CustomClass, std::less<>> classes;  // guarded by mutex; entries stay where they are
};
Registry& registry() {
  static Registry all;
  return all;
}

}  // namespace

void register_custom_class(std::string_view name, CustomClass::Restore restore) {
  const std::lock_guard lock(registry().mutex);
  registry().classes[std::string(name)] = {std::string(name), restore};
}

const CustomClass* find_custom_class(std::string_view name) {
  const std::lock_guard lock(registry().mutex);
  const auto found = registry().classes.find(name);
  return found == registry().classes.end() ? nullptr : &found->second;
}

}  // namespace heddle::schema
