// An object of a custom class, as archives hold packed weights: the class's name and a content that only the operators
// of that class look into. The content is set before the object is shared between threads and never changes then.
#pragma once

#include <string>
#include <utility>

#include "core/boxes.h"

namespace heddle {

class CustomObject final : public CapsuleValue {
 public:
  explicit CustomObject(std::string name, Ref<const RefCounted> what = nullptr)
      : CapsuleValue(std::move(name)), content(std::move(what)) {}
  Ref<const RefCounted> content;  // null until the object's state has been read
};

}  // namespace heddle
