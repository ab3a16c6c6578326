// What of a call's time each operator takes: the part of `heddle bench --profile`.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/machine_peak.h"

namespace heddle::cli {

struct OperatorProfile {
  // An operator, or a line of the model's source; times in milliseconds a call of the method.
  struct Row {
    std::string name;
    double calls = 0;
    double mean_ms = 0;
    double shortest_ms = 0;      // each place's shortest time, summed: what an undisturbed call would take
    double share = 0;            // of the method's time
    double gflops = 0;           // achieved at the mean; 0: what it computes is not counted
    double gigabytes_per_s = 0;  // of the tensors it takes and gives, likewise
    std::string implementation;  // "oneDNN, tiles"; empty: there is one only
  };
  MachinePeak peak;
  int64_t method_calls = 0;
  double method_ms = 0;  // mean
  std::vector<Row> operators;
  std::vector<Row> lines;
};

// Calls the method on this thread for so many seconds, once at least. Throws what the model raises.
OperatorProfile profile_calls(const jit::Method& method, const CallArguments& arguments, double seconds);

void print_profile(const OperatorProfile& profile);
nlohmann::ordered_json to_json(const OperatorProfile& profile);

}  // namespace heddle::cli
