#include "call_text.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace heddle::fuzz {
namespace {

constexpr std::string_view kDTypes[] = {"f32", "f64", "f16", "bf16", "i64", "i32", "i16", "i8",
                                        "u8",  "b",   "c64", "c128", "qu8", "qi8", "qi32"};
constexpr size_t kMostItems = 64;
constexpr int kDeepest = 6;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' || c == '+';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<CallText> call() {
    CallText result;
    result.name = std::string(until(" "));
    if (result.name.find("::") == std::string::npos) result.name = "aten::" + result.name;
    while (skip(), at_ < text_.size()) {
      std::string keyword;
      if (const size_t equal = keyword_end(); equal != 0) {
        keyword = std::string(text_.substr(at_, equal - at_));
        at_ = equal + 1;
      }
      auto node = value(0);
      if (!node || result.arguments.size() == kMostItems) return std::nullopt;
      node->keyword = std::move(keyword);
      result.arguments.push_back(std::move(*node));
    }
    return result;
  }

 private:
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == ',')) ++at_;
  }
  // Up to one of the characters, which stays.
  std::string_view until(std::string_view ends) {
    const size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    const std::string_view found = text_.substr(at_, end - at_);
    at_ = end;
    return found;
  }
  std::string_view word() {
    const size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  size_t keyword_end() const {
    size_t i = at_;
    while (i < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[i])) || text_[i] == '_')) ++i;
    return i > at_ && i < text_.size() && text_[i] == '=' ? i : 0;
  }

  std::optional<Node> value(int depth) {
    skip();
    if (depth > kDeepest || at_ == text_.size()) return std::nullopt;
    Node node;
    if (take('&')) {
      node.kind = Node::Kind::kSame;
      node.index = static_cast<size_t>(std::strtoul(std::string(word()).c_str(), nullptr, 10));
      modifiers(node);
      return node;
    }
    if (take('\'')) return string('\'');
    if (take('"')) return string('"');
    if (take('[')) return items(node, Node::Kind::kList, ']', depth);
    if (take('(')) return items(node, Node::Kind::kTuple, ')', depth);
    if (take('{')) return items(node, Node::Kind::kDict, '}', depth);
    if (take('$')) {
      node.text = std::string(until("("));
      if (!take('(')) return std::nullopt;
      return items(node, Node::Kind::kMade, ')', depth);
    }
    node.text = std::string(word());
    if (node.text.empty()) return std::nullopt;
    const bool is_dtype = std::find(std::begin(kDTypes), std::end(kDTypes), node.text) != std::end(kDTypes);
    if (is_dtype && at_ < text_.size() && (text_[at_] == '[' || text_[at_] == '{' || text_[at_] == '('))
      return tensor(node);
    return node;
  }

  std::optional<Node> string(char quote) {
    Node node;
    node.kind = Node::Kind::kString;
    node.text = std::string(until(std::string_view(&quote, 1)));
    return take(quote) ? std::optional(node) : std::nullopt;
  }

  std::optional<Node> items(Node& node, Node::Kind kind, char closing, int depth) {
    node.kind = kind;
    while (skip(), !take(closing)) {
      auto item = value(depth + 1);
      if (!item || node.items.size() == kMostItems) return std::nullopt;
      node.items.push_back(std::move(*item));
      skip();
      if (kind == Node::Kind::kDict) take(':');
    }
    return node;
  }

  void modifiers(Node& node) {
    while (take(':')) node.modifiers.emplace_back(word());
  }

  std::optional<Node> tensor(Node& node) {
    node.kind = Node::Kind::kTensor;
    if (take('(')) {
      node.text += "(" + std::string(until(")")) + ")";
      if (!take(')')) return std::nullopt;
    }
    bool sized = false;
    if (take('[')) {
      sized = true;
      while (skip(), !take(']')) {
        const std::string size(word());
        if (size.empty() || node.sizes.size() == 8) return std::nullopt;
        node.sizes.push_back(std::clamp<int64_t>(std::strtoll(size.c_str(), nullptr, 10), 0, 100000));
      }
    }
    if (take('{')) {
      node.values.emplace();
      while (skip(), !take('}')) {
        node.values->emplace_back(word());
        if (node.values->back().empty() || node.values->size() > 256) return std::nullopt;
      }
      if (!sized) node.sizes = {static_cast<int64_t>(node.values->size())};
    }
    if (take('<')) {
      // "A..B" or "B"
      const std::string bounds(word());
      const size_t dots = bounds.find("..");
      node.range.emplace(0, std::strtoll(bounds.c_str(), nullptr, 10));
      if (dots != std::string::npos)
        node.range = {node.range->second, std::strtoll(bounds.c_str() + dots + 2, nullptr, 10)};
    }
    modifiers(node);
    return node;
  }

  std::string_view text_;
  size_t at_ = 0;
};

template <class Items, class Write>
std::string joined(const Items& items, Write&& write) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += ",";
    text += write(item);
  }
  return text;
}

std::string node_text(const Node& node);

std::string tensor_text(const Node& node) {
  std::string text = node.text + "[" + joined(node.sizes, [](int64_t n) { return std::to_string(n); }) + "]";
  if (node.values) text += "{" + joined(*node.values, [](const std::string& v) { return v; }) + "}";
  if (node.range) text += "<" + std::to_string(node.range->first) + ".." + std::to_string(node.range->second);
  return text;
}

std::string node_text(const Node& node) {
  std::string text = node.keyword.empty() ? "" : node.keyword + "=";
  switch (node.kind) {
    case Node::Kind::kWord:
      return text + node.text;
    case Node::Kind::kString:
      return text + "'" + node.text + "'";
    case Node::Kind::kTensor:
      text += tensor_text(node);
      break;
    case Node::Kind::kSame:
      text += "&" + std::to_string(node.index);
      break;
    case Node::Kind::kList:
      return text + "[" + joined(node.items, node_text) + "]";
    case Node::Kind::kTuple:
      return text + "(" + joined(node.items, node_text) + ")";
    case Node::Kind::kDict: {
      text += "{";
      for (size_t i = 0; i + 1 < node.items.size(); i += 2) {
        text += (i ? "," : "") + node_text(node.items[i]) + ":" + node_text(node.items[i + 1]);
      }
      return text + "}";
    }
    case Node::Kind::kMade:
      return text + "$" + node.text + "(" + joined(node.items, node_text) + ")";
  }
  for (const std::string& modifier : node.modifiers) text += ":" + modifier;
  return text;
}

}  // namespace

std::optional<CallText> parse_call(std::string_view text) { return Parser(text).call(); }

std::string to_text(const CallText& call) {
  std::string text = call.name;
  for (const Node& argument : call.arguments) text += " " + node_text(argument);
  return text;
}

}  // namespace heddle::fuzz
