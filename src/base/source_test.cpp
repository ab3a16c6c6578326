#include "base/source.h"

#include <gtest/gtest.h>

namespace heddle {
namespace {

SourceRange range_of(std::string text, std::string_view part) {
  const auto source = make_ref<Source>("m.py", std::move(text), 10);
  const auto begin = static_cast<uint32_t>(source->text().find(part));
  return {source, begin, begin + static_cast<uint32_t>(part.size())};
}

TEST(SourceRange, KnowsLineAndColumn) {
  const SourceRange range = range_of("a\nb\n  cd\n", "cd");
  EXPECT_EQ(range.line(), 12u);
  EXPECT_EQ(range.column(), 3u);
  EXPECT_EQ(SourceRange{}.line(), 0u);
}

TEST(SourceRange, ShowsTheLinesBeforeAndMarksTheRange) {
  EXPECT_EQ(range_of("a\nb\nc\n  cd(e)\nf\n", "cd(e)").highlight(),
            "  File \"m.py\", line 13\n    b\n    c\n      cd(e)\n      ~~~~~ <--- HERE\n");
  EXPECT_EQ(SourceRange{}.highlight(), "<unknown source>\n");
}

TEST(SourceRange, MarksOnlyTheFirstLineOfALongRange) {
  EXPECT_EQ(range_of("f(a,\n  b)\n", "f(a,\n  b)").highlight(),
            "  File \"m.py\", line 10\n    f(a,\n    ~~~~ <--- HERE\n");
}

TEST(SourceRange, MarksCharactersAndKeepsTabs) {
  EXPECT_EQ(range_of("größe = ñandú\n", "ñandú").highlight(),
            "  File \"m.py\", line 10\n    größe = ñandú\n            ~~~~~ <--- HERE\n");
  EXPECT_EQ(range_of("\tif\tx\n", "x").highlight(), "  File \"m.py\", line 10\n    \tif\tx\n    \t  \t~ <--- HERE\n");
}

TEST(SourceRange, ARangeBehindTheEndMarksTheEnd) {
  const auto source = make_ref<Source>("m.py", "ab");
  EXPECT_EQ((SourceRange{source, 7, 9}).highlight(), "  File \"m.py\", line 1\n    ab\n      ~ <--- HERE\n");
}

}  // namespace
}  // namespace heddle
