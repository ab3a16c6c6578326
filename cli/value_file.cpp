#include "cli/value_file.h"

#include <array>
#include <charconv>
#include <vector>

#include "archive/byte_region.h"
#include "archive/torch_save.h"
#include "archive/zip_reader.h"
#include "cli/file.h"
#include "cli/npy.h"
#include "core/boxes.h"

namespace heddle::cli {
namespace {

std::span<const std::byte> bytes_of(const Storage& storage) {
  return {static_cast<const std::byte*>(storage.data()), storage.bytes()};
}

Status no_part(const FileName& file, const std::vector<std::string>& parts) {
  return error(ErrorCode::kNotFound, file.path, " has no ", quoted(file.part), "; it has ",
               parts.empty() ? "nothing" : join(parts, ", "));
}

Result<IValue> read_npz(const FileName& file) {
  const Ref<archive::ZipReader> zip =
      HEDDLE_TRY(archive::ZipReader::open(HEDDLE_TRY(archive::map_file(file.path)), file.path));
  auto arrays = make_ref<DictValue>(types::string(), types::tensor());
  std::vector<std::string> names;
  for (const archive::ZipRecord& record : zip->records()) {
    if (!record.name.ends_with(".npy")) continue;
    const std::string name = record.name.substr(0, record.name.size() - 4);
    names.push_back(quoted(name));
    if (!file.part.empty() && name != file.part) continue;
    const Ref<Storage> bytes = HEDDLE_TRY(zip->read(record));
    IValue array = HEDDLE_TRY(read_npy(bytes_of(*bytes), concat(file.path, ":", name)));
    if (!file.part.empty()) return array;
    arrays->set(IValue(name), std::move(array));
  }
  if (!file.part.empty()) return no_part(file, names);
  return IValue(std::move(arrays));
}

Result<IValue> part_of(const IValue& whole, const FileName& file) {
  std::vector<std::string> parts;
  if (whole.is_dict()) {
    if (const IValue* found = whole.as_dict().find(IValue(file.part))) return *found;
    for (const DictValue::Entry& entry : whole.as_dict().entries()) parts.push_back(repr_text(entry.key));
    return no_part(file, parts);
  }
  if (!whole.is_list() && !whole.is_tuple()) {
    return error(ErrorCode::kNotFound, file.path, " holds ", whole.type_text(), ", which has no part ",
                 quoted(file.part));
  }
  const std::vector<IValue>& items = whole.is_list() ? whole.as_list().items : whole.as_tuple().items;
  size_t index = 0;
  const char* end = file.part.data() + file.part.size();
  const auto [stop, failure] = std::from_chars(file.part.data(), end, index);
  if (failure == std::errc() && stop == end && index < items.size()) return items[index];
  return error(ErrorCode::kNotFound, file.path, " has no ", quoted(file.part), "; its indices are 0 to ",
               static_cast<int64_t>(items.size()) - 1);
}

}  // namespace

FileName parse_file_name(std::string_view text) {
  // The colon after the first such extension: names of parts may hold colons, too.
  for (size_t colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':', colon + 1)) {
    const std::string kind = extension(text.substr(0, colon));
    if (kind == "npz" || kind == "pt" || kind == "pth") {
      return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1)), kind};
    }
  }
  return {std::string(text), "", extension(text)};
}

bool is_value_kind(std::string_view kind) { return kind == "npy" || kind == "npz" || kind == "pt" || kind == "pth"; }

Result<IValue> read_values(const FileName& file) {
  if (file.kind == "npy") {
    const Ref<Storage> bytes = HEDDLE_TRY(archive::map_file(file.path));
    return IValue(HEDDLE_TRY(read_npy(bytes_of(*bytes), file.path)));
  }
  if (file.kind == "npz") return read_npz(file);
  IValue whole = HEDDLE_TRY(archive::read_torch_save(file.path));
  return file.part.empty() ? std::move(whole) : part_of(whole, file);
}

}  // namespace heddle::cli
