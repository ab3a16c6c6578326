// Runs the models of index files (zoo.py, language_archives.py) with several numbers of threads and of callers, and
// fails where an output differs in one bit from that of a single caller on a single thread:
//   heddle_same_bits [--kind scripted|traced] INDEX.json...
#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/command.h"
#include "heddle/parallel.h"
#include "tests/ops/compare.h"

namespace heddle {
namespace {

constexpr std::array kThreads = {1, 2, 3, 8};
constexpr size_t kCallers = 3;

struct Row {
  std::string name;
  std::string archive;
  std::string arguments;
  std::string method;
};

std::vector<Row> read_rows(const std::string& index, const std::string& kind) {
  std::ifstream file(index);
  if (!file) throw std::runtime_error("cannot open '" + index + "'");
  const std::string folder = index.substr(0, index.rfind('/') + 1);
  const auto parsed = nlohmann::json::parse(file);
  std::vector<Row> rows;
  for (const auto& row : parsed.at("rows")) {
    if (!row.contains("expect") || (!kind.empty() && row.at("kind") != kind)) continue;
    rows.push_back({concat(row.at("model").get<std::string>(), " ", row.at("kind").get<std::string>(), " ",
                           row.at("case").get<std::string>()),
                    folder + row.at("archive").get<std::string>(), folder + row.at("args").get<std::string>(),
                    row.at("method").get<std::string>()});
  }
  return rows;
}

// A copy of the module for each call: some of the models keep state between calls.
IValue answer_of(const jit::Module& module, const Row& row) {
  cli::ModelOptions options;
  options.method = row.method;
  const jit::Method method = cli::find_method(module.deepcopy(), options);
  return cli::call(method, cli::read_arguments(method, {}, row.arguments, {}));
}

std::string difference_of(const jit::Module& module, const Row& row) {
  set_num_threads(1);
  const IValue expected = answer_of(module, row);
  for (const int threads : kThreads) {
    set_num_threads(threads);
    const IValue alone = answer_of(module, row);
    std::array<IValue, kCallers> beside;
    {
      std::vector<std::jthread> callers;
      for (IValue& answer : beside) callers.emplace_back([&] { answer = answer_of(module, row); });
    }
    std::string difference = test::bit_difference({expected}, {alone});
    if (!difference.empty()) return concat(difference, " on ", threads, " threads");
    for (const IValue& answer : beside) {
      difference = test::bit_difference({expected}, {answer});
      if (!difference.empty()) return concat(difference, " with ", kCallers, " callers on ", threads, " threads");
    }
  }
  return {};
}

int check(const std::vector<std::string>& indexes, const std::string& kind) {
  int rows = 0;
  int wrong = 0;
  for (const std::string& index : indexes) {
    for (const Row& row : read_rows(index, kind)) {
      jit::LoadOptions quiet;
      quiet.warn = [](const std::string&) {};
      const std::string difference = difference_of(jit::load(row.archive, quiet), row);
      std::printf("%-48s %s\n", row.name.c_str(), difference.empty() ? "same bits" : difference.c_str());
      std::fflush(stdout);
      ++rows;
      if (!difference.empty()) ++wrong;
    }
  }
  std::printf("%d rows, %d wrong\n", rows, wrong);
  return wrong == 0 && rows > 0 ? 0 : 1;
}

}  // namespace
}  // namespace heddle

int main(int argc, char** argv) {
  std::vector<std::string> indexes;
  std::string kind;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--kind" && i + 1 < argc) {
      kind = argv[++i];
    } else {
      indexes.emplace_back(argv[i]);
    }
  }
  try {
    return heddle::check(indexes, kind);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heddle_same_bits: %s\n", error.what());
    return 2;
  }
}
