#include "archive/archive.h"

#include <algorithm>
#include <charconv>

#include "archive/byte_region.h"
#include "archive/file_kind.h"
#include "archive/record_storages.h"
#include "core/boxes.h"

namespace heddle::archive {
namespace {

constexpr std::string_view kCodeFolder = "code/";
constexpr std::string_view kCodeEnding = ".py";
constexpr std::string_view kDebugEnding = ".py.debug_pkl";
constexpr std::string_view kExtraFolder = "extra/";

std::string describe(Archive::Kind kind) {
  return kind == Archive::Kind::kTorchScript ? "a TorchScript archive (torch.jit.save)" : "a file of torch.save";
}

std::string code_record(std::string_view qualifier, std::string_view ending) {
  std::string path(qualifier);
  std::replace(path.begin(), path.end(), '.', '/');
  return concat(kCodeFolder, path, ending);
}

std::span<const unsigned char> span_of(const Storage& bytes) {
  return {static_cast<const unsigned char*>(bytes.data()), bytes.bytes()};
}

}  // namespace

Result<Archive> Archive::open(const std::string& path, Kind wanted, const LoadLimits& limits) {
  return open_bytes(HEDDLE_TRY(map_file(path)), path, wanted, limits);
}

Result<Archive> Archive::open_copy(const void* data, size_t size, const std::string& name, Kind wanted,
                                   const LoadLimits& limits) {
  return open_bytes(HEDDLE_TRY(copy_bytes(data, size)), name, wanted, limits);
}

Result<Archive> Archive::open_buffer(Ref<Storage> bytes, const std::string& name, Kind wanted,
                                     const LoadLimits& limits) {
  return open_bytes(std::move(bytes), name, wanted, limits);
}

Result<Archive> Archive::open_stream(std::istream& stream, const std::string& name, Kind wanted,
                                     const LoadLimits& limits) {
  return open_bytes(HEDDLE_TRY(drain_stream(stream, name, limits.archive_bytes)), name, wanted, limits);
}

Result<Archive> Archive::open_bytes(Ref<Storage> bytes, const std::string& name, Kind wanted,
                                    const LoadLimits& limits) {
  const std::string expected = describe(wanted);
  if (bytes->bytes() == 0) {
    return error(ErrorCode::kBadArchive, "cannot read ", quoted(name), ": it is empty; expected ", expected);
  }
  if (!ZipReader::looks_like_zip(*bytes)) return foreign_file(name, *bytes, expected);
  Archive archive;
  archive.limits_ = limits;
  archive.zip_ = HEDDLE_TRY(ZipReader::open(std::move(bytes), name, limits));
  HEDDLE_TRY(archive.find_root(expected));
  const bool has_code = archive.has("constants.pkl") || !archive.records(kCodeFolder).empty();
  archive.kind_ = has_code ? Kind::kTorchScript : Kind::kTorchSave;
  if (archive.kind_ != wanted) {
    return error(ErrorCode::kBadArchive, "cannot read ", quoted(name), ": it is ", describe(archive.kind_),
                 has_code ? "" : ", a state_dict perhaps, which has values but no code", "; expected ", expected);
  }
  HEDDLE_TRY(archive.read_header());
  return archive;
}

// The folder of the data.pkl nearest to the top: PyTorch makes one folder, people who pack archives anew make none or
// more.
Status Archive::find_root(const std::string& wanted) {
  constexpr std::string_view kPickle = "data.pkl";
  const ZipRecord* best = nullptr;
  const auto depth = [](const ZipRecord& record) { return std::count(record.name.begin(), record.name.end(), '/'); };
  for (const ZipRecord& record : zip_->records()) {
    const std::string_view name = record.name;
    if (!name.ends_with(kPickle) || (name.size() > kPickle.size() && name[name.size() - kPickle.size() - 1] != '/'))
      continue;
    if (!best || depth(record) < depth(*best)) best = &record;
  }
  if (!best) return foreign_zip(*zip_, wanted);
  root_ = best->name.substr(0, best->name.size() - kPickle.size());
  return ok_status();
}

Status Archive::read_header() {
  for (const std::string_view record : {".data/version", "version"}) {
    if (!has(record)) continue;
    const std::string text = HEDDLE_TRY(read_text(record));
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), version_);
    const bool whole = failure == std::errc() && std::all_of(end, text.data() + text.size(),
                                                             [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    HEDDLE_REQUIRE_CODE(whole && version_ > 0, kBadArchive, "cannot read ", quoted(name()), ": its record ",
                        quoted(record), " holds ", quoted(text.substr(0, 20)), ", expected a version number");
    break;
  }
  HEDDLE_REQUIRE_CODE(version_ <= kNewestVersion, kUnsupported, "cannot read ", quoted(name()), ": it is of version ",
                      version_, ", newer than ", kNewestVersion, ", the newest Heddle knows");
  if (has("byteorder")) {
    const std::string order = HEDDLE_TRY(read_text("byteorder"));
    HEDDLE_REQUIRE_CODE(order == "little", kUnsupported, "cannot read ", quoted(name()),
                        ": its tensors have byte order ", quoted(order.substr(0, 20)),
                        ", expected 'little'; save it again on a little-endian machine");
  }
  return ok_status();
}

const ZipRecord* Archive::find(std::string_view record) const { return zip_->find(concat(root_, record)); }

std::vector<std::string> Archive::records(std::string_view prefix) const {
  std::vector<std::string> names;
  for (const ZipRecord& record : zip_->records()) {
    if (!record.name.starts_with(root_)) continue;
    const std::string_view name = std::string_view(record.name).substr(root_.size());
    if (name.starts_with(prefix)) names.emplace_back(name);
  }
  return names;
}

Result<Ref<Storage>> Archive::read(std::string_view record, size_t alignment) const {
  const ZipRecord* found = find(record);
  HEDDLE_REQUIRE_CODE(found, kNotFound, "archive ", quoted(name()), " has no record ", quoted(record));
  return zip_->read(*found, alignment);
}

Result<std::string> Archive::read_text(std::string_view record) const {
  const Ref<Storage> content = HEDDLE_TRY(read(record));
  return std::string(static_cast<const char*>(content->data()), content->bytes());
}

Result<IValue> Archive::read_pickle(std::string_view name, ObjectBinder* binder) const {
  const std::string record = concat(name, ".pkl");
  const Ref<Storage> pickle = HEDDLE_TRY(read(record));
  RecordStorages storages(zip_, concat(root_, name, '/'));
  return archive::read_pickle({span_of(*pickle),
                               concat("cannot read ", quoted(this->name()), ": record ", quoted(record)), binder,
                               &storages, limits_});
}

Result<std::vector<IValue>> Archive::read_constants(ObjectBinder* binder) const {
  if (!has("constants.pkl")) return std::vector<IValue>();
  const IValue constants = HEDDLE_TRY(read_pickle("constants", binder));
  if (constants.is_tuple()) return constants.as_tuple().items;
  if (constants.is_list()) return constants.as_list().items;
  return error(ErrorCode::kBadArchive, "cannot read ", quoted(name()), ": record 'constants.pkl' holds ",
               constants.type_text(), ", expected a tuple");
}

Result<Ref<const Source>> Archive::read_code(std::string_view qualifier) const {
  const std::string record = code_record(qualifier, kCodeEnding);
  if (!has(record)) return Ref<const Source>();
  return Ref<const Source>(make_ref<Source>(record, HEDDLE_TRY(read_text(record))));
}

std::vector<std::string> Archive::code_qualifiers() const {
  std::vector<std::string> qualifiers;
  for (const std::string& record : records(kCodeFolder)) {
    if (!record.ends_with(kCodeEnding)) continue;
    std::string qualifier = record.substr(kCodeFolder.size(), record.size() - kCodeFolder.size() - kCodeEnding.size());
    std::replace(qualifier.begin(), qualifier.end(), '/', '.');
    qualifiers.push_back(std::move(qualifier));
  }
  return qualifiers;
}

Result<DebugRanges> Archive::read_debug_ranges(std::string_view qualifier) const {
  const std::string record = code_record(qualifier, kDebugEnding);
  if (!has(record)) return DebugRanges();
  const Ref<Storage> pickle = HEDDLE_TRY(read(record));
  return DebugRanges::read(span_of(*pickle), concat("cannot read ", quoted(name()), ": record ", quoted(record)));
}

std::vector<std::string> Archive::extra_files() const {
  std::vector<std::string> names = records(kExtraFolder);
  for (std::string& name : names) name.erase(0, kExtraFolder.size());
  return names;
}

Result<std::string> Archive::read_extra_file(std::string_view name) const {
  const std::string record = concat(kExtraFolder, name);
  HEDDLE_REQUIRE_CODE(has(record), kNotFound, "archive ", quoted(this->name()), " has no extra file ", quoted(name));
  return read_text(record);
}

}  // namespace heddle::archive
