// What the files of ops/backend that call oneDNN share: the engine, and failures as Status. Included by them only, with
// oneDNN linked.
#pragma once

#include <dnnl.hpp>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "ops/backend/activation.h"
#include "ops/backend/dnnl_threads.h"
#include "ops/backend/scratch.h"

namespace heddle::ops::backend {

// The one CPU engine; oneDNN lets any thread use it.
inline const dnnl::engine& cpu_engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

// Streams are cheap, but not free, and not for two threads at once.
inline dnnl::stream& this_threads_stream() {
  static thread_local dnnl::stream stream(cpu_engine());
  return stream;
}

// Calls f with oneDNN held to this thread; what it throws becomes a Status that names `what`.
template <class F>
Status guarded(std::string_view what, F&& f) {
  try {
    on_this_thread_only(std::forward<F>(f));
    return ok_status();
  } catch (const dnnl::error& e) {
    return error(ErrorCode::kRuntime, "oneDNN failed in ", what, ": ", e.what());
  } catch (const std::bad_alloc&) {
    return error(ErrorCode::kLimit, "out of memory in ", what);
  }
}

// Primitives get their working memory from the executing thread: oneDNN's own belongs to the thread that made the
// primitive.
inline dnnl::primitive_attr attributes_with_user_scratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}
inline ScratchBlock& this_threads_scratchpad() {
  static thread_local ScratchBlock block;
  return block;
}

// The activation behind the steps that are there.
inline void append(dnnl::post_ops& steps, const Activation& activation) {
  using dnnl::algorithm;
  const auto then = [&](algorithm function, float alpha = 0, float beta = 0) {
    steps.append_eltwise(1.0f, function, alpha, beta);
  };
  switch (activation.kind) {
    case Activation::Kind::kNone:
      return;
    case Activation::Kind::kRelu:
      return then(algorithm::eltwise_relu);
    case Activation::Kind::kClamp:
      return then(algorithm::eltwise_clip, activation.low, activation.high);
    case Activation::Kind::kSilu:
      return then(algorithm::eltwise_swish, 1);
    case Activation::Kind::kHardswish:
      return then(algorithm::eltwise_hardswish);
    case Activation::Kind::kSigmoid:
      return then(algorithm::eltwise_logistic);
    case Activation::Kind::kTanh:
      return then(algorithm::eltwise_tanh);
    case Activation::Kind::kGelu:
      return then(algorithm::eltwise_gelu_erf);
    case Activation::Kind::kGeluTanh:
      return then(algorithm::eltwise_gelu_tanh);
  }
}

// oneDNN's plain loops, which our own fallbacks beat.
inline bool is_reference(std::string_view implementation) { return implementation.starts_with("ref"); }

}  // namespace heddle::ops::backend
