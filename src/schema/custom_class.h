// Classes of C++ objects that archives hold, packed weights say. ops registers them with its operators, before anything
// is loaded, programs theirs when they like; archives' objects are made of them by name. Any thread may look one up.
// What code calls of a class are operators (custom_method).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/custom_object.h"

namespace heddle::schema {

struct CustomClass {
  // The content of an object whose __getstate__ gave `state`; fails with kBadArchive where the state is none of the
  // class.
  using Restore = std::function<Result<Ref<const RefCounted>>(const IValue& state)>;
  // What __getstate__ gives.
  using Save = std::function<Result<IValue>(const IValue& object)>;
  std::string name;  // "__torch__.torch.classes.quantized.Conv2dPackedParamsBase"
  Restore restore;   // empty: its objects are in no archive
  Save save;         // empty: its objects are written to none
};

// Registering a name again replaces its class.
void register_custom_class(std::string_view name, CustomClass::Restore restore, CustomClass::Save save = nullptr);
// Null when there is none.
const CustomClass* find_custom_class(std::string_view name);

// Whether a qualified name is one of a custom class: "__torch__.torch.classes.ns.Name".
bool is_custom_class_name(std::string_view qualified_name);
// The operator behind a method: "classes::ns::Name::method". It takes the object first; "__new__" takes nothing and
// gives an object without content, which "__init__" fills.
std::string custom_method(std::string_view class_name, std::string_view method);

}  // namespace heddle::schema
