#include "ops/rnn/layers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ops/backend/blas.h"
#include "ops/backend/cells.h"
#include "ops/backend/unary.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/linalg/matmul.h"
#include "ops/linalg/packed_weights.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

using backend::Op;

template <class T>
T sigmoid(T x) {
  return T(1) / (T(1) + std::exp(-x));
}

// The cells of any float type; those of float32 are vectorised.
template <class T>
void lstm_row(const T* gates, T* cell, T* hidden, int64_t n) {
  if constexpr (std::is_same_v<T, float>) {
    backend::lstm_cell(gates, cell, hidden, n);
  } else {
    for (int64_t i = 0; i < n; ++i) {
      cell[i] = sigmoid(gates[n + i]) * cell[i] + sigmoid(gates[i]) * std::tanh(gates[2 * n + i]);
      hidden[i] = sigmoid(gates[3 * n + i]) * std::tanh(cell[i]);
    }
  }
}

template <class T>
void gru_row(const T* input, const T* recurrent, T* hidden, int64_t n) {
  if constexpr (std::is_same_v<T, float>) {
    backend::gru_cell(input, recurrent, hidden, n);
  } else {
    for (int64_t i = 0; i < n; ++i) {
      const T reset = sigmoid(input[i] + recurrent[i]);
      const T update = sigmoid(input[n + i] + recurrent[n + i]);
      const T fresh = std::tanh(input[2 * n + i] + reset * recurrent[2 * n + i]);
      hidden[i] = fresh + update * (hidden[i] - fresh);
    }
  }
}

template <class T>
void plain_row(CellKind kind, const T* gates, T* hidden, int64_t n) {
  if (kind == CellKind::kRelu) {
    for (int64_t i = 0; i < n; ++i) hidden[i] = gates[i] > T(0) || gates[i] != gates[i] ? gates[i] : T(0);
  } else if constexpr (std::is_same_v<T, float>) {
    backend::tanh_row(gates, hidden, n);
  } else {
    for (int64_t i = 0; i < n; ++i) hidden[i] = std::tanh(gates[i]);
  }
}

// The weights of one layer and direction; absent ones are undefined. Contiguous, in the dtype computed in.
struct Weights {
  Tensor input;       // [gates * hidden, features]
  Tensor recurrent;   // [gates * hidden, size]
  Tensor input_bias;  // [gates * hidden]
  Tensor recurrent_bias;
  Tensor projection;   // [size, hidden]
  int64_t hidden = 0;  // of the cell, before the projection
  // Of float32 weights that never change; null for others.
  const backend::PackedMatrix* packed_input = nullptr;
  const backend::PackedMatrix* packed_recurrent = nullptr;
  int64_t size() const { return recurrent.size(1); }
};

// One direction of one layer while it runs.
template <class T>
struct Direction {
  CellKind kind;
  const Steps& steps;
  const Weights& w;
  T* gates;   // [rows, gates * hidden]: the input's part, with the biases that may be added at once
  T* hidden;  // [batch, size]: the state, updated in place
  T* cell;    // [batch, hidden], of lstm
  T* output;  // [rows, stride], `size` of each row
  int64_t stride;
  bool backward;

  Status run() {
    const int64_t width = gates_of(kind) * w.hidden;
    const bool apart = kind == CellKind::kGru || w.packed_recurrent;
    std::vector<T> recurrent(apart ? static_cast<size_t>(steps.batch() * width) : 0);
    std::vector<T> unprojected(w.projection.defined() ? static_cast<size_t>(steps.batch() * w.hidden) : 0);
    const auto count = static_cast<int64_t>(steps.sizes.size());
    int64_t row = backward ? steps.rows() : 0;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t batch = steps.sizes[static_cast<size_t>(backward ? count - 1 - i : i)];
      if (backward) row -= batch;
      HEDDLE_TRY(step(gates + row * width, batch, recurrent, unprojected));
      for (int64_t b = 0; b < batch; ++b) std::copy_n(hidden + b * w.size(), w.size(), output + (row + b) * stride);
      if (!backward) row += batch;
    }
    return ok_status();
  }

  Status step(T* from, int64_t batch, std::vector<T>& recurrent, std::vector<T>& unprojected) {
    const int64_t n = w.hidden;
    const int64_t width = gates_of(kind) * n;
    // A GRU scales the recurrent part of its third gate alone, so that part stays apart.
    T* sum = kind == CellKind::kGru ? recurrent.data() : from;
    HEDDLE_TRY(add_recurrent(sum, batch, recurrent));
    for (int64_t b = 0; b < batch; ++b) {
      T* h = w.projection.defined() ? unprojected.data() + b * n : hidden + b * n;
      switch (kind) {
        case CellKind::kLstm:
          lstm_row<T>(sum + b * width, cell + b * n, h, n);
          break;
        case CellKind::kGru:
          gru_row<T>(from + b * width, sum + b * width, h, n);
          break;
        default:
          plain_row<T>(kind, sum + b * width, h, n);
          break;
      }
    }
    if (w.projection.defined()) {
      backend::gemm<T>(Op::kNone, Op::kTranspose, batch, w.size(), n, T(1), unprojected.data(), n,
                       w.projection.data<T>(), n, T(0), hidden, w.size());
    }
    return ok_status();
  }

  // The products of the state; a GRU's are all of `sum`, and its recurrent bias comes with them.
  Status add_recurrent(T* sum, int64_t batch, std::vector<T>& recurrent) {
    const int64_t width = gates_of(kind) * w.hidden;
    const T* bias = kind == CellKind::kGru && w.recurrent_bias.defined() ? w.recurrent_bias.data<T>() : nullptr;
    if constexpr (std::is_same_v<T, float>) {
      if (w.packed_recurrent && w.packed_recurrent->takes(batch)) {
        HEDDLE_TRY(w.packed_recurrent->multiply(hidden, batch, bias, backend::Activation(), recurrent.data()));
        if (sum == recurrent.data()) return ok_status();
        for (int64_t i = 0; i < batch * width; ++i) sum[i] += recurrent[static_cast<size_t>(i)];
        return ok_status();
      }
    }
    for (int64_t b = 0; kind == CellKind::kGru && b < batch; ++b) {
      if (bias) {
        std::copy_n(bias, width, sum + b * width);
      } else {
        std::fill_n(sum + b * width, width, T(0));
      }
    }
    backend::gemm<T>(Op::kNone, Op::kTranspose, batch, width, w.size(), T(1), hidden, w.size(), w.recurrent.data<T>(),
                     w.size(), T(1), sum, width);
    return ok_status();
  }
};

Result<Tensor> prepared(const Tensor& t, DType dtype, std::span<const int64_t> sizes, std::string_view name) {
  HEDDLE_REQUIRE(std::equal(sizes.begin(), sizes.end(), t.sizes().begin(), t.sizes().end()), "rnn: expected ", name,
                 " of size ", to_text(sizes), ", but got ", to_text(t.sizes()));
  return contiguous_as(t, dtype);
}

// The parameters of one layer and direction, checked against the features that come in.
Result<Weights> weights_of(const RecurrentArguments& a, int64_t index, int64_t features, DType dtype) {
  const int64_t each = static_cast<int64_t>(a.parameters.size()) / (a.layers * (a.bidirectional ? 2 : 1));
  const auto at = [&](int64_t i) -> const Tensor& { return a.parameters[static_cast<size_t>(index * each + i)]; };
  const bool projects = each == (a.has_biases ? 5 : 3);
  const int64_t gates = gates_of(a.kind);
  for (int64_t i = 0; i < each; ++i) {
    HEDDLE_REQUIRE(at(i).dtype() == a.input.dtype(), "rnn: parameters have dtype ", python_name(at(i).dtype()),
                   ", but the input has ", python_name(a.input.dtype()));
  }
  HEDDLE_REQUIRE(at(0).dim() == 2 && at(1).dim() == 2 && at(0).size(0) % gates == 0,
                 "rnn: weights must be matrices of ", gates, " gates, but have sizes ", to_text(at(0).sizes()), " and ",
                 to_text(at(1).sizes()));
  Weights w;
  w.hidden = at(0).size(0) / gates;
  const int64_t size = projects ? at(1).size(1) : w.hidden;
  const int64_t rows = gates * w.hidden;
  w.input = HEDDLE_TRY(prepared(at(0), dtype, Dims{rows, features}, "input weights"));
  w.recurrent = HEDDLE_TRY(prepared(at(1), dtype, Dims{rows, size}, "recurrent weights"));
  if (a.has_biases) {
    w.input_bias = HEDDLE_TRY(prepared(at(2), dtype, Dims{rows}, "input bias"));
    w.recurrent_bias = HEDDLE_TRY(prepared(at(3), dtype, Dims{rows}, "recurrent bias"));
  }
  if (projects) w.projection = HEDDLE_TRY(prepared(at(each - 1), dtype, Dims{size, w.hidden}, "projection weights"));
  if (!a.packed.empty() && dtype == DType::kFloat32 && w.input.numel() > 0 && w.recurrent.numel() > 0) {
    const auto packed = [&](int64_t i) { return a.packed[static_cast<size_t>(index * each + i)]; };
    if (packed(0)) w.packed_input = HEDDLE_TRY(packed(0)->matrix());
    if (packed(1)) w.packed_recurrent = HEDDLE_TRY(packed(1)->matrix());
  }
  return w;
}

Status check(const RecurrentArguments& a) {
  const int64_t directions = a.bidirectional ? 2 : 1;
  HEDDLE_REQUIRE(is_floating(a.input.dtype()), "rnn: expected an input of floats, but got ",
                 python_name(a.input.dtype()));
  HEDDLE_REQUIRE(a.input.dim() == 2 && a.input.size(0) == a.steps.rows(), "rnn: expected ", a.steps.rows(),
                 " rows of features, but got ", to_text(a.input.sizes()));
  HEDDLE_REQUIRE(!a.steps.sizes.empty(), "Expected sequence length to be larger than 0 in RNN");
  HEDDLE_REQUIRE(a.layers > 0, "rnn: num_layers must be positive, but is ", a.layers);
  const auto parameters = static_cast<int64_t>(a.parameters.size());
  const int64_t cells = a.layers * directions;
  const int64_t plain = a.has_biases ? 4 : 2;
  HEDDLE_REQUIRE(parameters == cells * plain || (a.kind == CellKind::kLstm && parameters == cells * (plain + 1)),
                 "rnn: expected ", cells * plain, " parameters for ", a.layers, " layers, but got ", parameters);
  HEDDLE_REQUIRE(a.state.size() == (a.kind == CellKind::kLstm ? 2u : 1u),
                 a.kind == CellKind::kLstm ? "lstm expects two hidden states" : "rnn expects one hidden state");
  for (const Tensor& s : a.state) {
    HEDDLE_REQUIRE(s.dim() == 3 && s.size(0) == cells && s.size(1) == a.steps.batch(),
                   "rnn: expected a hidden state of size [", cells, ", ", a.steps.batch(), ", *], but got ",
                   to_text(s.sizes()));
    HEDDLE_REQUIRE(s.dtype() == a.input.dtype(), "rnn: the hidden state has dtype ", python_name(s.dtype()),
                   ", but the input has ", python_name(a.input.dtype()));
  }
  HEDDLE_REQUIRE_CODE(!a.train || a.dropout == 0 || a.layers == 1, kUnsupported,
                      "rnn: dropout between layers is for training, which Heddle does not do");
  return ok_status();
}

// The input's part of every step. A GRU's recurrent bias stays out of it.
Result<Tensor> input_gates(CellKind kind, const Tensor& input, const Weights& w) {
  std::optional<Tensor> bias;
  if (w.input_bias.defined()) {
    bias = w.input_bias;
    if (kind != CellKind::kGru) {
      bias = HEDDLE_TRY(clone(w.input_bias));
      HEDDLE_TRY(dispatch<FloatTypes>(input.dtype(), "rnn", [&]<class T>() -> Status {
        for (int64_t i = 0; i < bias->numel(); ++i) bias->data<T>()[i] += w.recurrent_bias.data<T>()[i];
        return ok_status();
      }));
    }
  }
  if (!w.packed_input || !w.packed_input->takes(input.size(0)) || input.numel() == 0) {
    return linear(input, w.input, bias);
  }
  Tensor gates = HEDDLE_TRY(Tensor::empty(Dims{input.size(0), w.input.size(0)}, DType::kFloat32));
  HEDDLE_TRY(w.packed_input->multiply(input.data<float>(), input.size(0), bias ? bias->data<float>() : nullptr,
                                      backend::Activation(), gates.data<float>()));
  return gates;
}

}  // namespace

int64_t gates_of(CellKind kind) { return kind == CellKind::kLstm ? 4 : kind == CellKind::kGru ? 3 : 1; }

int64_t Steps::rows() const { return std::accumulate(sizes.begin(), sizes.end(), int64_t{0}); }

Result<RecurrentResult> run_recurrent(const RecurrentArguments& a) {
  HEDDLE_TRY(check(a));
  const DType dtype = a.input.dtype();
  const DType computed = compute_dtype(dtype);
  const int64_t directions = a.bidirectional ? 2 : 1;
  Tensor data = HEDDLE_TRY(contiguous_as(a.input, computed));
  RecurrentResult result;
  for (const Tensor& s : a.state) {
    const Tensor converted = HEDDLE_TRY(to_dtype(s, computed));
    result.state.push_back(HEDDLE_TRY(clone(converted, MemoryFormat::kContiguous)));
  }
  for (int64_t layer = 0; layer < a.layers; ++layer) {
    std::vector<Weights> weights;
    std::vector<Tensor> gates;
    for (int64_t d = 0; d < directions; ++d) {
      weights.push_back(HEDDLE_TRY(weights_of(a, layer * directions + d, data.size(1), computed)));
      const Weights& w = weights.back();
      HEDDLE_REQUIRE(w.size() == result.state[0].size(2) && w.size() == weights[0].size() &&
                         (a.kind != CellKind::kLstm || w.hidden == result.state[1].size(2)),
                     "rnn: the hidden states of sizes ", to_text(a.state[0].sizes()), " do not fit weights of size ",
                     to_text(w.recurrent.sizes()));
      gates.push_back(HEDDLE_TRY(input_gates(a.kind, data, w)));
    }
    const int64_t size = weights[0].size();
    Tensor output = HEDDLE_TRY(Tensor::empty(Dims{data.size(0), directions * size}, computed));
    HEDDLE_TRY(dispatch<FloatTypes>(computed, "rnn", [&]<class T>() -> Status {
      return parallel::try_parallel_for(0, directions, 1, [&](int64_t begin, int64_t end) -> Status {
        for (int64_t d = begin; d < end; ++d) {
          const int64_t index = layer * directions + d;
          const Weights& w = weights[static_cast<size_t>(d)];
          T* cell = a.kind == CellKind::kLstm ? result.state[1].select(0, index).data<T>() : nullptr;
          HEDDLE_TRY((Direction<T>{a.kind, a.steps, w, gates[static_cast<size_t>(d)].data<T>(),
                                   result.state[0].select(0, index).data<T>(), cell, output.data<T>() + d * size,
                                   directions * size, d == 1}
                          .run()));
        }
        return ok_status();
      });
    }));
    data = output;
  }
  result.output = HEDDLE_TRY(to_dtype(data, dtype));
  for (Tensor& s : result.state) s = HEDDLE_TRY(to_dtype(s, dtype));
  return result;
}

}  // namespace heddle::ops
