// Classes of C++ objects that archives hold, packed weights say. ops registers them with its operators, before anything
// is loaded; archives' objects are made of them by name. Any thread may look one up.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "core/custom_object.h"

namespace heddle::schema {

struct CustomClass {
  // The content of an object whose __getstate__ gave `state`; fails with kBadArchive where the state is none of the
  // class.
  using Restore = Result<Ref<const RefCounted>> (*)(const IValue& state);
  std::string name;  // "__torch__.torch.classes.quantized.Conv2dPackedParamsBase"
  Restore restore = nullptr;
};

// Registering a name again replaces its class.
void register_custom_class(std::string_view name, CustomClass::Restore restore);
// Null when there is none.
const CustomClass* find_custom_class(std::string_view name);

}  // namespace heddle::schema
