// Runs the calls that opinfo.py wrote for one operator and dtype, and says how each went:
//   heddle_conformance CASES.pt
// CASES.pt holds a list of dicts {archive, method, args, expected, exact, rtol, atol, meta}; archives are loaded from
// beside it; one of the two answers must be met. Standard output has a line a call: its number, then `ok`, `missing
// OPERATOR`, `differs WHY` or `fails WHY`.
#include <cstdio>
#include <map>

#include "archive/torch_save.h"
#include "core/boxes.h"
#include "heddle/jit.h"
#include "tests/ops/compare.h"

namespace heddle::test {
namespace {

const IValue& field(const IValue& row, const char* name) {
  const IValue* value = row.as_dict().find(IValue(std::string(name)));
  if (!value) throw std::runtime_error(concat("a case lacks '", name, "'"));
  return *value;
}

std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  const std::string missing = "Heddle has no operator ";
  const size_t at = text.find(missing);
  if (at == std::string::npos) return "fails " + line;
  const size_t name = at + missing.size();
  return "missing " + text.substr(name, text.find_first_of(" \n,;", name) - name);
}

class Runner {
 public:
  explicit Runner(std::string folder) : folder_(std::move(folder)) {}

  std::string run(const IValue& row) {
    try {
      const jit::Module& module = load(std::string(field(row, "archive").as_string()));
      const IValue got =
          module.get_method(std::string(field(row, "method").as_string()))(field(row, "args").as_list().items);
      Comparison how;
      how.rtol = field(row, "rtol").as_scalar().to_double();
      how.atol = field(row, "atol").as_scalar().to_double();
      how.values = !field(row, "meta").as_bool();
      how.strides = false;
      const std::string found = difference(got, field(row, "expected"), how);
      if (!found.empty() && difference(got, field(row, "exact"), how).empty()) return "ok";
      return found.empty() ? "ok" : "differs " + found.substr(0, found.find('\n'));
    } catch (const std::exception& error) {
      return first_line(error.what());
    }
  }

 private:
  const jit::Module& load(const std::string& archive) {
    auto known = modules_.find(archive);
    if (known == modules_.end()) {
      jit::LoadOptions quiet;
      quiet.warn = [](const std::string&) {};
      known = modules_.emplace(archive, jit::load(folder_ + archive, quiet)).first;
    }
    return known->second;
  }

  std::string folder_;
  std::map<std::string, jit::Module> modules_;
};

int run_all(const std::string& path) {
  const auto cases = archive::read_torch_save(path);
  if (!cases.ok()) {
    std::fprintf(stderr, "heddle_conformance: %s\n", cases.status().message().c_str());
    return 2;
  }
  Runner runner(path.substr(0, path.rfind('/') + 1));
  const std::vector<IValue>& rows = (*cases).as_list().items;
  for (size_t i = 0; i < rows.size(); ++i) {
    std::printf("%zu %s\n", i, runner.run(rows[i]).c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace heddle::test

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: heddle_conformance CASES.pt\n");
    return 2;
  }
  return heddle::test::run_all(argv[1]);
}
