// What of a call's time each operator takes: the part of `heddle bench --profile`.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/command.h"

namespace heddle::cli {

struct OperatorProfile {
  // An operator, or a line of the model's source; times in milliseconds a call of the method.
  struct Row {
    std::string name;
    double calls = 0;
    double mean_ms = 0;
    double shortest_ms = 0;  // each place's shortest time, summed: what an undisturbed call would take
    double share = 0;        // of the method's time
  };
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
