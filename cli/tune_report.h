// What `heddle tune` found, for people and for programs. Pure functions, but for those that print.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/tune_search.h"

namespace heddle::cli {

struct TuneSubject {
  std::string name;  // the file's name, or "1024 x 1024 matrix product"
  std::string path;  // empty for a product
  std::string method;
  std::vector<std::string> inputs;
  double load_ms = 0, first_ms = 0, file_bytes = 0;
  bool forks = false;
  bool batched = false;     // throughput counts inputs of a batch
  std::string config_file;  // where the settings are written, if anywhere
};

struct TuneReport {
  TuneSubject subject;
  Goal goal;
  Outcome outcome;
  double budget = 0;
  int cores = 1;
  size_t left_out = 0;  // settings that the budget had no time for
};

// "2 inference threads, 1 intra-op thread"
std::string describe(const Setting& setting, const TuneSubject& subject);
// "12.3 ms", "850 us", "2.41 s"
std::string time_text(double milliseconds);
// "412", "7.25": calls a second
std::string rate_text(double rate);

// What people should know: oversubscription, latency against throughput, goals missed, noise.
std::vector<std::string> advice(const TuneReport& report);

// The answer as code; of an outcome with a choice only.
struct TuneCode {
  std::string cpp, python, environment;
};
TuneCode answer_as_code(const TuneReport& report);

nlohmann::ordered_json to_json(const TuneReport& report);
void print_table(const TuneReport& report);
// Runtime against intra-op threads of one caller, as a drawing of text.
void print_plot(const TuneReport& report);

}  // namespace heddle::cli
