#include "cli/result_file.h"

#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "archive/byte_region.h"
#include "archive/torch_save.h"
#include "archive/zip_writer.h"
#include "cli/file.h"
#include "cli/npy.h"
#include "cli/value_file.h"
#include "core/boxes.h"

namespace heddle::cli {
namespace {

constexpr std::string_view kKinds = ".npy, .npz, .pt or .json";

// A tensor, or a number as NumPy would hold it: without dimensions.
Result<Tensor> array_of(const IValue& value) {
  if (value.is_tensor()) return value.as_tensor();
  if (value.is_number()) return Tensor::scalar(value.as_scalar(), value.as_scalar().dtype());
  return invalid(value.type_text(), " is no array");
}

// The arrays of a .npz file, in order.
Result<IValue> arrays_of(const IValue& value) {
  auto arrays = make_ref<DictValue>(types::string(), types::tensor());
  if (value.is_dict()) {
    for (const DictValue::Entry& entry : value.as_dict().entries()) {
      HEDDLE_REQUIRE(entry.key.is_string(), "a .npz file names its arrays by texts, not by ", entry.key.type_text());
      arrays->set(entry.key, IValue(HEDDLE_TRY(array_of(entry.value))));
    }
    return IValue(std::move(arrays));
  }
  const bool single = !value.is_list() && !value.is_tuple();
  const std::vector<IValue> items =
      single ? std::vector{value} : (value.is_list() ? value.as_list().items : value.as_tuple().items);
  for (size_t i = 0; i < items.size(); ++i) {
    arrays->set(IValue(concat("arr_", i)), IValue(HEDDLE_TRY(array_of(items[i]))));
  }
  return IValue(std::move(arrays));
}

Result<Bytes> npz_of(const IValue& value) {
  const IValue arrays = HEDDLE_TRY(arrays_of(value));
  std::ostringstream out;
  archive::ZipWriter zip(out);
  for (const DictValue::Entry& entry : arrays.as_dict().entries()) {
    const Bytes array = HEDDLE_TRY(write_npy(entry.value.as_tensor()));
    HEDDLE_TRY(zip.add_stored(concat(entry.key.as_string(), ".npy"), array.data(), array.size()));
  }
  HEDDLE_TRY(zip.finish());
  const std::span<const std::byte> bytes = as_bytes(out.view());
  return Bytes(bytes.begin(), bytes.end());
}

Result<Bytes> content_of(const std::string& kind, const IValue& value) {
  if (kind == "npy") return write_npy(HEDDLE_TRY(array_of(value)));
  if (kind == "npz") return npz_of(value);
  const std::string text = to_json(value).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  const std::span<const std::byte> bytes = as_bytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

Status write_content(const std::string& kind, const std::string& path, const IValue& value) {
  if (kind == "pt" || kind == "pth") return archive::write_torch_save(value, path);
  return write_file(path, HEDDLE_TRY(content_of(kind, value)));
}

}  // namespace

Status write_result(const std::string& path, const IValue& value) {
  const std::string kind = extension(path);
  HEDDLE_REQUIRE(is_value_kind(kind) || kind == "json", "cannot write ", path, ": its name should end in ", kKinds);
  const Status status = write_content(kind, path, value);
  if (status.ok() || status.message().find(path) != std::string::npos) return status.clone();
  return error(status.code(), "cannot write ", path, ": ", status.message());
}

Result<Expectation> Expectation::read(const std::string& path) {
  Expectation expectation;
  const FileName file = parse_file_name(path);
  expectation.kind_ = file.kind;
  if (is_value_kind(file.kind)) {
    expectation.value_ = HEDDLE_TRY(read_values(file));
    return expectation;
  }
  HEDDLE_REQUIRE(file.kind == "json", "cannot compare with ", path, ": its name should end in ", kKinds);
  const Ref<Storage> storage = HEDDLE_TRY(archive::map_file(path));
  expectation.json_ = std::string(static_cast<const char*>(storage->data()), storage->bytes());
  HEDDLE_REQUIRE(Json::accept(expectation.json_), path, " is no JSON");
  return expectation;
}

Comparison Expectation::compare_with(const IValue& actual, const Tolerance& tolerance) const {
  if (kind_ == "json") return compare(actual, Json::parse(json_), tolerance);
  if (kind_ == "npy" && actual.is_number()) return compare(IValue(array_of(actual).value()), value_, tolerance);
  if (kind_ == "npz" && value_.is_dict()) {
    const Result<IValue> arrays = arrays_of(actual);
    if (!arrays.ok()) {
      Comparison different;
      different.differences.push_back(concat("output: ", arrays.status().message()));
      return different;
    }
    return compare(arrays.value(), value_, tolerance);
  }
  return compare(actual, value_, tolerance);
}

}  // namespace heddle::cli
