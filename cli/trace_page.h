// A trace as the JSON that the page of `heddle trace --report` draws, and its summary as the JSON of --json.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "trace/recording.h"
#include "trace/summary.h"

namespace heddle::cli {

// Times in nanoseconds, sums of all calls.
nlohmann::ordered_json summary_to_json(const trace::Summary& summary);

// `facts` (model, method, config) with the summary, the threads, and each thread's spans as arrays
// [kind, begin, duration, name, id, other, detail, label, extra]: name an index into "names", label one into "labels"
// or 0, extra what only some have (web/trace/model.js reads them).
nlohmann::ordered_json page_data(nlohmann::ordered_json facts, const trace::Recording& recording,
                                 const trace::Summary& summary);

}  // namespace heddle::cli
