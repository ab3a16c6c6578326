// What names mean in the code of an archive: "__torch__.a.b.C" is looked up in the archive's file for "__torch__.a.b",
// which is parsed on first need, and CONSTANTS.c0 in its table of constants. One importer serves one program, on the
// compiling thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/ivalue.h"
#include "lang/ast.h"
#include "lang/resolver.h"

namespace heddle::lang {

class Importer final : public Resolver {
 public:
  // The source for a qualifier ("__torch__.torch.nn"), or null when the archive has none.
  using ReadSource = std::function<Result<Ref<const Source>>(const std::string& qualifier)>;

  Importer(ir::CompilationUnit& unit, ReadSource read_source, int64_t archive_version = 0)
      : Resolver(unit), read_source_(std::move(read_source)), archive_version_(archive_version) {}

  // CONSTANTS.c0 ... of the code. Set before the first function is compiled: objects among them need classes first.
  void set_constants(std::vector<IValue> constants) { constants_ = std::move(constants); }

  // A class, interface, named tuple or enum by its qualified name; null when there is none.
  Result<TypePtr> import_type(const std::string& qualified_name);
  // A free function by its qualified name; null when there is none.
  Result<Ref<ir::Function>> import_function(const std::string& qualified_name);
  // A type by its text: "List[__torch__.M]". kSyntax when it means none.
  Result<TypePtr> parse_type_text(const std::string& text);
  // Whether the archive has code under this qualifier.
  Result<bool> has_file(const std::string& qualifier);

  Result<Ref<SugaredValue>> find_value(const std::string& name, const SourceRange& range) override;
  Result<TypePtr> find_type(const std::string& dotted_name, const SourceRange& range) override;
  bool tolerates_missing_operators() const override { return true; }
  int64_t archive_version() const override { return archive_version_; }
  // Whatever computes is a CPU here.
  Device device_constant(Device device) override;
  // The other devices that the code compiled so far names, each once: "cuda:0".
  const std::vector<std::string>& foreign_devices() const { return foreign_devices_; }
  // Null when there is no such constant.
  const IValue* constant(std::string_view name) const;

 private:
  struct ParsedFile {
    std::shared_ptr<const File> file;  // null: the archive has none
    std::unordered_map<std::string_view, const Stmt*> definitions;
  };
  Result<const ParsedFile*> file(const std::string& qualifier);
  // The definition of a qualified name, or null.
  Result<const Stmt*> definition(const std::string& qualified_name, const ParsedFile** in_file);

  ReadSource read_source_;
  const int64_t archive_version_;
  std::vector<std::string> foreign_devices_;
  std::vector<IValue> constants_;
  std::unordered_map<std::string, ParsedFile> files_;
};

}  // namespace heddle::lang
