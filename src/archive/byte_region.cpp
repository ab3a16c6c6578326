#include "archive/byte_region.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace heddle::archive {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

Result<Ref<Storage>> map_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    const ErrorCode code = errno == ENOENT || errno == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kBadArchive;
    return error(code, "cannot open ", quoted(path), ": ", std::strerror(errno));
  }
  struct stat status;
  if (::fstat(file.get(), &status) != 0) {
    return error(ErrorCode::kBadArchive, "cannot read ", quoted(path), ": ", std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return error(ErrorCode::kBadArchive, "cannot read ", quoted(path), ": it is ",
                 S_ISDIR(status.st_mode) ? "a folder" : "no regular file", ", expected an archive file");
  }
  if (status.st_size == 0) {
    return error(ErrorCode::kBadArchive, "cannot read ", quoted(path),
                 ": the file is empty, expected a zip archive written by PyTorch");
  }
  const auto size = static_cast<size_t>(status.st_size);
  // Writable, because a model may write its weights in place; without reserving swap for pages that hardly ever change.
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.get(), 0);
  if (data == MAP_FAILED) {
    return error(ErrorCode::kBadArchive, "cannot map ", quoted(path), " (", size, " bytes): ", std::strerror(errno));
  }
  return Storage::wrap(data, size, [data, size] { ::munmap(data, size); });
}

Result<Ref<Storage>> drain_stream(std::istream& stream, const std::string& name, uint64_t most) {
  constexpr size_t kFirstBytes = 1 << 16;
  Ref<Storage> bytes = HEDDLE_TRY(Storage::allocate(kFirstBytes));
  size_t used = 0;
  while (stream) {
    if (used == bytes->bytes()) HEDDLE_TRY(bytes->resize(used * 2));
    stream.read(static_cast<char*>(bytes->data()) + used, static_cast<std::streamsize>(bytes->bytes() - used));
    used += static_cast<size_t>(stream.gcount());
    HEDDLE_REQUIRE_CODE(used <= most, kLimit, "cannot read ", quoted(name),
                        ": it is longer than the limit archive_bytes, ", most);
  }
  if (!stream.eof()) return error(ErrorCode::kBadArchive, "cannot read ", quoted(name), ": the stream failed");
  if (used == 0) {
    return error(ErrorCode::kBadArchive, "cannot read ", quoted(name),
                 ": the stream is empty, expected a zip archive written by PyTorch");
  }
  return slice(bytes, 0, used);
}

Result<Ref<Storage>> copy_bytes(const void* data, size_t size) {
  Ref<Storage> bytes = HEDDLE_TRY(Storage::allocate(size));
  if (size) std::memcpy(bytes->data(), data, size);
  return bytes;
}

Ref<Storage> slice(const Ref<Storage>& whole, size_t offset, size_t size) {
  return Storage::wrap(static_cast<char*>(whole->data()) + offset, size, [whole] {});
}

}  // namespace heddle::archive
