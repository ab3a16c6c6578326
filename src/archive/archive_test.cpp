#include "archive/archive.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "archive/archive_test_util.h"
#include "archive/type_tags.h"
#include "core/boxes.h"
#include "core/class_type.h"

namespace heddle::archive {
namespace {

using test::make_zip;
using test::to_storage;
using namespace std::string_literals;

const std::string kFolder = "tests/archives/small/";

// Objects of one attribute, "state"; types by the few names the test archives use.
class StateBinder final : public ObjectBinder {
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
  Result<IValue> make_enum(const std::string& name, IValue value) override {
    return make_tuple({IValue(name), std::move(value)});
  }
  Result<IValue> restore_type(IValue value, const std::string& type) override {
    if (type == "List[str]") return with_type(std::move(value), types::list(types::string()));
    return value;
  }
};

IValue attribute(const IValue& object, const char* name) {
  const IValue* found = object.as_object().slots[0].as_dict().find(IValue(name));
  return found ? *found : IValue("missing: "s + name);
}

std::string error_of(const std::string& bytes, Archive::Kind wanted = Archive::Kind::kTorchScript) {
  auto archive = Archive::open_copy(bytes.data(), bytes.size(), "file.pt", wanted);
  return archive.ok() ? "no error" : archive.status().message();
}

void expect_error(const std::string& bytes, const std::string& part,
                  Archive::Kind wanted = Archive::Kind::kTorchScript) {
  const std::string message = error_of(bytes, wanted);
  EXPECT_NE(message.find(part), message.npos) << message;
  EXPECT_NE(message.find("'file.pt'"), message.npos) << message;
  EXPECT_NE(message.find("expected"), message.npos) << message;
}

std::string file_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class WrittenByPyTorch : public testing::TestWithParam<const char*> {
 protected:
  std::string path(const std::string& name) const { return kFolder + name + "_" + GetParam() + ".pt"; }
};

TEST_P(WrittenByPyTorch, ScriptedModule) {
  auto archive = Archive::open(path("scripted"));
  ASSERT_TRUE(archive.ok()) << archive.status().message();
  EXPECT_EQ(archive->root(), "scripted_"s + GetParam());
  EXPECT_GE(archive->version(), 3);
  StateBinder binder;
  auto module = archive->read_pickle("data", &binder);
  ASSERT_TRUE(module.ok()) << module.status().message();

  const Tensor turned = attribute(*module, "turned").as_tensor();
  const Tensor part = attribute(*module, "part").as_tensor();
  EXPECT_EQ(turned.sizes(), (Dims{6, 4}));
  EXPECT_EQ(turned.strides(), (Dims{1, 6}));
  EXPECT_EQ(part.offset(), 8);
  EXPECT_EQ(part.data<float>()[0], 8);
  EXPECT_TRUE(turned.storage() == part.storage());
  EXPECT_TRUE(
      attribute(*module, "tensors").as_list().items[0].is_same(attribute(*module, "tensors").as_list().items[1]));
  EXPECT_EQ(attribute(*module, "ints").type_text(), "List[int]");
  EXPECT_EQ(attribute(*module, "texts").type_text(), "List[str]");
  EXPECT_EQ(to_text(attribute(*module, "color")), "(__torch__.Color, 2)");
  EXPECT_EQ(to_text(attribute(*module, "table")), "{a: 1, b: 2}");
  EXPECT_EQ(attribute(*module, "big").as_int(), int64_t{1} << 40);
  EXPECT_EQ(attribute(*module, "negative").as_int(), -5);
  EXPECT_EQ(attribute(*module, "complex").as_complex(), std::complex<double>(1, 2));
  EXPECT_TRUE(attribute(*module, "nothing").is_none());
  EXPECT_TRUE(attribute(*module, "device").is_device());
  const IValue linear = attribute(attribute(*module, "sub"), "lin");
  EXPECT_EQ(linear.as_object().class_type->qualified_name(), "__torch__.torch.nn.modules.linear.Linear");
  EXPECT_EQ(attribute(linear, "weight").as_tensor().sizes(), (Dims{4, 3}));
  EXPECT_TRUE(attribute(linear, "weight").as_tensor().impl()->requires_grad);

  auto code = archive->read_code("__torch__.torch.nn.modules.linear");
  ASSERT_TRUE(code.ok());
  EXPECT_NE((*code)->text().find("class Linear(Module):"), std::string::npos);
  EXPECT_EQ((*code)->name(), "code/__torch__/torch/nn/modules/linear.py");
  EXPECT_FALSE(*archive->read_code("__torch__.nowhere"));
  EXPECT_EQ(archive->code_qualifiers(), (std::vector<std::string>{"__torch__", "__torch__.torch.nn.modules.linear"}));
  EXPECT_EQ(archive->extra_files(), (std::vector<std::string>{"dir/b.bin", "info.txt"}));
  EXPECT_EQ(*archive->read_extra_file("info.txt"), "hello");
  EXPECT_FALSE(archive->read_extra_file("none.txt").ok());
}

TEST_P(WrittenByPyTorch, TracedModuleWithConstants) {
  auto archive = Archive::open(path("traced"));
  ASSERT_TRUE(archive.ok()) << archive.status().message();
  const auto constants = archive->read_constants();
  ASSERT_TRUE(constants.ok()) << constants.status().message();
  ASSERT_EQ(constants.value().size(), 1u);
  EXPECT_EQ(constants.value()[0].as_tensor().data<float>()[2], 3);
}

TEST_P(WrittenByPyTorch, DebugRanges) {
  auto archive = Archive::open(path("scripted"));
  auto ranges = archive->read_debug_ranges("__torch__");
  ASSERT_TRUE(ranges.ok()) << ranges.status().message();
  const std::string text = (*archive->read_code("__torch__"))->text();
  const SourceRange* found = ranges->find(static_cast<uint32_t>(text.find("torch.add(")));
  ASSERT_TRUE(found && found->known());
  const std::string file = found->source->name();
  EXPECT_TRUE(file.ends_with("make_archives.py")) << file;
  EXPECT_EQ(found->source->text().substr(found->begin, found->end - found->begin), "self.sub(x) + self.sub2(x");
  EXPECT_EQ(found->line(), 76u);
  EXPECT_EQ(archive->read_debug_ranges("__torch__.nowhere")->rows().size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Versions, WrittenByPyTorch, testing::Values("1_13", "2_14"));

TEST(Archive, OpensBuffersAndStreams) {
  const std::string bytes = file_bytes(kFolder + "scripted_1_13.pt");
  std::istringstream stream(bytes);
  auto streamed = Archive::open_stream(stream, "stream");
  ASSERT_TRUE(streamed.ok()) << streamed.status().message();
  EXPECT_EQ(streamed->name(), "stream");
  const Ref<Storage> buffer = to_storage(bytes);
  StateBinder binder;
  auto module = Archive::open_buffer(buffer, "buffer")->read_pickle("data", &binder);
  ASSERT_TRUE(module.ok());
  // Tensors look into the buffer and keep it.
  EXPECT_GT(buffer->use_count(), 1u);
  auto copied = Archive::open_copy(bytes.data(), bytes.size(), "copy");
  EXPECT_TRUE(copied.ok());
}

TEST(Archive, WritesToWeightsDoNotReachTheFileOrOtherLoads) {
  StateBinder binder;
  const std::string path = kFolder + "scripted_1_13.pt";
  const std::string before = file_bytes(path);
  auto first = Archive::open(path)->read_pickle("data", &binder);
  auto second = Archive::open(path)->read_pickle("data", &binder);
  attribute(*first, "part").as_tensor().data<float>()[0] = 99;
  EXPECT_EQ(attribute(*second, "part").as_tensor().data<float>()[0], 8);
  EXPECT_EQ(file_bytes(path), before);
}

TEST(Archive, ReadsArchivesThatWerePackedAnew) {
  auto original = Archive::open(kFolder + "scripted_1_13.pt");
  const auto repack = [&](const std::string& root, bool deflate) {
    test::Records records = {{"__MACOSX/x", "noise"}, {root + "unknown/thing", "noise"}};
    for (const std::string& record : original->records())
      records.emplace_back(root + record, *original->read_text(record));
    return make_zip(records, deflate);
  };
  for (const std::string root : {"", "other/", "deep/folder/"}) {
    for (const bool deflate : {false, true}) {
      const std::string bytes = repack(root, deflate);
      auto archive = Archive::open_copy(bytes.data(), bytes.size(), "file.pt");
      ASSERT_TRUE(archive.ok()) << archive.status().message();
      StateBinder binder;
      auto module = archive->read_pickle("data", &binder);
      ASSERT_TRUE(module.ok()) << module.status().message();
      EXPECT_EQ(attribute(*module, "part").as_tensor().data<float>()[0], 8);
      EXPECT_EQ(archive->extra_files().size(), 2u);
    }
  }
}

TEST(Archive, ReadsTheVersion) {
  const auto version_of = [](test::Records records) {
    records.emplace_back("m/data.pkl", "\x80\x02N.");
    records.emplace_back("m/constants.pkl", "\x80\x02).");
    const std::string bytes = make_zip(records);
    auto archive = Archive::open_copy(bytes.data(), bytes.size(), "file.pt");
    return archive.ok() ? std::to_string(archive->version()) : archive.status().message();
  };
  EXPECT_EQ(version_of({{"m/version", "3\n"}}), "3");
  EXPECT_EQ(version_of({{"m/.data/version", "6"}, {"m/version", "3"}}), "6");
  EXPECT_EQ(version_of({}), "0");
  EXPECT_NE(version_of({{"m/version", "11"}}).find("newer than 10"), std::string::npos);
  EXPECT_NE(version_of({{"m/version", "x"}}).find("expected a version number"), std::string::npos);
  EXPECT_NE(version_of({{"m/byteorder", "big"}}).find("expected 'little'"), std::string::npos);
  EXPECT_EQ(version_of({{"m/version", "3"}, {"m/byteorder", "little"}}), "3");
}

TEST(Archive, NamesMissingAndShortTensorRecords) {
  const std::string pickle =
      "\x80\x02"
      "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0"
      "0X\x03\0\0\0cpuK\2tQ"
      "K\0K\2\x85K\1\x85\x89NtR."s;
  const auto read = [&](test::Records records) {
    records.emplace_back("m/data.pkl", pickle);
    records.emplace_back("m/constants.pkl", "\x80\x02).");
    const std::string bytes = make_zip(records);
    auto value = Archive::open_copy(bytes.data(), bytes.size(), "file.pt")->read_pickle("data");
    return value.ok() ? "no error" : value.status().message();
  };
  EXPECT_EQ(read({{"m/data/0", std::string(8, '\0')}}), "no error");
  EXPECT_NE(read({}).find("record 'm/data/0', which is missing"), std::string::npos);
  EXPECT_NE(read({{"m/data/0", std::string(7, '\0')}}).find("which has 7 bytes"), std::string::npos);
}

TEST(Archive, NamesWhatAFileIsInstead) {
  const auto script = Archive::Kind::kTorchScript;
  const auto save = Archive::Kind::kTorchSave;
  EXPECT_NE(Archive::open("tests/archives/small/none.pt").status().message().find("No such file"), std::string::npos);
  EXPECT_EQ(Archive::open("tests/archives/small/none.pt").status().code(), ErrorCode::kNotFound);
  EXPECT_NE(Archive::open("tests/archives/small").status().message().find("a folder"), std::string::npos);
  expect_error("", "is empty");
  expect_error("hello", "no zip archive");
  expect_error(file_bytes(kFolder + "values_1_13.pt"), "it is a file of torch.save, a state_dict perhaps", script);
  expect_error(file_bytes(kFolder + "scripted_1_13.pt"), "it is a TorchScript archive", save);
  expect_error(file_bytes(kFolder + "legacy_1_13.pt"), "torch.save from before PyTorch 1.6");
  expect_error(file_bytes(kFolder + "export_2_14.pt2"), "torch.export program (.pt2)");
  expect_error(make_zip({{"serialized_exported_program.json", "{}"}}), "torch.export program (.pt2)");
  expect_error(make_zip({{"notes.txt", "x"}}), "zip archive without data.pkl");
  expect_error(make_zip({}), "empty zip archive");
  expect_error(make_zip({{"m/model.json", "{}"}, {"m/tensors/0", ""}}), "before PyTorch 1.4");
  expect_error(make_zip({{"p/.data/extern_modules", ""}}), "torch.package");
  expect_error(make_zip({{"model.pt", "x"}}), "holds other archives");
  expect_error(make_zip({{"arr_0.npy", "x"}}), ".npz");
  expect_error("\x10\0\0\0\0\0\0\0{\"w\":{}}        "s, "safetensors");
  expect_error("\x08\x07\x12\x07pytorch"s, "an ONNX model");
  expect_error("\x80\x04N.", "plain Python pickle");
  expect_error("version https://git-lfs.github.com/spec/v1\n", "Git LFS");
  expect_error("\0\0\0\0TFL3"s, "TensorFlow Lite");
  expect_error("\x93NUMPY\1\0"s, "NumPy");
  expect_error(std::string(257, '\0') + "ustar", "tar archive");
}

TEST(Archive, RefusesEveryTruncation) {
  const std::string whole = file_bytes(kFolder + "scripted_2_14.pt");
  ASSERT_FALSE(whole.empty());
  for (size_t length = 0; length < whole.size(); length += 7) {
    ASSERT_NE(error_of(whole.substr(0, length)), "no error") << length;
  }
}

// Reads all there is; what comes out must be safe to look at.
void read_everything(const std::string& bytes) {
  auto archive = Archive::open_copy(bytes.data(), bytes.size(), "file.pt");
  if (!archive.ok()) return;
  StateBinder binder;
  for (const char* pickle : {"data", "constants", "traced_inputs"}) {
    auto value = archive->read_pickle(pickle, &binder);
    if (!value.ok() || !value->is_object() || !value->as_object().slots[0].is_dict()) continue;
    for (const DictValue::Entry& entry : value->as_object().slots[0].as_dict().entries()) {
      if (!entry.value.is_tensor() || entry.value.as_tensor().numel() == 0) continue;
      const Tensor& tensor = entry.value.as_tensor();
      std::vector<char> element(static_cast<size_t>(element_size(tensor.dtype())));
      int64_t last = 0;
      for (int64_t i = 0; i < tensor.dim(); ++i) last += (tensor.size(i) - 1) * tensor.stride(i);
      const char* data = static_cast<const char*>(tensor.raw_data());
      std::copy_n(data, element.size(), element.data());
      std::copy_n(data + last * element_size(tensor.dtype()), element.size(), element.data());
    }
  }
  for (const std::string& qualifier : archive->code_qualifiers()) {
    (void)archive->read_code(qualifier);
    auto ranges = archive->read_debug_ranges(qualifier);
    if (!ranges.ok()) continue;
    for (const DebugRanges::Row& row : ranges->rows()) {
      if (row.original.known()) (void)row.original.highlight();
    }
  }
}

TEST(Archive, SurvivesDamageToTheFile) {
  std::mt19937 random(2);
  const std::string good = file_bytes(kFolder + "traced_2_14.pt");
  for (int i = 0; i < 3000; ++i) read_everything(test::damaged(good, random));
}

// Checksums stop most damage above before a pickle is read, so here they are made anew.
TEST(Archive, SurvivesDamageToItsRecords) {
  std::mt19937 random(3);
  for (const char* name : {"scripted_2_14.pt", "traced_1_13.pt"}) {
    auto original = Archive::open(kFolder + name);
    test::Records records;
    for (const std::string& record : original->records())
      records.emplace_back("m/" + record, *original->read_text(record));
    for (int i = 0; i < 1500; ++i) {
      test::Records wounded = records;
      for (auto& [record, content] : wounded) {
        if (record.ends_with("pkl") && random() % 2) content = test::damaged(content, random);
      }
      read_everything(make_zip(wounded));
    }
  }
}

}  // namespace
}  // namespace heddle::archive
