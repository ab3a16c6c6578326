#include "cli/tune_target.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <stop_token>
#include <thread>

#include "cli/interrupt.h"
#include "cli/load_generator.h"
#include "heddle/parallel.h"
#include "heddle/tensor.h"

namespace heddle::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kWarmPart = 0.2;

template <class F>
void each_value(CallArguments& arguments, F&& f) {
  for (IValue& value : arguments.positional) f(value);
  for (auto& named : arguments.keyword) f(named.second);
}

std::optional<int> batch_of(CallArguments arguments) {
  std::optional<int64_t> batch;
  bool agree = true;
  each_value(arguments, [&](const IValue& value) {
    if (!value.is_tensor() || value.as_tensor().dim() == 0) return;
    const int64_t size = value.as_tensor().size(0);
    agree = agree && (!batch || *batch == size);
    batch = size;
  });
  if (!agree || !batch || *batch < 1 || *batch > 1 << 20) return {};
  return static_cast<int>(*batch);
}

// Its rows again and again, until there are so many.
Tensor repeat_rows(const Tensor& tensor, int rows) {
  const Tensor dense = contiguous(tensor);
  Dims sizes = dense.sizes();
  const int64_t given = sizes[0];
  sizes[0] = rows;
  Tensor out = value_or_throw(Tensor::empty(sizes, dense.dtype()));
  const size_t row_bytes =
      static_cast<size_t>(dense.numel() / given) * static_cast<size_t>(element_size(dense.dtype()));
  const auto* from = static_cast<const char*>(dense.raw_data());
  auto* to = static_cast<char*>(out.raw_data());
  for (int row = 0; row < rows; ++row) {
    std::memcpy(to + static_cast<size_t>(row) * row_bytes, from + static_cast<size_t>(row % given) * row_bytes,
                row_bytes);
  }
  return out;
}

// Whether the tensors in it have that first size; what holds none does not.
bool has_rows(const IValue& value, int rows) {
  const auto all = [&](const std::vector<IValue>& items) {
    return !items.empty() &&
           std::all_of(items.begin(), items.end(), [&](const IValue& item) { return has_rows(item, rows); });
  };
  if (value.is_tensor()) return value.as_tensor().dim() > 0 && value.as_tensor().size(0) == rows;
  if (value.is_tuple()) return all(value.as_tuple().items);
  if (value.is_list()) return all(value.as_list().items);
  if (!value.is_dict()) return false;
  const auto& entries = value.as_dict().entries();
  return !entries.empty() &&
         std::all_of(entries.begin(), entries.end(), [&](const auto& entry) { return has_rows(entry.value, rows); });
}

// False: a call failed or a person wishes to end.
bool pause(const LoadGenerator& load, double seconds) {
  const Clock::time_point until =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  while (Clock::now() < until) {
    if (load.failed() || interrupted()) return false;
    std::this_thread::sleep_until(std::min(until, Clock::now() + std::chrono::milliseconds(20)));
  }
  return true;
}

}  // namespace

TuneTarget::TuneTarget(jit::Method method, std::function<CallArguments()> make_arguments, bool batched)
    : method_(std::move(method)), make_arguments_(std::move(make_arguments)) {
  if (batched) batch_ = batch_of(make_arguments_());
}

CallArguments TuneTarget::with_batch(int batch) const {
  CallArguments arguments = make_arguments_();
  if (!batch_ || batch == *batch_) return arguments;
  each_value(arguments, [&](IValue& value) {
    if (value.is_tensor() && value.as_tensor().dim() > 0) value = IValue(repeat_rows(value.as_tensor(), batch));
  });
  return arguments;
}

bool TuneTarget::takes_batch(int batch) const {
  if (!batch_) return false;
  try {
    return has_rows(call(method_, with_batch(*batch_)), *batch_) && has_rows(call(method_, with_batch(batch)), batch);
  } catch (const std::exception&) {
    return false;
  }
}

bool TuneTarget::forks() const { return method_.graph(true).find("prim::fork") != std::string::npos; }

double TuneTarget::seconds_alone() const {
  const ThreadLimit limit(1);
  const CallArguments arguments = make_arguments_();
  call(method_, arguments);  // packs weights
  double shortest = 1e9;
  for (int i = 0; i < 2; ++i) {
    const Clock::time_point start = Clock::now();
    call(method_, arguments);
    shortest = std::min(shortest, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return shortest;
}

const CallArguments& TuneTarget::arguments_for(const Setting& setting, size_t caller) {
  std::vector<CallArguments>& made = arguments_[setting.batch];
  while (made.size() <= caller) made.push_back(with_batch(setting.batch));
  return made[caller];
}

Slice TuneTarget::measure(const Setting& setting, double seconds, std::optional<double> rate) {
  set_num_threads(setting.threads);
  set_num_interop_threads(setting.interop_threads);
  // Arguments of its own for each thread: a model may write into them.
  const auto callers = static_cast<size_t>(setting.inference_threads);
  arguments_for(setting, callers - 1);
  const std::vector<CallArguments>& arguments = arguments_[setting.batch];
  std::atomic<size_t> next{0};
  std::stop_source stop;
  LoadGenerator load(
      setting.inference_threads,
      [&]() -> std::function<void()> {
        return [&, mine = next++] { call(method_, arguments[mine], {.stop = stop.get_token()}); };
      },
      rate, stop.get_token());
  bool going = pause(load, seconds * kWarmPart);
  load.start_measuring();
  going = going && pause(load, seconds * (1 - kWarmPart));
  while (going && load.measured() == 0) going = pause(load, 1e-3);
  if (interrupted()) stop.request_stop();
  LoadGenerator::Samples samples = load.stop();
  return {std::move(samples.latencies), samples.seconds, samples.unserved};
}

}  // namespace heddle::cli
