#include "program/saver.h"

#include <filesystem>

#include "archive/archive.h"
#include "archive/file_writer.h"
#include "archive/pickle_writer.h"
#include "archive/zip_writer.h"
#include "program/program.h"
#include "schema/custom_class.h"

namespace heddle::program {
namespace {

// What an object's class says its state is: __getstate__, of TorchScript or of a custom class.
Result<std::optional<IValue>> state_of(const IValue& object) {
  if (object.is_capsule()) {
    const schema::CustomClass* type = schema::find_custom_class(object.as_capsule().class_name);
    HEDDLE_REQUIRE_CODE(type && type->save, kUnsupported, "cannot save an object of ", object.as_capsule().class_name);
    return std::optional(HEDDLE_TRY(type->save(object)));
  }
  const Ref<Callable> get_state = object.as_object().class_type->find_method("__getstate__");
  if (!get_state) return std::optional<IValue>();
  Program& program = program_of(object);
  HEDDLE_TRY(program.prepare(get_state));
  return std::optional(HEDDLE_TRY(program.run(get_state, {object})));
}

class Saver {
 public:
  Saver(const archive::Archive& source, const std::string& root, std::ostream& out)
      : source_(source), root_(root + "/"), zip_(out) {}

  Status run(const IValue& module, const jit::ExtraFiles& extra) {
    const archive::WrittenPickle pickle = HEDDLE_TRY(archive::write_module_pickle(module, state_of));
    HEDDLE_TRY(add("data.pkl", pickle.bytes));
    for (size_t i = 0; i < pickle.storages.size(); ++i) {
      const Storage& storage = *pickle.storages[i];
      HEDDLE_TRY(zip_.add_stored(concat(root_, "data/", i), storage.data(), storage.bytes()));
    }
    HEDDLE_TRY(copy("code/"));
    HEDDLE_TRY(copy("constants"));
    if (!source_.has("constants.pkl")) HEDDLE_TRY(add("constants.pkl", "\x80\x02)."));
    for (const auto& [name, content] : extra) HEDDLE_TRY(add("extra/" + name, content));
    HEDDLE_TRY(add("byteorder", "little"));
    // The code's own: it says what the operators meant when it was written.
    HEDDLE_TRY(add("version", concat(source_.version(), "\n")));
    return zip_.finish();
  }

 private:
  Status add(const std::string& name, std::string_view bytes) {
    return zip_.add_stored(root_ + name, bytes.data(), bytes.size());
  }
  Status copy(const std::string& prefix) {
    for (const std::string& record : source_.records(prefix)) {
      const Ref<Storage> bytes = HEDDLE_TRY(source_.read(record));
      HEDDLE_TRY(zip_.add_stored(root_ + record, bytes->data(), bytes->bytes()));
    }
    return ok_status();
  }

  const archive::Archive& source_;
  const std::string root_;
  archive::ZipWriter zip_;
};

}  // namespace

Status save_module(const IValue& module, const std::string& root, const jit::ExtraFiles& extra, std::ostream& out) {
  const std::shared_ptr<const archive::Archive> source = program_of(module).source;
  HEDDLE_REQUIRE_CODE(source, kUnsupported,
                      "only a module that was loaded from an archive can be saved: ", module.type_text(),
                      " was compiled from source");
  return Saver(*source, root, out).run(module, extra);
}

}  // namespace heddle::program

namespace heddle::jit {

void Module::save(const std::string& path, const ExtraFiles& extra_files) const {
  // As PyTorch, whose readers find the folder by looking.
  std::string root = std::filesystem::path(path).stem().string();
  if (root.empty()) root = "archive";
  ok_or_throw(archive::write_file(
      path, [&](std::ostream& out) { return program::save_module(object_, root, extra_files, out); }));
}

void Module::save(std::ostream& out, const ExtraFiles& extra_files) const {
  ok_or_throw(program::save_module(object_, "archive", extra_files, out));
}

}  // namespace heddle::jit
