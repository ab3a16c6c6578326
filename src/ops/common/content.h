// What objects of custom classes hold, for the operators of those classes. Any thread.
#pragma once

#include "base/result.h"
#include "core/custom_object.h"
#include "core/ivalue.h"

namespace heddle::ops {

// The content of a packed parameter; kType where the value is another class's, or has got no state.
template <class T>
Result<Ref<const T>> content_of(const IValue& value) {
  const auto* object = value.is_capsule() ? dynamic_cast<const CustomObject*>(&value.as_capsule()) : nullptr;
  const auto* content = object ? dynamic_cast<const T*>(object->content.get()) : nullptr;
  HEDDLE_REQUIRE_CODE(content, kType, "expected packed parameters ", T::kExpected, ", but got ", value.type_text());
  return Ref<const T>::share(content);
}

}  // namespace heddle::ops
