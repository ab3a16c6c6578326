// Archives taken apart and put together again, so that a mutation lands in a record and not in a checksum. Stored
// records only, as torch.jit.save writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::fuzz {

struct Record {
  std::string name;
  std::string bytes;
};

// Empty where the bytes are no such archive.
std::optional<std::vector<Record>> read_zip(std::string_view bytes);
// Records begin at multiples of 64, as PyTorch's do.
std::string write_zip(const std::vector<Record>& records);

}  // namespace heddle::fuzz
