#include "lang/importer.h"

#include <algorithm>
#include <charconv>

#include "core/class_type.h"
#include "lang/callables.h"
#include "lang/class_definer.h"
#include "lang/error.h"
#include "lang/function_emitter.h"
#include "lang/parser.h"
#include "lang/type_resolver.h"
#include "schema/custom_class.h"

namespace heddle::lang {
namespace {

constexpr std::string_view kRoot = "__torch__";

// "__torch__.a.b", perhaps also a class with functions filed below its name.
class NamespaceSugar final : public SugaredValue {
 public:
  NamespaceSugar(Ref<Importer> importer, std::string path, Ref<ClassSugar> type)
      : importer_(std::move(importer)), path_(std::move(path)), type_(std::move(type)) {}

  std::string describe() const override { return type_ ? type_->describe() : concat("name '", path_, "'"); }
  TypePtr named_type() const override { return type_ ? type_->named_type() : nullptr; }

  Result<Meaning> attribute(FunctionEmitter& emitter, const SourceRange& range, const std::string& name) override {
    const std::string full = concat(path_, ".", name);
    if (Ref<ir::Function> function = HEDDLE_TRY(importer_->import_function(full))) {
      return Meaning(make_ref<FunctionSugar>(std::move(function)));
    }
    if (type_) return type_->attribute(emitter, range, name);
    const TypePtr type = HEDDLE_TRY(importer_->import_type(full));
    if (!type) return Meaning(make_ref<NamespaceSugar>(importer_, full, nullptr));
    auto sugar = make_ref<ClassSugar>(type);
    if (HEDDLE_TRY(importer_->has_file(full)))
      return Meaning(make_ref<NamespaceSugar>(importer_, full, std::move(sugar)));
    return Meaning(std::move(sugar));
  }

  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) override {
    if (type_) return type_->call(emitter, call, hint);
    return error_at(call.range, "The archive's code defines no ", path_);
  }

  Result<Ref<Iterable>> iterate(FunctionEmitter& emitter, const SourceRange& range) override {
    return type_ ? type_->iterate(emitter, range) : SugaredValue::iterate(emitter, range);
  }

 private:
  Ref<Importer> importer_;
  std::string path_;
  Ref<ClassSugar> type_;  // may be null
};

class ConstantsSugar final : public SugaredValue {
 public:
  explicit ConstantsSugar(Ref<Importer> importer) : importer_(std::move(importer)) {}
  std::string describe() const override { return "CONSTANTS"; }
  Result<Meaning> attribute(FunctionEmitter& emitter, const SourceRange& range, const std::string& name) override {
    const IValue* value = importer_->constant(name);
    if (!value) return error_at(range, "The archive has no constant '", name, "'");
    return Meaning(emitter.constant(*value, range));
  }

 private:
  Ref<Importer> importer_;
};

}  // namespace

const IValue* Importer::constant(std::string_view name) const {
  size_t index = 0;
  if (name.size() < 2 || name[0] != 'c') return nullptr;
  const auto [end, failure] = std::from_chars(name.data() + 1, name.data() + name.size(), index);
  const bool whole = failure == std::errc() && end == name.data() + name.size();
  return whole && index < constants_.size() ? &constants_[index] : nullptr;
}

Result<const Importer::ParsedFile*> Importer::file(const std::string& qualifier) {
  const auto known = files_.find(qualifier);
  if (known != files_.end()) return &known->second;
  ParsedFile parsed;
  if (Ref<const Source> source = HEDDLE_TRY(read_source_(qualifier))) {
    parsed.file = HEDDLE_TRY(parse_file(std::move(source)));
    for (const StmtPtr& statement : parsed.file->body) {
      if (const auto* function = try_as<FunctionDef>(*statement)) parsed.definitions.emplace(function->name, function);
      if (const auto* type = try_as<ClassDef>(*statement)) parsed.definitions.emplace(type->name, type);
    }
  }
  return &files_.emplace(qualifier, std::move(parsed)).first->second;
}

Result<bool> Importer::has_file(const std::string& qualifier) { return HEDDLE_TRY(file(qualifier))->file != nullptr; }

Result<const Stmt*> Importer::definition(const std::string& qualified_name, const ParsedFile** in_file) {
  const size_t dot = qualified_name.rfind('.');
  if (dot == std::string::npos) return nullptr;
  *in_file = HEDDLE_TRY(file(qualified_name.substr(0, dot)));
  const auto found = (*in_file)->definitions.find(std::string_view(qualified_name).substr(dot + 1));
  return found == (*in_file)->definitions.end() ? nullptr : found->second;
}

Result<TypePtr> Importer::import_type(const std::string& qualified_name) {
  if (TypePtr known = unit().find_type(qualified_name)) return known;
  if (schema::is_custom_class_name(qualified_name)) {
    TypePtr custom = make_ref<ClassType>(qualified_name, /*is_module=*/false);
    unit().add_type(qualified_name, custom);
    return custom;
  }
  const ParsedFile* in_file = nullptr;
  const auto* found = try_as<ClassDef>(HEDDLE_TRY(definition(qualified_name, &in_file)));
  if (!found) return TypePtr();
  return define_class({in_file->file, found, qualified_name}, Ref<Resolver>::share(this));
}

Result<Ref<ir::Function>> Importer::import_function(const std::string& qualified_name) {
  const ParsedFile* in_file = nullptr;
  const auto* found = try_as<FunctionDef>(HEDDLE_TRY(definition(qualified_name, &in_file)));
  if (!found) return Ref<ir::Function>();
  // A class's method may carry the same qualified name as a function filed below the class; only the function is meant
  // here.
  Ref<ir::Function> known = unit().find_function(qualified_name);
  if (known && known->range.source == in_file->file->source) return known;
  Ref<ir::Function> function =
      HEDDLE_TRY(define_function({in_file->file, found, qualified_name}, nullptr, Ref<Resolver>::share(this)));
  unit().add_function(function);
  return function;
}

Device Importer::device_constant(Device device) {
  if (device.type == DeviceType::kCpu || device.type == DeviceType::kMeta) return device;
  std::string name = to_text(device);
  if (std::find(foreign_devices_.begin(), foreign_devices_.end(), name) == foreign_devices_.end()) {
    foreign_devices_.push_back(std::move(name));
  }
  return Device();
}

Result<TypePtr> Importer::parse_type_text(const std::string& text) {
  return parse_type(text, [this](const std::string& name, const SourceRange& range) { return find_type(name, range); });
}

Result<Ref<SugaredValue>> Importer::find_value(const std::string& name, const SourceRange&) {
  if (name == kRoot) return Ref<SugaredValue>(make_ref<NamespaceSugar>(Ref<Importer>::share(this), name, nullptr));
  if (name == "CONSTANTS") return Ref<SugaredValue>(make_ref<ConstantsSugar>(Ref<Importer>::share(this)));
  return Ref<SugaredValue>();
}

Result<TypePtr> Importer::find_type(const std::string& dotted_name, const SourceRange&) {
  return import_type(dotted_name);
}

}  // namespace heddle::lang
