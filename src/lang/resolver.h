// What the names mean that a function does not define itself. Implemented for archives (lang/importer.h) and for source
// a person writes (lang/script_unit.h). Shared by the functions of one program while it is compiled, on one thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/device.h"
#include "ir/function.h"
#include "lang/sugared.h"

namespace heddle::lang {

class Resolver : public RefCounted {
 public:
  explicit Resolver(ir::CompilationUnit& unit) : unit_(unit) {}

  // Null when the name means nothing here; the language's own names are tried next.
  virtual Result<Ref<SugaredValue>> find_value(const std::string& name, const SourceRange& range) = 0;
  // The class, interface, named tuple or enum of a dotted name as the source writes it; null when there is none.
  virtual Result<TypePtr> find_type(const std::string& dotted_name, const SourceRange& range) = 0;
  // Whether an operator the table lacks (or lacks in this form) is noted and raises when reached, instead of stopping
  // compilation.
  virtual bool tolerates_missing_operators() const = 0;
  // The version of the archive whose code is compiled, which says what operators mean; 0: what they mean today.
  virtual int64_t archive_version() const { return 0; }
  // The device that a constant of the source stands for.
  virtual Device device_constant(Device device) { return device; }
  // Whether the function may give the class attributes it does not have yet: the __init__ of a class a person writes.
  virtual bool may_add_attributes(const ClassType&, const ir::Function&) const { return false; }
  // The program the function belongs to. It owns the functions that hold this resolver.
  ir::CompilationUnit& unit() const { return unit_; }

 private:
  friend class DefinitionDepth;
  ir::CompilationUnit& unit_;
  int definitions_under_way_ = 0;
};

// Counts the classes whose definitions are under way, each within the one before.
class DefinitionDepth {
 public:
  explicit DefinitionDepth(Resolver& resolver) : resolver_(resolver) { ++resolver_.definitions_under_way_; }
  ~DefinitionDepth() { --resolver_.definitions_under_way_; }
  DefinitionDepth(const DefinitionDepth&) = delete;
  DefinitionDepth& operator=(const DefinitionDepth&) = delete;
  // Deeper than any model's modules, and safe for the stack.
  bool is_allowed() const { return resolver_.definitions_under_way_ <= 300; }

 private:
  Resolver& resolver_;
};

}  // namespace heddle::lang
