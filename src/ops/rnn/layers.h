// Recurrent layers over sequences: what lstm, gru and rnn have in common. One product gives the input's part of every
// step; each step then needs the recurrent product and the cell. Any thread.
#pragma once

#include <optional>
#include <vector>

#include "core/tensor.h"

namespace heddle::ops {

class PackedWeights;

enum class CellKind : uint8_t { kLstm, kGru, kTanh, kRelu };

// Gates of a cell: the factor between its hidden size and the rows of its weights.
int64_t gates_of(CellKind kind);

// Time steps of a batch of sequences, longest first: step t holds the first sizes[t] of them, one row each in the data.
struct Steps {
  std::vector<int64_t> sizes;
  int64_t rows() const;
  int64_t batch() const { return sizes.empty() ? 0 : sizes[0]; }
};

struct RecurrentArguments {
  CellKind kind = CellKind::kLstm;
  Tensor input;  // [rows, features], rows as Steps has them
  Steps steps;
  std::vector<Tensor> state;       // h, and c of lstm: [layers * directions, batch, size]
  std::vector<Tensor> parameters;  // as torch lists them: w_ih, w_hh, b_ih, b_hh, w_hr of each layer and direction
  // Empty, or the packed form of each parameter that is a float32 matrix, null for the others.
  std::vector<const PackedWeights*> packed;
  bool has_biases = true;
  int64_t layers = 1;
  double dropout = 0;
  bool train = false;
  bool bidirectional = false;
};

struct RecurrentResult {
  Tensor output;              // [rows, directions * size]
  std::vector<Tensor> state;  // as it was given
};

// Checks shapes and dtypes. Halves compute in float32 throughout.
Result<RecurrentResult> run_recurrent(const RecurrentArguments& arguments);

}  // namespace heddle::ops
