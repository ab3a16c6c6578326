#include "ops/backend/dnnl_matrix.h"

#ifdef HEDDLE_USE_MKLDNN

#include <algorithm>
#include <compare>
#include <cstring>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/work_note.h"
#include "ops/backend/cache.h"
#include "ops/backend/dnnl_support.h"
#include "parallel/parallel.h"

namespace heddle::ops::backend {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

// A piece of the product is a block of rows times a block of outputs. Both follow from the sizes alone: full blocks of
// rows share one kernel whatever the number of rows, and blocks of outputs are packed apart.
constexpr int64_t kRowsOfPiece = 32;
constexpr int64_t kElementsOfBlock = 1 << 19;  // of the packed matrix: 2 MB
constexpr int64_t kOutputStep = 64;            // multiples of this fill the kernels' registers
// Below, calling oneDNN costs more than the product.
constexpr int64_t kLeastWork = 1 << 14;

struct PieceShape {
  int64_t rows;
  int64_t in;
  int64_t out;
  bool bias;
  Activation activation;
  auto operator<=>(const PieceShape&) const = default;
};

struct Kernel final : RefCounted {
  dnnl::primitive primitive;
  memory::desc input;
  memory::desc weights;
  memory::desc bias;
  memory::desc output;
  memory::desc scratchpad;
  bool packed = false;
};

Ref<const Kernel> make_kernel(const PieceShape& s, const memory::desc& weights) {
  auto kernel = make_ref<Kernel>();
  kernel->input = memory::desc({s.rows, s.in}, memory::data_type::f32, Tag::ab);
  kernel->output = memory::desc({s.rows, s.out}, memory::data_type::f32, Tag::ab);
  if (s.bias) kernel->bias = memory::desc({1, s.out}, memory::data_type::f32, Tag::ab);
  const dnnl::matmul::desc description = s.bias
                                             ? dnnl::matmul::desc(kernel->input, weights, kernel->bias, kernel->output)
                                             : dnnl::matmul::desc(kernel->input, weights, kernel->output);
  dnnl::post_ops steps;
  append(steps, s.activation);
  dnnl::primitive_attr attributes = attributes_with_user_scratchpad();
  attributes.set_post_ops(steps);
  const dnnl::matmul::primitive_desc pd(description, attributes, cpu_engine());
  kernel->primitive = dnnl::matmul(pd);
  kernel->weights = pd.weights_desc();
  kernel->scratchpad = pd.scratchpad_desc();
  // Others copy the matrix into their own order at each call.
  kernel->packed = std::string_view(pd.impl_info_str()).starts_with("brg");
  return kernel;
}

// Matrices of one size share kernels.
Ref<const Kernel> find_kernel(const PieceShape& shape, const memory::desc& weights) {
  static Cache<PieceShape, Kernel> cache(2048);
  return cache.find_or_make(shape, [&] { return make_kernel(shape, weights); });
}

struct Block {
  int64_t first;  // output
  int64_t out;
  memory::desc desc;
  std::unique_ptr<ScratchBlock> packed;
};

class DnnlMatrix final : public PackedMatrix {
 public:
  DnnlMatrix(int64_t out, int64_t in) : out_(out), in_(in) {}

  // False where oneDNN would not keep the matrix packed.
  bool pack(const float* weights, int64_t out_step, int64_t in_step) {
    const int64_t count =
        std::clamp<int64_t>(out_ * in_ / kElementsOfBlock, 1, std::max<int64_t>(1, out_ / kOutputStep));
    int64_t each = (out_ + count - 1) / count;
    if (count > 1) each = (each + kOutputStep - 1) / kOutputStep * kOutputStep;
    for (int64_t first = 0; first < out_; first += each) {
      Block block;
      block.first = first;
      block.out = std::min(each, out_ - first);
      const memory::desc any({in_, block.out}, memory::data_type::f32, Tag::any);
      const Ref<const Kernel> kernel = make_kernel(shape_of(kRowsOfPiece, block, true, Activation()), any);
      if (!kernel->packed) return false;
      block.desc = kernel->weights;
      block.packed = std::make_unique<ScratchBlock>();
      const memory::desc plain({in_, block.out}, memory::data_type::f32, memory::dims{in_step, out_step});
      memory from(plain, cpu_engine(), const_cast<float*>(weights + first * out_step));
      memory to(block.desc, cpu_engine(), block.packed->get(block.desc.get_size()));
      dnnl::reorder(from, to).execute(this_threads_stream(), from, to);
      blocks_.push_back(std::move(block));
    }
    return true;
  }

  bool takes(int64_t rows) const override { return rows * in_ * out_ >= kLeastWork; }

  Status multiply(const float* input, int64_t rows, const float* bias, const Activation& activation,
                  float* output) const override {
    trace::note_work("oneDNN", 2.0 * static_cast<double>(rows * in_ * out_));
    const int64_t row_pieces = (rows + kRowsOfPiece - 1) / kRowsOfPiece;
    const auto blocks = static_cast<int64_t>(blocks_.size());
    // Pieces of one block follow each other: its weights stay in the cache.
    return parallel::try_parallel_for(0, row_pieces * blocks, 1, [&](int64_t begin, int64_t end) {
      return guarded("a product with packed weights", [&] {
        for (int64_t i = begin; i < end; ++i) {
          const Block& block = blocks_[static_cast<size_t>(i / row_pieces)];
          const int64_t row = i % row_pieces * kRowsOfPiece;
          run_piece(block, std::min(kRowsOfPiece, rows - row), input + row * in_, bias ? bias + block.first : nullptr,
                    activation, output + row * out_ + block.first);
        }
      });
    });
  }

 private:
  PieceShape shape_of(int64_t rows, const Block& block, bool bias, const Activation& activation) const {
    return {rows, in_, block.out, bias, activation};
  }

  void run_piece(const Block& block, int64_t rows, const float* input, const float* bias, const Activation& activation,
                 float* output) const {
    const Ref<const Kernel> kernel = find_kernel(shape_of(rows, block, bias != nullptr, activation), block.desc);
    // The fast kernels write dense results only: those of a block are set in among the others.
    const bool apart = blocks_.size() > 1 && rows > 1;
    const size_t scratch = (kernel->scratchpad.get_size() + 63) / 64 * 64;
    auto* room = static_cast<char*>(this_threads_scratchpad().get(scratch + (apart ? kernel->output.get_size() : 0)));
    float* target = apart ? reinterpret_cast<float*>(room + scratch) : output;
    const auto at = [](const memory::desc& desc, const void* data) {
      return memory(desc, cpu_engine(), const_cast<void*>(data));
    };
    std::unordered_map<int, memory> arguments = {{DNNL_ARG_SRC, at(kernel->input, input)},
                                                 {DNNL_ARG_WEIGHTS, at(block.desc, block.packed->get(0))},
                                                 {DNNL_ARG_DST, at(kernel->output, target)},
                                                 {DNNL_ARG_SCRATCHPAD, at(kernel->scratchpad, room)}};
    if (bias) arguments.emplace(DNNL_ARG_BIAS, at(kernel->bias, bias));
    kernel->primitive.execute(this_threads_stream(), arguments);
    for (int64_t row = 0; apart && row < rows; ++row) {
      std::memcpy(output + row * out_, target + row * block.out, sizeof(float) * static_cast<size_t>(block.out));
    }
  }

  const int64_t out_;
  const int64_t in_;
  std::vector<Block> blocks_;
};

}  // namespace

Result<Ref<const PackedMatrix>> pack_dnnl_matrix(const float* weights, int64_t out, int64_t in, int64_t out_step,
                                                 int64_t in_step) {
  auto matrix = make_ref<DnnlMatrix>(out, in);
  bool packed = false;
  HEDDLE_TRY(guarded("packing of a matrix", [&] { packed = matrix->pack(weights, out_step, in_step); }));
  return packed ? Ref<const PackedMatrix>(std::move(matrix)) : nullptr;
}

}  // namespace heddle::ops::backend

#else

namespace heddle::ops::backend {

Result<Ref<const PackedMatrix>> pack_dnnl_matrix(const float*, int64_t, int64_t, int64_t, int64_t) {
  return Ref<const PackedMatrix>();
}

}  // namespace heddle::ops::backend

#endif
