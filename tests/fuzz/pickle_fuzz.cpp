// libFuzzer: any bytes as a pickle, with a storage and classes to refer to; what is read is written again.
#include <cstddef>
#include <cstdint>

#include "archive/pickle_reader.h"
#include "archive/pickle_writer.h"
#include "archive/type_tags.h"
#include "core/boxes.h"

namespace {

using namespace heddle;

class OneStorage final : public archive::StorageSource {
 public:
  Result<Ref<Storage>> storage(const Request& request) override {
    constexpr int64_t kBytes = 64;
    if (request.count > kBytes / element_size(request.dtype)) return error(ErrorCode::kBadArchive, "too long");
    if (!found_) found_ = HEDDLE_TRY(Storage::allocate(kBytes));
    return found_;
  }

 private:
  Ref<Storage> found_;
};

class AnyClass final : public archive::ObjectBinder {
 public:
  Result<IValue> new_object(const std::string& name) override {
    auto type = make_ref<ClassType>(name, true);
    type->attributes.push_back({"state", types::any()});
    return IValue(make_ref<ObjectValue>(type, nullptr));
  }
  Status set_state(const IValue& object, IValue state) override {
    object.as_object().slots[0] = std::move(state);
    return ok_status();
  }
  Result<IValue> make_enum(const std::string&, IValue value) override { return value; }
  // The first letter chooses among types of several shapes.
  Result<IValue> restore_type(IValue value, const std::string& type) override {
    const TypePtr strings = types::list(types::string());
    const TypePtr wanted[] = {strings, types::list(strings), types::dict(types::string(), strings),
                              types::optional(types::tuple({types::integer(), strings})),
                              types::make_union({strings, types::list(types::integer())})};
    const size_t chosen = type.empty() ? 0 : static_cast<unsigned char>(type[0]) % std::size(wanted);
    return archive::with_type(std::move(value), wanted[chosen]);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  OneStorage storages;
  AnyClass binder;
  for (archive::ObjectBinder* with :
       {static_cast<archive::ObjectBinder*>(nullptr), static_cast<archive::ObjectBinder*>(&binder)}) {
    auto value = archive::read_pickle({{data, size}, "fuzz", with, &storages});
    if (value.ok()) (void)archive::write_pickle(*value);
  }
  return 0;
}
