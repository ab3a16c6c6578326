#include "cli/web_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace heddle::cli {
namespace {

TEST(WebPage, NamesWhatTheBuildLacks) {
  try {
    require_web_page("no such page");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), kUsage);
    EXPECT_NE(std::string(failure.what()).find("holds no report pages"), std::string::npos);
  }
}

TEST(WebPage, DataCannotEndItsElement) {
  if (kWebPageCount == 0) GTEST_SKIP() << "this build holds no pages";
  for (size_t i = 0; i < kWebPageCount; ++i) {
    const std::string html = make_web_page(kWebPages[i].name, {{"name", "</script><script>alert(1)</script><!--"}});
    EXPECT_EQ(html.find("alert(1)</script>"), std::string::npos);
    EXPECT_NE(html.find("\\u003c/script>\\u003cscript>alert(1)\\u003c/script>\\u003c!--"), std::string::npos);
    EXPECT_EQ(html.find("@HEDDLE_DATA@"), std::string::npos);
  }
}

}  // namespace
}  // namespace heddle::cli
