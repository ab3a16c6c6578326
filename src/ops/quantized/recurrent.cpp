// torch's LSTM and GRU with dynamically quantised or float16 weights. As in PyTorch, the inputs of all steps are
// quantised at once, the state before each step.
#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "ops/backend/cells.h"
#include "ops/backend/unary.h"
#include "ops/common/copy.h"
#include "ops/quantized/cell.h"
#include "ops/rnn/layers.h"
#include "ops/rnn/sequences.h"
#include "schema/boxed.h"
#include "schema/custom_class.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using TwoTensors = std::tuple<Tensor, Tensor>;
using ThreeTensors = std::tuple<Tensor, Tensor, Tensor>;
using MaybeDType = std::optional<DType>;
using Cell = Ref<const QuantizedCell>;

struct Arguments {
  CellKind kind = CellKind::kLstm;
  Tensor input;  // [rows, features]
  Steps steps;
  std::vector<Tensor> state;  // h, and c of lstm: [layers * directions, batch, size]
  std::vector<Cell> cells;
  int64_t layers = 1;
  bool bidirectional = false;
};

Result<std::vector<Cell>> cells_of(const IValue& params) {
  HEDDLE_REQUIRE_CODE(params.is_list(), kType, "expected a list of packed cells, but got ", params.type_text());
  std::vector<Cell> cells;
  for (const IValue& item : params.as_list().items) cells.push_back(HEDDLE_TRY(content_of<QuantizedCell>(item)));
  return cells;
}

// The cell of one row: gates from the input and from the state, and the state itself.
void run_row(CellKind kind, float* from_input, const float* from_state, float* hidden, float* cell, int64_t n) {
  const int64_t width = gates_of(kind) * n;
  if (kind == CellKind::kGru) return backend::gru_cell(from_input, from_state, hidden, n);
  for (int64_t i = 0; i < width; ++i) from_input[i] += from_state[i];
  if (kind == CellKind::kLstm) return backend::lstm_cell(from_input, cell, hidden, n);
  if (kind == CellKind::kTanh) return backend::tanh_row(from_input, hidden, n);
  for (int64_t i = 0; i < n; ++i) hidden[i] = std::max(from_input[i], 0.0f);
}

// One direction of one layer: writes `size` columns of output from `column` on, and the state in place.
Status run_direction(const Arguments& a, const Cell& weights, const Tensor& data, const Tensor& hidden,
                     const Tensor& cell, bool backward, const Tensor& output, int64_t column) {
  const int64_t n = hidden.size(1);
  const int64_t width = gates_of(a.kind) * n;
  HEDDLE_REQUIRE(weights->input->out() == width && weights->state->out() == width, "quantized rnn: hidden states of ",
                 n, " do not fit weights of ", weights->input->out(), " and ", weights->state->out(), " rows");
  HEDDLE_REQUIRE(weights->state->weight().size(1) == n, "quantized rnn: hidden states of ", n,
                 " do not fit recurrent weights of size ", to_text(weights->state->weight().sizes()));
  const Tensor gates = HEDDLE_TRY(weights->input->run_dynamic(data, weights->reduce_range, false));
  const auto count = static_cast<int64_t>(a.steps.sizes.size());
  int64_t row = backward ? data.size(0) : 0;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t batch = a.steps.sizes[static_cast<size_t>(backward ? count - 1 - i : i)];
    if (backward) row -= batch;
    const Tensor state = hidden.narrow(0, 0, batch);
    const Tensor recurrent = HEDDLE_TRY(weights->state->run_dynamic(state, weights->reduce_range, false));
    for (int64_t b = 0; b < batch; ++b) {
      float* h = hidden.data<float>() + b * n;
      run_row(a.kind, gates.data<float>() + (row + b) * width, recurrent.data<float>() + b * width, h,
              cell.defined() ? cell.data<float>() + b * n : nullptr, n);
      std::copy_n(h, n, output.data<float>() + (row + b) * output.size(1) + column);
    }
    if (!backward) row += batch;
  }
  return ok_status();
}

Status check(const Arguments& a) {
  const int64_t directions = a.bidirectional ? 2 : 1;
  HEDDLE_REQUIRE(a.input.dtype() == DType::kFloat32, "quantized rnn: expected a float32 input, but got ",
                 python_name(a.input.dtype()));
  HEDDLE_REQUIRE(a.input.dim() == 2 && a.input.size(0) == a.steps.rows() && !a.steps.sizes.empty(),
                 "quantized rnn: expected ", a.steps.rows(), " rows of features, but got ", to_text(a.input.sizes()));
  HEDDLE_REQUIRE(a.layers > 0 && static_cast<int64_t>(a.cells.size()) == a.layers * directions,
                 "quantized rnn: expected ", a.layers * directions, " cells, but got ", a.cells.size());
  HEDDLE_REQUIRE(a.state.size() == (a.kind == CellKind::kLstm ? 2u : 1u), "quantized rnn: ", a.state.size(),
                 " hidden states are the wrong number");
  for (const Tensor& s : a.state) {
    HEDDLE_REQUIRE(s.dtype() == DType::kFloat32 && s.dim() == 3 && s.sizes() == a.state[0].sizes() &&
                       s.size(0) == a.layers * directions && s.size(1) == a.steps.batch(),
                   "quantized rnn: expected float32 hidden states of size [", a.layers * directions, ", ",
                   a.steps.batch(), ", *], but got ", to_text(s.sizes()));
  }
  return ok_status();
}

Result<RecurrentResult> run(const Arguments& a) {
  HEDDLE_TRY(check(a));
  const int64_t directions = a.bidirectional ? 2 : 1;
  RecurrentResult result;
  for (const Tensor& s : a.state) result.state.push_back(HEDDLE_TRY(clone(s, MemoryFormat::kContiguous)));
  Tensor data = HEDDLE_TRY(contiguous(a.input));
  const int64_t n = a.state[0].size(2);
  for (int64_t layer = 0; layer < a.layers; ++layer) {
    const Tensor output = HEDDLE_TRY(Tensor::empty(Dims{data.size(0), directions * n}, DType::kFloat32));
    for (int64_t d = 0; d < directions; ++d) {
      const int64_t index = layer * directions + d;
      const Tensor cell = a.kind == CellKind::kLstm ? result.state[1].select(0, index) : Tensor();
      HEDDLE_TRY(run_direction(a, a.cells[static_cast<size_t>(index)], data, result.state[0].select(0, index), cell,
                               d == 1, output, d * n));
    }
    data = output;
  }
  result.output = data;
  return result;
}

Result<RecurrentResult> run_padded(Arguments a, bool batch_first) {
  const PaddedRows padded = HEDDLE_TRY(padded_rows(a.input, batch_first));
  a.input = padded.rows;
  a.steps = padded.steps;
  RecurrentResult result = HEDDLE_TRY(run(a));
  result.output = padded.restored(result.output);
  return result;
}

Result<RecurrentResult> run_packed(Arguments a, const Tensor& batch_sizes) {
  a.steps = HEDDLE_TRY(packed_steps(batch_sizes));
  return run(a);
}

Result<Arguments> arguments_of(CellKind kind, const Tensor& input, std::vector<Tensor> state, const IValue& params,
                               int64_t layers, double dropout, bool train, bool bidirectional) {
  HEDDLE_REQUIRE_CODE(!train || dropout == 0 || layers == 1, kUnsupported,
                      "quantized rnn: dropout between layers is for training, which Heddle does not do");
  Arguments a;
  a.kind = kind;
  a.input = input;
  a.state = std::move(state);
  a.cells = HEDDLE_TRY(cells_of(params));
  a.layers = layers;
  a.bidirectional = bidirectional;
  return a;
}

Result<ThreeTensors> lstm_input(const Tensor& input, const std::vector<Tensor>& hx, const IValue& params, bool,
                                int64_t layers, double dropout, bool train, bool bidirectional, bool batch_first,
                                MaybeDType, bool) {
  const RecurrentResult r = HEDDLE_TRY(
      run_padded(HEDDLE_TRY(arguments_of(CellKind::kLstm, input, hx, params, layers, dropout, train, bidirectional)),
                 batch_first));
  return ThreeTensors(r.output, r.state[0], r.state[1]);
}
Result<ThreeTensors> lstm_data(const Tensor& data, const Tensor& batch_sizes, const std::vector<Tensor>& hx,
                               const IValue& params, bool, int64_t layers, double dropout, bool train,
                               bool bidirectional, MaybeDType, bool) {
  const RecurrentResult r = HEDDLE_TRY(run_packed(
      HEDDLE_TRY(arguments_of(CellKind::kLstm, data, hx, params, layers, dropout, train, bidirectional)), batch_sizes));
  return ThreeTensors(r.output, r.state[0], r.state[1]);
}
Result<TwoTensors> gru_input(const Tensor& input, const Tensor& hx, const IValue& params, bool, int64_t layers,
                             double dropout, bool train, bool bidirectional, bool batch_first) {
  const RecurrentResult r = HEDDLE_TRY(
      run_padded(HEDDLE_TRY(arguments_of(CellKind::kGru, input, {hx}, params, layers, dropout, train, bidirectional)),
                 batch_first));
  return TwoTensors(r.output, r.state[0]);
}
Result<TwoTensors> gru_data(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, const IValue& params, bool,
                            int64_t layers, double dropout, bool train, bool bidirectional) {
  const RecurrentResult r = HEDDLE_TRY(
      run_packed(HEDDLE_TRY(arguments_of(CellKind::kGru, data, {hx}, params, layers, dropout, train, bidirectional)),
                 batch_sizes));
  return TwoTensors(r.output, r.state[0]);
}

// One step of [batch, features]; the biases are those that were packed with the weights.
Result<std::vector<Tensor>> run_cell(CellKind kind, const Tensor& input, const std::vector<Tensor>& hx,
                                     const IValue& w_ih, const IValue& w_hh) {
  HEDDLE_REQUIRE(input.dim() == 2, "quantized rnn cell: expected an input of 2 dimensions, but got size ",
                 to_text(input.sizes()));
  Arguments a;
  a.kind = kind;
  a.input = input;
  for (const Tensor& s : hx) a.state.push_back(s.unsqueeze(0));
  a.cells.push_back(make_ref<QuantizedCell>(HEDDLE_TRY(content_of<QuantizedLinear>(w_ih)),
                                            HEDDLE_TRY(content_of<QuantizedLinear>(w_hh)), /*reduces_range=*/true));
  a.steps.sizes = {input.size(0)};
  RecurrentResult result = HEDDLE_TRY(run(a));
  for (Tensor& s : result.state) s = s.select(0, 0);
  return result.state;
}
Result<TwoTensors> lstm_cell(const Tensor& input, const std::vector<Tensor>& hx, const IValue& w_ih, const IValue& w_hh,
                             const Tensor&, const Tensor&) {
  HEDDLE_REQUIRE(hx.size() == 2, "lstm_cell expects two hidden states");
  const std::vector<Tensor> state = HEDDLE_TRY(run_cell(CellKind::kLstm, input, hx, w_ih, w_hh));
  return TwoTensors(state[0], state[1]);
}
template <CellKind kind>
Result<Tensor> cell(const Tensor& input, const Tensor& hx, const IValue& w_ih, const IValue& w_hh, const Tensor&,
                    const Tensor&) {
  return HEDDLE_TRY(run_cell(kind, input, {hx}, w_ih, w_hh))[0];
}

IValue boxed_cell(Cell content) {
  return IValue(Ref<CapsuleValue>(make_ref<CustomObject>(kCellParamsClass, std::move(content))));
}
Result<IValue> make_dynamic(const IValue& w_ih, const IValue& w_hh, const Tensor&, const Tensor&, bool reduce_range) {
  return boxed_cell(make_ref<QuantizedCell>(HEDDLE_TRY(content_of<QuantizedLinear>(w_ih)),
                                            HEDDLE_TRY(content_of<QuantizedLinear>(w_hh)), reduce_range));
}
Result<IValue> make_half(const IValue& w_ih, const IValue& w_hh) {
  return boxed_cell(make_ref<QuantizedCell>(HEDDLE_TRY(content_of<QuantizedLinear>(w_ih)),
                                            HEDDLE_TRY(content_of<QuantizedLinear>(w_hh)), false));
}

// (kind, tensors, floats, ints, packed linear parameters): "quantized_dynamic" or "quantized_fp16".
Result<Ref<const RefCounted>> restore(const IValue& state) {
  const std::vector<IValue>* parts = state.is_tuple() ? &state.as_tuple().items : nullptr;
  HEDDLE_REQUIRE_CODE(
      parts && parts->size() == 5 && (*parts)[0].is_string() && (*parts)[3].is_list() && (*parts)[4].is_list(),
      kBadArchive, "the state of packed cell parameters is a ", state.type_text());
  const std::string& kind = (*parts)[0].as_string();
  HEDDLE_REQUIRE_CODE(kind == "quantized_dynamic" || kind == "quantized_fp16", kUnsupported,
                      "the archive holds recurrent cells of the kind '", kind, "', which Heddle does not have");
  const std::vector<IValue>& numbers = (*parts)[3].as_list().items;
  const std::vector<IValue>& weights = (*parts)[4].as_list().items;
  HEDDLE_REQUIRE_CODE(weights.size() == 2, kBadArchive, "packed cell parameters hold ", weights.size(),
                      " packed weights, expected 2");
  const bool reduce_range = !numbers.empty() && numbers[0].is_int() && numbers[0].as_int() != 0;
  return Ref<const RefCounted>(make_ref<QuantizedCell>(HEDDLE_TRY(content_of<QuantizedLinear>(weights[0])),
                                                       HEDDLE_TRY(content_of<QuantizedLinear>(weights[1])),
                                                       reduce_range));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(quantized_recurrent) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  const std::string cell_class = kCellParamsClass;
  const std::string linear_class = kLinearParamsClass;
  heddle::schema::register_custom_class(kCellParamsClass, &restore);
  const std::string rest = "[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional";
  const std::string kinds = ", *, ScalarType? dtype=None, bool use_dynamic=False) -> (Tensor, Tensor, Tensor)";
  table.add(
      concat("aten::quantized_lstm.input(Tensor input, Tensor[] hx, ", cell_class, rest, ", bool batch_first", kinds),
      boxed<&lstm_input>());
  table.add(concat("aten::quantized_lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, ", cell_class, rest, kinds),
            boxed<&lstm_data>());
  table.add(concat("aten::quantized_gru.input(Tensor input, Tensor hx, ", cell_class, rest,
                   ", bool batch_first) -> (Tensor, Tensor)"),
            boxed<&gru_input>());
  table.add(concat("aten::quantized_gru.data(Tensor data, Tensor batch_sizes, Tensor hx, ", cell_class, rest,
                   ") -> (Tensor, Tensor)"),
            boxed<&gru_data>());
  table.add(concat("quantized::quantized_lstm_cell_dynamic(Tensor input, Tensor[] hx, ", linear_class, " w_ih, ",
                   linear_class, " w_hh, Tensor bias_ih, Tensor bias_hh) -> (Tensor, Tensor)"),
            boxed<&lstm_cell>());
  const auto add_cell = [&](std::string_view name, heddle::schema::Kernel kernel) {
    table.add(concat("quantized::quantized_", name, "_cell_dynamic(Tensor input, Tensor hx, ", linear_class, " w_ih, ",
                     linear_class, " w_hh, Tensor b_ih, Tensor b_hh) -> Tensor"),
              kernel);
  };
  add_cell("gru", boxed<&cell<CellKind::kGru>>());
  add_cell("rnn_tanh", boxed<&cell<CellKind::kTanh>>());
  add_cell("rnn_relu", boxed<&cell<CellKind::kRelu>>());
  table.add(concat("quantized::make_quantized_cell_params_dynamic(", linear_class, " w_ih, ", linear_class,
                   " w_hh, Tensor bias_ih, Tensor bias_hh, bool reduce_range=False) -> ", cell_class),
            boxed<&make_dynamic>());
  table.add(concat("quantized::make_quantized_cell_params_fp16(", linear_class, " w_ih, ", linear_class, " w_hh) -> ",
                   cell_class),
            boxed<&make_half>());
}
