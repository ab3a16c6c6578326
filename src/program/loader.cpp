#include "program/loader.h"

#include <algorithm>
#include <cstdio>

#include "lang/importer.h"
#include "lang/script_unit.h"
#include "passes/passes.h"
#include "program/archive_source.h"
#include "program/binder.h"
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
        program_(make_ref<Program>(passes_to_leave_out(options))),
        importer_(make_ref<lang::Importer>(
            *program_->unit,
            [archive = archive_](const std::string& qualifier) { return read_source(archive, qualifier); },
            archive_->version())) {
    program_->source = archive_;
  }

  Result<IValue> run() {
    HEDDLE_TRY(check_pass_names(options_.without_passes));
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
    HEDDLE_TRY(binder.run_pending([this](const Ref<Callable>& method, const IValue& object, IValue state) -> Status {
      HEDDLE_TRY(program_->run(method, {object, std::move(state)}));
      return ok_status();
    }));
    HEDDLE_TRY(program_->freeze(root.as_object(), /*forever=*/false));
    if (!root.as_object().specialised) {
      for (const Ref<Callable>& method : root.as_object().class_type->methods) HEDDLE_TRY(program_->prepare(method));
    }
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

 private:
  static Result<Ref<const Source>> read_source(const std::shared_ptr<const archive::Archive>& archive,
                                               const std::string& qualifier) {
    const Ref<const Source> code = HEDDLE_TRY(archive->read_code(qualifier));
    if (!code) return Ref<const Source>();
    return Ref<const Source>(make_ref<ArchiveSource>(*code, archive, qualifier));
  }

  const std::shared_ptr<const archive::Archive> archive_;
  const jit::LoadOptions& options_;
  const Ref<Program> program_;
  const Ref<lang::Importer> importer_;
};

jit::Module load_opened(Result<archive::Archive> opened, const jit::LoadOptions& options) {
  const archive::Archive archive = value_or_throw(std::move(opened));
  const std::string name = archive.name();
  Result<IValue> loaded = load_module(archive, options);
  if (loaded.ok()) return jit::Module(std::move(loaded).value());
  // Errors of the code, the classes and the values do not know which file they are from.
  ErrorInfo info = loaded.status().info();
  if (info.message.find(name) == std::string::npos) info.message = concat("cannot load '", name, "': ", info.message);
  throw Error(std::move(info));
}

}  // namespace

Result<IValue> load_module(archive::Archive archive, const jit::LoadOptions& options) {
  ensure_runtime();
  return Loader(std::make_shared<const archive::Archive>(std::move(archive)), options).run();
}

}  // namespace heddle::program

namespace heddle::jit {

Module load(const std::string& path, const LoadOptions& options) {
  return program::or_out_of_memory([&] { return program::load_opened(archive::Archive::open(path), options); });
}

Module load(std::istream& stream, const LoadOptions& options) {
  return program::or_out_of_memory(
      [&] { return program::load_opened(archive::Archive::open_stream(stream, "<stream>"), options); });
}

Module load(const void* data, size_t size, const LoadOptions& options) {
  return program::or_out_of_memory(
      [&] { return program::load_opened(archive::Archive::open_copy(data, size, "<buffer>"), options); });
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
