// heddle-opt MODE [FILE...]: runs one stage of the compiler on each file, or on standard input, and prints what came
// out. Exit codes: 0 done, 1 the input is refused, 2 wrong usage.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "modes.h"

namespace heddle::opt {
namespace {

constexpr int kRefused = 1;
constexpr int kUsage = 2;

int usage() {
  std::fputs("usage: heddle-opt MODE [FILE...]\n", stderr);
  for (const Mode& mode : modes()) {
    std::fprintf(stderr, "  %-10.*s %.*s\n", static_cast<int>(mode.flag.size()), mode.flag.data(),
                 static_cast<int>(mode.help.size()), mode.help.data());
  }
  return kUsage;
}

std::string read_all(std::istream& in) {
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int run(const Mode& mode, std::string_view option, std::string name, std::string text) {
  const Result<std::string> output = mode.run(make_ref<Source>(std::move(name), std::move(text)), option);
  if (output.ok()) {
    std::cout << output.value() << std::flush;
    return 0;
  }
  std::cerr << output.status().message() << "\n" << std::flush;
  return kRefused;
}

int main(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return usage();
  const size_t equals = std::min(arguments[0].find('='), arguments[0].size());
  const std::string_view flag = std::string_view(arguments[0]).substr(0, equals);
  const std::string_view option = std::string_view(arguments[0]).substr(std::min(equals + 1, arguments[0].size()));
  const auto mode = std::find_if(modes().begin(), modes().end(), [&](const Mode& m) { return m.flag == flag; });
  if (mode == modes().end()) return usage();
  if (arguments.size() == 1) return run(*mode, option, "<stdin>", read_all(std::cin));
  int result = 0;
  for (size_t i = 1; i < arguments.size(); ++i) {
    std::ifstream file(arguments[i], std::ios::binary);
    if (!file) {
      std::cerr << "cannot read " << arguments[i] << "\n";
      return kUsage;
    }
    result = std::max(result, run(*mode, option, arguments[i], read_all(file)));
  }
  return result;
}

}  // namespace
}  // namespace heddle::opt

int main(int argc, char** argv) { return heddle::opt::main(std::vector<std::string>(argv + 1, argv + argc)); }
