// libFuzzer: any bytes as an archive file, every record of it read.
#include <cstddef>
#include <cstdint>

#include "archive/archive.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using heddle::archive::Archive;
  for (const auto kind : {Archive::Kind::kTorchScript, Archive::Kind::kTorchSave}) {
    auto archive = Archive::open_copy(data, size, "fuzz", kind);
    if (!archive.ok()) continue;
    for (const std::string& record : archive->records()) (void)archive->read(record, 16);
    (void)archive->read_pickle("data");
    (void)archive->read_constants();
    for (const std::string& qualifier : archive->code_qualifiers()) (void)archive->read_debug_ranges(qualifier);
  }
  return 0;
}
