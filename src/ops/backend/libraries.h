// The libraries the kernels are made of, for `parallel_info`. Any thread.
#pragma once

#include <vector>

#include "parallel/library_fact.h"

namespace heddle::ops::backend {

std::vector<parallel::LibraryFact> libraries();

}  // namespace heddle::ops::backend
