#include "cli/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace heddle::cli {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, CloseFile>;

}  // namespace

Status write_file(const std::string& path, std::span<const std::byte> bytes) {
  FilePtr file(std::fopen(path.c_str(), "wb"));
  if (!file) return error(ErrorCode::kRuntime, "cannot write ", path, ": ", std::strerror(errno));
  if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size() || std::fflush(file.get()) != 0) {
    return error(ErrorCode::kRuntime, "cannot write ", path, ": ", std::strerror(errno));
  }
  return ok_status();
}

std::string extension(std::string_view path) {
  const size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || path.find('/', dot) != std::string_view::npos) return {};
  std::string result(path.substr(dot + 1));
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace heddle::cli
