#include "archive/legacy_torch_save.h"

#include <cstring>
#include <unordered_map>

#include "archive/pickle_reader.h"
#include "archive/zip_format.h"
#include "core/boxes.h"

namespace heddle::archive {
namespace {

constexpr size_t kMagicSize = 15;
constexpr int64_t kProtocol = 1001;

// Storages are named before their bytes come: they are set aside first and filled afterwards.
class LegacyStorages final : public StorageSource {
 public:
  explicit LegacyStorages(size_t most_bytes) : room_(most_bytes) {}

  Result<Ref<Storage>> storage(const Request& request) override {
    const auto bytes = static_cast<uint64_t>(request.count * element_size(request.dtype));
    Known& known = known_[request.key];
    if (!known.storage) {
      HEDDLE_REQUIRE_CODE(bytes <= room_, kBadArchive,
                          "it announces more bytes of tensors than the file has; it is truncated");
      room_ -= bytes;
      known = {HEDDLE_TRY(Storage::allocate(bytes)), element_size(request.dtype)};
    }
    HEDDLE_REQUIRE_CODE(bytes <= known.storage->bytes(), kBadArchive, "it announces two sizes for storage ",
                        quoted(request.key));
    return known.storage;
  }

  // Fills storage `key` with what stands at `at`: a count of elements, then these. Returns the bytes used; 0 when it
  // does not fit.
  size_t fill(const std::string& key, const unsigned char* at, size_t most) {
    const auto found = known_.find(key);
    if (found == known_.end() || most < sizeof(int64_t)) return 0;
    const Storage& storage = *found->second.storage;
    const auto count = zip::get<uint64_t>(at);
    const auto element = static_cast<uint64_t>(found->second.element);
    if (count != storage.bytes() / element || most - sizeof(int64_t) < storage.bytes()) return 0;
    std::memcpy(storage.data(), at + sizeof(int64_t), storage.bytes());
    found->second.filled = true;
    return sizeof(int64_t) + storage.bytes();
  }
  bool all_filled() const {
    for (const auto& [key, known] : known_) {
      if (!known.filled) return false;
    }
    return true;
  }

 private:
  struct Known {
    Ref<Storage> storage;
    int64_t element = 1;
    bool filled = false;
  };
  uint64_t room_;
  std::unordered_map<std::string, Known> known_;
};

}  // namespace

Result<IValue> read_legacy_torch_save(const Storage& bytes, const std::string& name) {
  const std::string where = concat("cannot read ", quoted(name));
  const auto* data = static_cast<const unsigned char*>(bytes.data());
  size_t position = kMagicSize;
  LegacyStorages storages(bytes.bytes());
  const auto next = [&](StorageSource* source) {
    size_t consumed = 0;
    auto value = read_pickle({{data + position, bytes.bytes() - position},
                              concat(where, ": its pickle at byte ", position),
                              nullptr,
                              source},
                             &consumed);
    position += consumed;
    return value;
  };
  const IValue protocol = HEDDLE_TRY(next(nullptr));
  HEDDLE_REQUIRE_CODE(protocol.is_int() && protocol.as_int() == kProtocol, kUnsupported, where,
                      ": it is of an unknown protocol of torch.save, expected ", kProtocol);
  const IValue system = HEDDLE_TRY(next(nullptr));
  const IValue* little = system.is_dict() ? system.as_dict().find(IValue("little_endian")) : nullptr;
  HEDDLE_REQUIRE_CODE(little && little->is_bool() && little->as_bool(), kUnsupported, where,
                      ": it was written on a big-endian machine; save it again on a little-endian one");
  IValue value = HEDDLE_TRY(next(&storages));
  const IValue keys = HEDDLE_TRY(next(nullptr));
  HEDDLE_REQUIRE_CODE(keys.is_list(), kBadArchive, where, ": its list of storages is missing");
  for (const IValue& key : keys.as_list().items) {
    const size_t used = key.is_string() ? storages.fill(key.as_string(), data + position, bytes.bytes() - position) : 0;
    HEDDLE_REQUIRE_CODE(used, kBadArchive, where, ": the bytes of its tensors are truncated or damaged at byte ",
                        position);
    position += used;
  }
  HEDDLE_REQUIRE_CODE(storages.all_filled(), kBadArchive, where, ": the bytes of some of its tensors are missing");
  return value;
}

}  // namespace heddle::archive
