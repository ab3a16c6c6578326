#include "cli/web_page.h"

#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace heddle::cli {
namespace {

constexpr std::string_view kDataMark = "@HEDDLE_DATA@";

const WebPage& find_page(std::string_view name) {
  for (size_t i = 0; i < kWebPageCount; ++i) {
    if (kWebPages[i].name == name) return kWebPages[i];
  }
  throw Failure(kUsage, concat("this build holds no report pages: build Heddle where node and npm are installed"));
}

}  // namespace

void require_web_page(std::string_view name) { find_page(name); }

std::string make_web_page(std::string_view name, const nlohmann::ordered_json& data) {
  const WebPage& page = find_page(name);
  const size_t mark = page.html.find(kDataMark);
  std::string html(page.html.substr(0, mark));
  // Only strings hold "<" in JSON; escaped, no text can end the element that the data lies in.
  for (const char c : data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) {
    if (c == '<') {
      html += "\\u003c";
    } else {
      html += c;
    }
  }
  html += page.html.substr(mark + kDataMark.size());
  return html;
}

}  // namespace heddle::cli
