// Small archives for the tests of this folder, made in memory. Never part of the library.
#pragma once

#include <algorithm>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/byte_region.h"
#include "archive/zip_writer.h"

namespace heddle::archive::test {

using Records = std::vector<std::pair<std::string, std::string>>;

// The bytes of a zip archive; names that end in ".py" are deflated, as PyTorch does.
inline std::string make_zip(const Records& records, bool deflate_all = false) {
  std::ostringstream out;
  ZipWriter writer(out);
  for (const auto& [name, content] : records) {
    const bool deflate = deflate_all || name.ends_with(".py");
    const Status status =
        deflate ? writer.add_deflated(name, content) : writer.add_stored(name, content.data(), content.size());
    if (!status.ok()) return {};
  }
  return writer.finish().ok() ? out.str() : std::string();
}

inline Ref<Storage> to_storage(std::string_view bytes) { return copy_bytes(bytes.data(), bytes.size()).value(); }

// The same damage for the same seed: flipped bits, overwritten, dropped, repeated and inserted bytes, a cut end.
inline std::string damaged(std::string bytes, std::mt19937& random) {
  const auto below = [&](size_t limit) { return limit ? random() % limit : 0; };
  const size_t wounds = 1 + below(4);
  for (size_t i = 0; i < wounds && !bytes.empty(); ++i) {
    const size_t at = below(bytes.size());
    const size_t length = std::min(1 + below(8), bytes.size() - at);
    switch (below(7)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8));
        break;
      case 1:
        bytes[at] = static_cast<char>(random());
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 4:
        bytes.insert(at, 1, static_cast<char>(random()));
        break;
      case 5:
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), length, static_cast<char>(0 - below(2)));
        break;
      default:
        if (below(8) == 0) bytes.resize(at);
    }
  }
  return bytes;
}

}  // namespace heddle::archive::test
