// libFuzzer: whole archives, mutated record by record. Each loads or is refused; what loads is run, every method with
// small arguments and a deadline. Loaded tensors and results must lie in their storages.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

#include "archives/record_mutator.h"
#include "archives/small_zip.h"
#include "calls/inside.h"
#include "core/boxes.h"
#include "counts.h"
#include "heddle/jit.h"

namespace {

using namespace heddle;
using namespace std::chrono_literals;

constexpr size_t kMostBytes = size_t{1} << 20;

// What models print is not for the person who runs this.
void be_silent() {
  static const bool once = [] {
    const int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, STDOUT_FILENO);
    close(nothing);
    return true;
  }();
  (void)once;
}

void check(const IValue& value) {
  const Status status = fuzz::check_inside(value);
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.message().c_str());
  std::abort();
}

Tensor small_tensor(fuzz::Dice& dice) {
  static constexpr DType kDTypes[] = {DType::kFloat32, DType::kFloat32, DType::kInt64, DType::kBool};
  Dims sizes(dice.below(5), 0);
  for (int64_t& size : sizes) size = static_cast<int64_t>(dice.below(4));
  const Tensor t = std::move(Tensor::empty(sizes, dice.choose(kDTypes))).value();
  std::memset(t.raw_data(), static_cast<int>(dice.below(2)), t.storage()->bytes());
  return t;
}

// None where nothing small is of the type.
IValue small_value(const Type& type, fuzz::Dice& dice, int depth = 0) {
  switch (type.kind()) {
    case TypeKind::kTensor:
      return small_tensor(dice);
    case TypeKind::kInt:
    case TypeKind::kNumber:
      return IValue(static_cast<int64_t>(dice.below(9)) - 2);
    case TypeKind::kBool:
      return IValue(dice.one_in(2));
    case TypeKind::kFloat:
      return IValue(static_cast<double>(dice.below(9)) / 4);
    case TypeKind::kString:
      return IValue("a b");
    case TypeKind::kDevice:
      return IValue(Device{});
    case TypeKind::kAny:
      return dice.one_in(2) ? IValue(int64_t{3}) : IValue(small_tensor(dice));
    case TypeKind::kOptional:
      return dice.one_in(2) ? IValue() : small_value(*type.element(), dice, depth);
    case TypeKind::kUnion:
      return small_value(*dice.choose(type.contained()), dice, depth);
    case TypeKind::kList: {
      std::vector<IValue> items;
      for (size_t i = dice.below(4); i > 0 && depth < 4; --i)
        items.push_back(small_value(*type.element(), dice, depth + 1));
      return make_list(type.element(), std::move(items));
    }
    case TypeKind::kTuple: {
      std::vector<IValue> items;
      for (const TypePtr& part : type.contained())
        items.push_back(depth < 4 ? small_value(*part, dice, depth + 1) : IValue());
      return make_tuple(std::move(items));
    }
    case TypeKind::kDict: {
      auto dict = make_ref<DictValue>(type.contained()[0], type.contained()[1]);
      const IValue key = small_value(*type.contained()[0], dice, depth + 1);
      if (key.is_int() || key.is_string()) dict->set(key, small_value(*type.contained()[1], dice, depth + 1));
      return IValue(std::move(dict));
    }
    default:
      return IValue();
  }
}

void run(const jit::Method& method, fuzz::Dice& dice) {
  try {
    std::vector<IValue> arguments;
    for (size_t i = 0; i < method.argument_count(); ++i)
      arguments.push_back(small_value(*method.argument_type(i), dice));
    jit::RunOptions options;
    options.deadline = std::chrono::steady_clock::now() + 100ms;
    ++fuzz::counts().runs;
    check(method(std::move(arguments), {}, options));
    ++fuzz::counts().succeeded;
  } catch (const Error&) {
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  }
}

}  // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  fuzz::Dice dice(seed);
  auto records = fuzz::read_zip({reinterpret_cast<const char*>(data), size});
  if (!records || dice.one_in(20)) return LLVMFuzzerMutate(data, size, most);
  for (size_t i = dice.one_in(3) ? 1 + dice.below(4) : 1; i > 0; --i) fuzz::mutate_records(*records, dice);
  const std::string bytes = fuzz::write_zip(*records);
  if (bytes.size() > most) return size;
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ++fuzz::counts().inputs;
  if (size > kMostBytes) return 0;
  be_silent();
  fuzz::Dice dice(size);
  try {
    jit::LoadOptions options;
    options.optimize = !dice.one_in(3);
    options.warn = [](const std::string&) {};
    const jit::Module module = jit::load(data, size, options);
    ++fuzz::counts().wellformed;
    if (dice.one_in(2)) {
      for (const auto& [name, tensor] : module.named_parameters()) check(IValue(tensor));
      for (const auto& [name, tensor] : module.named_buffers()) check(IValue(tensor));
    }
    for (const jit::Method& method : module.get_methods()) run(method, dice);
  } catch (const Error&) {
  } catch (const std::bad_alloc&) {
    // What the limits of loading do not reach yet.
  } catch (const std::length_error&) {
  }
  return 0;
}
