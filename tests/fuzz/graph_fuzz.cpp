// libFuzzer: any text as a graph. What the verifier accepts prints, reads back and prints the same, goes through the
// passes and stays a graph that the verifier accepts, and becomes code that code's verifier accepts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "code/code.h"
#include "fuzz_operators.h"
#include "ir/parser.h"
#include "ir/printer.h"
#include "ir/verifier.h"
#include "lower/lower.h"
#include "passes/passes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heddle;
  fuzz::install_operators();
  const auto graph = ir::parse_graph({reinterpret_cast<const char*>(data), size});
  if (!graph.ok() || !ir::verify(**graph).ok()) return 0;
  const std::string printed = ir::to_text(**graph);
  const auto again = ir::parse_graph(printed);
  if (!again.ok() || ir::to_text(**again) != printed) std::abort();
  const auto lowered = lower::lower_graph(**graph, "fuzz");
  if (lowered.ok() && !code::verify(**lowered).ok()) std::abort();
  if (!passes::run_pipeline(**graph).ok()) return 0;
  if (!ir::verify(**graph).ok()) std::abort();
  const auto optimized = lower::lower_graph(**graph, "fuzz");
  if (optimized.ok() && !code::verify(**optimized).ok()) std::abort();
  return 0;
}
