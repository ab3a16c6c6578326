#include "core/release.h"

#include <new>
#include <utility>

#include "core/nested_release.h"

namespace heddle {
namespace {

constexpr int kMaxNested = 64;

// No destructor of its own: values may go while the thread's other locals are destroyed.
struct Releases {
  int nested = 0;
  std::vector<std::vector<IValue>>* waiting = nullptr;
};

thread_local Releases releases;

}  // namespace

NestedRelease::NestedRelease() { ++releases.nested; }

NestedRelease::~NestedRelease() {
  Releases& here = releases;
  if (here.nested == 1 && here.waiting) {
    while (!here.waiting->empty()) {
      const std::vector<IValue> next = std::exchange(here.waiting->back(), {});
      here.waiting->pop_back();
      // `next` goes at the end of this turn, while `nested` is 1.
    }
    delete std::exchange(here.waiting, nullptr);
  }
  --here.nested;
}

bool NestedRelease::is_deep() { return releases.nested >= kMaxNested; }

void release_values(std::vector<IValue>& values) {
  if (values.empty()) return;
  if (NestedRelease::is_deep()) {
    try {
      Releases& here = releases;
      if (!here.waiting) here.waiting = new std::vector<std::vector<IValue>>();
      here.waiting->push_back(std::move(values));
      return;
    } catch (const std::bad_alloc&) {
      // Deeper, then.
    }
  }
  const NestedRelease nested;
  values.clear();
}

}  // namespace heddle
