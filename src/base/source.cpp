#include "base/source.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace heddle {
namespace {

size_t line_start(const std::string& text, size_t at) {
  const size_t newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}

size_t line_end(const std::string& text, size_t at) {
  const size_t newline = text.find('\n', at);
  return newline == std::string::npos ? text.size() : newline;
}

// Characters, not bytes, so that the line of "~" stands below what it means.
bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

size_t character_count(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

// As wide as the text on any tab setting.
std::string blank_copy(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (starts_character(c)) out += c == '\t' ? '\t' : ' ';
  }
  return out;
}

}  // namespace

SourceRange Source::original(uint32_t) const { return {}; }

SourceRange SourceRange::original() const { return known() ? source->original(begin) : SourceRange(); }

uint32_t SourceRange::line() const {
  if (!known()) return 0;
  const std::string& text = source->text();
  const size_t at = std::min<size_t>(begin, text.size());
  return source->first_line() +
         static_cast<uint32_t>(std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n'));
}

uint32_t SourceRange::column() const {
  if (!known()) return 0;
  const size_t at = std::min<size_t>(begin, source->text().size());
  return static_cast<uint32_t>(at - line_start(source->text(), at)) + 1;
}

std::string SourceRange::highlight() const {
  if (!known()) return "<unknown source>\n";
  constexpr int kLinesBefore = 2;
  const std::string& text = source->text();
  const size_t at = std::min<size_t>(begin, text.size());
  const size_t last = std::clamp<size_t>(end, at, text.size());
  const size_t first_line = line_start(text, at);
  size_t shown_from = first_line;
  for (int i = 0; i < kLinesBefore && shown_from > 0; ++i) shown_from = line_start(text, shown_from - 1);
  const size_t shown_to = line_end(text, at);

  std::string out = concat("  File \"", source->name(), "\", line ", line(), "\n");
  for (size_t i = shown_from; i <= shown_to && i <= text.size();) {
    const size_t stop = line_end(text, i);
    out += concat("    ", std::string_view(text).substr(i, stop - i), "\n");
    i = stop + 1;
  }
  const std::string_view view = text;
  const size_t width = std::max<size_t>(1, character_count(view.substr(at, std::min(last, shown_to) - at)));
  out += concat("    ", blank_copy(view.substr(first_line, at - first_line)), std::string(width, '~'), " <--- HERE\n");
  return out;
}

}  // namespace heddle
