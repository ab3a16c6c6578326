#include "cli/inspect.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "archive/archive.h"
#include "cli/json_value.h"

namespace heddle::cli {
namespace {

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// How often each operator ("aten::add") stands in the graph. Read off the graph's text, where only operators have "::".
void count_operators(std::string_view graph, std::map<std::string, int64_t>& counts) {
  for (size_t at = graph.find("::"); at != std::string_view::npos; at = graph.find("::", at + 2)) {
    size_t begin = at, end = at + 2;
    while (begin > 0 && is_name_character(graph[begin - 1])) --begin;
    while (end < graph.size() && is_name_character(graph[end])) ++end;
    if (begin < at && end > at + 2) ++counts[std::string(graph.substr(begin, end - begin))];
  }
}

using Counts = std::map<std::string, int64_t>;

// How often each operator stands in the methods of the model and of the modules in it.
Counts operators_of(const jit::Module& module) {
  Counts counts;
  for (const auto& [path, part] : module.named_modules()) {
    for (const jit::Method& method : part.get_methods()) {
      try {
        count_operators(method.graph(), counts);
      } catch (const Error&) {
        // A method nobody calls may not compile; it runs nothing.
      }
    }
  }
  // Plain functions belong to no module; the optimised graphs have them inlined.
  Counts inlined;
  for (const jit::Method& method : module.get_methods()) count_operators(method.graph(true), inlined);
  counts.merge(inlined);
  std::erase_if(counts, [](const auto& row) { return row.first.starts_with("prim::"); });
  return counts;
}

struct Tensors {
  std::string kind;
  jit::Module::Named<Tensor> named;
  int64_t elements() const {
    int64_t sum = 0;
    for (const auto& [name, tensor] : named) sum += tensor.numel();
    return sum;
  }
  int64_t bytes() const {
    int64_t sum = 0;
    for (const auto& [name, tensor] : named) sum += tensor.numel() * element_size(tensor.dtype());
    return sum;
  }
};

std::string describe(const Tensor& tensor) {
  return concat(python_name(tensor.dtype()), to_text(tensor.sizes().span()));
}

// "12 parameters, 1234 numbers, 4.9 MB", then a line each.
void print_tensors(const Tensors& tensors) {
  char size[32];
  std::snprintf(size, sizeof size, "%.1f", static_cast<double>(tensors.bytes()) / 1e6);
  print(concat("\n", tensors.named.size(), " ", tensors.kind, ", ", tensors.elements(), " numbers, ", size, " MB\n"));
  size_t width = 0;
  for (const auto& [name, tensor] : tensors.named) width = std::max(width, name.size());
  for (const auto& [name, tensor] : tensors.named) {
    print(concat("  ", name, std::string(width - name.size() + 2, ' '), describe(tensor), "\n"));
  }
}

void print_missing(const std::vector<jit::MissingOperator>& missing) {
  print(concat("\n", missing.size(), " operators are missing; a run that reaches one fails\n"));
  for (const jit::MissingOperator& op : missing) {
    print(concat("  ", op.name, "\n"));
    for (const std::string& place : op.places) print(concat("    ", place, "\n"));
  }
}

void print_source(const std::string& path) {
  const archive::Archive archive = value_or_fail(archive::Archive::open(path), kCannotLoad);
  for (const std::string& record : archive.records("code/")) {
    if (record.ends_with(".py")) {
      print(concat("\n# ", record, "\n", value_or_fail(archive.read_text(record), kCannotLoad)));
    }
  }
}

std::string listing_of(const std::vector<jit::Method>& methods, const InspectOptions& options) {
  std::string out;
  for (const jit::Method& method : methods) {
    if (options.graph) {
      out += concat("\n# ", method.name(), ", as loaded\n", method.graph());
      out += concat("\n# ", method.name(), ", optimised\n", method.graph(true));
    }
    if (options.plan) out += concat("\n# ", method.name(), ", the code that runs\n", method.code_listing());
  }
  return out;
}

Json report_of(const Tensors& tensors) {
  Json rows = Json::array();
  for (const auto& [name, tensor] : tensors.named) {
    rows.push_back({{"name", name},
                    {"dtype", python_name(tensor.dtype())},
                    {"shape", std::vector<int64_t>(tensor.sizes().begin(), tensor.sizes().end())}});
  }
  return rows;
}

void print_report(const jit::Module& module, const InspectOptions& options, const std::vector<jit::Method>& methods) {
  Json report = {{"model", options.model.path}, {"type", module.type_name()}, {"methods", Json::array()}};
  for (const jit::Method& method : methods) {
    Json row = {{"name", method.name()}, {"schema", method.schema()}};
    if (options.graph) row["graph"] = {{"loaded", method.graph()}, {"optimized", method.graph(true)}};
    if (options.plan) row["plan"] = method.code_listing();
    report["methods"].push_back(row);
  }
  report["parameters"] = report_of({"parameters", module.named_parameters()});
  report["buffers"] = report_of({"buffers", module.named_buffers()});
  report["operators"] = operators_of(module);
  report["missing_operators"] = Json::array();
  for (const jit::MissingOperator& op : module.missing_operators()) {
    report["missing_operators"].push_back({{"name", op.name}, {"places", op.places}});
  }
  print(report.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace

ExitCode inspect(const InspectOptions& options) {
  const jit::Module module = load_model(options.model);
  const std::vector<jit::Method> methods = module.get_methods();
  if (options.json) {
    print_report(module, options, methods);
    return kDone;
  }
  // Before the tensors are asked for: who has them may write them, so the code that relies on them ends there.
  const std::string listing = listing_of(methods, options);
  print(concat(module.type_name(), "\n\n", methods.size(), " methods\n"));
  for (const jit::Method& method : methods) print(concat("  ", method.schema(), "\n"));
  print_tensors({"parameters", module.named_parameters()});
  print_tensors({"buffers", module.named_buffers()});
  const Counts operators = operators_of(module);
  print(concat("\n", operators.size(), " operators\n"));
  for (const auto& [name, count] : operators) print(concat("  ", count, "\t", name, "\n"));
  if (const std::vector<jit::MissingOperator> missing = module.missing_operators(); !missing.empty()) {
    print_missing(missing);
  }
  if (options.code) print_source(options.model.path);
  print(listing);
  return kDone;
}

}  // namespace heddle::cli
