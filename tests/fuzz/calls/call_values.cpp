#include "call_values.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

#include "core/boxes.h"
#include "core/element.h"
#include "core/generator.h"
#include "core/lazy_view.h"
#include "core/quantizer.h"

namespace heddle::fuzz {
namespace {

using schema::Operator;

constexpr int64_t kMostElements = 1 << 14;

struct Word {
  std::string_view text;
  DType dtype;
};
constexpr Word kDTypes[] = {{"f32", DType::kFloat32},   {"f64", DType::kFloat64},   {"f16", DType::kFloat16},
                            {"bf16", DType::kBFloat16}, {"i64", DType::kInt64},     {"i32", DType::kInt32},
                            {"i16", DType::kInt16},     {"i8", DType::kInt8},       {"u8", DType::kUInt8},
                            {"b", DType::kBool},        {"c64", DType::kComplex64}, {"c128", DType::kComplex128},
                            {"qu8", DType::kQUInt8},    {"qi8", DType::kQInt8},     {"qi32", DType::kQInt32}};
constexpr std::string_view kFormats[] = {"contiguous", "preserve", "channels_last", "channels_last_3d"};

std::optional<DType> dtype_of_word(std::string_view text) {
  for (const Word& word : kDTypes) {
    if (word.text == text) return word.dtype;
  }
  return std::nullopt;
}

// The next number of a stream that its seed determines.
uint64_t draw(uint64_t& state) {
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::optional<int64_t> integer_of(const std::string& text) {
  if (text == "True" || text == "False") return text == "True";
  if (text == "strided") return 0;
  for (size_t i = 0; i < std::size(kFormats); ++i) {
    if (kFormats[i] == text) return static_cast<int64_t>(i);
  }
  if (const auto dtype = dtype_of_word(text)) return static_cast<int64_t>(*dtype);
  char* end = nullptr;
  const int64_t value = std::strtoll(text.c_str(), &end, 10);
  return end != text.c_str() && *end == 0 ? std::optional(value) : std::nullopt;
}

std::optional<double> real_of(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end != text.c_str() && *end == 0 ? std::optional(value) : std::nullopt;
}

std::optional<Scalar> number_of(const std::string& text) {
  if (text == "True" || text == "False") return Scalar(text == "True");
  if (const auto integer = integer_of(text)) return Scalar(*integer);
  if (const auto real = real_of(text)) return Scalar(*real);
  if (text.empty() || text.back() != 'j') return std::nullopt;
  char* end = nullptr;
  const double first = std::strtod(text.c_str(), &end);
  if (*end == 'j') return Scalar(std::complex<double>(0, first));
  return Scalar(std::complex<double>(first, std::strtod(end, nullptr)));
}

class Maker {
 public:
  explicit Maker(uint64_t seed) : seed_(seed) {}

  Result<std::vector<IValue>> arguments(const Operator& op, const std::vector<Node>& nodes) {
    const std::vector<schema::Argument>& declared = op.schema.arguments;
    std::vector<std::optional<IValue>> found(declared.size());
    std::vector<IValue> further;
    std::map<std::string, TypePtr> variables;
    std::vector<IValue>* const outer = std::exchange(earlier_, nullptr);
    std::vector<IValue> earlier;
    for (size_t i = 0; i < nodes.size(); ++i) {
      earlier_ = &earlier;
      const auto at = nodes[i].keyword.empty() ? std::optional<size_t>(i) : op.schema.find_argument(nodes[i].keyword);
      HEDDLE_REQUIRE(at, "no argument ", nodes[i].keyword);
      if (*at >= declared.size()) {
        HEDDLE_REQUIRE(op.schema.is_vararg && nodes[i].keyword.empty(), "too many arguments");
        further.push_back(HEDDLE_TRY(value(nodes[i], *types::any())));
        continue;
      }
      const schema::Argument& argument = declared[*at];
      IValue made = HEDDLE_TRY(value(nodes[i], *argument.type, argument.list_size));
      HEDDLE_REQUIRE(fits(made, *argument.type, variables), "another type than ", argument.type->to_text());
      earlier.push_back(made);
      found[*at] = std::move(made);
    }
    earlier_ = outer;
    std::vector<IValue> values;
    for (size_t i = 0; i < declared.size(); ++i) {
      HEDDLE_REQUIRE(found[i] || declared[i].default_value, "argument '", declared[i].name, "' is missing");
      values.push_back(found[i] ? *found[i] : *declared[i].default_value);
    }
    HEDDLE_REQUIRE(further.empty() || values.size() == declared.size(), "too many arguments");
    values.insert(values.end(), further.begin(), further.end());
    return values;
  }

 private:
  // As the compiler sees it, which binds a variable to one type for all of a call.
  static bool fits(const IValue& value, const Type& type, std::map<std::string, TypePtr>& variables) {
    if (type.is(TypeKind::kVariable)) {
      TypePtr& bound = variables[static_cast<const VariableType&>(type).name()];
      if (!bound) bound = value.type();
      return same_type(*bound, *value.type());
    }
    if (type.is(TypeKind::kOptional)) return value.is_none() || fits(value, *type.element(), variables);
    if (type.is(TypeKind::kList) && value.is_list()) {
      const auto& items = value.as_list().items;
      if (type.element()->is(TypeKind::kVariable)) {
        TypePtr& bound = variables[static_cast<const VariableType&>(*type.element()).name()];
        if (!bound) bound = value.as_list().element_type;
        if (!same_type(*bound, *value.as_list().element_type)) return false;
      }
      return std::all_of(items.begin(), items.end(),
                         [&](const IValue& item) { return fits(item, *type.element(), variables); });
    }
    if (type.is(TypeKind::kDict) && value.is_dict()) {
      return fits_all(type, {value.as_dict().key_type, value.as_dict().value_type}, variables);
    }
    if (type.is(TypeKind::kClass) || type.is(TypeKind::kCapsule)) return value.is_capsule();
    return value_is(value, type);
  }

  static bool fits_all(const Type& type, const std::vector<TypePtr>& given, std::map<std::string, TypePtr>& variables) {
    for (size_t i = 0; i < given.size(); ++i) {
      const Type& wanted = *type.contained()[i];
      if (wanted.is(TypeKind::kVariable)) {
        TypePtr& bound = variables[static_cast<const VariableType&>(wanted).name()];
        if (!bound) bound = given[i];
        if (!same_type(*bound, *given[i])) return false;
      } else if (!is_subtype(*given[i], wanted)) {
        return false;
      }
    }
    return true;
  }

  Result<IValue> value(const Node& node, const Type& type, std::optional<int64_t> list_size = std::nullopt) {
    if (type.is(TypeKind::kOptional)) {
      if (node.kind == Node::Kind::kWord && node.text == "None") return IValue();
      return value(node, *type.element(), list_size);
    }
    switch (node.kind) {
      case Node::Kind::kTensor:
        return IValue(HEDDLE_TRY(tensor(node)));
      case Node::Kind::kSame:
        return same(node);
      case Node::Kind::kMade:
        return made(node);
      case Node::Kind::kString:
        if (type.is(TypeKind::kDevice)) return IValue(HEDDLE_TRY(parse_device(node.text)));
        return IValue(node.text);
      case Node::Kind::kDict:
        return dict(node, type);
      case Node::Kind::kList:
      case Node::Kind::kTuple:
        return items(node, type);
      case Node::Kind::kWord:
        return word(node.text, type, list_size);
    }
    return IValue();
  }

  static Result<IValue> word(const std::string& text, const Type& type, std::optional<int64_t> list_size) {
    if (type.is(TypeKind::kList)) {
      HEDDLE_REQUIRE(list_size && *list_size <= 8, "no list");
      const IValue one = HEDDLE_TRY(word(text, *type.element(), std::nullopt));
      return make_list(type.element(), std::vector<IValue>(static_cast<size_t>(*list_size), one));
    }
    if (text == "None") return IValue();
    if (text == "generator") return IValue(make_ref<GeneratorValue>(7u));
    const auto number = number_of(text);
    HEDDLE_REQUIRE(number, "no number: ", text);
    switch (type.kind()) {
      case TypeKind::kInt:
        HEDDLE_REQUIRE(number->is_integral_or_bool(), "no int");
        return IValue(number->to_int());
      case TypeKind::kBool:
        HEDDLE_REQUIRE(number->is_integral_or_bool(), "no bool");
        return IValue(number->to_bool());
      case TypeKind::kFloat:
        HEDDLE_REQUIRE(!number->is_complex(), "no float");
        return IValue(number->to_double());
      case TypeKind::kComplex:
        return IValue(number->to_complex());
      default:
        return IValue(*number);
    }
  }

  Result<IValue> items(const Node& node, const Type& type) {
    if (type.is(TypeKind::kTuple)) {
      HEDDLE_REQUIRE(node.items.size() == type.contained().size(), "a tuple of another length");
      std::vector<IValue> values;
      for (size_t i = 0; i < node.items.size(); ++i)
        values.push_back(HEDDLE_TRY(value(node.items[i], *type.contained()[i])));
      return make_tuple(std::move(values));
    }
    const bool declared = type.is(TypeKind::kList) && !type.element()->is(TypeKind::kVariable);
    TypePtr element = declared ? type.element() : types::any();
    std::vector<IValue> values;
    for (const Node& item : node.items) values.push_back(HEDDLE_TRY(value(item, *element)));
    if (!declared && node.kind == Node::Kind::kTuple) return make_tuple(std::move(values));
    if (!declared && !values.empty()) {
      element = values[0].type();
      for (const IValue& v : values) HEDDLE_REQUIRE(same_type(*v.type(), *element), "items of several types");
    }
    return make_list(element, std::move(values));
  }

  Result<IValue> dict(const Node& node, const Type& type) {
    const bool declared = type.is(TypeKind::kDict);
    auto known = [](const TypePtr& t) { return !t->is(TypeKind::kVariable); };
    TypePtr key = declared && known(type.contained()[0]) ? type.contained()[0] : types::any();
    TypePtr element = declared && known(type.contained()[1]) ? type.contained()[1] : types::any();
    std::vector<std::pair<IValue, IValue>> pairs;
    for (size_t i = 0; i + 1 < node.items.size(); i += 2) {
      pairs.emplace_back(HEDDLE_TRY(value(node.items[i], *key)), HEDDLE_TRY(value(node.items[i + 1], *element)));
      const IValue& k = pairs.back().first;
      HEDDLE_REQUIRE(k.is_string() || k.is_int() || k.is_double() || k.is_bool(), "no key");
    }
    if (!pairs.empty()) {
      if (key->is(TypeKind::kAny)) key = pairs[0].first.type();
      if (element->is(TypeKind::kAny)) element = pairs[0].second.type();
    }
    auto result = make_ref<DictValue>(key, element);
    for (auto& [k, v] : pairs) {
      HEDDLE_REQUIRE(value_is(k, *key) && value_is(v, *element), "items of several types");
      result->set(std::move(k), std::move(v));
    }
    return IValue(std::move(result));
  }

  Result<IValue> made(const Node& node) {
    const Operator* op = find_operator(node.text.find("::") == std::string::npos ? "aten::" + node.text : node.text);
    HEDDLE_REQUIRE(op && !op->schema.returns.empty(), "there is no operator ", node.text);
    const std::vector<IValue> values = HEDDLE_TRY(arguments(*op, node.items));
    return HEDDLE_TRY(schema::call_operator(*op, values))[0];
  }

  Result<IValue> same(const Node& node) {
    HEDDLE_REQUIRE(earlier_ && node.index < earlier_->size(), "there is no argument ", node.index);
    const IValue& value = (*earlier_)[node.index];
    if (node.modifiers.empty()) return value;
    HEDDLE_REQUIRE(value.is_tensor(), "no tensor");
    const Tensor t = value.as_tensor();
    const std::string& layout = node.modifiers[0];
    if (layout == "t" && t.dim() > 1) return IValue(t.transpose(t.dim() - 1, t.dim() - 2));
    if (layout == "o" && t.dim() > 0 && t.size(0) > 1) return IValue(t.narrow(0, 1, t.size(0) - 1));
    if (layout == "e" && t.dim() > 0 && t.size(0) > 1) return IValue(t.select(0, 1));
    return IValue(t.alias(t.sizes(), t.strides(), t.offset()));
  }

  // Strides and the number of elements that a storage needs for them.
  static int64_t lay_out(const Dims& sizes, const std::string& layout, Dims& strides, int64_t& offset) {
    const size_t rank = sizes.size();
    strides.resize(rank);
    offset = layout == "o" ? 1 : 0;
    std::vector<size_t> order(rank);  // dimensions, the innermost first
    for (size_t i = 0; i < rank; ++i) order[i] = rank - 1 - i;
    if (layout == "t" && rank > 1) std::swap(order[0], order[1]);
    if (layout == "p") std::reverse(order.begin(), order.end());
    if (layout == "cl" && (rank == 4 || rank == 5)) std::rotate(order.begin(), order.end() - 2, order.end() - 1);
    int64_t next = layout == "s2" ? 2 : 1;
    for (const size_t dim : order) {
      strides[dim] = next;
      next *= std::max<int64_t>(sizes[dim], 1);
    }
    if (layout == "e" && rank > 0) strides[0] = 0;
    if (layout == "w") std::fill(strides.begin(), strides.end(), 1);
    int64_t last = offset;
    for (size_t i = 0; i < rank; ++i) {
      if (sizes[i] == 0) return offset;
      last += (sizes[i] - 1) * strides[i];
    }
    return last + 1;
  }

  Result<Tensor> tensor(const Node& node) {
    static constexpr std::string_view kLayouts[] = {"t", "cl", "s2", "e", "o", "p", "w"};
    const size_t bracket = node.text.find('(');
    const auto dtype = dtype_of_word(std::string_view(node.text).substr(0, bracket));
    HEDDLE_REQUIRE(dtype, "no dtype: ", node.text);
    const Dims sizes(std::span<const int64_t>(node.sizes));
    const int64_t numel = HEDDLE_TRY(checked_numel(sizes));
    HEDDLE_REQUIRE(numel <= kMostElements, "a large tensor");
    std::string layout;
    std::string fill;
    for (const std::string& modifier : node.modifiers) {
      const bool is_layout = std::find(std::begin(kLayouts), std::end(kLayouts), modifier) != std::end(kLayouts);
      if (modifier != "n" && modifier != "j") (is_layout ? layout : fill) = modifier;
    }
    Dims strides;
    int64_t offset = 0;
    const int64_t elements = lay_out(sizes, layout, strides, offset);
    const int64_t width = element_size(*dtype);
    const Ref<Storage> storage = HEDDLE_TRY(Storage::allocate(static_cast<size_t>(elements * width)));
    auto* const bytes = static_cast<char*>(storage->data());
    for (int64_t i = 0; i < elements; ++i) write(bytes + i * width, *dtype, node, fill, i, elements);
    const Tensor made = HEDDLE_TRY(Tensor::from_storage(storage, *dtype, sizes, strides, offset));
    if (is_quantized(*dtype)) HEDDLE_TRY(quantise(made, node.text.substr(std::min(bracket, node.text.size()))));
    for (const std::string& modifier : node.modifiers) {
      if (modifier == "n" && !is_integral_or_bool(*dtype) && !is_quantized(*dtype))
        return with_marks(made, false, true);
      if (modifier == "j" && is_complex(*dtype)) return with_marks(made, true, false);
    }
    return made;
  }

  // "(0.1,3)", "(c1)", "(z0)"
  static Status quantise(const Tensor& t, const std::string& text) {
    const size_t comma = text.find(',');
    if (comma != std::string::npos) {
      const double scale = std::strtod(text.c_str() + 1, nullptr);
      set_quantizer(t, make_ref<Quantizer>(scale, std::strtoll(text.c_str() + comma + 1, nullptr, 10)));
      return ok_status();
    }
    const int64_t axis = text.size() > 2 ? text[2] - '0' : 0;
    HEDDLE_REQUIRE(axis >= 0 && axis < t.dim(), "no such axis");
    std::vector<double> scales;
    std::vector<double> zeros;
    for (int64_t i = 0; i < t.size(axis); ++i) {
      scales.push_back(0.01 * static_cast<double>(1 + i % 7));
      zeros.push_back(text[1] == 'z' ? static_cast<double>(i % 5 - 2) : 0);
    }
    set_quantizer(t, make_ref<Quantizer>(QScheme::kPerChannelAffine, scales, zeros, axis));
    return ok_status();
  }

  void write(char* to, DType dtype, const Node& node, const std::string& fill, int64_t i, int64_t elements) {
    Scalar value;
    if (node.values && !node.values->empty()) {
      value = number_of((*node.values)[static_cast<size_t>(i) % node.values->size()]).value_or(Scalar(0));
    } else if (node.range) {
      const uint64_t span = static_cast<uint64_t>(node.range->second) - static_cast<uint64_t>(node.range->first);
      value = Scalar(static_cast<int64_t>(static_cast<uint64_t>(node.range->first) + (span ? draw(seed_) % span : 0)));
    } else if (fill == "zeros" || fill == "ones") {
      value = Scalar(fill == "ones" ? 1 : 0);
    } else if (fill == "perm" || fill == "distinct") {
      value = Scalar((i * 7 + 3) % std::max<int64_t>(elements, 1));
    } else if (is_integral_or_bool(dtype) || is_quantized(dtype)) {
      const auto drawn = static_cast<int64_t>(draw(seed_) % 11);
      value = Scalar(fill == "pos"   ? drawn + 1
                     : fill == "big" ? (drawn - 5) * 23
                                     : drawn - (dtype == DType::kUInt8 ? 0 : 5));
    } else {
      const double drawn = static_cast<double>(static_cast<int64_t>(draw(seed_) % 4001) - 2000) / 1000;
      static constexpr double kOdd[] = {NAN, INFINITY, -INFINITY, -0.0, 1e300};
      value = Scalar(fill == "pos"                 ? std::abs(drawn) + 0.1
                     : fill == "unit"              ? std::abs(drawn) / 2
                     : fill == "big"               ? drawn * 100
                     : fill == "odd" && i % 3 == 1 ? kOdd[draw(seed_) % std::size(kOdd)]
                                                   : drawn);
    }
    // Where the kernels of integers meet their limits.
    if (fill == "edge") value = Scalar(draw(seed_) % 2 ? INT64_MIN : INT64_MAX);
    if (is_quantized(dtype))
      dtype = dtype == DType::kQUInt8 ? DType::kUInt8 : dtype == DType::kQInt8 ? DType::kInt8 : DType::kInt32;
    store_element(to, dtype, value);
  }

  uint64_t seed_;
  std::vector<IValue>* earlier_ = nullptr;
};

}  // namespace

const Operator* find_operator(std::string_view name) {
  const size_t dot = name.find('.');
  return schema::operators().find(name.substr(0, dot), dot == std::string_view::npos ? "" : name.substr(dot + 1));
}

Result<std::vector<IValue>> make_arguments(const Operator& op, const CallText& call) {
  const std::string text = to_text(call);
  uint64_t seed = 0xcbf29ce484222325u;
  for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return Maker(seed).arguments(op, call.arguments);
}

}  // namespace heddle::fuzz
