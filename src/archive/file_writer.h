// Files that appear whole or not at all. Any thread, one file each.
#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "base/result.h"

namespace heddle::archive {

// Writes what `fill` puts into the stream. A regular file is replaced when all of it is there, without disturbing those
// who have the old one mapped. kRuntime when it cannot be written; the errors of `fill`.
Status write_file(const std::string& path, const std::function<Status(std::ostream&)>& fill);

}  // namespace heddle::archive
