#include "heddle/policy.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/text.h"

namespace heddle::jit {
namespace {

constexpr std::string_view kFamilies[] = {"custom", "file", "fork", "print", "process", "random"};
constexpr std::string_view kFamilyMark = "family:";
constexpr std::string_view kConservative = "conservative";

constexpr std::string_view kAllowed[] = {
#include "program/conservative.inc"
};

std::vector<std::string_view> words_of(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos) return words;
    const size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

}  // namespace

OperatorPolicy OperatorPolicy::parse(const std::string& text) {
  OperatorPolicy policy;
  size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty()) continue;
    const auto wrong = [&](std::string_view why) {
      return Error(error(ErrorCode::kSyntax, "line ", number, " of the policy: ", why, ": ", quoted(line)));
    };
    if (words.size() != 2) throw wrong("expected 'allow', 'deny' or 'include' and one name");
    std::string_view name = words[1];
    if (words[0] == "include") {
      if (name != kConservative) throw wrong("the only list to include is 'conservative'");
      const OperatorPolicy shipped = conservative();
      policy.rules_.insert(policy.rules_.end(), shipped.rules_.begin(), shipped.rules_.end());
      continue;
    }
    if (words[0] != "allow" && words[0] != "deny") throw wrong("expected 'allow', 'deny' or 'include'");
    Rule rule{words[0] == "allow", "", Rule::Kind::kName};
    if (name.starts_with(kFamilyMark)) {
      name.remove_prefix(kFamilyMark.size());
      if (std::find(std::begin(kFamilies), std::end(kFamilies), name) == std::end(kFamilies)) {
        throw wrong(
            concat("there is no such family; there are ", join({std::begin(kFamilies), std::end(kFamilies)}, ", ")));
      }
      rule.kind = Rule::Kind::kFamily;
    } else if (name.ends_with('*')) {
      name.remove_suffix(1);
      rule.kind = Rule::Kind::kPrefix;
    } else if (name.find("::") == name.npos) {
      throw wrong("expected an operator with its namespace, such as aten::add");
    }
    rule.pattern = name;
    policy.rules_.push_back(std::move(rule));
  }
  return policy;
}

OperatorPolicy OperatorPolicy::read(const std::string& name) {
  if (name == kConservative) return conservative();
  std::ifstream file(name);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error(error(ErrorCode::kNotFound, "cannot read the policy ", quoted(name)));
  return parse(text.str());
}

OperatorPolicy OperatorPolicy::conservative() {
  OperatorPolicy policy;
  for (const std::string_view name : kAllowed) policy.rules_.push_back({true, std::string(name), Rule::Kind::kName});
  for (const std::string_view family : {"custom", "file", "process"}) {
    policy.rules_.push_back({false, std::string(family), Rule::Kind::kFamily});
  }
  return policy;
}

bool OperatorPolicy::allows(std::string_view name, const std::vector<std::string_view>& families) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    const bool fits = rule->kind == Rule::Kind::kName ? name == rule->pattern
                      : rule->kind == Rule::Kind::kPrefix
                          ? name.starts_with(rule->pattern)
                          : std::find(families.begin(), families.end(), rule->pattern) != families.end();
    if (fits) return rule->allow;
  }
  return rules_.empty() || !rules_.front().allow;
}

}  // namespace heddle::jit
