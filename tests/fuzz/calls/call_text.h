// An operator call as a line of text, in the words of operator rows (tests/ops/rows.py), so that rows are first inputs
// and what is found can be read, kept and pasted into a row:
//   aten::softmax.int f32[2,5]:t -1 None
// Besides what rows have: `&0:t` is a view of argument 0 of that layout, `:w` a layout whose elements overlap, `:n` and
// `:j` marked as negative and as conjugate. Values are drawn from a seed in the text alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::fuzz {

struct Node {
  enum class Kind {
    kWord,    // text: a number, None, True, a dtype
    kString,  // text
    kTensor,  // text: its dtype, with "(SCALE,ZERO)" of a quantised one
    kSame,    // index: the argument it is, or is a view of
    kList,
    kTuple,
    kDict,  // keys and values alternate
    kMade,  // text: the operator whose result it is; items: that one's arguments
  };
  Kind kind = Kind::kWord;
  std::string text;
  std::string keyword;  // of an argument given by name
  std::vector<Node> items;
  // Of tensors:
  std::vector<int64_t> sizes;
  std::optional<std::vector<std::string>> values;
  std::optional<std::pair<int64_t, int64_t>> range;  // low <= integers < high
  std::vector<std::string> modifiers;                // "pos", "t"
  size_t index = 0;
};

struct CallText {
  std::string name;  // "aten::add.Tensor"
  std::vector<Node> arguments;
};

// Empty where the text is no call.
std::optional<CallText> parse_call(std::string_view text);
std::string to_text(const CallText& call);

}  // namespace heddle::fuzz
