// Specialises graphs to one module object: what nobody changes of it becomes constant. The caller (program) says which
// attributes may change, from looking at every graph that can run on the object.
#pragma once

#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.h"
#include "core/boxes.h"
#include "ir/graph.h"

namespace heddle::passes {

// An attribute of every object of a class.
using AttributeSet = std::set<std::pair<const ClassType*, std::string>>;

// Adds the attributes that the graph assigns, or whose value it may write or hand to a call it does not see into.
// Calls of known functions should have been inlined. Submodules handed to calls do not count: the graph of the callee
// tells what it changes.
void add_changed_attributes(const ir::Graph& graph, AttributeSet& changed);

class FrozenModule {
 public:
  // `changed`: of all graphs that may run on the root or what it holds. Looks at the objects below root now; root must
  // outlive this.
  FrozenModule(const ObjectValue& root, AttributeSet changed);

  const ObjectValue& root() const { return root_; }
  // The attribute's value where nobody changes it; null otherwise.
  const IValue* find(const ObjectValue& object, const std::string& attribute) const;
  // The tensors of an attribute that is a list of them, where nobody changes any; null otherwise. Who reads the list
  // must not hand it on, for then somebody else may.
  const std::vector<IValue>* find_tensors(const ObjectValue& object, const std::string& attribute) const;
  // The attribute's value where it is a list or a dict of numbers, strings and their like, and nobody changes it; null
  // otherwise. Who reads it must not hand it on either.
  const IValue* find_plain_container(const ObjectValue& object, const std::string& attribute) const;
  // What freeze_attributes has replaced in any graph.
  const AttributeSet& relied_on() const { return relied_on_; }

 private:
  friend class Freezer;
  bool is_constant(const IValue& value) const;
  void collect_storages(const IValue& value);

  const ObjectValue& root_;
  const AttributeSet changed_;
  AttributeSet relied_on_;
  std::unordered_set<const Storage*> changed_storages_;
};

// Replaces reads of the attributes that nobody changes by constants, in the graph of a method whose first input is
// the root; what it forks with known objects becomes functions of their own.
Status freeze_attributes(ir::Graph& graph, FrozenModule& module);

}  // namespace heddle::passes
