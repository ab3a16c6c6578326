// Makes the objects of an archive's pickles from the classes of its code. One binder reads one archive, on the loading
// thread.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "archive/pickle_reader.h"
#include "core/boxes.h"

namespace heddle::program {

class Binder final : public archive::ObjectBinder {
 public:
  // Finds a class, enum or named tuple by its qualified name, or a type by its text ("List[int]").
  using FindType = std::function<Result<TypePtr>(const std::string& text)>;
  // Runs a method of a new object: its __setstate__.
  using RunMethod = std::function<Status(const Ref<Callable>& method, const IValue& object, IValue state)>;

  // `owner` keeps the classes' program alive from within each object.
  Binder(FindType find_type, Ref<RefCounted> owner) : find_type_(std::move(find_type)), owner_(std::move(owner)) {}

  Result<IValue> new_object(const std::string& qualified_name) override;
  Status set_state(const IValue& object, IValue state) override;
  Result<IValue> make_enum(const std::string& qualified_name, IValue value) override;
  Result<IValue> restore_type(IValue value, const std::string& type) override;

  // After the whole pickle has been read: gives the objects whose classes define __setstate__ their states, in the
  // order they came.
  Status run_pending(const RunMethod& run);

 private:
  FindType find_type_;
  Ref<RefCounted> owner_;
  std::vector<std::pair<IValue, IValue>> pending_;
};

}  // namespace heddle::program
