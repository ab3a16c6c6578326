#include "archive/file_writer.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/text.h"

namespace heddle::archive {
namespace {

// Tells apart the files that threads of this process are writing.
std::atomic<uint64_t> partial_files{0};

}  // namespace

Status write_file(const std::string& path, const std::function<Status(std::ostream&)>& fill) {
  const auto failure = [&](const std::string& why) {
    return error(ErrorCode::kRuntime, "cannot write ", heddle::quoted(path), ": ", why);
  };
  std::error_code failed;
  const auto kind = std::filesystem::status(path, failed).type();
  const bool in_place = kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::not_found;
  const std::string target = in_place ? path : concat(path, ".partial-", ::getpid(), '-', partial_files.fetch_add(1));
  std::ofstream out(target, std::ios::binary | std::ios::trunc);
  if (!out) return failure(std::strerror(errno));
  Status status = fill(out);
  out.close();
  if (in_place) return status;
  if (status.ok() && !out) status = failure("closing it failed");
  if (status.ok() && std::rename(target.c_str(), path.c_str()) != 0) status = failure(std::strerror(errno));
  if (!status.ok()) std::remove(target.c_str());
  return status;
}

}  // namespace heddle::archive
