#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "cli/tune_candidates.h"
#include "cli/tune_report.h"

namespace heddle::cli {
namespace {

std::string count_of(int count, const char* name) { return concat(count, " ", name, count == 1 ? "" : "s"); }

std::string factor_text(double factor) {
  char text[32];
  std::snprintf(text, sizeof(text), factor < 10 ? "%.2f times" : "%.0f times", factor);
  return text;
}

template <class Better>
const Measured* find_best(const TuneReport& report, bool beyond_cores, Better&& better) {
  const Measured* best = nullptr;
  for (const Measured& measured : report.outcome.settings) {
    if (!measured.measured() || oversubscribed(measured.setting, report.cores) != beyond_cores) continue;
    if (!best || better(measured, *best)) best = &measured;
  }
  return best;
}

// What the setting that suffers most from too many threads shows.
void warn_of_oversubscription(const TuneReport& report, std::vector<std::string>& out) {
  const auto slower = [](const Measured& a, const Measured& b) { return a.mean.value > b.mean.value; };
  const auto serves_more = [](const Measured& a, const Measured& b) { return a.throughput.value > b.throughput.value; };
  const Measured* worst = find_best(report, true, slower);
  const Measured* most = find_best(report, false, serves_more);
  if (!worst || !most) return;
  const double lost = 1 - worst->throughput.value / std::max(most->throughput.value, 1e-12);
  if (lost < -0.05) return;
  std::string effect = lost > 0.05 ? concat("serve ", rate_text(worst->throughput.value), " a second, ",
                                            rate_text(most->throughput.value), " were possible")
                                   : "serve no more for it";
  out.push_back(concat("Oversubscription: ", describe(worst->setting, report.subject), " on ",
                       count_of(report.cores, "CPU"), " ", effect, ", and a call takes ", time_text(worst->mean.value),
                       ". More threads than CPUs only wait for one another."));
}

void question_an_oversubscribed_choice(const TuneReport& report, std::vector<std::string>& out) {
  if (!report.outcome.chosen ||
      !oversubscribed(report.outcome.settings[*report.outcome.chosen].setting, report.cores)) {
    return;
  }
  out.push_back(concat("The choice has more threads than the ", count_of(report.cores, "CPU"),
                       ": it wins time from what else runs on this machine. Measure again where nothing else does."));
}

void compare_latency_and_throughput(const TuneReport& report, std::vector<std::string>& out) {
  const auto faster = [](const Measured& a, const Measured& b) { return a.mean.value < b.mean.value; };
  const auto serves_more = [](const Measured& a, const Measured& b) { return a.throughput.value > b.throughput.value; };
  const Measured* quick = find_best(report, false, faster);
  const Measured* most = find_best(report, false, serves_more);
  if (!quick || !most || report.goal.rate) return;
  const double gain = most->throughput.value / std::max(quick->throughput.value, 1e-12);
  const double cost = most->mean.value / std::max(quick->mean.value, 1e-12);
  if (gain < 1.05 || cost < 1.05) return;
  out.push_back(concat("Latency against throughput: ", describe(quick->setting, report.subject), " answer a call in ",
                       time_text(quick->mean.value), "; ", describe(most->setting, report.subject), " serve ",
                       factor_text(gain), " as much, but a call takes ", factor_text(cost), " as long."));
}

void tell_of_missed_goals(const TuneReport& report, std::vector<std::string>& out) {
  if (!report.outcome.chosen || report.outcome.within_goal) return;
  const Measured& closest = report.outcome.settings[*report.outcome.chosen];
  std::string text = concat("No setting keeps ");
  if (report.goal.p99_ms) text += concat("p99 within ", time_text(*report.goal.p99_ms));
  if (report.goal.rate)
    text += concat(report.goal.p99_ms ? " at " : "", rate_text(*report.goal.rate), " calls a second");
  out.push_back(concat(text, ". The closest: ", describe(closest.setting, report.subject), ", p99 ",
                       time_text(closest.p99.value), ", ", rate_text(closest.throughput.value), " a second."));
}

void tell_of_noise(const TuneReport& report, std::vector<std::string>& out) {
  if (!report.outcome.chosen) return;
  const Measured& chosen = report.outcome.settings[*report.outcome.chosen];
  const Band& band = report.goal.kind == Goal::kThroughput ? chosen.throughput : chosen.mean;
  const int rounds = static_cast<int>(chosen.slices.size());
  if (band.confidence == 0) {
    const bool late = report.outcome.seconds > report.budget;
    out.push_back(concat(late ? concat("The budget of ", time_text(report.budget * 1e3),
                                       " was too short: the first round took ", time_text(report.outcome.seconds * 1e3))
                              : "The choice was measured in one round",
                         ". How certain the numbers are cannot be said, and settings within 10% count as equal."));
    return;
  }
  const double width = (band.high - band.low) / std::max(band.value, 1e-12);
  if (width >= 0.1) {
    out.push_back(concat("The numbers are uncertain by ", std::lround(width * 100), "% after ",
                         count_of(rounds, "round"), ": something else keeps this machine busy, or --budget is short."));
  } else if (band.confidence < 0.95) {
    out.push_back(concat("After ", count_of(rounds, "round"), " the ranges are ", std::lround(band.confidence * 100),
                         "% sure; a longer --budget makes it 95%."));
  }
}

// --p99 is kept or missed by a sample near it; how near says how sure that is.
void tell_how_sure_p99_is(const TuneReport& report, std::vector<std::string>& out) {
  if (!report.outcome.chosen || !report.goal.p99_ms) return;
  const Measured& chosen = report.outcome.settings[*report.outcome.chosen];
  if (chosen.p99.confidence == 0) {
    out.push_back(concat("Of ", chosen.calls, " calls of the choice ", time_text(chosen.p99.value),
                         " is p99, but that is too few to be sure of it: some hundreds are needed. Raise --budget."));
  } else if (chosen.p99.low <= *report.goal.p99_ms && *report.goal.p99_ms < chosen.p99.high) {
    out.push_back(concat("The choice's p99 lies between ", time_text(chosen.p99.low), " and ",
                         time_text(chosen.p99.high), " (95% sure), the bound of ", time_text(*report.goal.p99_ms),
                         " within: it may be missed as well as kept."));
  }
}

std::string how_far_interrupted(const TuneReport& report) {
  if (report.outcome.rounds > 0) return "Interrupted: this is what was measured until then.";
  const auto measured = std::count_if(report.outcome.settings.begin(), report.outcome.settings.end(),
                                      [](const Measured& each) { return each.measured(); });
  return concat("Interrupted in the first round: ", measured, " of ", report.outcome.settings.size(),
                " settings were measured.");
}

}  // namespace

std::string describe(const Setting& setting, const TuneSubject& subject) {
  std::string text = concat(count_of(setting.inference_threads, "inference thread"), " with ",
                            count_of(setting.threads, "intra-op thread"));
  if (subject.forks) text += concat(" and ", count_of(setting.interop_threads, "inter-op thread"));
  if (subject.batched) text += concat(", batch ", setting.batch);
  return text;
}

std::string time_text(double milliseconds) {
  char text[32];
  const double size = std::abs(milliseconds);
  if (size < 1) {
    std::snprintf(text, sizeof(text), size < 0.1 ? "%.1f us" : "%.0f us", milliseconds * 1e3);
  } else if (size < 1000) {
    std::snprintf(text, sizeof(text), size < 10 ? "%.2f ms" : size < 100 ? "%.1f ms" : "%.0f ms", milliseconds);
  } else {
    std::snprintf(text, sizeof(text), "%.2f s", milliseconds / 1e3);
  }
  return text;
}

std::string rate_text(double rate) {
  char text[32];
  std::snprintf(text, sizeof(text), rate < 10 ? "%.2f" : "%.0f", rate);
  return text;
}

std::vector<std::string> advice(const TuneReport& report) {
  std::vector<std::string> out;
  tell_of_missed_goals(report, out);
  compare_latency_and_throughput(report, out);
  warn_of_oversubscription(report, out);
  question_an_oversubscribed_choice(report, out);
  tell_how_sure_p99_is(report, out);
  tell_of_noise(report, out);
  if (report.left_out > 0) {
    out.push_back(concat("The budget had no time for ", count_of(static_cast<int>(report.left_out), "further setting"),
                         "; a longer --budget tries them."));
  }
  if (report.outcome.interrupted) out.push_back(how_far_interrupted(report));
  return out;
}

TuneCode answer_as_code(const TuneReport& report) {
  const Setting& setting = report.outcome.settings[*report.outcome.chosen].setting;
  const std::string callers =
      concat(setting.inference_threads == 1 ? "one thread calls" : concat(setting.inference_threads, " threads call"),
             " the model", setting.inference_threads == 1 ? "" : " at the same time",
             report.subject.batched ? concat(", each with a batch of ", setting.batch) : "");
  TuneCode code;
  code.cpp = concat("#include <heddle/heddle.h>\n\nheddle::set_num_threads(", setting.threads,
                    ");          // intra-op\nheddle::set_num_interop_threads(", setting.interop_threads,
                    ");  // inter-op\n// ", callers, "\n");
  code.python = concat("import heddle\n\nheddle.set_num_threads(", setting.threads,
                       ")          # intra-op\nheddle.set_num_interop_threads(", setting.interop_threads,
                       ")  # inter-op\n# ", callers, "\n");
  code.environment =
      concat("export OMP_NUM_THREADS=", setting.threads,
             "   # intra-op; inter-op threads have no variable: ", setting.interop_threads, "\n# ", callers, "\n");
  if (!report.subject.config_file.empty()) {
    code.cpp += concat("\n// or, from the file:\nheddle::apply_thread_config(\"", report.subject.config_file, "\");\n");
    code.python += concat("\n# or, from the file:\nheddle.apply_thread_config(\"", report.subject.config_file, "\")\n");
  }
  return code;
}

}  // namespace heddle::cli
