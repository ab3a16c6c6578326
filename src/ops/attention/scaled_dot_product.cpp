// torch's scaled_dot_product_attention and what earlier and later versions call it.
#include <cmath>
#include <limits>
#include <tuple>

#include "ops/attention/attention.h"
#include "ops/common/copy.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using MaybeTensor = std::optional<Tensor>;
using TwoTensors = std::tuple<Tensor, Tensor>;

Status check_dropout(double dropout_p) {
  HEDDLE_REQUIRE_CODE(dropout_p == 0, kUnsupported,
                      "attention: dropout is for training, which Heddle does not do; dropout_p is ", dropout_p);
  return ok_status();
}

double scale_of(const Tensor& query, std::optional<double> scale) {
  const auto width = query.dim() > 0 ? static_cast<double>(query.sizes().back()) : 1.0;
  return scale.value_or(1 / std::sqrt(width));
}

// Repeats each head of key or value for the group of query heads that shares it.
Result<Tensor> repeat_heads(const Tensor& t, int64_t heads) {
  const int64_t own = t.size(t.dim() - 3);
  HEDDLE_REQUIRE(own > 0 && heads % own == 0,
                 "Number of heads in key and value must divide the number of heads in query, but they are ", own,
                 " and ", heads);
  if (own == heads) return t;
  Dims sizes = t.sizes();
  sizes[sizes.size() - 3] = heads;
  Tensor wide = HEDDLE_TRY(Tensor::empty(sizes, t.dtype()));
  const int64_t each = heads / own;
  for (int64_t h = 0; h < heads; ++h)
    HEDDLE_TRY(copy_into(wide.select(t.dim() - 3, h), t.select(t.dim() - 3, h / each)));
  return wide;
}

Result<Tensor> scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                            const MaybeTensor& attn_mask, double dropout_p, bool is_causal,
                                            std::optional<double> scale, bool enable_gqa) {
  HEDDLE_TRY(check_dropout(dropout_p));
  AttentionArguments a;
  a.query = query;
  a.key = key;
  a.value = value;
  if (enable_gqa) {
    HEDDLE_REQUIRE(query.dim() >= 3 && key.dim() >= 3 && value.dim() >= 3,
                   "enable_gqa needs query, key and value with heads");
    a.key = HEDDLE_TRY(repeat_heads(key, query.size(query.dim() - 3)));
    a.value = HEDDLE_TRY(repeat_heads(value, query.size(query.dim() - 3)));
  }
  a.mask = attn_mask;
  a.is_causal = is_causal;
  a.scale = scale_of(query, scale);
  a.empty_rows_are_zero = true;
  a.like_query = true;
  const AttentionResult result = HEDDLE_TRY(attention(a));
  return result.output;
}

// PyTorch 1.13's form, which may return the weights as well.
Result<TwoTensors> with_weights(const Tensor& query, const Tensor& key, const Tensor& value,
                                const MaybeTensor& attn_mask, double dropout_p, bool, bool is_causal) {
  HEDDLE_TRY(check_dropout(dropout_p));
  AttentionArguments a;
  a.query = query;
  a.key = key;
  a.value = value;
  a.mask = attn_mask;
  a.is_causal = is_causal;
  a.scale = scale_of(query, std::nullopt);
  a.want_weights = true;
  const AttentionResult result = HEDDLE_TRY(attention(a));
  return TwoTensors(result.output, result.weights);
}

// The operator that tracing on a CPU may leave; its second result serves gradients.
Result<TwoTensors> flash_attention(const Tensor& query, const Tensor& key, const Tensor& value, double dropout_p,
                                   bool is_causal, const MaybeTensor& attn_mask, std::optional<double> scale) {
  const Tensor output =
      HEDDLE_TRY(scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale, false));
  HEDDLE_REQUIRE(query.dim() == 4,
                 "_scaled_dot_product_flash_attention_for_cpu: expected four dimensions, but got size ",
                 to_text(query.sizes()));
  const Tensor sums = HEDDLE_TRY(full(Dims{query.size(0), query.size(1), query.size(2)},
                                      std::numeric_limits<double>::quiet_NaN(), DType::kFloat32));
  return TwoTensors(output, sums);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(scaled_dot_product_attention) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add(
      "aten::scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float "
      "dropout_p=0., bool "
      "is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor",
      boxed<&scaled_dot_product_attention>());
  table.add(
      "aten::_scaled_dot_product_flash_attention_for_cpu(Tensor query, Tensor key, Tensor value, float dropout_p=0., "
      "bool is_causal=False, *, "
      "Tensor? attn_mask=None, float? scale=None) -> (Tensor output, Tensor logsumexp)",
      boxed<&flash_attention>());
  for (const char* name : {"_scaled_dot_product_attention", "_scaled_dot_product_attention_forward",
                           "_scaled_dot_product_attention_math"}) {
    table.add(
        heddle::concat("aten::", name,
                       "(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0., bool "
                       "need_attn_weights=False, bool is_causal=False) -> (Tensor, Tensor)"),
        boxed<&with_weights>());
  }
}
