#include "cli/file.h"

#include <sys/stat.h>

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

Result<Bytes> read_file(const std::string& path) {
  FilePtr file(std::fopen(path.c_str(), "rb"));
  if (!file) return error(ErrorCode::kNotFound, "cannot open ", path, ": ", std::strerror(errno));
  struct stat about = {};
  // A folder opens, and says only on reading that it is none.
  if (fstat(fileno(file.get()), &about) == 0 && S_ISDIR(about.st_mode)) {
    return error(ErrorCode::kNotFound, "cannot read ", path, ": it is a folder");
  }
  Bytes bytes(S_ISREG(about.st_mode) ? static_cast<size_t>(about.st_size) : 0);
  size_t filled = 0;
  // Pipes have no size beforehand, and a file may grow meanwhile: read until the end says so.
  while (true) {
    if (filled == bytes.size()) bytes.resize(filled + 64 * 1024);
    const size_t got = std::fread(bytes.data() + filled, 1, bytes.size() - filled, file.get());
    filled += got;
    if (got == 0) break;
  }
  if (std::ferror(file.get())) return error(ErrorCode::kRuntime, "cannot read ", path, ": ", std::strerror(errno));
  bytes.resize(filled);
  return bytes;
}

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
