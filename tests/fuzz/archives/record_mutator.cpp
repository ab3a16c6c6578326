#include "record_mutator.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace heddle::fuzz {
namespace {

constexpr const char* kNumbers[] = {"0",
                                    "1",
                                    "-1",
                                    "2",
                                    "3",
                                    "7",
                                    "100",
                                    "65536",
                                    "2147483648",
                                    "-2147483649",
                                    "9223372036854775807",
                                    "-9223372036854775808",
                                    "4611686018427387904",
                                    "0.5",
                                    "1e300"};
constexpr const char* kWords[] = {"Tensor",
                                  "int",
                                  "float",
                                  "str",
                                  "bool",
                                  "Optional[int]",
                                  "List[int]",
                                  "List[Tensor]",
                                  "Dict[str, Tensor]",
                                  "Tuple[int, str]",
                                  "Any",
                                  "None",
                                  "True",
                                  "self",
                                  "x",
                                  "...",
                                  "NoneType",
                                  "number",
                                  "Future[Tensor]",
                                  "List[List[int]]",
                                  "Device",
                                  "__torch__.M",
                                  "Union[int, str]"};
constexpr const char* kLines[] = {"pass",
                                  "break",
                                  "continue",
                                  "return x",
                                  "return None",
                                  "raise Exception(\"x\")",
                                  "while True:",
                                  "for i in range(3):",
                                  "if True:",
                                  "else:",
                                  "x = torch.add(x, x)",
                                  "y = fork(self.forward, x)",
                                  "z = wait(y)",
                                  "del x",
                                  "x = self",
                                  "x = torch.as_strided(x, [9], [1], 3)",
                                  "a, b = x",
                                  "self.x = x",
                                  "x = annotate(List[Tensor], [])",
                                  "x = unchecked_cast(int, x)",
                                  "x = uninitialized(Tensor)",
                                  "x = torch.zeros([100000, 100000])"};

using Span = std::pair<size_t, size_t>;  // begin, length

std::vector<Span> tokens_of(const std::string& text) {
  std::vector<Span> tokens;
  for (size_t i = 0; i < text.size();) {
    const auto is_part = [&](size_t at) {
      return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_');
    };
    const size_t begin = i;
    if (is_part(i)) {
      while (is_part(i)) ++i;
    } else {
      ++i;
    }
    if (text[begin] != ' ' && text[begin] != '\n') tokens.emplace_back(begin, i - begin);
  }
  return tokens;
}

std::vector<Span> lines_of(const std::string& text) {
  std::vector<Span> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1);
    lines.emplace_back(at, end + 1 - at);
    at = end + 1;
  }
  return lines;
}

// Where each opcode begins; stops at the first that is not known.
std::vector<Span> opcodes_of(const std::string& pickle) {
  std::vector<Span> found;
  const auto byte = [&](size_t at) { return at < pickle.size() ? static_cast<unsigned char>(pickle[at]) : 0u; };
  for (size_t at = 0; at < pickle.size();) {
    size_t length = 1;
    switch (pickle[at]) {
      case '\x80':
      case 'K':
      case 'q':
      case 'h':
        length = 2;
        break;
      case 'M':
        length = 3;
        break;
      case 'J':
      case 'r':
      case 'j':
        length = 5;
        break;
      case 'G':
        length = 9;
        break;
      case '\x8a':
      case 'U':
      case 'C':
      case '\x8c':
        length = 2 + byte(at + 1);
        break;
      case 'X':
      case 'T':
      case 'B':
        length = 5 + size_t{byte(at + 1)} + (size_t{byte(at + 2)} << 8) + (size_t{byte(at + 3)} << 16);
        break;
      case 'c': {
        const size_t first = pickle.find('\n', at);
        const size_t second = first == std::string::npos ? first : pickle.find('\n', first + 1);
        length = second == std::string::npos ? pickle.size() - at : second + 1 - at;
        break;
      }
      default:
        break;
    }
    if (length > pickle.size() - at) break;
    found.emplace_back(at, length);
    at += length;
  }
  return found;
}

void mutate_bytes(std::string& bytes, Dice& dice) {
  if (bytes.empty() || dice.one_in(4)) {
    bytes.resize(dice.one_in(2) ? dice.below(bytes.size() + 1) : bytes.size() + dice.below(64));
    return;
  }
  for (size_t i = 0; i < 1 + dice.below(4); ++i) bytes[dice.below(bytes.size())] = static_cast<char>(dice.next());
}

std::string little_endian(uint64_t value, size_t width) {
  std::string bytes;
  for (size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

// Another value for the opcode's argument.
std::string changed_opcode(const std::string& opcode, const std::string& from, Dice& dice) {
  static constexpr uint64_t kValues[] = {0,
                                         1,
                                         2,
                                         3,
                                         5,
                                         127,
                                         128,
                                         255,
                                         65535,
                                         0x7fffffff,
                                         0x80000000,
                                         0xffffffff,
                                         uint64_t{1} << 40,
                                         uint64_t{1} << 62,
                                         ~uint64_t{0}};
  const uint64_t value = dice.choose(kValues);
  switch (opcode[0]) {
    case 'K':
    case 'M':
    case 'J':
    case '\x8a':
      if (dice.one_in(2)) return "\x8a\x08" + little_endian(value, 8);
      return "J" + little_endian(value, 4);
    case 'h':
    case 'q':
      return opcode.substr(0, 1) + static_cast<char>(dice.below(64));
    case 'X':
    case 'c':
      return from;
    case '\x88':
      return "\x89";
    case 'N':
      return dice.one_in(2) ? "K\x01" : ")";
    case 't':
    case 'l':
    case ')':
    case ']':
    case '}':
    case '\x85':
    case '\x86':
    case '\x87': {
      static constexpr char kOthers[] = {'t', 'l', ')', ']', '}', '\x85', '\x86', '\x87', 'e', 'a', 'u', 's'};
      return std::string(1, dice.choose(kOthers));
    }
    default: {
      std::string changed = opcode;
      changed[dice.below(changed.size())] = static_cast<char>(dice.next());
      return changed;
    }
  }
}

}  // namespace

void mutate_source(std::string& text, Dice& dice) {
  const std::vector<Span> tokens = tokens_of(text);
  const std::vector<Span> lines = lines_of(text);
  if (tokens.empty() || lines.empty()) return;
  const Span token = dice.choose(tokens);
  const Span line = dice.choose(lines);
  const std::string whole = text.substr(line.first, line.second);
  switch (dice.below(9)) {
    case 0:
      text.erase(line.first, line.second);
      break;
    case 1: {
      const Span to = dice.choose(lines);
      text.insert(to.first, whole);
      break;
    }
    case 2: {
      const size_t indent = std::min(whole.find_first_not_of(' '), whole.size() - 1);
      text.insert(line.first, std::string(indent, ' ') + dice.choose(kLines) + "\n");
      break;
    }
    case 3:
      text.replace(token.first, token.second, dice.choose(kWords));
      break;
    case 4: {
      std::vector<Span> numbers;
      for (const Span& t : tokens) {
        if (std::isdigit(static_cast<unsigned char>(text[t.first]))) numbers.push_back(t);
      }
      const Span number = numbers.empty() ? token : dice.choose(numbers);
      text.replace(number.first, number.second, dice.choose(kNumbers));
      break;
    }
    case 5:
      text.erase(token.first, token.second);
      break;
    case 6: {
      // Deeper or less deep.
      if (dice.one_in(2)) {
        text.insert(line.first, "  ");
      } else if (whole.starts_with("  ")) {
        text.erase(line.first, 2);
      }
      break;
    }
    default: {
      // Mostly a name by another name.
      const Span other = dice.choose(tokens);
      const std::string word = text.substr(other.first, other.second);
      text.replace(token.first, token.second, word);
    }
  }
}

void mutate_pickle(std::string& pickle, Dice& dice) {
  const std::vector<Span> opcodes = opcodes_of(pickle);
  if (opcodes.empty() || dice.one_in(16)) return mutate_bytes(pickle, dice);
  const Span at = dice.choose(opcodes);
  const std::string opcode = pickle.substr(at.first, at.second);
  const Span other = dice.choose(opcodes);
  const std::string from = pickle.substr(other.first, other.second);
  switch (dice.below(6)) {
    case 0:
      pickle.erase(at.first, at.second);
      break;
    case 1:
      pickle.insert(other.first, opcode);
      break;
    case 2:
      pickle.replace(at.first, at.second, from);
      break;
    default: {
      // A text or a name becomes another of the same pickle.
      std::string like = from;
      for (size_t i = 0; i < 8 && like[0] != opcode[0]; ++i) {
        const Span one = dice.choose(opcodes);
        like = pickle.substr(one.first, one.second);
      }
      pickle.replace(at.first, at.second, changed_opcode(opcode, like, dice));
    }
  }
}

void mutate_records(std::vector<Record>& records, Dice& dice) {
  if (records.empty()) return;
  if (dice.one_in(16)) {
    const Record one = dice.choose(records);
    Record& to = records[dice.below(records.size())];
    switch (dice.below(4)) {
      case 0:
        records.erase(records.begin() + (&to - records.data()));
        break;
      case 1:
        records.push_back(one);
        break;
      case 2:
        to.name = one.name;
        break;
      default:
        to.bytes = one.bytes;
    }
    return;
  }
  Record& record = records[dice.below(records.size())];
  const auto ends_with = [&](std::string_view end) { return std::string_view(record.name).ends_with(end); };
  if (ends_with(".py")) {
    mutate_source(record.bytes, dice);
  } else if (ends_with(".pkl")) {
    mutate_pickle(record.bytes, dice);
  } else if (ends_with(".debug_pkl") || ends_with("version") || record.bytes.size() > 4096 || record.bytes.empty()) {
    if (dice.one_in(4)) mutate_bytes(record.bytes, dice);
  } else {
    mutate_bytes(record.bytes, dice);
  }
}

}  // namespace heddle::fuzz
