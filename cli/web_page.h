// Report pages: HTML files that need nothing else and ask no network. The build bundles web/PAGE into the command
// (cmake/web_pages.cmake); here a page gets its data. Pure functions.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace heddle::cli {

struct WebPage {
  std::string_view name;
  std::string_view html;  // holds the mark that stands for the data, once
};
// Written by the build; none where it had no node, no npm or no packages.
extern const WebPage kWebPages[];
extern const size_t kWebPageCount;

// Failure kUsage where this build does not hold the page: commands ask before they work for it.
void require_web_page(std::string_view name);
// The page with the data in it, as JSON that its script finds in the element `data`. Failure as above.
std::string make_web_page(std::string_view name, const nlohmann::ordered_json& data);

}  // namespace heddle::cli
