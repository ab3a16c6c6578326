#include "archive/pickle_reader.h"

#include <bit>
#include <cstring>
#include <unordered_set>

#include "archive/pickle_build.h"
#include "archive/pickle_values.h"
#include "archive/zip_format.h"
#include "core/boxes.h"

namespace heddle::archive {
namespace {

enum Op : unsigned char {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kPopMark = '1',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kEmptyTuple = ')',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kLong4 = 0x8b,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kBinBytes8 = 0x8e,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};

template <class... P>
Status damaged(const P&... pieces) {
  return error(ErrorCode::kBadArchive, pieces...);
}

// The stack machine that a pickle is a program of.
class Machine {
 public:
  explicit Machine(const PickleInput& input) : input_(input) {}

  Result<IValue> run(size_t* consumed) {
    Status status = run_to_stop();
    if (!status.ok()) {
      // What a binder or a builder says is worth no less for being wrapped.
      return error(status.code(), input_.where, ": ", status.message(), " (byte ", op_at_, " of the pickle)");
    }
    keeper_.release();
    if (consumed) *consumed = position_;
    return std::move(stack_.back());
  }

 private:
  Status run_to_stop() {
    for (uint64_t count = 0;; ++count) {
      op_at_ = position_;
      HEDDLE_REQUIRE_CODE(count < input_.limits.pickle_opcodes, kLimit,
                          "the pickle has more instructions than the limit "
                          "pickle_opcodes, ",
                          input_.limits.pickle_opcodes);
      const auto op = HEDDLE_TRY(take<unsigned char>());
      if (op == kStop) break;
      HEDDLE_TRY(step(op));
    }
    if (stack_.size() != 1 || !marks_.empty())
      return damaged("the pickle ends with ", stack_.size(), " values, expected one");
    if (is_internal(stack_.back())) return damaged("the pickle holds only a name, expected a value");
    if (!unfinished_.empty()) return damaged("the pickle leaves an object without its state");
    return keeper_.check(input_.binder == nullptr, input_.limits.pickle_depth);
  }

  Status step(unsigned char op) {
    switch (op) {
      case kProto:
        return check_protocol(HEDDLE_TRY(take<unsigned char>()));
      case kFrame:
        return detail::take_status(take<uint64_t>());
      case kNone:
        return push(IValue());
      case kNewTrue:
        return push(IValue(true));
      case kNewFalse:
        return push(IValue(false));
      case kBinInt1:
        return push(IValue(static_cast<int64_t>(HEDDLE_TRY(take<unsigned char>()))));
      case kBinInt2:
        return push(IValue(static_cast<int64_t>(HEDDLE_TRY(take<uint16_t>()))));
      case kBinInt:
        return push(IValue(static_cast<int64_t>(static_cast<int32_t>(HEDDLE_TRY(take<uint32_t>())))));
      case kBinFloat:
        return push(IValue(HEDDLE_TRY(take_float())));
      case kLong1:
        return push_long(HEDDLE_TRY(take<unsigned char>()));
      case kLong4:
        return push_long(HEDDLE_TRY(take<uint32_t>()));
      case kShortBinUnicode:
      case kShortBinString:
      case kShortBinBytes:
        return push_string(HEDDLE_TRY(take<unsigned char>()));
      case kBinUnicode:
      case kBinString:
      case kBinBytes:
        return push_string(HEDDLE_TRY(take<uint32_t>()));
      case kBinUnicode8:
      case kBinBytes8:
        return push_string(HEDDLE_TRY(take<uint64_t>()));

      case kEmptyList:
        return push_kept(IValue(make_ref<ListValue>(types::any())));
      case kEmptyDict:
        return push_kept(IValue(make_ref<DictValue>(types::any(), types::any())));
      case kEmptyTuple:
        return push_tuple(0);
      case kTuple1:
        return push_tuple(1);
      case kTuple2:
        return push_tuple(2);
      case kTuple3:
        return push_tuple(3);
      case kTuple:
        return push_tuple(HEDDLE_TRY(pop_mark()));
      case kAppend:
        return append(1);
      case kAppends:
        return append(HEDDLE_TRY(pop_mark()));
      case kSetItem:
        return set_items(2);
      case kSetItems:
        return set_items(HEDDLE_TRY(pop_mark()));

      case kMark:
        marks_.push_back(stack_.size());
        return ok_status();
      case kPop:
        return pop_one();
      case kPopMark:
        return drop(HEDDLE_TRY(pop_mark()));
      case kBinPut:
        return put(HEDDLE_TRY(take<unsigned char>()));
      case kLongBinPut:
        return put(HEDDLE_TRY(take<uint32_t>()));
      case kMemoize:
        return put(memo_.size());
      case kBinGet:
        return get(HEDDLE_TRY(take<unsigned char>()));
      case kLongBinGet:
        return get(HEDDLE_TRY(take<uint32_t>()));

      case kGlobal:
        return global();
      case kStackGlobal:
        return stack_global();
      case kReduce:
        return reduce();
      case kNewObj:
        return new_object();
      case kBuild:
        return build();
      case kBinPersId:
        return persistent_id();
      default:
        return unknown_op(op);
    }
  }

  static Status unknown_op(unsigned char op) {
    static constexpr char kHex[] = "0123456789abcdef";
    const char code[] = {kHex[op >> 4], kHex[op & 15], 0};
    return damaged("the pickle has the opcode 0x", code, ", which archives do not use");
  }

  static Status check_protocol(unsigned char protocol) {
    HEDDLE_REQUIRE_CODE(protocol >= 2 && protocol <= 5, kUnsupported, "the pickle is of protocol ", protocol,
                        ", expected 2 to 5");
    return ok_status();
  }

  template <class T>
  Result<T> take() {
    if (input_.bytes.size() - position_ < sizeof(T)) return truncated();
    const T value = zip::get<T>(input_.bytes.data() + position_);
    position_ += sizeof(T);
    return value;
  }
  Result<double> take_float() {
    const auto bits = HEDDLE_TRY(take<uint64_t>());
    return std::bit_cast<double>(__builtin_bswap64(bits));  // the one number that pickles store big-endian
  }
  Result<std::string_view> take_bytes(uint64_t count) {
    if (input_.bytes.size() - position_ < count) return truncated();
    const std::string_view bytes(reinterpret_cast<const char*>(input_.bytes.data()) + position_, count);
    position_ += count;
    return bytes;
  }
  Result<std::string_view> take_line() {
    const std::string_view rest(reinterpret_cast<const char*>(input_.bytes.data()) + position_,
                                input_.bytes.size() - position_);
    const size_t length = rest.find('\n');
    if (length == rest.npos) return truncated();
    position_ += length + 1;
    return rest.substr(0, length);
  }
  Status truncated() const {
    return damaged("the pickle is truncated: it ends within an instruction, after ", position_, " bytes");
  }

  // Values above the innermost mark; instructions never reach below it.
  size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }
  Status require(size_t count) const {
    return available() >= count ? ok_status() : damaged("the pickle uses more values than it has made");
  }
  Status push(IValue value) {
    stack_.push_back(std::move(value));
    return ok_status();
  }
  Status push_kept(IValue value) {
    keeper_.keep(value);
    return push(std::move(value));
  }
  Status push_string(uint64_t length) { return push(IValue(std::string(HEDDLE_TRY(take_bytes(length))))); }
  // Two's complement, least byte first, as short as it goes.
  Status push_long(uint64_t length) {
    std::string_view bytes = HEDDLE_TRY(take_bytes(length));
    const bool negative = !bytes.empty() && (bytes.back() & 0x80);
    const char fill = negative ? '\xff' : '\0';
    while (bytes.size() > 8 && bytes.back() == fill) bytes.remove_suffix(1);
    uint64_t value = negative ? ~uint64_t{0} : 0;
    const bool fits = bytes.size() <= 8 && (bytes.size() < 8 || static_cast<bool>(bytes.back() & 0x80) == negative);
    HEDDLE_REQUIRE_CODE(fits, kUnsupported, "the pickle holds an integer of more than 64 bits");
    for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return push(IValue(static_cast<int64_t>(value)));
  }
  Result<size_t> pop_mark() {
    if (marks_.empty()) return damaged("the pickle closes a group that it has not opened");
    const size_t count = available();
    marks_.pop_back();
    return count;
  }
  Status pop_one() {
    if (available() == 0 && !marks_.empty()) {
      marks_.pop_back();
      return ok_status();
    }
    return drop(1);
  }
  Status drop(size_t count) {
    HEDDLE_TRY(require(count));
    stack_.resize(stack_.size() - count);
    return ok_status();
  }
  Result<IValue> pop() {
    HEDDLE_TRY(require(1));
    IValue value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }

  Status push_tuple(size_t count) {
    HEDDLE_TRY(require(count));
    std::vector<IValue> items(std::make_move_iterator(stack_.end() - static_cast<std::ptrdiff_t>(count)),
                              std::make_move_iterator(stack_.end()));
    stack_.resize(stack_.size() - count);
    bool raw = false;
    for (const IValue& item : items) raw |= is_internal(item);
    if (raw) return push_kept(IValue(Ref<CapsuleValue>(make_ref<RawTuple>(std::move(items)))));
    return push_kept(IValue(make_ref<TupleValue>(std::move(items))));
  }
  Status append(size_t count) {
    HEDDLE_TRY(require(count + 1));
    const IValue& target = stack_[stack_.size() - count - 1];
    if (!target.is_list()) return damaged("the pickle appends to something that is no list");
    ListValue& list = target.as_list();
    // A typed list was checked when it got its type; what came later would not be.
    if (!list.element_type->is(TypeKind::kAny)) return damaged("the pickle appends to a list after giving it a type");
    for (size_t i = stack_.size() - count; i < stack_.size(); ++i) {
      if (is_internal(stack_[i])) return damaged("the pickle puts a name into a list");
      list.items.push_back(std::move(stack_[i]));
    }
    return drop(count);
  }
  Status set_items(size_t count) {
    if (count % 2) return damaged("the pickle sets a key without a value");
    HEDDLE_TRY(require(count + 1));
    const IValue& target = stack_[stack_.size() - count - 1];
    if (!target.is_dict()) return damaged("the pickle sets items of something that is no dict");
    DictValue& dict = target.as_dict();
    if (!dict.key_type->is(TypeKind::kAny)) return damaged("the pickle sets items of a dict after giving it a type");
    for (size_t i = stack_.size() - count; i < stack_.size(); i += 2) {
      if (is_internal(stack_[i + 1])) return damaged("the pickle puts a name into a dict");
      if (!may_be_key(stack_[i])) return damaged("the pickle has a dict key that cannot be one");
      dict.set(std::move(stack_[i]), std::move(stack_[i + 1]));
    }
    return drop(count);
  }

  Status put(uint64_t index) {
    HEDDLE_TRY(require(1));
    // Each put takes two bytes or more, so honest indices stay below the pickle's length.
    if (index >= input_.bytes.size())
      return damaged("the pickle remembers a value under the impossible number ", index);
    if (index >= memo_.size()) memo_.resize(index + 1);
    memo_[index] = {stack_.back(), true};
    return ok_status();
  }
  Status get(uint64_t index) {
    if (index >= memo_.size() || !memo_[index].filled) {
      return damaged("the pickle refers to value ", index, ", which it has not made");
    }
    return push(memo_[index].value);
  }

  Status global() {
    const std::string_view module = HEDDLE_TRY(take_line());
    const std::string_view name = HEDDLE_TRY(take_line());
    return push_global(module, name);
  }
  Status stack_global() {
    const IValue name = HEDDLE_TRY(pop());
    const IValue module = HEDDLE_TRY(pop());
    if (!name.is_string() || !module.is_string()) return damaged("the pickle has a global whose name is no string");
    return push_global(module.as_string(), name.as_string());
  }
  Status push_global(std::string_view module, std::string_view name) {
    if (module == "__builtin__") module = "builtins";
    if (module == "torch.cuda" && name.ends_with("Storage")) module = "torch";
    const std::string full = concat(module, '.', name);
    const GlobalRow* row = find_global(full);
    if (!row) {
      if (full.starts_with("__torch__.")) {
        HEDDLE_REQUIRE_CODE(input_.binder, kBadArchive, "it names the class ", quoted(full),
                            ", which only the code of a TorchScript archive could define");
        return push(IValue(Ref<CapsuleValue>(make_ref<PickledGlobal>(full, GlobalKind::kClass, 0))));
      }
      return error(ErrorCode::kUnsupported, "it names the Python global ", quoted(full),
                   "; only tensors, numbers, strings and containers of these are read, and no Python code is ever run",
                   input_.binder ? "" : " (of a whole model, save torch.jit.script(model) or model.state_dict())");
    }
    if (row->kind == GlobalKind::kUnsupported) {
      return error(ErrorCode::kUnsupported, "it needs ", quoted(full), ", which Heddle does not support");
    }
    if (row->kind == GlobalKind::kValue) return push(IValue(row->number));
    return push(IValue(Ref<CapsuleValue>(make_ref<PickledGlobal>(full, row->kind, row->number))));
  }

  Status reduce() {
    const IValue arguments = HEDDLE_TRY(pop());
    const IValue function = HEDDLE_TRY(pop());
    const PickledGlobal* called = as_global(function);
    if (!called) return damaged("the pickle calls something that is no function");
    if (called->kind == GlobalKind::kClass) {
      if (is_internal(arguments)) return damaged("the pickle makes an enum member of something that is no value");
      return push(HEDDLE_TRY(input_.binder->make_enum(called->class_name, arguments)));
    }
    const RawTuple* raw = as_raw_tuple(arguments);
    if (!raw && !arguments.is_tuple()) return damaged("the pickle calls ", called->class_name, " without arguments");
    IValue value = HEDDLE_TRY(build_call(*called, raw ? raw->items : arguments.as_tuple().items, input_));
    if (is_internal(value)) return damaged("the pickle uses a name as a value");
    return push_kept(std::move(value));
  }

  Status new_object() {
    const IValue arguments = HEDDLE_TRY(pop());
    const IValue type = HEDDLE_TRY(pop());
    const PickledGlobal* called = as_global(type);
    if (!called || called->kind != GlobalKind::kClass)
      return damaged("the pickle makes an object of something that is no class");
    if (!arguments.is_tuple() || !arguments.as_tuple().items.empty()) {
      return damaged("the pickle gives arguments to the class ", called->class_name, ", expected none");
    }
    IValue object = HEDDLE_TRY(input_.binder->new_object(called->class_name));
    if (object.box()) unfinished_.insert(object.box());
    return push_kept(std::move(object));
  }
  Status build() {
    IValue state = HEDDLE_TRY(pop());
    HEDDLE_TRY(require(1));
    if (is_internal(state)) return damaged("the pickle gives an object a name as its state");
    const IValue& object = stack_.back();
    if (object.is_dict()) return ok_status();  // attributes of an OrderedDict: the _metadata of a state_dict
    if (!unfinished_.erase(object.box())) return damaged("the pickle gives state to something that takes none");
    return input_.binder->set_state(object, std::move(state));
  }
  Status persistent_id() {
    const IValue id = HEDDLE_TRY(pop());
    const RawTuple* parts = as_raw_tuple(id);
    if (!parts) return damaged("a persistent id is not ('storage', type, key, device, size)");
    return push(HEDDLE_TRY(build_storage(parts->items, input_)));
  }

  struct Remembered {
    IValue value;
    bool filled = false;
  };

  const PickleInput& input_;
  // First, so that it goes last: it holds every container until nothing else does.
  ValueKeeper keeper_;
  size_t position_ = 0;
  size_t op_at_ = 0;
  std::vector<IValue> stack_;
  std::vector<size_t> marks_;  // sizes of the stack where groups begin
  std::vector<Remembered> memo_;
  std::unordered_set<const RefCounted*> unfinished_;  // objects made whose state has not come
};

}  // namespace

Result<IValue> read_pickle(const PickleInput& input, size_t* consumed) { return Machine(input).run(consumed); }

}  // namespace heddle::archive
