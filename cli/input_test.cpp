#include "cli/input.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/file.h"
#include "cli/npy.h"
#include "cli/result_file.h"
#include "cli/value_file.h"
#include "core/boxes.h"

namespace heddle::cli {
namespace {

// A folder of its own for each test, gone afterwards.
class Input : public testing::Test {
 protected:
  Input() {
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("heddle_input_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  ~Input() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string described(const std::string& text) {
    const Result<IValue> value = reader_.read(text);
    return value.ok() ? value.value().type_text() + " " + repr_text(value.value()) : value.status().message();
  }

  InputReader reader_{InputOptions{}};

 private:
  std::filesystem::path folder_;
};

TEST_F(Input, Scalars) {
  EXPECT_EQ(described("3"), "int 3");
  EXPECT_EQ(described("-3"), "int -3");
  EXPECT_EQ(described("2.5"), "float 2.5");
  EXPECT_EQ(described("1e-3"), "float 0.001");
  EXPECT_EQ(described("-inf"), "float -inf");
  EXPECT_EQ(described("true"), "bool True");
  EXPECT_EQ(described("False"), "bool False");
  EXPECT_EQ(described("none"), "NoneType None");
  EXPECT_EQ(described("'a b'"), "str 'a b'");
  EXPECT_EQ(described("\"3\""), "str '3'");
  EXPECT_EQ(described("''"), "str ''");
  EXPECT_EQ(described("99999999999999999999"), "the integer 99999999999999999999 does not fit 64 bits");
}

TEST_F(Input, JsonAndMadeUpTensors) {
  EXPECT_EQ(described("[1, 2]"), "List[int] [1, 2]");
  EXPECT_EQ(described(" [1, 2]"), "List[int] [1, 2]");
  EXPECT_EQ(described("{\"a\": true}"), "Dict[str, bool] {'a': True}");
  EXPECT_EQ(described("[1"), "this is no JSON: [1");
  EXPECT_EQ(described("ones:int64[2]"), "Tensor tensor([1, 1])");
  const Tensor first = reader_.read("float32[3]").value().as_tensor();
  const Tensor second = reader_.read("float32[3]").value().as_tensor();
  EXPECT_NE(first.data<float>()[0], second.data<float>()[0]);
}

TEST_F(Input, SaysWhatInputsThereAre) {
  EXPECT_EQ(described("hello").substr(0, 45), "input 'hello' is not understood; inputs are a");
  EXPECT_NE(described("").find("is not understood"), std::string::npos);
  EXPECT_NE(described(path("gone.npy")).find("gone.npy"), std::string::npos);
  EXPECT_NE(described(path("gone.png")).find("gone.png"), std::string::npos);
}

TEST_F(Input, ReadsArrays) {
  const Tensor tensor = reader_.read("ones:float32[2]").value().as_tensor();
  ASSERT_TRUE(write_result(path("x.npy"), IValue(tensor)).ok());
  EXPECT_EQ(described(path("x.npy")), "Tensor tensor([1., 1.])");
  ASSERT_TRUE(write_file(path("broken.npy"), as_bytes("abc")).ok());
  EXPECT_EQ(described(path("broken.npy")), path("broken.npy") + " is no .npy file: it does not begin as one");
}

TEST_F(Input, FileNames) {
  const FileName part = parse_file_name("a:b/x.npz:weights:0");
  EXPECT_EQ(part.path, "a:b/x.npz");
  EXPECT_EQ(part.part, "weights:0");
  EXPECT_EQ(parse_file_name("a/x.NPZ:w").part, "w");
  EXPECT_EQ(parse_file_name("a/x.NPZ:w").kind, "npz");
  EXPECT_EQ(parse_file_name("c:x.npy").path, "c:x.npy");
}

TEST_F(Input, ExpectsWhatWasWritten) {
  const IValue pair = make_tuple({reader_.read("float32[3]").value(), IValue(2)});
  ASSERT_TRUE(write_result(path("x.json"), pair).ok());
  const Result<Expectation> expected = Expectation::read(path("x.json"));
  ASSERT_TRUE(expected.ok()) << expected.status().message();
  EXPECT_TRUE(expected.value().compare_with(pair, {}).equal());
  const IValue other = make_tuple({reader_.read("float32[3]").value(), IValue(2)});
  EXPECT_FALSE(expected.value().compare_with(other, {}).equal());
}

TEST_F(Input, ReadsWhatItWrites) {
  const IValue pair = make_tuple({reader_.read("float32[3]").value(), reader_.read("int64[2,2]<9").value()});
  for (const char* name : {"x.npz", "x.pt"}) {
    ASSERT_TRUE(write_result(path(name), pair).ok()) << name;
    EXPECT_TRUE(Expectation::read(path(name)).value().compare_with(pair, {}).equal()) << name;
  }
  const std::string second = repr_text(pair.as_tuple().items[1]);
  EXPECT_EQ(described(path("x.npz") + ":arr_1"), "Tensor " + second);
  EXPECT_EQ(described(path("x.pt") + ":1"), "Tensor " + second);
  EXPECT_EQ(described(path("x.pt") + ":2"), path("x.pt") + " has no '2'; its indices are 0 to 1");
  EXPECT_EQ(described(path("x.npz") + ":b"), path("x.npz") + " has no 'b'; it has 'arr_0', 'arr_1'");
  EXPECT_EQ(described(path("x.npz")),
            path("x.npz") + " has 2 arrays; name one, as in " + path("x.npz") + ":NAME: arr_0, arr_1");
}

TEST_F(Input, ReadsAllArgumentsFromOneFile) {
  const IValue args = make_tuple({IValue(3), IValue("a")});
  ASSERT_TRUE(write_result(path("args.pt"), args).ok());
  EXPECT_EQ(InputReader::read_all(path("args.pt")).value().positional.size(), 2u);
  auto both = make_ref<DictValue>(types::string(), types::any());
  both->set(IValue("args"), args);
  auto keywords = make_ref<DictValue>(types::string(), types::integer());
  keywords->set(IValue("speed"), IValue(9));
  both->set(IValue("kwargs"), IValue(keywords));
  ASSERT_TRUE(write_result(path("both.pt"), IValue(both)).ok());
  const Result<CallArguments> read = InputReader::read_all(path("both.pt"));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read.value().positional.size(), 2u);
  ASSERT_EQ(read.value().keyword.size(), 1u);
  EXPECT_EQ(read.value().keyword[0].first, "speed");
  ASSERT_TRUE(write_result(path("one.pt"), IValue(3)).ok());
  EXPECT_EQ(InputReader::read_all(path("one.pt")).status().message(),
            path("one.pt") + ": arguments come as a tuple or a list, not as int");
}

TEST_F(Input, ExpectsNumbersAsArrays) {
  ASSERT_TRUE(write_result(path("x.npy"), IValue(2.5)).ok());
  EXPECT_TRUE(Expectation::read(path("x.npy")).value().compare_with(IValue(2.5), {}).equal());
  EXPECT_FALSE(Expectation::read(path("x.npy")).value().compare_with(IValue(3.5), {}).equal());
}

TEST_F(Input, ResultFilesSayWhatTheyHold) {
  EXPECT_EQ(write_result(path("x.txt"), IValue(1)).message(),
            "cannot write " + path("x.txt") + ": its name should end in .npy, .npz, .pt or .json");
  EXPECT_EQ(write_result(path("x.npy"), IValue("a")).message(), "cannot write " + path("x.npy") + ": str is no array");
  EXPECT_FALSE(Expectation::read(path("x.txt")).ok());
  ASSERT_TRUE(write_file(path("x.json"), as_bytes("[1")).ok());
  EXPECT_EQ(Expectation::read(path("x.json")).status().message(), path("x.json") + " is no JSON");
}

}  // namespace
}  // namespace heddle::cli
