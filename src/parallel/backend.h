// What an intra-op backend provides: threads that help in regions. One backend_*.cpp is built, chosen by
// ATEN_THREADING.
#pragma once

#include <optional>
#include <string_view>

#include "base/ref.h"
#include "parallel/library_fact.h"
#include "parallel/region.h"

namespace heddle::parallel::backend {

// "OMP", "TBB" or "NATIVE".
std::string_view name();
// The library below, if any.
std::optional<LibraryFact> library();
// Has region->run() called `count` times, soon, on other threads. Whether they come early or late changes nothing but
// speed. std::bad_alloc: nobody was asked.
void request_helpers(const Ref<Region>& region, int count);
// Takes back what no thread has begun: how many of the calls will not come. May always return 0.
int withdraw_helpers(Region& region);
// get_num_threads() has changed.
void resized();
// In a forked child, where none of the threads exist any more.
void reset_after_fork();

}  // namespace heddle::parallel::backend
