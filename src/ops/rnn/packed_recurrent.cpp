// Recurrent layers whose weights never change, as the pass pack_recurrent writes them: the weights are put in the order
// of the kernels when the layer is first run, once for all runs on any thread.
#include <memory>
#include <tuple>
#include <vector>

#include "core/boxes.h"
#include "ops/linalg/packed_weights.h"
#include "ops/rnn/layers.h"
#include "ops/rnn/sequences.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

constexpr const char* kClassName = "heddle.PackedRecurrent";

class PackedRecurrent final : public CapsuleValue {
 public:
  explicit PackedRecurrent(const std::vector<Tensor>& parameters) : CapsuleValue(kClassName), parameters_(parameters) {
    for (const Tensor& p : parameters) {
      const bool packs = p.dtype() == DType::kFloat32 && p.dim() == 2;
      weights_.push_back(packs ? std::make_unique<PackedWeights>(p) : nullptr);
    }
  }

  void add_to(RecurrentArguments& arguments) const {
    arguments.parameters = parameters_;
    for (const auto& weights : weights_) arguments.packed.push_back(weights.get());
  }

 private:
  const std::vector<Tensor> parameters_;
  std::vector<std::unique_ptr<PackedWeights>> weights_;  // of each parameter; null where it is no matrix
};

Result<IValue> pack_recurrent(const std::vector<Tensor>& parameters) {
  Ref<CapsuleValue> packed = make_ref<PackedRecurrent>(parameters);
  return IValue(std::move(packed));
}

Result<RecurrentResult> run(CellKind kind, const Tensor& input, std::vector<Tensor> state, const IValue& packed,
                            bool has_biases, int64_t layers, double dropout, bool train, bool bidirectional,
                            bool batch_first) {
  HEDDLE_REQUIRE_CODE(packed.is_capsule() && packed.as_capsule().class_name == kClassName, kType,
                      "expected packed weights of a recurrent layer, but got ", packed.type_text());
  RecurrentArguments a;
  static_cast<const PackedRecurrent&>(packed.as_capsule()).add_to(a);
  a.kind = kind;
  a.input = input;
  a.state = std::move(state);
  a.has_biases = has_biases;
  a.layers = layers;
  a.dropout = dropout;
  a.train = train;
  a.bidirectional = bidirectional;
  return run_padded(std::move(a), batch_first);
}

Result<std::tuple<Tensor, Tensor, Tensor>> lstm(const Tensor& input, const std::vector<Tensor>& hx,
                                                const IValue& packed, bool has_biases, int64_t layers, double dropout,
                                                bool train, bool bidirectional, bool batch_first) {
  const RecurrentResult r = HEDDLE_TRY(
      run(CellKind::kLstm, input, hx, packed, has_biases, layers, dropout, train, bidirectional, batch_first));
  return std::tuple(r.output, r.state[0], r.state[1]);
}

Result<std::tuple<Tensor, Tensor>> gru(const Tensor& input, const Tensor& hx, const IValue& packed, bool has_biases,
                                       int64_t layers, double dropout, bool train, bool bidirectional,
                                       bool batch_first) {
  const RecurrentResult r = HEDDLE_TRY(
      run(CellKind::kGru, input, {hx}, packed, has_biases, layers, dropout, train, bidirectional, batch_first));
  return std::tuple(r.output, r.state[0]);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(packed_recurrent) {
  using heddle::schema::boxed;
  table.add("heddle::pack_recurrent(Tensor[] params) -> Any", boxed<&heddle::ops::pack_recurrent>());
  table.add(
      "heddle::lstm(Tensor input, Tensor[] hx, Any packed, bool has_biases, int num_layers, float dropout, bool train, "
      "bool bidirectional, bool batch_first) -> (Tensor, Tensor, Tensor)",
      boxed<&heddle::ops::lstm>());
  table.add(
      "heddle::gru(Tensor input, Tensor hx, Any packed, bool has_biases, int num_layers, float dropout, bool train, "
      "bool bidirectional, bool batch_first) -> (Tensor, Tensor)",
      boxed<&heddle::ops::gru>());
}
