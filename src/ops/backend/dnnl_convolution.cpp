#include "ops/backend/dnnl_convolution.h"

#ifdef HEDDLE_USE_MKLDNN

#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/work_note.h"
#include "ops/backend/dnnl_support.h"
#include "parallel/parallel.h"

namespace heddle::ops::backend {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

// Axes oneDNN is told of: a leading axis of extent 1 is left out, which finds faster kernels.
size_t first_axis(const ConvolutionShape& s) {
  return s.input[0] == 1 && s.output[0] == 1 && s.kernel[0] == 1 && s.stride[0] == 1 && s.padding[0] == 0 ? 1 : 0;
}

memory::dims axes(const ConvolutionShape& s, const std::array<int64_t, 3>& values) {
  return memory::dims(values.begin() + static_cast<std::ptrdiff_t>(first_axis(s)), values.end());
}

memory::desc image_desc(const ConvolutionShape& s, int64_t channels, const std::array<int64_t, 3>& extent) {
  memory::dims sizes = {s.batch, channels};
  const memory::dims spatial = axes(s, extent);
  sizes.insert(sizes.end(), spatial.begin(), spatial.end());
  return memory::desc(sizes, memory::data_type::f32, spatial.size() == 2 ? Tag::nhwc : Tag::ndhwc);
}

// Sizes of the weights as oneDNN counts them: [groups,] out, in, taps.
memory::dims weight_sizes(const ConvolutionShape& s) {
  memory::dims sizes;
  if (s.groups > 1) sizes.push_back(s.groups);
  sizes.push_back(s.out_channels / s.groups);
  sizes.push_back(s.in_channels / s.groups);
  const memory::dims taps = axes(s, s.kernel);
  sizes.insert(sizes.end(), taps.begin(), taps.end());
  return sizes;
}

// torch's contiguous weights, of which the part takes some output channels of `whole`.
memory::desc plain_weights(const ConvolutionShape& part, const ConvolutionShape& whole) {
  const int64_t taps = part.kernel_taps();
  const int64_t out = whole.out_channels / whole.groups;
  const int64_t in = whole.in_channels / whole.groups;
  memory::dims strides;
  if (part.groups > 1) strides.push_back(out * in * taps);
  strides.push_back(part.transposed ? taps : in * taps);
  strides.push_back(part.transposed ? out * taps : taps);
  int64_t running = taps;
  for (int64_t extent : axes(part, part.kernel)) strides.push_back(running /= extent);
  return memory::desc(weight_sizes(part), memory::data_type::f32, strides);
}

struct Primitive {
  dnnl::primitive primitive;
  memory::desc source;
  memory::desc destination;
  memory::desc weights;
  memory::desc bias;
  memory::desc scratchpad;
  std::string implementation;
};

dnnl::primitive_attr attributes_of(const ConvolutionEnding& ending) {
  dnnl::post_ops steps;
  if (ending.add) steps.append_sum();
  append(steps, ending.activation);
  dnnl::primitive_attr attributes = attributes_with_user_scratchpad();
  attributes.set_post_ops(steps);
  return attributes;
}

template <class Forward>
Primitive make_primitive(dnnl::algorithm algorithm, const ConvolutionShape& s, const ConvolutionEnding& ending,
                         const memory::desc& weights) {
  memory::dims after;
  memory::dims dilation;
  for (size_t i = first_axis(s); i < 3; ++i) {
    const int64_t reach = (s.kernel[i] - 1) * s.dilation[i] + 1;
    after.push_back(s.transposed ? (s.input[i] - 1) * s.stride[i] + reach - s.output[i] - s.padding[i]
                                 : (s.output[i] - 1) * s.stride[i] + reach - s.input[i] - s.padding[i]);
    dilation.push_back(s.dilation[i] - 1);
  }
  const memory::desc source = image_desc(s, s.in_channels, s.input);
  const memory::desc destination = image_desc(s, s.out_channels, s.output);
  const memory::desc bias({s.out_channels}, memory::data_type::f32, Tag::a);
  const typename Forward::desc description(dnnl::prop_kind::forward_inference, algorithm, source, weights, bias,
                                           destination, axes(s, s.stride), dilation, axes(s, s.padding), after);
  const typename Forward::primitive_desc pd(description, attributes_of(ending), cpu_engine());
  return {Forward(pd), source, destination, pd.weights_desc(), bias, pd.scratchpad_desc(), pd.impl_info_str()};
}

Primitive make_primitive(const ConvolutionShape& s, const ConvolutionEnding& ending, const memory::desc& weights) {
  using dnnl::algorithm;
  return s.transposed ? make_primitive<dnnl::deconvolution_forward>(algorithm::deconvolution_direct, s, ending, weights)
                      : make_primitive<dnnl::convolution_forward>(algorithm::convolution_direct, s, ending, weights);
}

size_t rounded_up(size_t bytes) { return (bytes + 63) / 64 * 64; }

class DnnlConvolution final : public Convolution {
 public:
  DnnlConvolution(const ConvolutionShape& shape, const ConvolutionEnding& ending) : shape_(shape), ending_(ending) {}

  // Empty when all parts have a fast kernel, on the same order of weights; else why not.
  std::string compile(ConvolutionPlan plan) {
    plan_ = std::move(plan);
    primitives_.clear();
    memory::desc weights(weight_sizes(plan_.parts[0]), memory::data_type::f32, Tag::any);
    for (const ConvolutionShape& part : plan_.parts) {
      primitives_.push_back(make_primitive(part, ending_, weights));
      if (is_reference(primitives_.back().implementation)) return "oneDNN has only reference code for this shape";
      weights = primitives_[0].weights;
    }
    packed_piece_ = rounded_up(weights.get_size());
    return {};
  }

  size_t packed_bytes() const override { return packed_piece_ * static_cast<size_t>(plan_.channel_pieces); }

  Status pack(const float* weights, void* packed) const override {
    const ConvolutionShape& part = plan_.parts[0];
    const int64_t channel = shape_.kernel_taps() * (shape_.transposed ? 1 : shape_.in_channels / shape_.groups);
    return parallel::try_parallel_for(0, plan_.channel_pieces, 1, [&](int64_t begin, int64_t end) {
      return guarded("packing of convolution weights", [&] {
        for (int64_t i = begin; i < end; ++i) {
          memory from(plain_weights(part, shape_), cpu_engine(),
                      const_cast<float*>(weights + i * part.out_channels * channel));
          memory to(primitives_[0].weights, cpu_engine(),
                    static_cast<char*>(packed) + packed_piece_ * static_cast<size_t>(i));
          dnnl::reorder(from, to).execute(this_threads_stream(), from, to);
        }
      });
    });
  }

  bool same_order(const Convolution& other) const override {
    const auto* o = dynamic_cast<const DnnlConvolution*>(&other);
    return o && plan_.channel_pieces == o->plan_.channel_pieces && primitives_[0].weights == o->primitives_[0].weights;
  }

  Status run(const float* input, const void* packed, const float* bias, const float* added,
             float* output) const override {
    trace::note_work("oneDNN", 2.0 * static_cast<double>(shape_.work()));
    std::vector<float> zeros;
    if (!bias) {
      zeros.resize(static_cast<size_t>(shape_.out_channels));
      bias = zeros.data();
    }
    return parallel::try_parallel_for(0, static_cast<int64_t>(plan_.pieces.size()), 1, [&](int64_t begin, int64_t end) {
      return guarded("a convolution", [&] {
        std::vector<Arguments> arguments(primitives_.size());
        for (int64_t i = begin; i < end; ++i)
          run_piece(plan_.pieces[static_cast<size_t>(i)], arguments, input, packed, bias, added, output);
      });
    });
  }

 private:
  // What a primitive is given, made for its first piece: making it takes as long as a small convolution.
  using Arguments = std::unordered_map<int, memory>;

  void run_piece(const ConvolutionPiece& piece, std::vector<Arguments>& arguments, const float* input,
                 const void* packed, const float* bias, const float* added, float* output) const {
    const ConvolutionShape& part = plan_.parts[piece.part];
    const Primitive& p = primitives_[piece.part];
    const auto block = static_cast<size_t>(piece.first_channel / part.out_channels);
    const size_t scratch = rounded_up(p.scratchpad.get_size());
    const bool apart = plan_.channel_pieces > 1;
    auto* room = static_cast<char*>(this_threads_scratchpad().get(scratch + (apart ? p.destination.get_size() : 0)));
    float* target = apart ? reinterpret_cast<float*>(room + scratch) : output + piece.output_offset;
    if (ending_.add) put_added(piece, part, apart, added, output, target);
    Arguments& given = arguments[piece.part];
    const auto give = [&](int what, const memory::desc& desc, const void* data) {
      const auto [at, made] = given.try_emplace(what);
      if (made) {
        at->second = memory(desc, cpu_engine(), const_cast<void*>(data));
      } else {
        at->second.set_data_handle(const_cast<void*>(data));
      }
    };
    give(DNNL_ARG_SRC, p.source, input + piece.input_offset);
    give(DNNL_ARG_WEIGHTS, p.weights, static_cast<const char*>(packed) + block * packed_piece_);
    give(DNNL_ARG_BIAS, p.bias, bias + piece.first_channel);
    give(DNNL_ARG_DST, p.destination, target);
    give(DNNL_ARG_SCRATCHPAD, p.scratchpad, room);
    p.primitive.execute(this_threads_stream(), given);
    if (!apart) return;
    copy_pixels(part, target, part.out_channels, output + piece.output_offset + piece.first_channel,
                shape_.out_channels);
  }

  // The sums are added to what lies in the target.
  void put_added(const ConvolutionPiece& piece, const ConvolutionShape& part, bool apart, const float* added,
                 const float* output, float* target) const {
    const float* from = added + piece.output_offset;
    if (apart) {
      copy_pixels(part, from + piece.first_channel, shape_.out_channels, target, part.out_channels);
    } else if (added != output) {
      std::memcpy(target, from,
                  sizeof(float) * static_cast<size_t>(part.batch * part.output_pixels() * part.out_channels));
    }
  }

  static void copy_pixels(const ConvolutionShape& part, const float* from, int64_t from_step, float* to,
                          int64_t to_step) {
    const int64_t pixels = part.batch * part.output_pixels();
    for (int64_t i = 0; i < pixels; ++i) {
      std::memcpy(to + i * to_step, from + i * from_step, sizeof(float) * static_cast<size_t>(part.out_channels));
    }
  }

  const ConvolutionShape shape_;
  const ConvolutionEnding ending_;
  ConvolutionPlan plan_;
  std::vector<Primitive> primitives_;  // of plan_.parts
  size_t packed_piece_ = 0;
};

}  // namespace

Ref<const Convolution> make_dnnl_convolution(const ConvolutionShape& shape, const ConvolutionEnding& ending,
                                             std::string& declined) {
  auto made = make_ref<DnnlConvolution>(shape, ending);
  for (const ConvolutionPlan& plan : {plan_convolution(shape), undivided_convolution(shape)}) {
    const Status status = guarded("the choice of a kernel", [&] { declined = made->compile(plan); });
    if (!status.ok()) declined = status.message();
    if (declined.empty()) return made;
  }
  return nullptr;
}

}  // namespace heddle::ops::backend

#else

namespace heddle::ops::backend {

Ref<const Convolution> make_dnnl_convolution(const ConvolutionShape&, const ConvolutionEnding&, std::string& declined) {
  declined = "built without oneDNN (USE_MKLDNN=0)";
  return nullptr;
}

}  // namespace heddle::ops::backend

#endif
