#include "call_mutator.h"

#include <algorithm>

#include "call_values.h"

namespace heddle::fuzz {
namespace {

constexpr const char* kDTypes[] = {"f32", "f32", "f32", "f64", "f16", "bf16", "i64", "i64",
                                   "i32", "i16", "i8",  "u8",  "b",   "c64",  "c128"};
constexpr const char* kQuantised[] = {"qu8(0.1,3)", "qi8(0.1,0)", "qi32(0.1,0)", "qi8(c0)",
                                      "qi8(z1)",    "qu8(0,0)",   "qu8(0.1,300)"};
constexpr const char* kLayouts[] = {"t", "cl", "s2", "e", "o", "p", "w", "n", "j"};
constexpr const char* kFills[] = {"pos", "unit", "big", "odd", "zeros", "ones", "perm", "distinct", "edge"};
constexpr const char* kSmall[] = {"0", "1", "2", "3", "4", "5", "7", "8", "-1", "-2", "-3", "-5"};
constexpr const char* kIntegers[] = {"16",
                                     "100",
                                     "-100",
                                     "1000",
                                     "65536",
                                     "2147483647",
                                     "2147483648",
                                     "-2147483648",
                                     "4294967296",
                                     "4294967297",
                                     "-4294967295",
                                     "4611686018427387904",
                                     "9223372036854775807",
                                     "-9223372036854775808",
                                     "-9223372036854775807",
                                     "3074457345618258603",
                                     "1152921504606846977",
                                     "2305843009213693952"};
constexpr const char* kReals[] = {"0.0",  "0.5",  "1.0",   "-1.0",   "2.5",    "nan", "inf",
                                  "-inf", "-0.0", "1e300", "-1e300", "1e-320", "3e9", "1e19"};
constexpr const char* kStrings[] = {"",        "mean",      "sum",   "none",  "reflect", "zeros", "ij",  "xy",
                                    "linear",  "floor",     "trunc", "L",     "N",       "fro",   "nuc", "tanh",
                                    "%s {} %", "ij,jk->ik", "...",   "a\xff", "cpu",     "cuda:0"};

std::string integer(Dice& dice) { return dice.one_in(4) ? dice.choose(kIntegers) : dice.choose(kSmall); }
std::string real(Dice& dice) { return dice.one_in(3) ? integer(dice) : dice.choose(kReals); }

Node word(std::string text) {
  Node node;
  node.text = std::move(text);
  return node;
}

int64_t small_size(Dice& dice) {
  static constexpr int64_t kSizes[] = {0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 16, 17, 33};
  return dice.choose(kSizes);
}

// What a call's tensors have in common.
struct Common {
  std::vector<int64_t> sizes;
  std::string dtype;
};

Node random_tensor(const Common& common, Dice& dice) {
  Node node;
  node.kind = Node::Kind::kTensor;
  node.text = dice.one_in(6) ? std::string(dice.choose(kDTypes)) : common.dtype;
  if (dice.one_in(40)) node.text = dice.choose(kQuantised);
  node.sizes = common.sizes;
  if (dice.one_in(3)) {
    node.sizes.resize(dice.below(6));
    for (int64_t& size : node.sizes) size = small_size(dice);
  } else if (dice.one_in(3) && !node.sizes.empty()) {
    node.sizes[dice.below(node.sizes.size())] = dice.one_in(2) ? 1 : small_size(dice);
  }
  if (dice.one_in(3)) node.modifiers.emplace_back(dice.choose(kLayouts));
  if (dice.one_in(5)) node.modifiers.emplace_back(dice.choose(kFills));
  if (dice.one_in(5)) node.range.emplace(dice.one_in(3) ? -3 : 0, 1 + static_cast<int64_t>(dice.below(6)));
  return node;
}

Node random_value(const Type& type, const Common& common, Dice& dice, int depth = 0) {
  Node node;
  switch (type.kind()) {
    case TypeKind::kOptional:
      return dice.one_in(3) ? word("None") : random_value(*type.element(), common, dice, depth);
    case TypeKind::kTensor:
      if (dice.one_in(8)) {
        node.kind = Node::Kind::kSame;
        if (dice.one_in(2)) node.modifiers.emplace_back(dice.one_in(2) ? "t" : "o");
        return node;
      }
      return random_tensor(common, dice);
    case TypeKind::kInt:
      return word(integer(dice));
    case TypeKind::kFloat:
      return word(real(dice));
    case TypeKind::kBool:
      return word(dice.one_in(2) ? "True" : "False");
    case TypeKind::kNumber:
      return word(dice.one_in(8) ? "1.5+2j" : dice.one_in(8) ? "True" : dice.one_in(2) ? real(dice) : integer(dice));
    case TypeKind::kComplex:
      return word(dice.one_in(2) ? "0.5-1j" : real(dice));
    case TypeKind::kDevice:
    case TypeKind::kString:
      node.kind = Node::Kind::kString;
      node.text = type.is(TypeKind::kDevice) ? "cpu" : dice.choose(kStrings);
      return node;
    case TypeKind::kList: {
      node.kind = Node::Kind::kList;
      const size_t count = dice.one_in(3) ? dice.below(6) : std::max<size_t>(common.sizes.size(), 1);
      const TypePtr element = type.element()->is(TypeKind::kVariable) ? types::integer() : type.element();
      for (size_t i = 0; i < count; ++i) node.items.push_back(random_value(*element, common, dice, depth + 1));
      return node;
    }
    case TypeKind::kTuple:
      node.kind = Node::Kind::kTuple;
      for (const TypePtr& part : type.contained()) node.items.push_back(random_value(*part, common, dice, depth + 1));
      return node;
    case TypeKind::kDict:
      node.kind = Node::Kind::kDict;
      for (size_t i = 0; i < dice.below(4); ++i) {
        for (const TypePtr& part : type.contained()) node.items.push_back(random_value(*part, common, dice, depth + 1));
      }
      return node;
    case TypeKind::kGenerator:
      return word(dice.one_in(2) ? "None" : "generator");
    case TypeKind::kAny:
    case TypeKind::kVariable:
      if (depth < 2 && dice.one_in(4)) return random_value(*types::list(types::integer()), common, dice, depth + 1);
      return dice.one_in(2) ? random_tensor(common, dice) : word(integer(dice));
    default:
      return word("None");
  }
}

Common random_common(Dice& dice) {
  Common common;
  common.dtype = dice.choose(kDTypes);
  common.sizes.resize(dice.below(6));
  for (int64_t& size : common.sizes) size = small_size(dice);
  return common;
}

// Every node inside, itself too.
void collect(Node& node, std::vector<Node*>& out) {
  out.push_back(&node);
  for (Node& item : node.items) collect(item, out);
}

std::vector<Node*> nodes_of(CallText& call) {
  std::vector<Node*> nodes;
  for (Node& argument : call.arguments) collect(argument, nodes);
  return nodes;
}

void mutate_sizes(Node& node, Dice& dice) {
  std::vector<int64_t>& sizes = node.sizes;
  const size_t at = sizes.empty() ? 0 : dice.below(sizes.size());
  switch (dice.below(6)) {
    case 0:
      if (sizes.size() < 6) sizes.insert(sizes.begin() + static_cast<std::ptrdiff_t>(at), small_size(dice));
      break;
    case 1:
      if (!sizes.empty()) sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 2:
      if (!sizes.empty()) std::swap(sizes[at], sizes[dice.below(sizes.size())]);
      break;
    case 3:
      if (!sizes.empty()) sizes[at] = std::max<int64_t>(0, sizes[at] + (dice.one_in(2) ? 1 : -1));
      break;
    default:
      if (!sizes.empty()) sizes[at] = small_size(dice);
  }
}

void mutate_tensor(Node& node, Dice& dice) {
  switch (dice.below(8)) {
    case 0:
      node.text = dice.one_in(12) ? dice.choose(kQuantised) : dice.choose(kDTypes);
      break;
    case 1:
      node.modifiers.assign(1, dice.choose(kLayouts));
      break;
    case 2:
      node.modifiers.emplace_back(dice.choose(kFills));
      break;
    case 3:
      if (node.values && !node.values->empty()) {
        node.values->at(dice.below(node.values->size())) = dice.one_in(4) ? real(dice) : integer(dice);
      } else {
        node.range.emplace(dice.one_in(2) ? -9 : 0, static_cast<int64_t>(1 + dice.below(12)));
      }
      break;
    case 4:
      if (node.values && dice.one_in(2)) {
        node.values->emplace_back(integer(dice));
        if (node.sizes.size() == 1) ++node.sizes[0];
      } else {
        node.values.reset();
      }
      break;
    default:
      mutate_sizes(node, dice);
  }
}

void mutate_word(Node& node, Dice& dice) {
  const std::string& text = node.text;
  if (text == "True" || text == "False") {
    node.text = text == "True" ? "False" : "True";
  } else if (text == "None") {
    node =
        dice.one_in(3) ? random_tensor(random_common(dice), dice) : word(dice.one_in(2) ? integer(dice) : real(dice));
  } else if (std::find(std::begin(kDTypes), std::end(kDTypes), text) != std::end(kDTypes)) {
    node.text = dice.choose(kDTypes);
  } else {
    const bool is_real = text.find_first_of(".ein") != std::string::npos;
    node.text = dice.one_in(12) ? "None" : is_real && !dice.one_in(6) ? real(dice) : integer(dice);
  }
}

void mutate_items(Node& node, Dice& dice) {
  if (node.items.empty()) return;
  const size_t at = dice.below(node.items.size());
  switch (dice.below(4)) {
    case 0:
      node.items.erase(node.items.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      std::swap(node.items[at], node.items[dice.below(node.items.size())]);
      break;
    default:
      if (node.items.size() < 8) node.items.push_back(node.items[at]);
  }
}

// The same size, or dtype, of all tensors at once keeps a call right.
void mutate_together(const std::vector<Node*>& nodes, Dice& dice) {
  std::vector<Node*> tensors;
  for (Node* node : nodes) {
    if (node->kind == Node::Kind::kTensor && !node->values) tensors.push_back(node);
  }
  if (tensors.empty()) return;
  Node& one = *dice.choose(tensors);
  if (dice.one_in(2) || one.sizes.empty()) {
    const std::string from = one.text;
    const char* to = dice.choose(kDTypes);
    for (Node* node : tensors) {
      if (node->text == from) node->text = to;
    }
  } else {
    const int64_t from = dice.choose(one.sizes);
    const int64_t to = small_size(dice);
    for (Node* node : tensors) std::replace(node->sizes.begin(), node->sizes.end(), from, to);
  }
}

void mutate_argument(CallText& call, Dice& dice) {
  const schema::Operator* op = find_operator(call.name);
  if (!op || op->schema.arguments.empty()) return;
  const size_t at = dice.below(op->schema.arguments.size());
  Node made = random_value(*op->schema.arguments[at].type, random_common(dice), dice);
  if (made.kind == Node::Kind::kSame && !call.arguments.empty()) made.index = dice.below(call.arguments.size());
  const auto given = std::find_if(call.arguments.begin(), call.arguments.end(),
                                  [&](const Node& node) { return node.keyword == op->schema.arguments[at].name; });
  if (given != call.arguments.end()) {
    made.keyword = given->keyword;
    *given = std::move(made);
  } else if (at < call.arguments.size() && call.arguments[at].keyword.empty()) {
    call.arguments[at] = std::move(made);
  } else {
    made.keyword = op->schema.arguments[at].name;
    call.arguments.push_back(std::move(made));
  }
}

// Another operator of the same kinds of arguments takes them too, now and then.
void mutate_name(CallText& call, Dice& dice) {
  const auto all = schema::operators().all();
  const schema::Operator* op = find_operator(call.name);
  const size_t from = dice.below(all.size());
  for (size_t i = 0; op && i < all.size(); ++i) {
    const schema::Operator* other = all[(from + i) % all.size()];
    if (other->schema.arguments.size() != op->schema.arguments.size()) continue;
    bool same = true;
    for (size_t a = 0; same && a < op->schema.arguments.size(); ++a) {
      same = same_type(*op->schema.arguments[a].type, *other->schema.arguments[a].type);
    }
    if (!same) continue;
    call.name = other->schema.full_name();
    return;
  }
}

}  // namespace

uint64_t Dice::next() {
  uint64_t z = state_ += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void mutate_call(CallText& call, Dice& dice) {
  const size_t changes = dice.one_in(3) ? 2 + dice.below(3) : 1;
  for (size_t i = 0; i < changes; ++i) {
    const std::vector<Node*> nodes = nodes_of(call);
    const size_t what = dice.below(16);
    if (what == 0) {
      mutate_name(call, dice);
    } else if (what <= 2 || nodes.empty()) {
      mutate_argument(call, dice);
    } else if (what <= 5) {
      mutate_together(nodes, dice);
    } else {
      Node& node = *dice.choose(nodes);
      if (node.kind == Node::Kind::kTensor) mutate_tensor(node, dice);
      if (node.kind == Node::Kind::kWord) mutate_word(node, dice);
      if (node.kind == Node::Kind::kString) node.text = dice.choose(kStrings);
      if (!node.items.empty()) mutate_items(node, dice);
    }
  }
}

CallText random_call(const schema::Operator& op, Dice& dice) {
  CallText call;
  call.name = op.schema.full_name();
  const Common common = random_common(dice);
  for (const schema::Argument& argument : op.schema.arguments) {
    if (argument.default_value && dice.one_in(2)) continue;
    Node node = random_value(*argument.type, common, dice);
    if (node.kind == Node::Kind::kSame) {
      if (call.arguments.empty()) {
        node = random_tensor(common, dice);
      } else {
        node.index = dice.below(call.arguments.size());
      }
    }
    if (argument.kwarg_only || call.arguments.size() != static_cast<size_t>(&argument - op.schema.arguments.data())) {
      node.keyword = argument.name;
    }
    call.arguments.push_back(std::move(node));
  }
  return call;
}

}  // namespace heddle::fuzz
