// torch's recurrent operators: layers over padded and packed sequences, and single cells.
#include <tuple>

#include "ops/common/copy.h"
#include "ops/rnn/layers.h"
#include "ops/rnn/sequences.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using MaybeTensor = std::optional<Tensor>;
using TwoTensors = std::tuple<Tensor, Tensor>;
using ThreeTensors = std::tuple<Tensor, Tensor, Tensor>;

Result<RecurrentResult> run_packed(RecurrentArguments a, const Tensor& batch_sizes) {
  a.steps = HEDDLE_TRY(packed_steps(batch_sizes));
  return run_recurrent(a);
}

RecurrentArguments arguments_of(CellKind kind, const Tensor& input, std::vector<Tensor> state,
                                const std::vector<Tensor>& parameters, bool has_biases, int64_t layers, double dropout,
                                bool train, bool bidirectional) {
  RecurrentArguments a;
  a.kind = kind;
  a.input = input;
  a.state = std::move(state);
  a.parameters = parameters;
  a.has_biases = has_biases;
  a.layers = layers;
  a.dropout = dropout;
  a.train = train;
  a.bidirectional = bidirectional;
  return a;
}

Result<ThreeTensors> lstm_input(const Tensor& input, const std::vector<Tensor>& hx, const std::vector<Tensor>& params,
                                bool has_biases, int64_t num_layers, double dropout, bool train, bool bidirectional,
                                bool batch_first) {
  const RecurrentResult r = HEDDLE_TRY(run_padded(
      arguments_of(CellKind::kLstm, input, hx, params, has_biases, num_layers, dropout, train, bidirectional),
      batch_first));
  return ThreeTensors(r.output, r.state[0], r.state[1]);
}

Result<ThreeTensors> lstm_data(const Tensor& data, const Tensor& batch_sizes, const std::vector<Tensor>& hx,
                               const std::vector<Tensor>& params, bool has_biases, int64_t num_layers, double dropout,
                               bool train, bool bidirectional) {
  const RecurrentResult r = HEDDLE_TRY(
      run_packed(arguments_of(CellKind::kLstm, data, hx, params, has_biases, num_layers, dropout, train, bidirectional),
                 batch_sizes));
  return ThreeTensors(r.output, r.state[0], r.state[1]);
}

template <CellKind kind>
Result<TwoTensors> rnn_input(const Tensor& input, const Tensor& hx, const std::vector<Tensor>& params, bool has_biases,
                             int64_t num_layers, double dropout, bool train, bool bidirectional, bool batch_first) {
  const RecurrentResult r = HEDDLE_TRY(run_padded(
      arguments_of(kind, input, {hx}, params, has_biases, num_layers, dropout, train, bidirectional), batch_first));
  return TwoTensors(r.output, r.state[0]);
}

template <CellKind kind>
Result<TwoTensors> rnn_data(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                            const std::vector<Tensor>& params, bool has_biases, int64_t num_layers, double dropout,
                            bool train, bool bidirectional) {
  const RecurrentResult r = HEDDLE_TRY(run_packed(
      arguments_of(kind, data, {hx}, params, has_biases, num_layers, dropout, train, bidirectional), batch_sizes));
  return TwoTensors(r.output, r.state[0]);
}

// One step of [batch, features]; the new state.
Result<std::vector<Tensor>> run_cell(CellKind kind, const Tensor& input, std::vector<Tensor> state, const Tensor& w_ih,
                                     const Tensor& w_hh, const MaybeTensor& b_ih, const MaybeTensor& b_hh) {
  HEDDLE_REQUIRE(b_ih.has_value() == b_hh.has_value(), "rnn cell: b_ih and b_hh must both be given, or neither");
  const bool batchless = input.dim() == 1;
  HEDDLE_REQUIRE(batchless || input.dim() == 2, "rnn cell: expected an input of one or two dimensions, but got size ",
                 to_text(input.sizes()));
  std::vector<Tensor> parameters = {w_ih, w_hh};
  if (b_ih) parameters.insert(parameters.end(), {*b_ih, *b_hh});
  for (Tensor& s : state) {
    HEDDLE_REQUIRE(s.dim() == input.dim(), "rnn cell: hidden state of size ", to_text(s.sizes()),
                   " does not fit the input of size ", to_text(input.sizes()));
    if (batchless) s = s.unsqueeze(0);
    s = s.unsqueeze(0);
  }
  const Tensor rows = batchless ? input.unsqueeze(0) : input;
  RecurrentArguments a = arguments_of(kind, rows, std::move(state), parameters, b_ih.has_value(), 1, 0, false, false);
  a.steps.sizes = {rows.size(0)};
  if (rows.size(0) == 0) return a.state;
  RecurrentResult result = HEDDLE_TRY(run_recurrent(a));
  for (Tensor& s : result.state) {
    s = s.select(0, 0);
    if (batchless) s = s.select(0, 0);
  }
  return result.state;
}

Result<TwoTensors> lstm_cell(const Tensor& input, const std::vector<Tensor>& hx, const Tensor& w_ih, const Tensor& w_hh,
                             const MaybeTensor& b_ih, const MaybeTensor& b_hh) {
  HEDDLE_REQUIRE(hx.size() == 2, "lstm_cell expects two hidden states");
  const std::vector<Tensor> state = HEDDLE_TRY(run_cell(CellKind::kLstm, input, hx, w_ih, w_hh, b_ih, b_hh));
  return TwoTensors(state[0], state[1]);
}

template <CellKind kind>
Result<Tensor> cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                    const MaybeTensor& b_ih, const MaybeTensor& b_hh) {
  const std::vector<Tensor> state = HEDDLE_TRY(run_cell(kind, input, {hx}, w_ih, w_hh, b_ih, b_hh));
  if (kind != CellKind::kGru || hx.is_contiguous()) return state[0];
  // torch's GRU cell ends in element-wise operators that keep the layout of the old state.
  Tensor result = HEDDLE_TRY(Tensor::empty_like(hx));
  HEDDLE_TRY(copy_into(result, state[0]));
  return result;
}

template <CellKind kind>
void add_kind(schema::TableBuilder& table, std::string_view name) {
  table.add(concat("aten::", name,
                   ".input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, "
                   "bool train, "
                   "bool bidirectional, bool batch_first) -> (Tensor, Tensor)"),
            schema::boxed<&rnn_input<kind>>());
  table.add(
      concat(
          "aten::", name,
          ".data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float "
          "dropout, bool train, bool bidirectional) -> (Tensor, Tensor)"),
      schema::boxed<&rnn_data<kind>>());
  table.add(
      concat(
          "aten::", name,
          "_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor"),
      schema::boxed<&cell<kind>>());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(rnn) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add(
      "aten::lstm.input(Tensor input, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float dropout, "
      "bool train, bool "
      "bidirectional, bool batch_first) -> (Tensor, Tensor, Tensor)",
      boxed<&lstm_input>());
  table.add(
      "aten::lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, "
      "float dropout, bool "
      "train, bool bidirectional) -> (Tensor, Tensor, Tensor)",
      boxed<&lstm_data>());
  table.add(
      "aten::lstm_cell(Tensor input, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> "
      "(Tensor, Tensor)",
      boxed<&lstm_cell>());
  add_kind<CellKind::kGru>(table, "gru");
  add_kind<CellKind::kTanh>(table, "rnn_tanh");
  add_kind<CellKind::kRelu>(table, "rnn_relu");
}
