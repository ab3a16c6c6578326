// What release.h does, for boxes that hold their values in something else than a list: a scope around what empties it.
// Where destructors already nest deeply, values should be moved out and handed to release_values instead, unless there
// is no memory for that. Any thread; destructors of boxes only.
#pragma once

namespace heddle {

class NestedRelease {
 public:
  NestedRelease();
  ~NestedRelease();
  NestedRelease(const NestedRelease&) = delete;
  NestedRelease& operator=(const NestedRelease&) = delete;
  static bool is_deep();
};

}  // namespace heddle
