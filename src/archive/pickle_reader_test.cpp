#include "archive/pickle_reader.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/boxes.h"

namespace heddle::archive {
namespace {

using namespace std::string_literals;

// Storages of eight floats 0..7 under the key "0".
class EightFloats final : public StorageSource {
 public:
  Result<Ref<Storage>> storage(const Request& request) override {
    if (request.key != "0") return error(ErrorCode::kBadArchive, "no storage ", request.key);
    if (!found_) {
      found_ = HEDDLE_TRY(Storage::allocate(8 * sizeof(float)));
      for (int i = 0; i < 8; ++i) static_cast<float*>(found_->data())[i] = static_cast<float>(i);
    }
    return found_;
  }

 private:
  Ref<Storage> found_;
};

// Objects of one attribute, "state".
class OneSlotBinder final : public ObjectBinder {
 public:
  Result<IValue> new_object(const std::string& name) override {
    auto type = make_ref<ClassType>(name, false);
    type->attributes.push_back({"state", types::any()});
    return IValue(make_ref<ObjectValue>(type, nullptr));
  }
  Status set_state(const IValue& object, IValue state) override {
    object.as_object().slots[0] = std::move(state);
    return ok_status();
  }
  Result<IValue> make_enum(const std::string& name, IValue value) override {
    return make_tuple({IValue(name), std::move(value)});
  }
  Result<IValue> restore_type(IValue value, const std::string& type) override {
    restored.push_back(type);
    return value;
  }
  std::vector<std::string> restored;
};

Result<IValue> read(const std::string& pickle, ObjectBinder* binder = nullptr, StorageSource* storages = nullptr) {
  return read_pickle(
      {{reinterpret_cast<const unsigned char*>(pickle.data()), pickle.size()}, "test", binder, storages});
}

std::string text_of(const std::string& pickle) {
  auto value = read(pickle);
  return value.ok() ? to_text(*value) : "error: " + value.status().message();
}

std::string error_of(const std::string& pickle, ObjectBinder* binder = nullptr, StorageSource* storages = nullptr) {
  auto value = read(pickle, binder, storages);
  return value.ok() ? "no error: " + to_text(*value) : value.status().message();
}

void expect_error(const std::string& pickle, const std::string& part, ObjectBinder* binder = nullptr,
                  StorageSource* storages = nullptr) {
  const std::string message = error_of(pickle, binder, storages);
  EXPECT_NE(message.find(part), message.npos) << message;
}

const std::string kFloatStorage =
    "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0"
    "0X\x03\0\0\0cpuK\x08tQ"s;

TEST(PickleReader, ReadsNumbers) {
  EXPECT_EQ(text_of("\x80\x02K\x07."), "7");
  EXPECT_EQ(text_of("\x80\x02M\x01\x02."), "513");
  EXPECT_EQ(text_of("\x80\x02J\xfe\xff\xff\xff."), "-2");
  EXPECT_EQ(text_of("\x80\x02\x8a\x00."s), "0");
  EXPECT_EQ(text_of("\x80\x02\x8a\x01\xff."), "-1");
  EXPECT_EQ(text_of("\x80\x02\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80."s), "-9223372036854775808");
  EXPECT_EQ(text_of("\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\x7f\x00."s), "9223372036854775807");
  EXPECT_EQ(text_of("\x80\x02\x8b\x02\x00\x00\x00\x00\x01."s), "256");
  EXPECT_EQ(text_of("\x80\x02G\xbf\xf8\0\0\0\0\0\0."s), "-1.5");
  EXPECT_EQ(text_of("\x80\x02\x88."), "True");
  EXPECT_EQ(text_of("\x80\x02N."), "None");
  expect_error("\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00."s, "more than 64 bits");
  expect_error("\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\x7f\xff."s, "more than 64 bits");
}

TEST(PickleReader, ReadsStringsAndBytes) {
  EXPECT_EQ(read("\x80\x02X\x03\0\0\0abc."s)->as_string(), "abc");
  EXPECT_EQ(read("\x80\x04\x95\x07\0\0\0\0\0\0\0\x8c\x03xyz\x94."s)->as_string(), "xyz");
  EXPECT_EQ(read("\x80\x03"
                 "C\x02\x00\xff."s)
                ->as_string(),
            "\x00\xff"s);
  EXPECT_EQ(read("\x80\x02"
                 "c_codecs\nencode\nX\x03\0\0\0a\xc3\xbfX\x06\0\0\0latin1\x86R."s)
                ->as_string(),
            "a\xff");
  EXPECT_EQ(read("\x80\x02"
                 "c__builtin__\nbytes\n)R.")
                ->as_string(),
            "");
}

TEST(PickleReader, ReadsContainersAndGivesThemTypes) {
  const IValue value = *read("\x80\x02(]q\0(K\1K\2e}(X\1\0\0\0aG@\x04\0\0\0\0\0\0uh\0)t."s);
  const auto& items = value.as_tuple().items;
  ASSERT_EQ(items.size(), 4u);
  EXPECT_EQ(items[0].type_text(), "List[int]");
  EXPECT_EQ(items[1].type_text(), "Dict[str, float]");
  EXPECT_TRUE(items[0].is_same(items[2]));
  EXPECT_EQ(items[3].as_tuple().items.size(), 0u);
}

TEST(PickleReader, ReadsTypedLists) {
  EXPECT_EQ(read("\x80\x02"
                 "ctorch.jit._pickle\nbuild_intlist\n(](etR."s)
                ->type_text(),
            "List[int]");
  EXPECT_EQ(read("\x80\x02"
                 "ctorch.jit._pickle\nbuild_doublelist\n(](G\0\0\0\0\0\0\0\0etR."s)
                ->type_text(),
            "List[float]");
  EXPECT_EQ(read("\x80\x02"
                 "ctorch.jit._pickle\nbuild_boollist\n(](\x88\x89"
                 "etR.")
                ->type_text(),
            "List[bool]");
  expect_error(
      "\x80\x02"
      "ctorch.jit._pickle\nbuild_intlist\n(](\x88"
      "etR.",
      "is given a value of type bool");
  expect_error(
      "\x80\x02]q\0"
      "ctorch.jit._pickle\nbuild_intlist\nh\0\x85R0h\0X\1\0\0\0xa."s,
      "after giving it a type");
}

TEST(PickleReader, ReadsNamesOfTorch) {
  EXPECT_EQ(text_of("\x80\x02"
                    "ctorch\nfloat16\n."),
            "5");
  EXPECT_EQ(text_of("\x80\x02"
                    "ctorch\nSize\nK\1K\2\x86\x85R."),
            "[1, 2]");
  EXPECT_EQ(text_of("\x80\x02"
                    "ctorch\ndevice\nX\4\0\0\0cudaK\1\x86R."s),
            "cuda:1");
  EXPECT_EQ(text_of("\x80\x02"
                    "ctorch.serialization\n_get_layout\nX\x10\0\0\0torch.sparse_coo\x85R."s),
            "1");
  EXPECT_EQ(text_of("\x80\x02"
                    "cbuiltins\ncomplex\nG\0\0\0\0\0\0\0\0K\1\x86R."s),
            "0.+1.j");
  EXPECT_EQ(text_of("\x80\x02"
                    "ccollections\nOrderedDict\n)R(K\1K\2u}X\1\0\0\0xNsb."s),
            "{1: 2}");
}

TEST(PickleReader, ReadsTensorsThatShareAStorage) {
  EightFloats storages;
  const auto view = [](const std::string& offset, const std::string& sizes, const std::string& strides) {
    return "ctorch._utils\n_rebuild_tensor_v2\n(" + kFloatStorage + offset + sizes + strides +
           "\x88"
           "ccollections\nOrderedDict\n)RtR";
  };
  const std::string whole = view("K\0"s, "K\2K\4\x86", "K\4K\1\x86");
  const std::string turned = view("K\1", "K\3K\2\x86", "K\1K\4\x86");
  auto value = read("\x80\x02" + whole + turned + "\x86.", nullptr, &storages);
  ASSERT_TRUE(value.ok()) << value.status().message();
  const Tensor a = value->as_tuple().items[0].as_tensor();
  const Tensor b = value->as_tuple().items[1].as_tensor();
  EXPECT_EQ(a.sizes(), (Dims{2, 4}));
  EXPECT_EQ(b.strides(), (Dims{1, 4}));
  EXPECT_EQ(b.data<float>()[4], 5);
  EXPECT_TRUE(a.storage() == b.storage());
  EXPECT_TRUE(a.impl()->requires_grad);

  const auto expect_misfit = [&](const std::string& tensor) {
    const std::string message = error_of("\x80\x02" + tensor + ".", nullptr, &storages);
    EXPECT_NE(message.find("storage"), message.npos) << message;
  };
  expect_misfit(view("K\1", "K\2K\4\x86", "K\4K\1\x86"));
  expect_misfit(view("J\xff\xff\xff\xff", "K\1\x85", "K\1\x85"));
  expect_misfit(view("K\0"s, "K\2K\2\x86", "K\1\x85"));
  const std::string huge = "\x8a\x08\0\0\0\0\0\0\0\x40"s;
  expect_misfit(view("K\0"s, huge + huge + "\x86", "K\1K\1\x86"));
  expect_misfit(view("K\0"s, "K\0"s + huge + huge + "\x87", "K\1K\1K\1\x87"));
  // An empty tensor may begin anywhere.
  auto empty = read("\x80\x02" + view(huge, "K\0\x85"s, "K\1\x85") + ".", nullptr, &storages);
  ASSERT_TRUE(empty.ok()) << empty.status().message();
  EXPECT_EQ(empty->as_tensor().numel(), 0);
  expect_misfit(view("K\0"s, "K\1K\1\x86", huge + huge + "\x86"));
  expect_error("\x80\x02" + whole + ".", "must not");
}

TEST(PickleReader, MakesObjectsBeforeTheirState) {
  OneSlotBinder binder;
  auto value = read(
      "\x80\x02"
      "c__torch__\nM\n)\x81}(X\1\0\0\0ac__torch__.sub\nColor\nK\2Rub."s,
      &binder);
  ASSERT_TRUE(value.ok()) << value.status().message();
  EXPECT_EQ(value->as_object().class_type->qualified_name(), "__torch__.M");
  EXPECT_EQ(to_text(value->as_object().slots[0]), "{a: (__torch__.sub.Color, 2)}");

  const std::string tagged = "ctorch.jit._pickle\nrestore_type_tag\n]X\x09\0\0\0List[str]\x86R."s;
  ASSERT_TRUE(read("\x80\x02" + tagged, &binder).ok());
  EXPECT_EQ(binder.restored, std::vector<std::string>{"List[str]"});

  expect_error(
      "\x80\x02"
      "c__torch__\nM\n)\x81.",
      "without its state", &binder);
  expect_error(
      "\x80\x02"
      "c__torch__\nM\n)\x81}b}b.",
      "takes none", &binder);
  expect_error(
      "\x80\x02"
      "c__torch__\nM\nK\1\x85\x81}b.",
      "expected none", &binder);
  expect_error(
      "\x80\x02"
      "c__torch__\nM\n)\x81q\0h\0b."s,
      "contains itself", &binder);
  expect_error(
      "\x80\x02"
      "c__torch__\nM\n)\x81}b.",
      "class '__torch__.M'");
}

TEST(PickleReader, RefusesWhatIsNotData) {
  expect_error(
      "\x80\x02"
      "cos\nsystem\nX\4\0\0\0true\x85R."s,
      "'os.system'");
  expect_error(
      "\x80\x02"
      "c__main__\nNet\n)\x81}b.",
      "'__main__.Net'");
  expect_error(
      "\x80\x02"
      "ctorch._utils\n_rebuild_sparse_tensor\n.",
      "'torch._utils._rebuild_sparse_tensor', which Heddle does not support");
  expect_error(
      "\x80\x02"
      "ctorch\nFloatStorage\n.",
      "only a name");
  expect_error("\x80\x02]ctorch\nFloatStorage\na.", "into a list");
  expect_error("\x80\x02}K\1ctorch\nFloatStorage\ns.", "into a dict");
  expect_error("\x80\x02}ctorch\nFloatStorage\nK\1s.", "dict key");
  expect_error(
      "\x80\x02"
      "cbuiltins\nset\n]\x85R.",
      "'builtins.set'");
}

TEST(PickleReader, RefusesDamage) {
  expect_error("", "truncated");
  expect_error("\x80\x02K", "truncated");
  expect_error(
      "\x80\x02X\xff\xff\xff\x7f"
      "a.",
      "truncated");
  expect_error(
      "\x80\x02"
      "ctorch\nfloat",
      "truncated");
  expect_error("\x80\x01K\1.", "protocol 1");
  expect_error("\x80\x02I1\n.", "opcode 0x49");
  expect_error("\x80\x02.", "0 values");
  expect_error("\x80\x02K\1K\2.", "2 values");
  expect_error("\x80\x02(K\1.", "expected one");
  expect_error("\x80\x02t.", "has not opened");
  expect_error("\x80\x02\x85.", "more values than it has made");
  expect_error("\x80\x02K\1(\x85.", "more values than it has made");
  expect_error("\x80\x02h\0."s, "has not made");
  expect_error("\x80\x02Nr\xff\xff\xff\xff.", "impossible number");
  expect_error("\x80\x02K\1K\2a.", "no list");
  expect_error("\x80\x02K\1K\2K\3s.", "no dict");
  expect_error("\x80\x02}(K\1u.", "without a value");
  expect_error("\x80\x02}]K\1s.", "dict key");
  expect_error("\x80\x02}G\x7f\xf8\0\0\0\0\0\0K\1s."s, "dict key");
  expect_error("\x80\x02K\1Q.", "persistent id");
  expect_error("\x80\x02K\1)R.", "no function");
}

TEST(PickleReader, RefusesRingsDepthAndRepetition) {
  expect_error("\x80\x02]q\0h\0a."s, "contains itself");
  expect_error("\x80\x02}q\0K\1h\0s."s, "contains itself");
  expect_error(
      "\x80\x02]q\0h\0\x85"
      "a."s,
      "contains itself");
  EXPECT_TRUE(read("\x80\x02]" + std::string(900, '\x85') + ".").ok());
  expect_error("\x80\x02]" + std::string(200'000, '\x85') + ".", "deeper");
  // Deep without ever being closed, so that the error comes while the values are half built.
  expect_error("\x80\x02]" + std::string(200'000, '\x85') + "h\xff", "has not made");
  EXPECT_EQ(text_of("\x80\x02"
                    "ctorch\nFloatStorage\n" +
                    std::string(200'000, '\x85') + "0K\1."),
            "1");
  // Linked from the outside in: each list is empty when it is put into the one before it.
  std::string chain = "\x80\x02]r"s;
  const auto number = [](uint32_t i) { return std::string(reinterpret_cast<const char*>(&i), 4); };
  chain += number(0);
  for (uint32_t i = 1; i < 100'000; ++i) chain += "]r" + number(i) + "a" + "j" + number(i);
  chain += std::string(99'999, '0') + ".";
  expect_error(chain, "deeper");
  // Each tuple holds the one before it twice.
  std::string doubling = "\x80\x02K\1q\0"s;
  for (int i = 0; i < 60; ++i) doubling += "h\0\x86q\0"s;
  expect_error(doubling + ".", "repeat");
  expect_error(doubling + "}h\0K\1s."s, "dict key");
}

}  // namespace
}  // namespace heddle::archive
