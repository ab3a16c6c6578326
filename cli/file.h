// Bytes to files, and what a file's name says of it. One thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace heddle::cli {

using Bytes = std::vector<std::byte>;

// Replaces the file's content. The error names the path and the system's reason.
Status write_file(const std::string& path, std::span<const std::byte> bytes);
inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}
// "npy" of "a/x.NPY": what follows the last dot of the last component, in small letters; empty where there is none.
std::string extension(std::string_view path);

}  // namespace heddle::cli
