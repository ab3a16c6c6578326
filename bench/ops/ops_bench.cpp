// Heddle's side of bench/ops/ops.py. Reads commands from standard input and answers each with a line of JSON:
//   load PATH      the arguments of the one row in the container (tests/ops/oracle.py): {"ready": true}
//   time SECONDS   calls the row's operator for that long: {"min_us": ..., "median_us": ...} of a call
// or {"error": "..."}. Its argument is the number of threads an operator may use.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "ops/operators.h"
#include "parallel/parallel.h"
#include "schema/operator_table.h"
#include "tests/ops/row.h"

namespace {

using namespace heddle;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct Loaded {
  const schema::Operator* op = nullptr;
  std::vector<IValue> arguments;
};

Result<Loaded> load(const std::string& path) {
  const std::vector<test::Row> rows = HEDDLE_TRY(test::read_rows(path));
  HEDDLE_REQUIRE(rows.size() == 1, path, " holds ", rows.size(), " rows");
  const test::Row& row = rows[0];
  const size_t dot = row.op.find('.');
  const auto overload = dot == std::string::npos ? std::string_view() : std::string_view(row.op).substr(dot + 1);
  Loaded loaded;
  loaded.op = schema::operators().find(row.op.substr(0, dot), overload);
  HEDDLE_REQUIRE(loaded.op, "no such operator");
  loaded.arguments = HEDDLE_TRY(test::make_arguments(*loaded.op, row, test::Layout::kAsIs));
  HEDDLE_TRY(schema::call_operator(*loaded.op, loaded.arguments));
  return loaded;
}

// Seconds a call, sorted, each the mean of as many calls as take 50 microseconds.
Result<std::vector<double>> measure(const Loaded& row, double seconds) {
  const Clock::time_point begin = Clock::now();
  HEDDLE_TRY(schema::call_operator(*row.op, row.arguments));
  const int calls = std::clamp(static_cast<int>(50e-6 / seconds_since(begin)), 1, 100);
  std::vector<double> times;
  while (times.size() < 3 || seconds_since(begin) < seconds) {
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < calls; ++i) HEDDLE_TRY(schema::call_operator(*row.op, row.arguments));
    times.push_back(seconds_since(start) / calls);
  }
  std::sort(times.begin(), times.end());
  return times;
}

Result<std::string> answer(const std::string& command, const std::string& argument, Loaded& row) {
  if (command == "load") {
    row = HEDDLE_TRY(load(argument));
    return std::string("{\"ready\": true}");
  }
  HEDDLE_REQUIRE(command == "time" && row.op, "unknown command, or nothing loaded");
  const std::vector<double> times = HEDDLE_TRY(measure(row, std::atof(argument.c_str())));
  char text[100];
  std::snprintf(text, sizeof text, "{\"min_us\": %.3f, \"median_us\": %.3f}", times.front() * 1e6,
                times[times.size() / 2] * 1e6);
  return std::string(text);
}

// Without what JSON would have to escape.
std::string plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == '"' || c == '\\'; }, ' ');
  return text;
}

Status prepare(int threads) {
  schema::install_operators(HEDDLE_TRY(ops::build_operator_table()));
  return parallel::set_num_threads(threads);
}

}  // namespace

int main(int argc, char** argv) {
  const Status ready = prepare(argc > 1 ? std::atoi(argv[1]) : 1);
  if (!ready.ok()) {
    std::fprintf(stderr, "%s\n", ready.message().c_str());
    return 1;
  }
  Loaded row;
  std::string command;
  std::string argument;
  while (std::cin >> command && std::getline(std::cin >> std::ws, argument)) {
    const Result<std::string> text = answer(command, argument, row);
    if (!text.ok()) row = {};
    std::printf("%s\n",
                text.ok() ? text->c_str() : ("{\"error\": \"" + plain(text.status().message()) + "\"}").c_str());
    std::fflush(stdout);
  }
}
