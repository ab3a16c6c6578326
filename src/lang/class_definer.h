// Classes, interfaces, named tuples and enums from their source. Called by the resolvers of archives and of source a
// person writes; fills in the program's unit, on the compiling thread.
#pragma once

#include <memory>
#include <string>

#include "core/class_type.h"
#include "lang/ast.h"
#include "lang/resolver.h"

namespace heddle::lang {

// A definition in its file. Functions are compiled later, so they keep the file and the resolver.
template <class Definition>
struct InFile {
  std::shared_ptr<const File> file;
  const Definition* definition;
  std::string qualified_name;
};

// Registers the type in the resolver's unit before it looks at the types of its parts, which may lead back to it.
// Bodies of methods are compiled on first need. kSyntax for what a class body cannot hold.
Result<TypePtr> define_class(const InFile<ClassDef>& source, const Ref<Resolver>& resolver);

// A function with its signature, compiled on first need; a method when `self_type` is given. Not registered.
Result<Ref<ir::Function>> define_function(const InFile<FunctionDef>& source, const TypePtr& self_type,
                                          const Ref<Resolver>& resolver);

}  // namespace heddle::lang
