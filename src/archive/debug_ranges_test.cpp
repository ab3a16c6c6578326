#include "archive/debug_ranges.h"

#include <gtest/gtest.h>

#include "archive/pickle_writer.h"
#include "core/boxes.h"

namespace heddle::archive {
namespace {

IValue source(IValue text, IValue file, int64_t line) {
  return make_tuple({std::move(text), std::move(file), IValue(line)});
}
IValue row(int64_t offset, const IValue& from, int64_t begin, int64_t end) {
  return make_tuple({IValue(offset), make_tuple({from, IValue(begin), IValue(end)}), IValue(0)});
}

Result<DebugRanges> read(const IValue& value) {
  const std::string pickle = write_pickle(value)->bytes;
  return DebugRanges::read({reinterpret_cast<const unsigned char*>(pickle.data()), pickle.size()}, "test");
}

std::string place(const DebugRanges& ranges, uint32_t offset) {
  const SourceRange* range = ranges.find(offset);
  if (!range) return "none";
  if (!range->known()) return "unknown";
  return concat(range->source->name(), ':', range->line(), ' ',
                range->source->text().substr(range->begin, range->end - range->begin));
}

TEST(DebugRanges, ReadsTheFormWithoutATable) {
  const IValue text = source(IValue("def f(x):\n  return x\n"), IValue("f.py"), 10);
  auto ranges =
      read(make_tuple({row(20, text, 12, 20), row(5, text, 0, 5), row(30, source(IValue("ab"), IValue(), 0), 0, 1)}));
  ASSERT_TRUE(ranges.ok()) << ranges.status().message();
  EXPECT_EQ(place(*ranges, 4), "none");
  EXPECT_EQ(place(*ranges, 5), "f.py:10 def f");
  EXPECT_EQ(place(*ranges, 19), "f.py:10 def f");
  EXPECT_EQ(place(*ranges, 25), "f.py:11 return x");
  EXPECT_EQ(place(*ranges, 1000), ":1 a");
}

TEST(DebugRanges, ReadsTheFormWithATable) {
  const IValue table = make_tuple({IValue(""), IValue("def f(x):\n"), IValue("  return x\n"), IValue("f.py")});
  const int64_t lines[] = {1, 2, 0};
  const IValue known = source(make_int_list(lines), IValue(3), 10);
  const IValue nowhere = source(make_int_list({}), IValue(0), 0);
  auto ranges = read(make_tuple(
      {IValue("FORMAT_WITH_STRING_TABLE"), table, make_tuple({row(0, nowhere, 0, 0), row(9, known, 12, 20)})}));
  ASSERT_TRUE(ranges.ok()) << ranges.status().message();
  EXPECT_EQ(place(*ranges, 0), "unknown");
  EXPECT_EQ(place(*ranges, 9), "f.py:11 return x");
}

TEST(DebugRanges, ForgetsRangesThatMakeNoSense) {
  const IValue table = make_tuple({IValue("text")});
  const int64_t good[] = {0};
  const int64_t bad[] = {7};
  const IValue known = source(make_int_list(good), IValue(9), 1);
  auto ranges =
      read(make_tuple({IValue("FORMAT_WITH_STRING_TABLE"), table,
                       make_tuple({row(0, known, 0, 5), row(1, known, 3, 2), row(2, known, -1, 2),
                                   row(3, source(make_int_list(bad), IValue(0), 1), 0, 1), row(4, known, 0, 4)})}));
  ASSERT_TRUE(ranges.ok()) << ranges.status().message();
  for (uint32_t offset = 0; offset < 4; ++offset) EXPECT_EQ(place(*ranges, offset), "unknown");
  EXPECT_EQ(place(*ranges, 4), ":1 text");
  EXPECT_FALSE(read(IValue(1)).ok());
  EXPECT_FALSE(read(make_tuple({IValue(1)})).ok());
  EXPECT_FALSE(read(make_tuple({IValue("FORMAT_WITH_STRING_TABLE"), IValue(1), IValue(2)})).ok());
}

TEST(DebugRanges, BoundsTheTextThatSharedLinesSpellOut) {
  const IValue table = make_tuple({IValue(std::string(1 << 20, 'x'))});
  const std::vector<int64_t> lines(1000, 0);
  const IValue huge = source(make_int_list(lines), IValue(0), 1);
  auto ranges = read(make_tuple({IValue("FORMAT_WITH_STRING_TABLE"), table, make_tuple({row(0, huge, 0, 1)})}));
  ASSERT_TRUE(ranges.ok());
  EXPECT_EQ(place(*ranges, 0), "unknown");
}

}  // namespace
}  // namespace heddle::archive
