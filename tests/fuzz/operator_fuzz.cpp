// libFuzzer: operator calls written as text (calls/call_text.h), with arguments of the types their schemas promise and
// any values. Each must succeed or give an error; what it returns and wrote must lie in its storage.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

#include "calls/call_mutator.h"
#include "calls/call_text.h"
#include "calls/call_values.h"
#include "calls/inside.h"
#include "core/generator.h"
#include "counts.h"
#include "ops/operators.h"
#include "parallel/parallel.h"

namespace {

using namespace heddle;

constexpr size_t kLongest = 4000;

void ensure_operators() {
  static const bool once = [] {
    schema::install_operators(std::move(ops::build_operator_table()).value());
    (void)parallel::set_num_threads(1);
    return true;
  }();
  (void)once;
}

// They talk to standard output.
bool is_loud(std::string_view name) { return name.starts_with("prim::Print") || name.starts_with("aten::warn"); }

void check(const std::vector<IValue>& values, const char* what) {
  for (const IValue& value : values) {
    const Status status = fuzz::check_inside(value);
    if (status.ok()) continue;
    std::fprintf(stderr, "%s: %s\n", what, status.message().c_str());
    std::abort();
  }
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  ensure_operators();
  fuzz::Dice dice(seed);
  auto call = fuzz::parse_call({reinterpret_cast<const char*>(data), size});
  if (!call || !fuzz::find_operator(call->name) || dice.one_in(10)) {
    call = fuzz::random_call(*dice.choose(schema::operators().all()), dice);
  } else {
    fuzz::mutate_call(*call, dice);
  }
  const std::string text = fuzz::to_text(*call);
  if (text.size() > most) return size;
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ensure_operators();
  ++fuzz::counts().inputs;
  if (size > kLongest) return 0;
  const auto call = fuzz::parse_call({reinterpret_cast<const char*>(data), size});
  if (!call) return 0;
  const schema::Operator* op = fuzz::find_operator(call->name);
  if (!op || is_loud(call->name)) return 0;
  try {
    const auto arguments = fuzz::make_arguments(*op, *call);
    if (!arguments.ok()) return 0;
    ++fuzz::counts().wellformed;
    default_generator().manual_seed(0);
    ++fuzz::counts().runs;
    const auto results = schema::call_operator(*op, *arguments);
    if (results.ok()) {
      ++fuzz::counts().succeeded;
      check(*results, "a result");
    }
    check(*arguments, "an argument afterwards");
  } catch (const std::bad_alloc&) {
    // The interpreter makes errors of these two, as of a tensor that is too large.
  } catch (const std::length_error&) {
  }
  return 0;
}
