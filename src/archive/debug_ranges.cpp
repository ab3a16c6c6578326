#include "archive/debug_ranges.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "archive/pickle_reader.h"
#include "core/boxes.h"

namespace heddle::archive {
namespace {

constexpr std::string_view kTableMark = "FORMAT_WITH_STRING_TABLE";
// Lines are shared by reference, so a small record could spell out a huge text.
constexpr size_t kMostText = size_t{64} << 20;

const std::vector<IValue>* tuple_items(const IValue& value, size_t least) {
  if (!value.is_tuple() || value.as_tuple().items.size() < least) return nullptr;
  return &value.as_tuple().items;
}

// Both forms: a row is (offset, (source, begin, end), tag?), a source (text, file name or None, first line). With a
// table, text is a list of indices of its lines and the file name an index.
class RangeBuilder {
 public:
  explicit RangeBuilder(const std::vector<IValue>* table) : table_(table) {}

  // An unknown range, where the row makes no sense: the code is worth running without it.
  SourceRange build(const IValue& value) {
    const auto* parts = tuple_items(value, 3);
    if (!parts || !(*parts)[1].is_int() || !(*parts)[2].is_int()) return {};
    const Ref<const Source> source = find_source((*parts)[0]);
    const int64_t begin = (*parts)[1].as_int();
    const int64_t end = (*parts)[2].as_int();
    if (!source || begin < 0 || end < begin || static_cast<uint64_t>(end) > source->text().size()) return {};
    return {source, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  }

 private:
  // The writer repeats one source by reference, so its identity stands for its text.
  Ref<const Source> find_source(const IValue& value) {
    const auto [found, added] = sources_.try_emplace(value.box());
    if (added) found->second = make_source(value);
    return found->second;
  }
  Ref<const Source> make_source(const IValue& value) {
    const auto* parts = tuple_items(value, 3);
    if (!parts || !(*parts)[2].is_int()) return nullptr;
    std::string text;
    if ((*parts)[0].is_list()) {
      for (const IValue& line : (*parts)[0].as_list().items) {
        const std::string* found = string_of(line);
        if (!found || text_size_ + found->size() > kMostText) return nullptr;
        text_size_ += found->size();
        text += *found;
      }
    } else if (const std::string* whole = string_of((*parts)[0])) {
      text = *whole;
    }
    if (text.empty()) return nullptr;  // how the writer spells "no place"
    const std::string* file = string_of((*parts)[1]);
    const int64_t line = (*parts)[2].as_int();
    const bool sane = line > 0 && line < std::numeric_limits<int32_t>::max();
    return make_ref<Source>(file ? *file : "", std::move(text), sane ? static_cast<uint32_t>(line) : 1);
  }
  const std::string* string_of(const IValue& value) const {
    if (value.is_string()) return &value.as_string();
    if (!table_ || !value.is_int() || value.as_int() < 0 || static_cast<size_t>(value.as_int()) >= table_->size())
      return nullptr;
    const IValue& entry = (*table_)[static_cast<size_t>(value.as_int())];
    return entry.is_string() ? &entry.as_string() : nullptr;
  }

  const std::vector<IValue>* table_;
  size_t text_size_ = 0;
  std::unordered_map<const RefCounted*, Ref<const Source>> sources_;
};

}  // namespace

Result<DebugRanges> DebugRanges::read(std::span<const unsigned char> pickle, const std::string& where) {
  const IValue value = HEDDLE_TRY(read_pickle({pickle, where}));
  const std::vector<IValue>* rows = tuple_items(value, 0);
  const std::vector<IValue>* table = nullptr;
  if (rows && rows->size() == 3 && (*rows)[0].is_string() && (*rows)[0].as_string() == kTableMark) {
    table = tuple_items((*rows)[1], 0);
    rows = table ? tuple_items((*rows)[2], 0) : nullptr;
  }
  HEDDLE_REQUIRE_CODE(rows, kBadArchive, where, " holds ", value.type_text(), ", expected rows of source ranges");
  DebugRanges ranges;
  RangeBuilder builder(table);
  for (const IValue& row : *rows) {
    const auto* parts = tuple_items(row, 2);
    const bool known = parts && (*parts)[0].is_int() && (*parts)[0].as_int() >= 0 &&
                       (*parts)[0].as_int() <= std::numeric_limits<uint32_t>::max();
    HEDDLE_REQUIRE_CODE(known, kBadArchive, where, " has a row that is not (offset, range)");
    ranges.rows_.push_back({static_cast<uint32_t>((*parts)[0].as_int()), builder.build((*parts)[1])});
  }
  std::stable_sort(ranges.rows_.begin(), ranges.rows_.end(),
                   [](const Row& a, const Row& b) { return a.code_offset < b.code_offset; });
  return ranges;
}

const SourceRange* DebugRanges::find(uint32_t code_offset) const {
  const auto after = std::upper_bound(rows_.begin(), rows_.end(), code_offset,
                                      [](uint32_t offset, const Row& row) { return offset < row.code_offset; });
  return after == rows_.begin() ? nullptr : &std::prev(after)->original;
}

}  // namespace heddle::archive
