#include "archive/torch_save.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "archive/archive_test_util.h"
#include "archive/zip_reader.h"
#include "core/boxes.h"

namespace heddle::archive {
namespace {

using namespace std::string_literals;

const std::string kFolder = "tests/archives/small/";

const IValue& at(const IValue& dict, const char* key) {
  const IValue* found = dict.as_dict().find(IValue(key));
  EXPECT_TRUE(found) << key;
  return *found;
}

std::string file_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What make_archives.py put into values_*.pt.
void expect_values(const IValue& value) {
  const Tensor whole = at(value, "whole").as_tensor();
  const Tensor turned = at(value, "turned").as_tensor();
  const Tensor part = at(value, "part").as_tensor();
  EXPECT_EQ(whole.sizes(), (Dims{4, 6}));
  EXPECT_EQ(turned.strides(), (Dims{1, 6}));
  EXPECT_EQ(part.data<float>()[0], 6);
  EXPECT_TRUE(whole.storage() == turned.storage());
  EXPECT_TRUE(whole.storage() == part.storage());
  EXPECT_FALSE(whole.storage() == at(value, "parameter").as_tensor().storage());
  EXPECT_EQ(at(value, "parameter").as_tensor().data<float>()[23], 23);

  const auto& dtypes = at(value, "dtypes").as_list();
  EXPECT_EQ(dtypes.element_type->to_text(), "Tensor");
  ASSERT_EQ(dtypes.items.size(), 12u);
  const auto tensor = [&](size_t i) { return dtypes.items[i].as_tensor(); };
  EXPECT_EQ(tensor(0).data<uint8_t>()[4], 4);
  EXPECT_EQ(tensor(1).data<int8_t>()[4], 4);
  EXPECT_EQ(tensor(2).data<int16_t>()[4], 4);
  EXPECT_EQ(tensor(3).data<int32_t>()[4], 4);
  EXPECT_EQ(tensor(4).data<int64_t>()[4], 4);
  EXPECT_EQ(static_cast<float>(tensor(5).data<Half>()[4]), 4);
  EXPECT_EQ(tensor(6).data<float>()[4], 4);
  EXPECT_EQ(tensor(7).data<double>()[4], 4);
  EXPECT_EQ(static_cast<float>(tensor(8).data<BFloat16>()[4]), 4);
  EXPECT_EQ(tensor(9).data<Complex64>()[4], Complex64(4));
  EXPECT_EQ(tensor(10).data<Complex128>()[4], Complex128(4));
  EXPECT_TRUE(tensor(11).data<bool>()[4]);
  EXPECT_EQ(at(value, "scalar").as_tensor().dim(), 0);
  EXPECT_EQ(at(value, "scalar").as_tensor().data<int64_t>()[0], 7);
  EXPECT_EQ(at(value, "none").as_tensor().sizes(), (Dims{0, 3}));

  EXPECT_EQ(to_text(at(value, "mixed")), "[1, 2.5, s, None, True, by\xff, (1, 2), (1, 2, 3), ()]");
  EXPECT_EQ(to_text(at(value, "ordered")), "{a: 1}");
  EXPECT_EQ(to_text(at(value, "size")), "[4, 6]");
  EXPECT_EQ(at(value, "dtype").as_int(), static_cast<int64_t>(DType::kFloat16));
  EXPECT_TRUE(at(value, "device").as_device().is_cpu());
  EXPECT_EQ(at(value, "negative").as_int(), -(int64_t{1} << 40));
  EXPECT_EQ(at(value, "complex").as_complex(), std::complex<double>(1, 2));
  EXPECT_EQ(at(at(value, "texts"), "n\xc3\xa4me").as_string(), "v\xe2\x82\xacl");
  EXPECT_EQ(value.as_dict().find(IValue(3))->as_string(), "int key");
}

TEST(TorchSave, ReadsWhatPyTorchWrote) {
  for (const char* file : {"values_1_13.pt", "values_2_14.pt"}) {
    auto value = read_torch_save(kFolder + file);
    ASSERT_TRUE(value.ok()) << value.status().message();
    expect_values(*value);
  }
}

TEST(TorchSave, WritesWhatItReads) {
  auto value = read_torch_save(kFolder + "values_1_13.pt");
  const std::string path = testing::TempDir() + "heddle_torch_save_test.pt";
  const Status written = write_torch_save(*value, path);
  ASSERT_TRUE(written.ok()) << written.message();
  auto again = read_torch_save(path);
  ASSERT_TRUE(again.ok()) << again.status().message();
  expect_values(*again);
  // Over the file that it is read from: the values in use keep the old one.
  ASSERT_TRUE(write_torch_save(IValue("short"), path).ok());
  expect_values(*again);
  EXPECT_EQ(read_torch_save(path)->as_string(), "short");
  std::remove(path.c_str());
  for (const auto& entry : std::filesystem::directory_iterator(testing::TempDir())) {
    EXPECT_EQ(entry.path().filename().string().find("heddle_torch_save_test"), std::string::npos) << entry.path();
  }
}

TEST(TorchSave, WritesOnlyThePartOfAStorageThatIsReached) {
  Tensor arena = *Tensor::empty(Dims{1'000'000}, DType::kFloat32);
  for (int i = 0; i < 8; ++i) arena.data<float>()[500 + i] = static_cast<float>(i);
  const IValue value = make_tuple({IValue(arena.narrow(0, 500, 4)), IValue(arena.narrow(0, 502, 6))});
  std::ostringstream out;
  ASSERT_TRUE(write_torch_save(value, out).ok());
  EXPECT_LT(out.str().size(), 2000u);
  auto again = read_torch_save(test::to_storage(out.str()), "again");
  ASSERT_TRUE(again.ok()) << again.status().message();
  const Tensor a = again->as_tuple().items[0].as_tensor();
  const Tensor b = again->as_tuple().items[1].as_tensor();
  EXPECT_TRUE(a.storage() == b.storage());
  EXPECT_EQ(a.data<float>()[3], 3);
  EXPECT_EQ(b.data<float>()[0], 2);
  EXPECT_EQ(b.data<float>()[5], 7);
}

TEST(TorchSave, AlignsTensorRecords) {
  std::ostringstream out;
  ASSERT_TRUE(
      write_torch_save(make_tensor_list({*Tensor::scalar(1, DType::kInt8), *Tensor::scalar(2, DType::kInt8)}), out)
          .ok());
  auto zip = ZipReader::open(test::to_storage(out.str()), "file");
  ASSERT_TRUE(zip.ok());
  EXPECT_EQ((*zip)->find("archive/data/0")->data_offset % 64, 0u);
  EXPECT_EQ((*zip)->find("archive/data/1")->data_offset % 64, 0u);
}

TEST(TorchSave, KeepsSharedValuesShared) {
  const IValue list = make_int_list(Dims{1, 2});
  std::ostringstream out;
  ASSERT_TRUE(write_torch_save(make_tuple({list, list}), out).ok());
  auto again = read_torch_save(test::to_storage(out.str()), "again");
  EXPECT_TRUE(again->as_tuple().items[0].is_same(again->as_tuple().items[1]));
}

TEST(TorchSave, RefusesToWriteWhatPyTorchCannotRead) {
  std::ostringstream out;
  const auto error_of = [&](const IValue& value) {
    const Status status = write_torch_save(value, out);
    return status.ok() ? "no error" : status.message();
  };
  auto type = make_ref<ClassType>("__torch__.M", true);
  EXPECT_NE(error_of(IValue(make_ref<ObjectValue>(type, nullptr))).find("__torch__.M"), std::string::npos);
  auto ring = make_ref<ListValue>(types::any());
  ring->items.push_back(IValue(ring));
  EXPECT_NE(error_of(IValue(ring)).find("contains itself"), std::string::npos);
  ring->items.clear();
  EXPECT_FALSE(write_torch_save(IValue(1), testing::TempDir() + "no/such/folder/x.pt").ok());
}

TEST(TorchSave, ReadsTheFormBefore16) {
  for (const char* file : {"legacy_1_13.pt", "legacy_2_14.pt"}) {
    auto value = read_torch_save(kFolder + file);
    ASSERT_TRUE(value.ok()) << value.status().message();
    EXPECT_EQ(at(*value, "w").as_tensor().data<float>()[3], 3);
    EXPECT_EQ(at(*value, "v").as_tensor().offset(), 1);
    EXPECT_EQ(static_cast<float>(at(*value, "v").as_tensor().data<Half>()[2]), 3);
    EXPECT_EQ(to_text(at(*value, "l")), "[1]");
  }
}

TEST(TorchSave, RefusesTruncatedFiles) {
  for (const char* file : {"legacy_1_13.pt", "values_1_13.pt"}) {
    const std::string whole = file_bytes(kFolder + file);
    for (size_t length = 0; length < whole.size(); length += 3) {
      ASSERT_FALSE(read_torch_save(test::to_storage(whole.substr(0, length)), "cut").ok()) << file << ' ' << length;
    }
  }
}

TEST(TorchSave, SurvivesDamage) {
  std::mt19937 random(4);
  for (const char* file : {"legacy_1_13.pt", "values_1_13.pt"}) {
    const std::string whole = file_bytes(kFolder + file);
    for (int i = 0; i < 2000; ++i) (void)read_torch_save(test::to_storage(test::damaged(whole, random)), "damaged");
  }
}

}  // namespace
}  // namespace heddle::archive
