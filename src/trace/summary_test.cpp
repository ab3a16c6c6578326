// Synthetic sessions whose answers are known.
#include "trace/summary.h"

#include <gtest/gtest.h>

#include <cstring>

#include "trace/chrome_json.h"
#include "trace/critical_path.h"
#include "trace/parallelism.h"

namespace heddle::trace {
namespace {

class SessionMaker {
 public:
  SessionMaker() { session_.labels.resize(1); }
  uint32_t label(const std::string& name, const std::string& place = "", const std::string& module = "") {
    Label& label = session_.labels.emplace_back();
    label.name = name;
    label.place = place;
    label.module = module;
    label.code = label.function = "__torch__.M.forward";
    return static_cast<uint32_t>(session_.labels.size() - 1);
  }
  size_t thread(Role role) {
    session_.threads.emplace_back().role = role;
    return session_.threads.size() - 1;
  }
  void add(size_t thread, Event event, const std::vector<int64_t>& payload = {}) {
    event.words = static_cast<uint16_t>(payload.size());
    std::vector<int64_t> words(sizeof event / sizeof(int64_t));
    std::memcpy(words.data(), &event, sizeof event);
    auto& all = session_.threads[thread].words;
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), payload.begin(), payload.end());
    session_.end = std::max(session_.end, event.end);
  }
  Recording make() { return make_recording(session_); }

 private:
  Session session_;
};

int64_t time_of(const std::vector<Summary::Row>& rows, const std::string& name) {
  for (const Summary::Row& row : rows) {
    if (row.name == name) return row.time;
  }
  return -1;
}

// A call of 100: mm 10..70 divided in two threads' chunks, then relu 70..100 on one.
Recording divided_call() {
  SessionMaker maker;
  const uint32_t mm = maker.label("aten::mm", "m.py:1", "first");
  const uint32_t relu = maker.label("aten::relu", "m.py:2");
  const size_t caller = maker.thread(Role::kCaller);
  const size_t helper = maker.thread(Role::kHelper);
  maker.add(caller, {.begin = 10, .end = 70, .id = 9, .other = 0, .kind = Kind::kChunk});
  maker.add(caller, {.begin = 10, .end = 70, .id = 9, .kind = Kind::kRegion}, {100, 10, 1});
  maker.add(helper, {.begin = 12, .end = 72, .id = 9, .other = 1, .kind = Kind::kChunk, .detail = 1});
  maker.add(caller, {.begin = 10, .end = 70, .id = 1, .label = mm, .kind = Kind::kOperator}, {4096, 0, 0});
  maker.add(caller, {.begin = 70, .end = 100, .id = 1, .label = relu, .kind = Kind::kOperator}, {1024, 0, 0});
  maker.add(caller, {.begin = 0, .end = 100, .id = 1, .kind = Kind::kTask, .detail = kFirst | kOfCall});
  maker.add(caller, {.begin = 0, .end = 100, .id = 1, .kind = Kind::kCall});
  return maker.make();
}

TEST(Summary, TellsWhatADividedOperatorGains) {
  const Summary summary = summarize(divided_call());
  EXPECT_EQ(summary.calls, 1u);
  EXPECT_EQ(summary.call_time, 100);
  EXPECT_EQ(time_of(summary.operators, "aten::mm"), 60);
  EXPECT_EQ(time_of(summary.operators, "aten::relu"), 30);
  EXPECT_EQ(time_of(summary.lines, "m.py:1"), 60);
  EXPECT_EQ(time_of(summary.modules, "M.first"), 60);
  EXPECT_EQ(time_of(summary.modules, "M"), 30);
  EXPECT_EQ(summary.operators[0].thread_time, 120);
  EXPECT_EQ(summary.memory, 5120);
  EXPECT_EQ(summary.threads, 2);
  EXPECT_EQ(summary.busy_time, 160);
  EXPECT_DOUBLE_EQ(summary.busy_threads, 1.6);
  EXPECT_DOUBLE_EQ(summary.efficiency, 0.8);
  // 40 on one thread and 120 in ten parts.
  EXPECT_EQ(summary.work, 160);
  EXPECT_EQ(summary.span, 40 + 12);
  EXPECT_EQ(summary.useful_threads, 9);
  EXPECT_NE(summary.limit.find("more than 9 threads"), std::string::npos) << summary.limit;
}

// Two tasks of 40 forked at 10 and 20; the second one's wait ends at 95, the call at 100.
Recording forking_call() {
  SessionMaker maker;
  const uint32_t task = maker.label("__torch__.M.forward.__forked_function0");
  const uint32_t work = maker.label("aten::lstm", "m.py:7");
  const size_t caller = maker.thread(Role::kCaller);
  const size_t one = maker.thread(Role::kInterop);
  const size_t two = maker.thread(Role::kInterop);
  maker.add(caller, {.begin = 10, .end = 10, .id = 2, .other = 1, .label = task, .kind = Kind::kFork});
  maker.add(caller, {.begin = 20, .end = 20, .id = 3, .other = 1, .label = task, .kind = Kind::kFork});
  maker.add(caller, {.begin = 0, .end = 25, .id = 1, .kind = Kind::kTask, .detail = kFirst | kOfCall | kSuspended});
  maker.add(caller, {.begin = 25, .end = 56, .id = 1, .other = 2, .kind = Kind::kWait, .detail = kBlocked});
  maker.add(caller, {.begin = 56, .end = 57, .id = 1, .kind = Kind::kTask, .detail = kOfCall | kSuspended});
  maker.add(caller, {.begin = 57, .end = 95, .id = 1, .other = 3, .kind = Kind::kWait, .detail = kBlocked});
  maker.add(caller, {.begin = 95, .end = 100, .id = 1, .kind = Kind::kTask, .detail = kOfCall});
  maker.add(caller, {.begin = 0, .end = 100, .id = 1, .kind = Kind::kCall});
  maker.add(one, {.begin = 15, .end = 55, .id = 2, .label = work, .kind = Kind::kOperator}, {0, 0, 0});
  maker.add(one, {.begin = 15, .end = 55, .id = 2, .label = task, .kind = Kind::kTask, .detail = kFirst});
  maker.add(two, {.begin = 50, .end = 90, .id = 3, .label = work, .kind = Kind::kOperator}, {0, 0, 0});
  maker.add(two, {.begin = 50, .end = 90, .id = 3, .label = task, .kind = Kind::kTask, .detail = kFirst});
  return maker.make();
}

TEST(Summary, FollowsTheCriticalPathThroughTasks) {
  const Recording recording = forking_call();
  const Summary summary = summarize(recording);
  EXPECT_EQ(summary.tasks, 2u);
  EXPECT_EQ(summary.queue_time, 5 + 30);
  int64_t sum = 0;
  for (const Summary::Step& step : summary.critical_path) sum += step.time;
  EXPECT_EQ(sum, summary.call_time);
  // 95..100 and 0..20 of the call, 90..95 to wake up, 50..90 the task, 20..50 in the queue.
  ASSERT_EQ(summary.critical_path.size(), 4u);
  EXPECT_EQ(summary.critical_path[0].name, "aten::lstm");
  EXPECT_EQ(summary.critical_path[0].place, "m.py:7");
  EXPECT_EQ(summary.critical_path[0].time, 40);
  EXPECT_EQ(summary.critical_path[1].name, "waiting for a thread of the inter-op pool");
  EXPECT_EQ(summary.critical_path[1].time, 30);
  EXPECT_EQ(summary.critical_path[2].name, "interpreter");
  EXPECT_EQ(summary.critical_path[2].time, 25);
  EXPECT_EQ(summary.critical_path[3].time, 5);
}

TEST(Summary, KnowsHowManyThreadsTasksCanUse) {
  const Summary summary = summarize(forking_call());
  // 31 of the call and two tasks of 40; the chain is 0..20, the second task, 95..100.
  EXPECT_EQ(summary.work, 31 + 80);
  EXPECT_EQ(summary.span, 20 + 40 + 5);
  EXPECT_EQ(summary.useful_threads, 2);
  EXPECT_NE(summary.limit.find("aten::lstm (m.py:7)"), std::string::npos) << summary.limit;
}

TEST(Summary, OfNothingIsEmpty) {
  const Summary summary = summarize(make_recording(Session()));
  EXPECT_EQ(summary.calls, 0u);
  EXPECT_TRUE(summary.operators.empty());
  EXPECT_TRUE(summary.limit.empty());
  EXPECT_FALSE(to_text(summary, 5).empty());
}

// A trace that began or ended in the middle of a call: whatever is missing, nothing is made up.
TEST(Summary, TakesTornRecordings) {
  SessionMaker maker;
  const size_t caller = maker.thread(Role::kCaller);
  maker.add(caller, {.begin = 5, .end = 8, .id = 3, .other = 44, .kind = Kind::kWait, .detail = kBlocked});
  maker.add(caller, {.begin = 9, .end = 12, .id = 3, .kind = Kind::kTask, .detail = kOfCall});
  maker.add(caller, {.begin = 2, .end = 12, .id = 3, .kind = Kind::kCall});
  maker.add(caller, {.begin = 13, .end = 13, .id = 5, .other = 4, .kind = Kind::kFork});
  maker.add(caller, {.begin = 13, .end = 14, .id = 7, .kind = Kind::kOperator}, {1, 2});
  maker.add(caller, {.begin = 13, .end = 14, .id = 7, .kind = Kind::kOperator}, {0, 0, 0, 6 << 8 | 200, 1});
  const Recording recording = maker.make();
  const Summary summary = summarize(recording);
  EXPECT_EQ(summary.calls, 0u);
  EXPECT_EQ(summary.operators.size(), 1u);
  EXPECT_FALSE(to_chrome_json(recording).empty());
}

TEST(ChromeJson, WritesThreadsArrowsAndTexts) {
  const std::string json = to_chrome_json(forking_call());
  EXPECT_NE(json.find(R"("args":{"name":"inter-op 2"})"), std::string::npos);
  EXPECT_NE(json.find(R"({"name":"starts","cat":"starts","ph":"s","id":3,"pid":1,"tid":1,"ts":0.020})"),
            std::string::npos);
  EXPECT_NE(json.find(R"("ph":"f","id":3,"pid":1,"tid":3,"ts":0.050,"bp":"e"})"), std::string::npos);
  EXPECT_NE(json.find(R"("name":"fork in M.forward")"), std::string::npos);
}

TEST(ChromeJson, EscapesWhatNamesHold) {
  EXPECT_EQ(json_string("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\u000a\\u0001\"");
  EXPECT_EQ(json_string("\xc3\xa9\xff\xed\xa0\x80|"), "\"\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|\"");
}

TEST(Recording, NamesClassesOfFunctions) {
  EXPECT_EQ(class_of_function("__torch__.package.___torch_mangle_3.M.forward"), "M");
  EXPECT_EQ(class_of_function("__torch__.M.forward.__forked_function12"), "M");
  EXPECT_EQ(class_of_function("__torch__.torch.nn.functional.relu"), "functional");
  EXPECT_EQ(class_of_function("f"), "f");
  EXPECT_EQ(class_of_function(""), "");
}

}  // namespace
}  // namespace heddle::trace
