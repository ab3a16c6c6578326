#include "ops/linalg/einsum.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/boxes.h"
#include "ops/common/copy.h"
#include "ops/elementwise/binary.h"
#include "ops/linalg/product.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

// Labels are 0..51 for letters; an ellipsis stands for labels from kEllipsis on, the last of its dimensions first.
constexpr int kLetters = 52;
constexpr int kEllipsis = kLetters;
constexpr int kMostLabels = kLetters + 64;
using Labels = std::vector<int>;

int label_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  return -1;
}

char letter_of(int label) { return static_cast<char>(label < 26 ? 'A' + label : 'a' + label - 26); }

// A subscript's labels, with kEllipsis once where "..." stood.
Result<Labels> read_subscript(std::string_view text, std::string_view whose) {
  Labels labels;
  bool has_ellipsis = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (text[i] == '.') {
      HEDDLE_REQUIRE(text.substr(i, 3) == "...", "einsum(): found '.' for ", whose,
                     " that is not part of any ellipsis");
      HEDDLE_REQUIRE(!has_ellipsis, "einsum(): found '.' for ", whose, " for which an ellipsis was already found");
      has_ellipsis = true;
      labels.push_back(kEllipsis);
      i += 2;
      continue;
    }
    const int label = label_of(text[i]);
    HEDDLE_REQUIRE(label >= 0, "einsum(): invalid subscript given for ", whose,
                   " in the equation string, subscripts must be in [a-zA-Z]");
    labels.push_back(label);
  }
  return labels;
}

struct Equation {
  std::vector<Labels> operands;  // one label a dimension
  Labels output;
};

// Spells out what the ellipsis of an operand of this rank stands for.
Result<Labels> with_ellipsis(const Labels& labels, int64_t rank, size_t operand) {
  const bool has = std::find(labels.begin(), labels.end(), kEllipsis) != labels.end();
  const int64_t named = static_cast<int64_t>(labels.size()) - (has ? 1 : 0);
  HEDDLE_REQUIRE(has ? rank >= named : rank == named, "einsum(): the number of subscripts in the equation (", named,
                 ") ", has ? "is more than" : "does not match", " the number of dimensions (", rank, ") for operand ",
                 operand);
  HEDDLE_REQUIRE(rank - named < kMostLabels - kLetters, "einsum(): operand ", operand, " has too many dimensions");
  Labels result;
  for (int label : labels) {
    if (label != kEllipsis) {
      result.push_back(label);
    } else {
      for (int64_t d = rank - named; d-- > 0;) result.push_back(kEllipsis + static_cast<int>(d));
    }
  }
  return result;
}

// Without "->": the ellipsis, then the letters that occur once, in order.
Labels implied_output(const std::vector<Labels>& operands, int64_t ellipsis_rank) {
  std::array<int, kLetters> count{};
  for (const Labels& labels : operands) {
    for (int label : labels) {
      if (label < kLetters) ++count[static_cast<size_t>(label)];
    }
  }
  Labels output;
  for (int64_t d = ellipsis_rank; d-- > 0;) output.push_back(kEllipsis + static_cast<int>(d));
  for (int label = 0; label < kLetters; ++label) {
    if (count[static_cast<size_t>(label)] == 1) output.push_back(label);
  }
  return output;
}

Result<Equation> read_equation(std::string_view text, const std::vector<Tensor>& tensors) {
  const size_t arrow = text.find("->");
  const std::vector<std::string_view> parts = split(text.substr(0, arrow), ',');
  HEDDLE_REQUIRE(parts.size() >= tensors.size(),
                 "einsum(): more operands were provided than specified in the equation");
  HEDDLE_REQUIRE(parts.size() <= tensors.size(),
                 "einsum(): fewer operands were provided than specified in the equation");
  Equation equation;
  int64_t ellipsis_rank = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Labels labels = HEDDLE_TRY(read_subscript(parts[i], concat("operand ", i)));
    equation.operands.push_back(HEDDLE_TRY(with_ellipsis(labels, tensors[i].dim(), i)));
    for (int label : equation.operands.back()) ellipsis_rank = std::max<int64_t>(ellipsis_rank, label - kEllipsis + 1);
  }
  if (arrow == std::string_view::npos) {
    equation.output = implied_output(equation.operands, ellipsis_rank);
    return equation;
  }
  const Labels output = HEDDLE_TRY(read_subscript(text.substr(arrow + 2), "the output"));
  for (int label : output) {
    if (label == kEllipsis) {
      for (int64_t d = ellipsis_rank; d-- > 0;) equation.output.push_back(kEllipsis + static_cast<int>(d));
      continue;
    }
    HEDDLE_REQUIRE(std::find(equation.output.begin(), equation.output.end(), label) == equation.output.end(),
                   "einsum(): output subscript ", letter_of(label), " appears more than once in the output");
    const bool known = std::any_of(equation.operands.begin(), equation.operands.end(),
                                   [&](const Labels& l) { return std::find(l.begin(), l.end(), label) != l.end(); });
    HEDDLE_REQUIRE(known, "einsum(): output subscript ", letter_of(label),
                   " does not appear in the equation for any input operand");
    equation.output.push_back(label);
  }
  return equation;
}

// A tensor whose dimensions have different labels.
struct Operand {
  Tensor tensor;
  Labels labels;

  int64_t size_of(int label) const {
    const auto it = std::find(labels.begin(), labels.end(), label);
    return it == labels.end() ? 1 : tensor.sizes()[static_cast<size_t>(it - labels.begin())];
  }
  bool has(int label) const { return std::find(labels.begin(), labels.end(), label) != labels.end(); }
};

// Takes the diagonal of dimensions that share a label.
Result<Operand> with_diagonals(const Tensor& t, const Labels& labels, size_t index) {
  Operand o;
  Dims sizes;
  Dims strides;
  for (size_t d = 0; d < labels.size(); ++d) {
    const auto first = std::find(o.labels.begin(), o.labels.end(), labels[d]);
    if (first == o.labels.end()) {
      o.labels.push_back(labels[d]);
      sizes.push_back(t.sizes()[d]);
      strides.push_back(t.strides()[d]);
      continue;
    }
    const auto at = static_cast<size_t>(first - o.labels.begin());
    HEDDLE_REQUIRE(sizes[at] == t.sizes()[d], "einsum(): subscript ", letter_of(labels[d]), " is repeated for operand ",
                   index, " but the sizes don't match, ", t.sizes()[d], " != ", sizes[at]);
    strides[at] += t.strides()[d];
  }
  o.tensor = t.alias(sizes, strides, t.offset());
  return o;
}

// A view with the dimensions in the order of `wanted`; labels it lacks get size 1.
Tensor arranged(const Operand& o, std::span<const int> wanted) {
  Dims sizes;
  Dims strides;
  for (int label : wanted) {
    const auto it = std::find(o.labels.begin(), o.labels.end(), label);
    const auto d = static_cast<size_t>(it - o.labels.begin());
    sizes.push_back(it == o.labels.end() ? 1 : o.tensor.sizes()[d]);
    strides.push_back(it == o.labels.end() ? 0 : o.tensor.strides()[d]);
  }
  return o.tensor.alias(sizes, strides, o.tensor.offset());
}

int64_t elements(std::span<const int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<>());
}

// Sums the labels away: a product with ones.
Result<Operand> summed(const Operand& o, const Labels& gone) {
  if (gone.empty()) return o;
  Operand result;
  for (int label : o.labels) {
    if (std::find(gone.begin(), gone.end(), label) == gone.end()) result.labels.push_back(label);
  }
  Labels order = result.labels;
  order.insert(order.end(), gone.begin(), gone.end());
  const Tensor view = arranged(o, order);
  const Dims kept(std::span(view.sizes().begin(), result.labels.size()));
  const int64_t inner = elements(std::span(view.sizes().begin() + result.labels.size(), view.sizes().end()));
  const Tensor dense = HEDDLE_TRY(contiguous(view));
  const Tensor ones = HEDDLE_TRY(full(Dims{inner, 1}, 1, o.tensor.dtype()));
  const Tensor sums = HEDDLE_TRY(multiplied("einsum", dense.view_contiguous(Dims{elements(kept), inner}), ones));
  result.tensor = sums.view_contiguous(kept);
  return result;
}

// Merges groups of dimensions: [a..., b..., c...] as three. A view where strides allow.
Result<Tensor> merged(const Tensor& t, size_t first, size_t second) {
  const std::span<const int64_t> s(t.sizes());
  const Dims sizes = {elements(s.subspan(0, first)), elements(s.subspan(first, second)),
                      elements(s.subspan(first + second))};
  const Tensor dense = HEDDLE_TRY(contiguous(t));
  return dense.view_contiguous(sizes);
}

// The operand's dimensions in the order of `order`, which has all its labels.
Operand ordered(const Operand& o, const Labels& order) {
  Operand result;
  for (int label : order) {
    if (o.has(label)) result.labels.push_back(label);
  }
  result.tensor = arranged(o, result.labels);
  return result;
}

// The output's labels, then all others: the order of dimensions PyTorch works in, which decides its results' strides.
Labels order_of(const Labels& output) {
  Labels order = output;
  for (int label = 0; label < kMostLabels; ++label) {
    if (std::find(output.begin(), output.end(), label) == output.end()) order.push_back(label);
  }
  return order;
}

// A product without a sum.
Result<Operand> broadcast_product(const Operand& a, const Operand& b, const Labels& order) {
  Operand result;
  for (int label : order) {
    if (a.has(label) || b.has(label)) result.labels.push_back(label);
  }
  result.tensor = HEDDLE_TRY(mul(arranged(a, result.labels), arranged(b, result.labels)));
  return result;
}

// The product of two ordered operands, summed over the labels that neither the output nor anybody else needs.
Result<Operand> contract(const Operand& a0, const Operand& b0, const std::array<bool, kMostLabels>& needed,
                         const Labels& order) {
  Labels lone_a;
  Labels lone_b;
  // A dimension of size 1 is broadcast, so the other operand alone decides over it.
  for (int label : a0.labels) {
    if (!needed[static_cast<size_t>(label)] && (!b0.has(label) || b0.size_of(label) == 1)) lone_a.push_back(label);
  }
  for (int label : b0.labels) {
    const bool of_a = std::find(lone_a.begin(), lone_a.end(), label) != lone_a.end();
    if (!needed[static_cast<size_t>(label)] && !of_a && (!a0.has(label) || a0.size_of(label) == 1))
      lone_b.push_back(label);
  }
  const Operand a = HEDDLE_TRY(summed(a0, lone_a));
  const Operand b = HEDDLE_TRY(summed(b0, lone_b));
  // batch: in both and needed; rows: of a alone; columns: of b alone; inner: summed.
  Labels batch, rows, columns, inner;
  for (int label : a.labels) {
    const bool shared = b.has(label) && b.size_of(label) != 1 && a.size_of(label) != 1;
    if (!needed[static_cast<size_t>(label)] && shared) {
      inner.push_back(label);
    } else if (needed[static_cast<size_t>(label)]) {
      (shared ? batch : a.size_of(label) == 1 && b.has(label) ? columns : rows).push_back(label);
    }
  }
  for (int label : b.labels) {
    const bool placed = std::find(batch.begin(), batch.end(), label) != batch.end() ||
                        std::find(rows.begin(), rows.end(), label) != rows.end() ||
                        std::find(columns.begin(), columns.end(), label) != columns.end();
    if (needed[static_cast<size_t>(label)] && !placed) columns.push_back(label);
  }
  if (inner.empty()) return broadcast_product(a, b, order);
  Labels of_a = batch;
  of_a.insert(of_a.end(), rows.begin(), rows.end());
  of_a.insert(of_a.end(), inner.begin(), inner.end());
  Labels of_b = batch;
  of_b.insert(of_b.end(), inner.begin(), inner.end());
  of_b.insert(of_b.end(), columns.begin(), columns.end());
  const Tensor left = HEDDLE_TRY(merged(arranged(a, of_a), batch.size(), rows.size()));
  const Tensor right = HEDDLE_TRY(merged(arranged(b, of_b), batch.size(), inner.size()));
  const Tensor product = HEDDLE_TRY(multiplied("einsum", left, right));
  Operand result;
  Dims sizes;
  for (const Labels* group : {&batch, &rows, &columns}) {
    for (int label : *group) {
      result.labels.push_back(label);
      sizes.push_back(std::max(a.size_of(label), b.size_of(label)));
      if (a.size_of(label) == 0 || b.size_of(label) == 0) sizes.back() = 0;
    }
  }
  result.tensor = product.view_contiguous(sizes);
  return ordered(result, order);
}

Status check_sizes(const std::vector<Operand>& operands) {
  std::array<int64_t, kMostLabels> sizes;
  sizes.fill(1);
  for (const Operand& o : operands) {
    for (size_t d = 0; d < o.labels.size(); ++d) {
      int64_t& known = sizes[static_cast<size_t>(o.labels[d])];
      const int64_t size = o.tensor.sizes()[d];
      HEDDLE_REQUIRE(known == 1 || size == 1 || size == known,
                     "einsum(): operands do not broadcast with remapped shapes: a subscript has sizes ", known, " and ",
                     size);
      if (known == 1) known = size;
    }
  }
  return ok_status();
}

std::array<bool, kMostLabels> labels_needed(const Labels& output, const std::vector<Operand>& others) {
  std::array<bool, kMostLabels> needed{};
  for (int label : output) needed[static_cast<size_t>(label)] = true;
  for (const Operand& o : others) {
    for (int label : o.labels) needed[static_cast<size_t>(label)] = true;
  }
  return needed;
}

Operand take(std::vector<Operand>& operands, size_t at) {
  Operand o = std::move(operands[at]);
  operands.erase(operands.begin() + static_cast<std::ptrdiff_t>(at));
  return o;
}

}  // namespace

Result<Tensor> einsum(std::string_view text, const std::vector<Tensor>& tensors, const std::optional<Dims>& path) {
  HEDDLE_REQUIRE(!tensors.empty(), "einsum(): must provide at least one operand");
  const Equation equation = HEDDLE_TRY(read_equation(text, tensors));
  const Labels order = order_of(equation.output);
  std::vector<Operand> operands;
  for (size_t i = 0; i < tensors.size(); ++i) {
    HEDDLE_REQUIRE(tensors[i].dtype() == tensors[0].dtype(), "expected scalar type ", dtype_name(tensors[0].dtype()),
                   " but found ", dtype_name(tensors[i].dtype()));
    const Operand operand = HEDDLE_TRY(with_diagonals(tensors[i], equation.operands[i], i));
    operands.push_back(ordered(operand, order));
  }
  HEDDLE_TRY(check_sizes(operands));
  HEDDLE_REQUIRE(!path || path->size() == (tensors.size() - 1) * 2 || tensors.size() == 1,
                 "einsum(): expected contraction path given in path parameter to have size ", (tensors.size() - 1) * 2,
                 " but got ", path->size());
  for (size_t step = 0; operands.size() > 1; ++step) {
    size_t i = 0;
    size_t j = 1;
    if (path) {
      i = static_cast<size_t>(std::min((*path)[2 * step], (*path)[2 * step + 1]));
      j = static_cast<size_t>(std::max((*path)[2 * step], (*path)[2 * step + 1]));
      HEDDLE_REQUIRE(i < j && j < operands.size(), "einsum(): invalid contraction path: (", (*path)[2 * step], ", ",
                     (*path)[2 * step + 1], ") of ", operands.size(), " operands");
    }
    const Operand b = take(operands, j);
    const Operand a = take(operands, i);
    Operand product = HEDDLE_TRY(contract(a, b, labels_needed(equation.output, operands), order));
    // Along a path the product goes last; from left to right it stays first.
    operands.insert(path ? operands.end() : operands.begin(), std::move(product));
  }
  Labels gone;
  for (int label : operands[0].labels) {
    if (std::find(equation.output.begin(), equation.output.end(), label) == equation.output.end())
      gone.push_back(label);
  }
  const Operand result = HEDDLE_TRY(summed(operands[0], gone));
  return arranged(result, equation.output);
}

namespace {

// Subscripts as numbers: 0 to 25 are the capital letters, 26 to 51 the small ones.
Status append_letters(const IValue& subscripts, std::string& equation) {
  HEDDLE_REQUIRE_CODE(subscripts.is_list(), kType, "einsum(): expected a list of subscripts, but got ",
                      subscripts.type_text());
  for (const IValue& subscript : subscripts.as_list().items) {
    HEDDLE_REQUIRE_CODE(subscript.is_int(), kType, "einsum(): subscripts must be integers, but got ",
                        subscript.type_text());
    const int64_t i = subscript.as_int();
    HEDDLE_REQUIRE(i >= 0 && i < 52, "einsum(): expected subscripts to be within range [0, 52), but got ", i);
    equation += static_cast<char>(i < 26 ? 'A' + i : 'a' + (i - 26));
  }
  return ok_status();
}

// einsum(x, [0, 1], y, [1, 2]), with the result's subscripts behind where there is an odd one.
Status einsum_of_sublists(const schema::Call& call) {
  std::string equation;
  std::vector<Tensor> operands;
  const size_t count = call.argument_count();
  for (size_t i = 0; i + 1 < count; i += 2) {
    HEDDLE_REQUIRE_CODE(call.argument(i).is_tensor(), kType, "einsum(): expected a Tensor as operand ", i / 2,
                        ", but got ", call.argument(i).type_text());
    operands.push_back(call.argument(i).as_tensor());
    if (i > 0) equation += ',';
    HEDDLE_TRY(append_letters(call.argument(i + 1), equation));
  }
  if (count % 2 != 0) {
    equation += "->";
    HEDDLE_TRY(append_letters(call.argument(count - 1), equation));
  }
  call.set_result(0, HEDDLE_TRY(einsum(equation, operands)));
  return ok_status();
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(einsum) {
  using namespace heddle::ops;
  table.add("aten::einsum(str equation, Tensor(a)[] tensors, *, int[]? path=None) -> Tensor(a)",
            heddle::schema::boxed<[](std::string_view equation, const std::vector<Tensor>& tensors,
                                     const std::optional<Dims>& path) { return einsum(equation, tensors, path); }>());
  table.add("aten::einsum.sublist(Tensor a, ...) -> Tensor", &einsum_of_sublists);
}
