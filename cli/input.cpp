#include "cli/input.h"

#include <charconv>
#include <optional>

#include "archive/byte_region.h"
#include "cli/generate.h"
#include "cli/json_value.h"
#include "cli/value_file.h"
#include "cli/wav.h"
#include "core/boxes.h"

namespace heddle::cli {
namespace {

constexpr std::string_view kForms =
    "a file (.npy, .npz:NAME, .pt, .pt:KEY, .png, .jpg, .wav), float32[1,3,224,224], int64[1,128]<30000, "
    "zeros:float32[2,3], ones:float32[2,3], 3, 2.5, true, false, none, 'text', a JSON list or object";

std::optional<IValue> parse_word(std::string_view text) {
  if (text == "none" || text == "None") return IValue();
  if (text == "true" || text == "True") return IValue(true);
  if (text == "false" || text == "False") return IValue(false);
  return std::nullopt;
}

// Nothing when the text is no number at all.
Result<std::optional<IValue>> parse_number(std::string_view text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  int64_t whole = 0;
  const auto [stop, failure] = std::from_chars(begin, end, whole);
  HEDDLE_REQUIRE(failure != std::errc::result_out_of_range || stop != end, "the integer ", text,
                 " does not fit 64 bits");
  if (failure == std::errc() && stop == end) return std::optional(IValue(whole));
  double real = 0;
  const auto [real_stop, real_failure] = std::from_chars(begin, end, real);
  if (real_failure == std::errc() && real_stop == end) return std::optional(IValue(real));
  return std::optional<IValue>();
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && text.front() == text.back() && (text.front() == '\'' || text.front() == '"');
}

Result<std::vector<IValue>> items_of(const IValue& value, const std::string& path) {
  if (value.is_tuple()) return value.as_tuple().items;
  if (value.is_list()) return value.as_list().items;
  return invalid(path, ": arguments come as a tuple or a list, not as ", value.type_text());
}

}  // namespace

Result<IValue> InputReader::read(const std::string& text) {
  if (const std::optional<IValue> word = parse_word(text)) return *word;
  if (const std::optional<IValue> number = HEDDLE_TRY(parse_number(text))) return *number;
  if (is_quoted(text)) return IValue(text.substr(1, text.size() - 2));
  const size_t first = text.find_first_not_of(' ');
  if (first != std::string::npos && (text[first] == '[' || text[first] == '{')) return parse_json_value(text);
  if (const std::optional<TensorRecipe> recipe = HEDDLE_TRY(parse_recipe(text))) {
    return IValue(HEDDLE_TRY(make_tensor(*recipe, engine_)));
  }
  return read_file_input(text);
}

Result<IValue> InputReader::read_file_input(const std::string& text) {
  const FileName file = parse_file_name(text);
  if (is_value_kind(file.kind)) {
    IValue value = HEDDLE_TRY(read_values(file));
    if (file.kind != "npz" || !file.part.empty()) return value;
    // Without a name a .npz file of one array is that array, as nobody could mean another.
    const std::vector<DictValue::Entry>& arrays = value.as_dict().entries();
    if (arrays.size() == 1) return arrays[0].value;
    std::vector<std::string> names;
    for (const DictValue::Entry& entry : arrays) names.push_back(entry.key.as_string());
    return invalid(text, " has ", arrays.size(), " arrays; name one, as in ", text, ":NAME: ", join(names, ", "));
  }
  const bool is_image = file.kind == "png" || file.kind == "jpg" || file.kind == "jpeg";
  if (!is_image && file.kind != "wav") return invalid("input '", text, "' is not understood; inputs are ", kForms);
  const Ref<Storage> storage = HEDDLE_TRY(archive::map_file(file.path));
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(storage->data()), storage->bytes());
  if (is_image) return IValue(HEDDLE_TRY(read_image(bytes, file.path, options_.image)));
  return IValue(HEDDLE_TRY(read_wav(bytes, file.path)));
}

Result<CallArguments> InputReader::read_all(const std::string& path) {
  const IValue whole = HEDDLE_TRY(read_values({path, "", "pt"}));
  CallArguments arguments;
  if (!whole.is_dict()) {
    arguments.positional = HEDDLE_TRY(items_of(whole, path));
    return arguments;
  }
  for (const DictValue::Entry& entry : whole.as_dict().entries()) {
    const std::string key = entry.key.is_string() ? entry.key.as_string() : repr_text(entry.key);
    if (key == "args") {
      arguments.positional = HEDDLE_TRY(items_of(entry.value, path));
    } else if (key == "kwargs") {
      HEDDLE_REQUIRE(entry.value.is_dict(), path, ": 'kwargs' is a dict of names to values, not ",
                     entry.value.type_text());
      for (const DictValue::Entry& named : entry.value.as_dict().entries()) {
        HEDDLE_REQUIRE(named.key.is_string(), path, ": a key of 'kwargs' is ", named.key.type_text(),
                       "; parameter names are texts");
        arguments.keyword.emplace_back(named.key.as_string(), named.value);
      }
    } else {
      return invalid(path, ": the dict has the key '", key, "'; a dict of arguments has 'args' and 'kwargs'");
    }
  }
  return arguments;
}

}  // namespace heddle::cli
