// Embeddings whose rows are bytes or nibbles, each row with its own scale and offset: the forms with packed parameters
// (__torch__.torch.classes.quantized.EmbeddingPackedParamsBase) and those whose rows carry both at their end.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/half.h"
#include "ops/common/copy.h"
#include "ops/quantized/weights.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/custom_class.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using MaybeTensor = std::optional<Tensor>;

constexpr const char* kEmbeddingParamsClass = "__torch__.torch.classes.quantized.EmbeddingPackedParamsBase";

// A table of numbers: value = integer * scale + offset of its row. Shared by all runs, on any thread.
class QuantizedEmbedding final : public RefCounted {
 public:
  static constexpr const char* kExpected = "of a quantized embedding";
  QuantizedEmbedding(Tensor given, Tensor integers, int bits_of_each)
      : weight(std::move(given)), bytes(std::move(integers)), bits(bits_of_each) {}
  Tensor weight;               // as it was given; undefined where rows were unpacked
  Tensor bytes;                // uint8 [rows, columns], contiguous
  int bits;                    // of each element, as PyTorch packs them
  std::vector<float> scales;   // [rows]
  std::vector<float> offsets;  // [rows]
};
using Table = Ref<const QuantizedEmbedding>;

// bits: 8, or 4, whose rows PyTorch packs with halves for scale and offset.
Result<Table> table_of_weight(const Tensor& weight, int bits) {
  const Ref<const Quantizer> q = HEDDLE_TRY(checked_quantizer("quantized::embedding_bag_prepack", weight));
  HEDDLE_REQUIRE(weight.dtype() == DType::kQUInt8 && weight.dim() == 2 &&
                     q->scheme == QScheme::kPerChannelAffineFloatQParams && q->axis == 0,
                 "quantized::embedding_bag_prepack: expected a quint8 matrix with float zero points for each row");
  auto table = make_ref<QuantizedEmbedding>(weight, HEDDLE_TRY(contiguous(integers_of(weight))), bits);
  const auto kept = [bits](float number) { return bits == 8 ? number : static_cast<float>(Half(number)); };
  for (size_t i = 0; i < q->scales.size(); ++i) {
    const auto scale = static_cast<float>(q->scales[i]);
    table->scales.push_back(kept(scale));
    // The offset that PyTorch's rows carry: minus the zero point, in numbers.
    table->offsets.push_back(kept(static_cast<float>(q->zero_points[i]) * scale * -1));
  }
  return Table(std::move(table));
}

// Rows that end in their scale and offset: of bytes as two floats, of nibbles as two halves.
Result<Table> table_of_rows(const Tensor& weight, int bits) {
  const int64_t ending = bits == 8 ? 8 : 4;
  HEDDLE_REQUIRE(weight.dtype() == DType::kUInt8 && weight.dim() == 2 && weight.size(1) > ending,
                 "quantized::embedding_bag: expected a uint8 matrix whose rows end in scale and offset, but got ",
                 python_name(weight.dtype()), " of size ", to_text(weight.sizes()));
  const Tensor rows = HEDDLE_TRY(contiguous(weight));
  const int64_t width = rows.size(1) - ending;
  const int64_t each = 8 / bits;
  const Tensor bytes = HEDDLE_TRY(Tensor::empty(Dims{rows.size(0), width * each}, DType::kUInt8));
  auto table = make_ref<QuantizedEmbedding>(Tensor(), bytes, bits);
  for (int64_t r = 0; r < rows.size(0); ++r) {
    const uint8_t* from = rows.data<uint8_t>() + r * rows.size(1);
    uint8_t* to = bytes.data<uint8_t>() + r * width * each;
    for (int64_t i = 0; i < width * each; ++i) {
      to[i] = static_cast<uint8_t>(from[i / each] >> (i % each * bits) & ((1 << bits) - 1));
    }
    float numbers[2];
    if (bits == 8) {
      std::memcpy(numbers, from + width, sizeof numbers);
    } else {
      Half halves[2];
      std::memcpy(halves, from + width, sizeof halves);
      for (int i = 0; i < 2; ++i) numbers[i] = static_cast<float>(halves[i]);
    }
    table->scales.push_back(numbers[0]);
    table->offsets.push_back(numbers[1]);
  }
  return Table(std::move(table));
}

struct Bags {
  Tensor indices;  // int64, contiguous
  Tensor offsets;  // int64, contiguous, one more than there are bags
};

Result<Bags> bags_of(const Tensor& indices, const MaybeTensor& offsets, bool include_last_offset) {
  HEDDLE_REQUIRE(is_integral(indices.dtype()), "quantized::embedding_bag: expected integers as indices, but got ",
                 python_name(indices.dtype()));
  Bags bags;
  bags.indices = HEDDLE_TRY(contiguous_as(indices, DType::kInt64));
  const int64_t count = indices.numel();
  if (indices.dim() == 2) {
    HEDDLE_REQUIRE(!offsets, "quantized::embedding_bag: indices of two dimensions take no offsets");
    bags.offsets = HEDDLE_TRY(Tensor::empty(Dims{indices.size(0) + 1}, DType::kInt64));
    for (int64_t i = 0; i <= indices.size(0); ++i) bags.offsets.data<int64_t>()[i] = i * indices.size(1);
    return bags;
  }
  HEDDLE_REQUIRE(indices.dim() == 1 && offsets && offsets->dim() == 1 && is_integral(offsets->dtype()),
                 "quantized::embedding_bag: expected indices of one dimension with offsets, or of two without");
  const Tensor given = HEDDLE_TRY(contiguous_as(*offsets, DType::kInt64));
  const int64_t starts = given.numel() - (include_last_offset ? 1 : 0);
  HEDDLE_REQUIRE(starts >= 0, "quantized::embedding_bag: include_last_offset needs an offset");
  bags.offsets = HEDDLE_TRY(Tensor::empty(Dims{starts + 1}, DType::kInt64));
  int64_t* at = bags.offsets.data<int64_t>();
  for (int64_t i = 0; i < starts; ++i) at[i] = given.data<int64_t>()[i];
  at[starts] = include_last_offset ? given.data<int64_t>()[starts] : count;
  for (int64_t i = 0; i <= starts; ++i) {
    HEDDLE_REQUIRE(at[i] >= (i == 0 ? 0 : at[i - 1]) && at[i] <= count,
                   "quantized::embedding_bag: offsets must not decrease and lie within the ", count, " indices");
  }
  return bags;
}

Status check_rows(const Tensor& indices, int64_t rows) {
  for (int64_t i = 0; i < indices.numel(); ++i) {
    const int64_t row = indices.data<int64_t>()[i];
    HEDDLE_REQUIRE_CODE(row >= 0 && row < rows, kIndex, "quantized::embedding: index ", row,
                        " is not a row of an embedding of ", rows, " rows");
  }
  return ok_status();
}

Result<Tensor> sum_bags(const QuantizedEmbedding& table, const Tensor& indices, const MaybeTensor& offsets, bool pruned,
                        const MaybeTensor& row_weights, const MaybeTensor& mapping, bool include_last_offset) {
  HEDDLE_REQUIRE_CODE(!pruned && !mapping, kUnsupported, "quantized::embedding_bag: pruned weights are not supported");
  const Bags bags = HEDDLE_TRY(bags_of(indices, offsets, include_last_offset));
  HEDDLE_TRY(check_rows(bags.indices, table.bytes.size(0)));
  Tensor factors;
  if (row_weights) {
    HEDDLE_REQUIRE(row_weights->numel() == bags.indices.numel(),
                   "quantized::embedding_bag: expected a weight for each index");
    factors = HEDDLE_TRY(contiguous_as(*row_weights, DType::kFloat32));
  }
  const int64_t columns = table.bytes.size(1);
  const int64_t count = bags.offsets.numel() - 1;
  const Tensor result = HEDDLE_TRY(zeros(Dims{count, columns}, DType::kFloat32));
  const int64_t* at = bags.offsets.data<int64_t>();
  parallel::parallel_for(0, count, 64, [&](int64_t begin, int64_t end) {
    for (int64_t bag = begin; bag < end; ++bag) {
      float* to = result.data<float>() + bag * columns;
      for (int64_t i = at[bag]; i < at[bag + 1]; ++i) {
        const int64_t row = bags.indices.data<int64_t>()[i];
        const float factor = factors.defined() ? factors.data<float>()[i] : 1.0f;
        const float scale = table.scales[static_cast<size_t>(row)] * factor;
        const float offset = table.offsets[static_cast<size_t>(row)] * factor;
        const uint8_t* bytes = table.bytes.data<uint8_t>() + row * columns;
        for (int64_t c = 0; c < columns; ++c) to[c] += static_cast<float>(bytes[c]) * scale + offset;
      }
    }
  });
  return result;
}

Result<Tensor> bag_of_packed(const IValue& packed, const Tensor& indices, const MaybeTensor& offsets, bool, int64_t,
                             bool pruned, const MaybeTensor& row_weights, const MaybeTensor& mapping,
                             bool include_last_offset) {
  const Table table = HEDDLE_TRY(content_of<QuantizedEmbedding>(packed));
  return sum_bags(*table, indices, offsets, pruned, row_weights, mapping, include_last_offset);
}
template <int bits>
Result<Tensor> bag_of_rows(const Tensor& weight, const Tensor& indices, const MaybeTensor& offsets, bool, int64_t,
                           bool pruned, const MaybeTensor& row_weights, const MaybeTensor& mapping,
                           bool include_last_offset) {
  const Table table = HEDDLE_TRY(table_of_rows(weight, bits));
  return sum_bags(*table, indices, offsets, pruned, row_weights, mapping, include_last_offset);
}

Result<Tensor> embedding_of_packed(const IValue& packed, const Tensor& indices, bool pruned) {
  const Table table = HEDDLE_TRY(content_of<QuantizedEmbedding>(packed));
  const int64_t count = indices.numel();
  const Tensor starts = HEDDLE_TRY(Tensor::empty(Dims{count}, DType::kInt64));
  for (int64_t i = 0; i < count; ++i) starts.data<int64_t>()[i] = i;
  const Tensor flat = HEDDLE_TRY(contiguous(indices)).view_contiguous(Dims{count});
  const Tensor rows = HEDDLE_TRY(sum_bags(*table, flat, starts, pruned, std::nullopt, std::nullopt, false));
  Dims sizes = indices.sizes();
  sizes.push_back(rows.size(1));
  return rows.view_contiguous(sizes);
}

Result<IValue> prepack(const Tensor& weight) {
  return IValue(
      Ref<CapsuleValue>(make_ref<CustomObject>(kEmbeddingParamsClass, HEDDLE_TRY(table_of_weight(weight, 8)))));
}
Result<Tensor> unpack(const IValue& packed) { return HEDDLE_TRY(content_of<QuantizedEmbedding>(packed))->weight; }

Result<int64_t> bit_rate(const IValue& packed) { return HEDDLE_TRY(content_of<QuantizedEmbedding>(packed))->bits; }
Result<int64_t> version(const IValue& packed) {
  HEDDLE_TRY(content_of<QuantizedEmbedding>(packed));
  return 1;
}

// float rows to bytes with scale and offset behind them, as fbgemm's rowwise quantisation rounds them.
Result<Tensor> prepack_bytes(const Tensor& weight) {
  HEDDLE_REQUIRE(weight.dim() == 2 && is_floating(weight.dtype()),
                 "quantized::embedding_bag_byte_prepack: expected a matrix of floats, but got ",
                 python_name(weight.dtype()), " of size ", to_text(weight.sizes()));
  const Tensor values = HEDDLE_TRY(contiguous_as(weight, DType::kFloat32));
  const int64_t columns = values.size(1);
  const Tensor result = HEDDLE_TRY(Tensor::empty(Dims{values.size(0), columns + 8}, DType::kUInt8));
  for (int64_t r = 0; r < values.size(0); ++r) {
    const float* from = values.data<float>() + r * columns;
    uint8_t* to = result.data<uint8_t>() + r * (columns + 8);
    const float low = columns ? *std::min_element(from, from + columns) : 0.0f;
    const float high = columns ? *std::max_element(from, from + columns) : 0.0f;
    const float range = high - low;
    const float numbers[2] = {range / 255.0f, low};
    const float inverse = 255.0f / (range + 1e-8f);
    for (int64_t c = 0; c < columns; ++c) {
      to[c] = static_cast<uint8_t>(std::clamp<long>(std::lrint((from[c] - low) * inverse), 0, 255));
    }
    std::memcpy(to + columns, numbers, sizeof numbers);
  }
  return result;
}

template <int bits>
Result<Tensor> unpack_rows(const Tensor& weight) {
  const Table table = HEDDLE_TRY(table_of_rows(weight, bits));
  const int64_t columns = table->bytes.size(1);
  const Tensor result = HEDDLE_TRY(Tensor::empty(table->bytes.sizes(), DType::kFloat32));
  for (int64_t i = 0; i < result.numel(); ++i) {
    const auto row = static_cast<size_t>(i / columns);
    result.data<float>()[i] =
        static_cast<float>(table->bytes.data<uint8_t>()[i]) * table->scales[row] + table->offsets[row];
  }
  return result;
}

// (version, [weight], [], [bits])
Result<Ref<const RefCounted>> restore(const IValue& state) {
  const std::vector<IValue>* parts = state.is_tuple() ? &state.as_tuple().items : nullptr;
  const bool fits = parts && parts->size() == 4 && (*parts)[1].is_list() && (*parts)[1].as_list().items.size() == 1 &&
                    (*parts)[1].as_list().items[0].is_tensor() && (*parts)[3].is_list() &&
                    (*parts)[3].as_list().items.size() == 1 && (*parts)[3].as_list().items[0].is_int();
  HEDDLE_REQUIRE_CODE(fits, kBadArchive, "the state of packed embedding parameters is a ", state.type_text());
  const int bits = (*parts)[3].as_list().items[0].as_int() == 4 ? 4 : 8;
  const auto table = table_of_weight((*parts)[1].as_list().items[0].as_tensor(), bits);
  if (!table.ok()) return error(ErrorCode::kBadArchive, table.status().message());
  return Ref<const RefCounted>(table.value());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(quantized_embedding) {
  using namespace heddle::ops;
  heddle::schema::register_custom_class(kEmbeddingParamsClass, &restore);
  const std::string packed = kEmbeddingParamsClass;
  const std::string rest =
      " weight, Tensor indices, Tensor? offsets=None, bool scale_grad_by_freq=False, int mode=0, bool "
      "pruned_weights=False, Tensor? per_sample_weights=None, Tensor? compressed_indices_mapping=None, bool "
      "include_last_offset=False) -> Tensor";
  table.add(concat("quantized::embedding_bag_prepack(Tensor weight) -> ", packed, " W_prepack"), boxed<&prepack>());
  table.add(concat(heddle::schema::custom_method(packed, "bit_rate"), "(", packed, " self) -> int"),
            boxed<&bit_rate>());
  table.add(concat(heddle::schema::custom_method(packed, "version"), "(", packed, " self) -> int"), boxed<&version>());
  table.add(concat("quantized::embedding_bag_unpack(", packed, " W_prepack) -> Tensor W_origin"), boxed<&unpack>());
  for (const char* width : {"byte", "4bit"}) {
    table.add(concat("quantized::embedding_bag_", width, "(", packed, rest), boxed<&bag_of_packed>());
    table.add(concat("quantized::embedding_", width, "(", packed,
                     " weight, Tensor indices, bool pruned_weights=False) -> Tensor"),
              boxed<&embedding_of_packed>());
  }
  table.add(concat("quantized::embedding_bag_byte_rowwise_offsets(Tensor", rest), boxed<&bag_of_rows<8>>());
  table.add(concat("quantized::embedding_bag_4bit_rowwise_offsets(Tensor", rest), boxed<&bag_of_rows<4>>());
  table.add(concat("quantized::embedding_bag_2bit_rowwise_offsets(Tensor", rest), boxed<&bag_of_rows<2>>());
  table.add("quantized::embedding_bag_byte_prepack(Tensor weight) -> Tensor", boxed<&prepack_bytes>());
  table.add("quantized::embedding_bag_byte_unpack(Tensor weight) -> Tensor", boxed<&unpack_rows<8>>());
  table.add("quantized::embedding_bag_4bit_unpack(Tensor weight) -> Tensor", boxed<&unpack_rows<4>>());
  table.add("quantized::embedding_bag_2bit_unpack(Tensor weight) -> Tensor", boxed<&unpack_rows<2>>());
}
