// Warnings of running models and of kernels: one line on standard error. Any thread.
#pragma once

#include <string_view>

namespace heddle::ops {

void warn(std::string_view message);

}  // namespace heddle::ops
