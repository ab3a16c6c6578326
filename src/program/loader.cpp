// From an open archive to a module: classes out of its code, objects out of its pickles, code out of its methods. One
// load on one thread. Every method of the root module is compiled before it returns, so that a model that cannot run is
// found out now and the first run is as fast as the next.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "archive/archive.h"
#include "core/memory_account.h"
#include "heddle/jit.h"
#include "ir/node_budget.h"
#include "lang/importer.h"
#include "lang/script_unit.h"
#include "passes/passes.h"
#include "program/archive_source.h"
#include "program/binder.h"
#include "program/policy_check.h"
#include "program/program.h"
#include "program/runtime.h"

namespace heddle::program {
namespace {

Status collect_extra_files(const archive::Archive& archive, jit::ExtraFiles* wanted) {
  if (!wanted) return ok_status();
  for (auto& [name, content] : *wanted) {
    Result<std::string> read = archive.read_extra_file(name);
    // As in PyTorch, a file that is not there leaves its entry empty.
    content = read.ok() ? std::move(read).value() : std::string();
  }
  return ok_status();
}

std::string place_text(const ir::MissingOperator& missing) {
  return missing.range.known() ? concat(missing.range.source->name(), ":", missing.range.line())
                               : std::string("unknown place");
}

// One entry an operator, in the order they were met.
std::vector<jit::MissingOperator> by_name(const std::vector<ir::MissingOperator>& all) {
  std::vector<jit::MissingOperator> out;
  for (const ir::MissingOperator& missing : all) {
    jit::MissingOperator* entry = nullptr;
    for (jit::MissingOperator& known : out) {
      if (known.name == missing.name) entry = &known;
    }
    if (!entry) entry = &out.emplace_back(jit::MissingOperator{missing.name, {}});
    entry->places.push_back(place_text(missing));
  }
  return out;
}

std::string missing_message(const std::string& file, const std::vector<jit::MissingOperator>& missing) {
  std::string out = concat("'", file, "' calls ", missing.size(),
                           " operator(s) that Heddle does not have; reaching one is an error:");
  for (const jit::MissingOperator& op : missing) {
    out += concat("\n  ", op.name, " at ", op.places[0]);
    if (op.places.size() > 1) out += concat(" and ", op.places.size() - 1, " more");
  }
  const bool any_foreign = std::any_of(missing.begin(), missing.end(), [](const jit::MissingOperator& op) {
    return !op.name.starts_with("aten::") && !op.name.starts_with("prim::");
  });
  if (any_foreign) {
    out +=
        "\nOperators of your own are registered with HEDDLE_LIBRARY before the model is loaded; the command takes them "
        "from --library FILE.";
  }
  return out;
}

constexpr std::chrono::seconds kTimeToSetState{60};

void warn(const jit::LoadOptions& options, const std::string& message) {
  if (options.warn) {
    options.warn(message);
  } else {
    std::fprintf(stderr, "warning: %s\n", message.c_str());
  }
}

constexpr const char* kFreeze = "freeze";  // a step of the pipeline that is no pass of its own

Status check_pass_names(const std::vector<std::string>& names) {
  std::vector<std::string> known = {kFreeze};
  for (const passes::Pass& pass : passes::all_passes()) known.emplace_back(pass.name);
  for (const std::string& name : names) {
    HEDDLE_REQUIRE_CODE(std::find(known.begin(), known.end(), name) != known.end(), kNotFound, "there is no pass '",
                        name, "'; there are: ", join(known, ", "));
  }
  return ok_status();
}

std::vector<std::string> passes_to_leave_out(const jit::LoadOptions& options) {
  if (options.optimize) return options.without_passes;
  std::vector<std::string> all = {kFreeze};
  for (const passes::Pass& pass : passes::all_passes()) all.emplace_back(pass.name);
  return all;
}

class Loader {
 public:
  Loader(std::shared_ptr<const archive::Archive> archive, const jit::LoadOptions& options)
      : archive_(std::move(archive)),
        options_(options),
        program_(make_ref<Program>(passes_to_leave_out(options), options.limits.graph_nodes)),
        importer_(make_ref<lang::Importer>(
            *program_->unit,
            [archive = archive_, total = std::make_shared<uint64_t>(0)](const std::string& qualifier) {
              return read_source(archive, qualifier, *total);
            },
            archive_->version())) {
    program_->source = archive_;
  }

  Result<IValue> run() {
    HEDDLE_TRY(check_pass_names(options_.without_passes));
    const ir::NodeBudget budget(options_.limits.graph_nodes);
    const auto memory = make_ref<MemoryAccount>(memory_of_load());
    const ChargeTo account(memory.get());
    HEDDLE_REQUIRE_CODE(!archive_->has("bytecode.pkl") || !archive_->records("code/").empty(), kUnsupported, "'",
                        archive_->name(),
                        "' holds bytecode of PyTorch's lite interpreter and no TorchScript code; "
                        "Heddle runs .ptl files by the code that _save_for_lite_interpreter puts beside it");
    Binder binder([this](const std::string& text) { return importer_->parse_type_text(text); }, program_);
    importer_->set_constants(HEDDLE_TRY(archive_->read_constants(&binder)));
    const IValue root = HEDDLE_TRY(archive_->read_pickle("data", &binder));
    HEDDLE_REQUIRE_CODE(root.is_object() && root.as_object().class_type->is_module(), kBadArchive, "'",
                        archive_->name(), "' holds a value of type ", root.type_text(),
                        "; expected a module saved with torch.jit.save");
    if (options_.policy) HEDDLE_TRY(judged(check_unit(*program_->unit, &*options_.policy)));
    HEDDLE_TRY(binder.run_pending([this](const Ref<Callable>& method, const IValue& object, IValue state) {
      return set_state(method, object, std::move(state));
    }));
    HEDDLE_TRY(program_->freeze(root.as_object(), /*forever=*/false));
    if (!root.as_object().specialised) {
      for (const Ref<Callable>& method : root.as_object().class_type->methods) HEDDLE_TRY(program_->prepare(method));
    }
    HEDDLE_TRY(check_files());
    program_->missing_operators = by_name(program_->unit->missing_operators);
    if (!program_->missing_operators.empty()) {
      const std::string message = missing_message(archive_->name(), program_->missing_operators);
      if (options_.strict) return error(ErrorCode::kUnsupported, message);
      warn(options_, message);
    }
    if (!options_.map_location && !importer_->foreign_devices().empty()) {
      warn(options_, concat("'", archive_->name(), "' names ", join(importer_->foreign_devices(), ", "),
                            "; the CPU is taken for it"));
    }
    HEDDLE_TRY(collect_extra_files(*archive_, options_.extra_files));
    return root;
  }

  // Whether run() failed because of a policy.
  bool denied() const { return denied_; }

 private:
  Status judged(Status verdict) {
    denied_ = !verdict.ok();
    return verdict;
  }

  Status set_state(const Ref<Callable>& method, const IValue& object, IValue state) {
    exec::CallOptions call;
    if (options_.setstate == jit::SetState::kRefuse) {
      return judged(error(ErrorCode::kUnsupported, method->qualified_name(),
                          " would run while the model loads, which "
                          "LoadOptions::setstate refuses"));
    }
    if (options_.setstate == jit::SetState::kPure) {
      static const jit::OperatorPolicy pure = jit::OperatorPolicy::parse(
          "deny family:random\ndeny family:process\ndeny family:print\ndeny family:fork\ndeny family:custom\n");
      Status verdict = check_function(*program_->unit, method, pure);
      if (!verdict.ok()) {
        return judged(error(verdict.code(), method->qualified_name(), " would run while the model loads, but ",
                            verdict.message(), "\nLoadOptions::setstate kRun lets it, in a model that you trust"));
      }
      call.deadline = std::chrono::steady_clock::now() + kTimeToSetState;
    }
    HEDDLE_TRY(program_->run(method, {object, std::move(state)}, call));
    return ok_status();
  }

  // Operators that reach for files are not there; a model that names one is no model to run.
  Status check_files() {
    for (const ir::MissingOperator& missing : program_->unit->missing_operators) {
      const std::vector<std::string_view> families = families_of(missing.name);
      if (std::find(families.begin(), families.end(), "file") == families.end()) continue;
      return judged(error(ErrorCode::kUnsupported, "the model calls ", missing.name, " at ", place_text(missing),
                          ": no model may reach files"));
    }
    return ok_status();
  }

  uint64_t memory_of_load() const {
    constexpr uint64_t kLeast = uint64_t{4} << 30;
    constexpr uint64_t kTimes = 20;
    if (options_.limits.memory_bytes) return options_.limits.memory_bytes;
    return std::max(kLeast, kTimes * archive_->bytes());
  }
  static Result<Ref<const Source>> read_source(const std::shared_ptr<const archive::Archive>& archive,
                                               const std::string& qualifier, uint64_t& total) {
    const Ref<const Source> code = HEDDLE_TRY(archive->read_code(qualifier));
    if (!code) return Ref<const Source>();
    total += code->text().size();
    HEDDLE_REQUIRE_CODE(total <= archive->limits().source_bytes, kLimit,
                        "its source is longer than the limit "
                        "source_bytes, ",
                        archive->limits().source_bytes);
    return Ref<const Source>(make_ref<ArchiveSource>(*code, archive, qualifier));
  }

  const std::shared_ptr<const archive::Archive> archive_;
  const jit::LoadOptions& options_;
  const Ref<Program> program_;
  const Ref<lang::Importer> importer_;
  bool denied_ = false;
};

constexpr archive::Archive::Kind kArchive = archive::Archive::Kind::kTorchScript;

jit::Module load_opened(Result<archive::Archive> opened, const jit::LoadOptions& options) {
  const auto archive = std::make_shared<const archive::Archive>(value_or_throw(std::move(opened)));
  const std::string& name = archive->name();
  ensure_runtime();
  Loader loader(archive, options);
  Result<IValue> loaded = loader.run();
  if (loaded.ok()) return jit::Module(std::move(loaded).value());
  // Errors of the code, the classes and the values do not know which file they are from.
  ErrorInfo info = loaded.status().info();
  if (info.message.find(name) == std::string::npos) info.message = concat("cannot load '", name, "': ", info.message);
  if (loader.denied()) throw jit::PolicyError(std::move(info));
  throw Error(std::move(info));
}

}  // namespace
}  // namespace heddle::program

namespace heddle::jit {

Module load(const std::string& path, const LoadOptions& options) {
  return program::or_out_of_memory(
      [&] { return program::load_opened(archive::Archive::open(path, program::kArchive, options.limits), options); });
}

Module load(std::istream& stream, const LoadOptions& options) {
  return program::or_out_of_memory([&] {
    return program::load_opened(archive::Archive::open_stream(stream, "<stream>", program::kArchive, options.limits),
                                options);
  });
}

Module load(const void* data, size_t size, const LoadOptions& options) {
  return program::or_out_of_memory([&] {
    return program::load_opened(archive::Archive::open_copy(data, size, "<buffer>", program::kArchive, options.limits),
                                options);
  });
}

CompilationUnit::CompilationUnit(const std::string& source) {
  program::or_out_of_memory([&] {
    program::ensure_runtime();
    auto program = make_ref<program::Program>();
    value_or_throw(lang::ScriptUnit::define(*program->unit, make_ref<Source>("<string>", source)));
    program_ = std::move(program);
  });
}

Method CompilationUnit::get_function(const std::string& name) const {
  Ref<Callable> function = static_cast<program::Program&>(*program_).unit->find_function(name);
  if (function) return Method(IValue(), std::move(function), program_);
  throw Error(error(ErrorCode::kNotFound, "no function '", name, "'; there are: ", join(function_names(), ", ")));
}

Value CompilationUnit::run_method(const std::string& function, std::vector<IValue> arguments,
                                  const KeywordArguments& keywords) const {
  return get_function(function)(std::move(arguments), keywords);
}

std::vector<std::string> CompilationUnit::function_names() const {
  std::vector<std::string> names;
  for (const Ref<ir::Function>& function : static_cast<program::Program&>(*program_).unit->functions()) {
    if (function->qualified_name().find('.') == std::string::npos) names.push_back(function->qualified_name());
  }
  return names;
}

}  // namespace heddle::jit
