#include "heddle/thread_config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "heddle/parallel.h"

namespace heddle {
namespace {

class ThreadConfigTest : public testing::Test {
 protected:
  ~ThreadConfigTest() override { std::remove(path_.c_str()); }
  const std::string& write(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }
  std::string refusal(const std::string& text) {
    try {
      read_thread_config(write(text));
    } catch (const Error& failure) {
      return failure.message();
    }
    return "";
  }

 private:
  const std::string path_ = testing::TempDir() + "heddle_thread_config.json";
};

TEST_F(ThreadConfigTest, ReadsWhatIsThere) {
  const ThreadConfig config = read_thread_config(
      write(R"({"settings": [], "config": {"threads": 3, "inference_threads": 5, "batch": null, "backend": "OMP"}})"));
  EXPECT_EQ(config.threads, 3);
  EXPECT_EQ(config.inference_threads, 5);
  EXPECT_FALSE(config.interop_threads);
  EXPECT_FALSE(config.batch);
}

TEST_F(ThreadConfigTest, SetsTheThreads) {
  const int threads = get_num_threads();
  const int interop_threads = get_num_interop_threads();
  apply_thread_config(write(R"({"config": {"threads": 3, "interop_threads": 5}})"));
  EXPECT_EQ(get_num_threads(), 3);
  EXPECT_EQ(get_num_interop_threads(), 5);
  EXPECT_THROW(apply_thread_config(write(R"({"config": {"threads": 2, "interop_threads": 0}})")), Error);
  EXPECT_EQ(get_num_threads(), 3);
  set_num_threads(threads);
  set_num_interop_threads(interop_threads);
}

TEST_F(ThreadConfigTest, NamesWhatIsWrong) {
  EXPECT_NE(refusal("{").find("is no JSON"), std::string::npos);
  EXPECT_NE(refusal("[]").find("holds no thread settings"), std::string::npos);
  EXPECT_NE(refusal(R"({"config": 1})").find("holds no thread settings"), std::string::npos);
  EXPECT_NE(refusal(R"({"config": {"threads": 0}})").find("threads is 0, expected an integer from 1 to 1024"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"config": {"threads": 1e99}})").find("threads is 1e+99"), std::string::npos);
  EXPECT_NE(refusal(R"({"config": {"batch": "4"}})").find("batch is \"4\""), std::string::npos);
  EXPECT_THROW(read_thread_config("/nowhere/at/all.json"), Error);
}

}  // namespace
}  // namespace heddle
