// The fused operators behind nn.MultiheadAttention and nn.TransformerEncoderLayer.
#include <cmath>
#include <tuple>

#include "ops/attention/attention.h"
#include "ops/attention/nested.h"
#include "ops/common/activation.h"
#include "ops/common/call.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/linalg/matmul.h"
#include "ops/linalg/packed_linear.h"
#include "ops/norm/layer_norm.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using Kind = backend::Activation::Kind;
using MaybeTensor = std::optional<Tensor>;
using TwoTensors = std::tuple<Tensor, Tensor>;

// Weights of one attention block.
struct Heads {
  int64_t width;
  int64_t count;
  const Tensor& qkv_weight;
  const Tensor& qkv_bias;
  const Tensor& proj_weight;
  const Tensor& proj_bias;
  // The same weights packed; null: they are not.
  const PackedLinear* packed_qkv = nullptr;
  const PackedLinear* packed_proj = nullptr;
};

Result<Tensor> map(const Tensor& x, const Tensor& weight, const Tensor& bias, const PackedLinear* packed) {
  return packed ? packed->run(x) : linear(x, weight, bias);
}

Status check(const Tensor& query, const Tensor& key, const Tensor& value, const Heads& h) {
  const int64_t width = h.width;
  HEDDLE_REQUIRE(query.dim() == 3, "expected 3-D `query`, got ", query.dim(), "-D tensor");
  HEDDLE_REQUIRE(query.sizes() == key.sizes() && key.sizes() == value.sizes(),
                 "expected `query`/`key`/`value` shapes to match");
  HEDDLE_REQUIRE(query.size(2) == width, "passed-in embed_dim ", width, " didn't match last dim of query ",
                 query.size(2));
  HEDDLE_REQUIRE(h.count > 0 && width % h.count == 0, "`embed_dim` must divide evenly by `num_heads`, but they are ",
                 width, " and ", h.count);
  const auto is = [](const Tensor& t, std::initializer_list<int64_t> sizes) {
    return std::equal(sizes.begin(), sizes.end(), t.sizes().begin(), t.sizes().end());
  };
  HEDDLE_REQUIRE(is(h.qkv_weight, {3 * width, width}),
                 "expected `qkv_weight` first dim to be 3x embed_dim and second dim to be embed_dim, but got ",
                 to_text(h.qkv_weight.sizes()));
  HEDDLE_REQUIRE(is(h.qkv_bias, {3 * width}), "expected `qkv_bias` to be of size 3x embed_dim, but got ",
                 to_text(h.qkv_bias.sizes()));
  HEDDLE_REQUIRE(is(h.proj_weight, {width, width}) && is(h.proj_bias, {width}),
                 "expected the output projection to be of width ", width, ", but got ", to_text(h.proj_weight.sizes()));
  return ok_status();
}

// torch's masks are true where a key is left out; attention() wants the opposite.
Result<Tensor> kept(const Tensor& mask) {
  const Tensor flags = HEDDLE_TRY(to_dtype(mask, DType::kBool));
  Tensor result = HEDDLE_TRY(Tensor::empty(flags.sizes(), DType::kBool));
  const Tensor flat = HEDDLE_TRY(contiguous(flags));
  for (int64_t i = 0; i < flat.numel(); ++i) result.data<bool>()[i] = !flat.data<bool>()[i];
  return result;
}

// A padding mask [batch, keys], an attention mask [queries, keys], or one that broadcasts to the scores.
Result<Tensor> mask_for_scores(const Tensor& mask, std::optional<int64_t> mask_type, int64_t batch, int64_t time) {
  const Tensor keep = HEDDLE_TRY(kept(mask));
  if (mask.dim() != 2) {
    HEDDLE_REQUIRE(mask.dim() >= 3, "expected an attention mask of at least two dimensions, but got size ",
                   to_text(mask.sizes()));
    return keep;
  }
  const bool is_padding = mask_type ? *mask_type == 1 : mask.size(0) == batch;
  HEDDLE_REQUIRE(mask.size(0) == (is_padding ? batch : time) && mask.size(1) == time, "expected a ",
                 is_padding ? "padding" : "attention", " mask of size [", is_padding ? batch : time, ", ", time,
                 "], but got ", to_text(mask.sizes()));
  return is_padding ? keep.unsqueeze(1).unsqueeze(1) : keep;
}

// [batch, time, width], `count` heads side by side in its last dimension from `first` on: [batch, heads, time, width of
// a head].
Tensor heads_of(const Tensor& t, const Heads& h, int64_t first) {
  const int64_t each = h.width / h.count;
  return t.alias(Dims{t.size(0), h.count, t.size(1), each},
                 Dims{t.stride(0), each * t.stride(2), t.stride(1), t.stride(2)}, t.offset() + first * t.stride(2));
}

struct Projected {
  Tensor query, key, value;
};

Result<Projected> project(const Tensor& query, const Tensor& key, const Tensor& value, const Heads& h) {
  if (query.is_same(key) && key.is_same(value)) {
    const Tensor all = HEDDLE_TRY(map(query, h.qkv_weight, h.qkv_bias, h.packed_qkv));
    return Projected{heads_of(all, h, 0), heads_of(all, h, h.width), heads_of(all, h, 2 * h.width)};
  }
  Tensor parts[3];
  const Tensor* inputs[3] = {&query, &key, &value};
  for (int64_t i = 0; i < 3; ++i) {
    parts[i] = HEDDLE_TRY(
        linear(*inputs[i], h.qkv_weight.narrow(0, i * h.width, h.width), h.qkv_bias.narrow(0, i * h.width, h.width)));
  }
  return Projected{heads_of(parts[0], h, 0), heads_of(parts[1], h, 0), heads_of(parts[2], h, 0)};
}

// The block without its residual connection, and the weights where they are wanted.
Result<AttentionResult> multi_head(const Tensor& query, const Tensor& key, const Tensor& value, const Heads& h,
                                   const MaybeTensor& mask, std::optional<int64_t> mask_type, bool want_weights) {
  HEDDLE_TRY(check(query, key, value, h));
  AttentionArguments a;
  const Projected p = HEDDLE_TRY(project(query, key, value, h));
  a.query = p.query;
  a.key = p.key;
  a.value = p.value;
  const auto lengths = nested_lengths(key);
  HEDDLE_REQUIRE(!lengths || !mask, "NestedTensor with mask is not supported yet");
  if (lengths) {
    const Tensor padding = HEDDLE_TRY(padding_mask(*lengths, key.size(1)));
    a.mask = HEDDLE_TRY(mask_for_scores(padding, 1, key.size(0), key.size(1)));
  } else if (mask) {
    a.mask = HEDDLE_TRY(mask_for_scores(*mask, mask_type, key.size(0), key.size(1)));
  }
  a.scale = 1 / std::sqrt(static_cast<double>(h.width / h.count));
  a.want_weights = want_weights;
  a.like_query = true;
  AttentionResult result = HEDDLE_TRY(attention(a));
  const Tensor joined = HEDDLE_TRY(contiguous(result.output.transpose(1, 2)));
  result.output = HEDDLE_TRY(map(joined.view_contiguous(query.sizes()), h.proj_weight, h.proj_bias, h.packed_proj));
  return result;
}

// [batch, heads, L, S] to the mean over the heads.
Result<Tensor> mean_of_heads(const Tensor& weights) {
  const DType computed = compute_dtype(weights.dtype());
  const Tensor from = HEDDLE_TRY(contiguous_as(weights, computed));
  const int64_t heads = weights.size(1);
  const int64_t each = weights.size(2) * weights.size(3);
  const Tensor sum = HEDDLE_TRY(zeros(Dims{weights.size(0), weights.size(2), weights.size(3)}, computed));
  HEDDLE_TRY(dispatch<FloatTypes>(computed, "mean", [&]<class T>() -> Status {
    for (int64_t i = 0; i < from.numel(); ++i) {
      sum.data<T>()[i / each / heads * each + i % each] += from.data<T>()[i] / static_cast<T>(heads);
    }
    return ok_status();
  }));
  return to_dtype(sum, weights.dtype());
}

Result<TwoTensors> attend(const Tensor& query, const Tensor& key, const Tensor& value, const Heads& heads,
                          const MaybeTensor& mask, bool need_weights, bool average_attn_weights,
                          std::optional<int64_t> mask_type) {
  AttentionResult result = HEDDLE_TRY(multi_head(query, key, value, heads, mask, mask_type, need_weights));
  if (const auto lengths = nested_lengths(query)) result.output = HEDDLE_TRY(as_nested(result.output, *lengths));
  if (need_weights && average_attn_weights) result.weights = HEDDLE_TRY(mean_of_heads(result.weights));
  return TwoTensors(result.output, result.weights);
}

Result<TwoTensors> native_multi_head_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                               int64_t embed_dim, int64_t num_head, const Tensor& qkv_weight,
                                               const Tensor& qkv_bias, const Tensor& proj_weight,
                                               const Tensor& proj_bias, const MaybeTensor& mask, bool need_weights,
                                               bool average_attn_weights, std::optional<int64_t> mask_type) {
  const Heads heads{embed_dim, num_head, qkv_weight, qkv_bias, proj_weight, proj_bias};
  return attend(query, key, value, heads, mask, need_weights, average_attn_weights, mask_type);
}

Result<TwoTensors> packed_multi_head_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                               int64_t embed_dim, int64_t num_head, const Tensor& qkv_weight,
                                               const Tensor& qkv_bias, const Tensor& proj_weight,
                                               const Tensor& proj_bias, const MaybeTensor& mask, bool need_weights,
                                               bool average_attn_weights, std::optional<int64_t> mask_type,
                                               const IValue& qkv, const IValue& proj) {
  Heads heads{embed_dim, num_head, qkv_weight, qkv_bias, proj_weight, proj_bias};
  // Packed products know nothing of rows that end early.
  if (!nested_lengths(query)) {
    heads.packed_qkv = HEDDLE_TRY(packed_linear_of(qkv));
    heads.packed_proj = HEDDLE_TRY(packed_linear_of(proj));
  }
  return attend(query, key, value, heads, mask, need_weights, average_attn_weights, mask_type);
}

Result<Tensor> added(const Tensor& a, const Tensor& b) {
  return call_tensor_operator("aten::add", "Tensor", {a, b, 1});
}

Result<Tensor> normalized(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  const LayerNormResult result = HEDDLE_TRY(layer_norm(x, Dims{x.sizes().back()}, weight, bias, eps));
  return result.output;
}

// What comes behind the attention of a layer.
struct Feedforward {
  bool use_gelu;
  bool norm_first;
  double eps;
  const Tensor& norm_weight_1;
  const Tensor& norm_bias_1;
  const Tensor& norm_weight_2;
  const Tensor& norm_bias_2;
  const Tensor& weight_1;
  const Tensor& bias_1;
  const Tensor& weight_2;
  const Tensor& bias_2;
  // The same weights packed, the first with its activation; null: they are not.
  const PackedLinear* packed_1 = nullptr;
  const PackedLinear* packed_2 = nullptr;
};

Result<Tensor> encode(const Tensor& src, const Heads& heads, const Feedforward& f, const MaybeTensor& mask,
                      std::optional<int64_t> mask_type) {
  HEDDLE_REQUIRE(src.dim() == 3, "expected a source of three dimensions, but got size ", to_text(src.sizes()));
  const auto lengths = nested_lengths(src);
  Tensor x = src;
  if (f.norm_first) {
    x = HEDDLE_TRY(normalized(x, f.norm_weight_1, f.norm_bias_1, f.eps));
    if (lengths) x = HEDDLE_TRY(as_nested(x, *lengths));
  }
  const AttentionResult attended = HEDDLE_TRY(multi_head(x, x, x, heads, mask, mask_type, false));
  x = HEDDLE_TRY(added(attended.output, src));
  if (!f.norm_first) x = HEDDLE_TRY(normalized(x, f.norm_weight_1, f.norm_bias_1, f.eps));
  const Tensor residual = x;
  if (f.norm_first) x = HEDDLE_TRY(normalized(x, f.norm_weight_2, f.norm_bias_2, f.eps));
  x = HEDDLE_TRY(map(x, f.weight_1, f.bias_1, f.packed_1));
  if (!f.packed_1) x = HEDDLE_TRY(activated(x, {f.use_gelu ? Kind::kGelu : Kind::kRelu}));
  x = HEDDLE_TRY(map(x, f.weight_2, f.bias_2, f.packed_2));
  x = HEDDLE_TRY(added(x, residual));
  if (!f.norm_first) x = HEDDLE_TRY(normalized(x, f.norm_weight_2, f.norm_bias_2, f.eps));
  return lengths ? as_nested(x, *lengths) : Result<Tensor>(x);
}

Result<Tensor> transformer_encoder_layer(const Tensor& src, int64_t embed_dim, int64_t num_heads,
                                         const Tensor& qkv_weight, const Tensor& qkv_bias, const Tensor& proj_weight,
                                         const Tensor& proj_bias, bool use_gelu, bool norm_first, double eps,
                                         const Tensor& norm_weight_1, const Tensor& norm_bias_1,
                                         const Tensor& norm_weight_2, const Tensor& norm_bias_2,
                                         const Tensor& ffn_weight_1, const Tensor& ffn_bias_1,
                                         const Tensor& ffn_weight_2, const Tensor& ffn_bias_2, const MaybeTensor& mask,
                                         std::optional<int64_t> mask_type) {
  const Heads heads{embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias};
  const Feedforward behind{use_gelu,    norm_first,   eps,        norm_weight_1, norm_bias_1, norm_weight_2,
                           norm_bias_2, ffn_weight_1, ffn_bias_1, ffn_weight_2,  ffn_bias_2};
  return encode(src, heads, behind, mask, mask_type);
}

Result<Tensor> packed_transformer_encoder_layer(
    const Tensor& src, int64_t embed_dim, int64_t num_heads, const Tensor& qkv_weight, const Tensor& qkv_bias,
    const Tensor& proj_weight, const Tensor& proj_bias, bool use_gelu, bool norm_first, double eps,
    const Tensor& norm_weight_1, const Tensor& norm_bias_1, const Tensor& norm_weight_2, const Tensor& norm_bias_2,
    const Tensor& ffn_weight_1, const Tensor& ffn_bias_1, const Tensor& ffn_weight_2, const Tensor& ffn_bias_2,
    const MaybeTensor& mask, std::optional<int64_t> mask_type, const IValue& qkv, const IValue& proj,
    const IValue& ffn_1, const IValue& ffn_2) {
  Heads heads{embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias};
  Feedforward behind{use_gelu,    norm_first,   eps,        norm_weight_1, norm_bias_1, norm_weight_2,
                     norm_bias_2, ffn_weight_1, ffn_bias_1, ffn_weight_2,  ffn_bias_2};
  if (!nested_lengths(src)) {
    heads.packed_qkv = HEDDLE_TRY(packed_linear_of(qkv));
    heads.packed_proj = HEDDLE_TRY(packed_linear_of(proj));
    behind.packed_1 = HEDDLE_TRY(packed_linear_of(ffn_1));
    behind.packed_2 = HEDDLE_TRY(packed_linear_of(ffn_2));
  }
  return encode(src, heads, behind, mask, mask_type);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(multi_head_attention) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add(
      "aten::_native_multi_head_attention(Tensor query, Tensor key, Tensor value, int embed_dim, int num_head, Tensor "
      "qkv_weight, Tensor "
      "qkv_bias, Tensor proj_weight, Tensor proj_bias, Tensor? mask=None, bool need_weights=True, bool "
      "average_attn_weights=True, int? "
      "mask_type=None) -> (Tensor, Tensor)",
      boxed<&native_multi_head_attention>());
  table.add(
      "aten::_transformer_encoder_layer_fwd(Tensor src, int embed_dim, int num_heads, Tensor qkv_weight, Tensor "
      "qkv_bias, Tensor proj_weight, "
      "Tensor proj_bias, bool use_gelu, bool norm_first, float eps, Tensor norm_weight_1, Tensor norm_bias_1, Tensor "
      "norm_weight_2, Tensor "
      "norm_bias_2, Tensor ffn_weight_1, Tensor ffn_bias_1, Tensor ffn_weight_2, Tensor ffn_bias_2, Tensor? mask=None, "
      "int? mask_type=None) -> "
      "Tensor",
      boxed<&transformer_encoder_layer>());
  // The same with weights that never change, as the pass pack_linears writes them.
  table.add(
      "heddle::multi_head_attention(Tensor query, Tensor key, Tensor value, int embed_dim, int num_head, Tensor "
      "qkv_weight, Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, Tensor? mask, bool need_weights, bool "
      "average_attn_weights, int? mask_type, Any qkv, Any proj) -> (Tensor, Tensor)",
      boxed<&packed_multi_head_attention>());
  table.add(
      "heddle::transformer_encoder_layer(Tensor src, int embed_dim, int num_heads, Tensor qkv_weight, Tensor qkv_bias, "
      "Tensor proj_weight, Tensor proj_bias, bool use_gelu, bool norm_first, float eps, Tensor norm_weight_1, Tensor "
      "norm_bias_1, Tensor norm_weight_2, Tensor norm_bias_2, Tensor ffn_weight_1, Tensor ffn_bias_1, Tensor "
      "ffn_weight_2, Tensor ffn_bias_2, Tensor? mask, int? mask_type, Any qkv, Any proj, Any ffn_1, Any ffn_2) -> "
      "Tensor",
      boxed<&packed_transformer_encoder_layer>());
}
