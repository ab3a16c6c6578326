// Reads the schema language; function_schema.h lists what it knows.
#include <cctype>
#include <charconv>

#include "core/boxes.h"
#include "schema/function_schema.h"

namespace heddle::schema {
namespace {

struct NamedType {
  std::string_view name;
  TypeKind kind;
};
constexpr NamedType kNamedTypes[] = {
    {"Tensor", TypeKind::kTensor},
    {"int", TypeKind::kInt},
    {"SymInt", TypeKind::kInt},
    {"float", TypeKind::kFloat},
    {"bool", TypeKind::kBool},
    {"SymBool", TypeKind::kBool},
    {"complex", TypeKind::kComplex},
    {"str", TypeKind::kString},
    {"Dimname", TypeKind::kString},
    {"Scalar", TypeKind::kNumber},
    {"number", TypeKind::kNumber},
    {"ScalarType", TypeKind::kInt},
    {"Layout", TypeKind::kInt},
    {"MemoryFormat", TypeKind::kInt},
    {"QScheme", TypeKind::kInt},
    {"Device", TypeKind::kDevice},
    {"DeviceIndex", TypeKind::kInt},
    {"Generator", TypeKind::kGenerator},
    {"Storage", TypeKind::kStorage},
    {"Stream", TypeKind::kStream},
    {"Any", TypeKind::kAny},
    {"AnyEnumType", TypeKind::kAnyEnum},
    {"AnyClassType", TypeKind::kAny},
    {"AnyListType", TypeKind::kAnyList},
    {"AnyTupleType", TypeKind::kAnyTuple},
    {"NoneType", TypeKind::kNone},
    {"None", TypeKind::kNone},
    {"Capsule", TypeKind::kCapsule},
};

struct NamedConstant {
  std::string_view name;
  int64_t value;
};
// Names that schemas use as defaults, with the integers they stand for.
constexpr NamedConstant kNamedConstants[] = {
    {"Mean", 1},
    {"Sum", 2},
    {"contiguous_format", 0},
    {"preserve_format", 1},
    {"channels_last", 2},
    {"long", 4},
    {"float", 6},
    {"double", 7},
    {"int", 3},
    {"bool", 11},
    {"strided", 0},
};

// The character a backslash and `c` stand for.
char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<FunctionSchema> schema() {
    FunctionSchema out;
    out.name = std::string(HEDDLE_TRY(identifier(":")));
    if (accept('.')) out.overload = std::string(HEDDLE_TRY(identifier("")));
    HEDDLE_TRY(arguments(out));
    HEDDLE_TRY(expect("->"));
    HEDDLE_TRY(returns(out));
    HEDDLE_REQUIRE_CODE(at_end(), kSyntax, "schema '", text_, "': unexpected text at '", rest(), "'");
    mark_out_arguments(out);
    return out;
  }

  Result<TypePtr> whole_type() {
    Argument argument;
    HEDDLE_TRY(type(argument));
    HEDDLE_REQUIRE_CODE(at_end(), kSyntax, "type '", text_, "': unexpected text at '", rest(), "'");
    return argument.type;
  }

 private:
  static void mark_out_arguments(FunctionSchema& schema) {
    for (Argument& argument : schema.arguments) argument.is_out = argument.kwarg_only && argument.is_written();
  }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  std::string_view rest() const { return text_.substr(at_, 24); }
  bool peek(std::string_view token) {
    skip_space();
    return text_.substr(at_).starts_with(token);
  }
  bool accept(std::string_view token) {
    if (!peek(token)) return false;
    at_ += token.size();
    return true;
  }
  bool accept(char c) { return accept(std::string_view(&c, 1)); }
  Status expect(std::string_view token) {
    if (accept(token)) return ok_status();
    return error(ErrorCode::kSyntax, "schema '", text_, "': expected '", token, "' at '", rest(), "'");
  }
  bool at_identifier() {
    skip_space();
    return at_ < text_.size() && (std::isalpha(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_');
  }
  Result<std::string_view> identifier(std::string_view extra) {
    skip_space();
    const size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_' ||
                                  extra.find(text_[at_]) != extra.npos)) {
      ++at_;
    }
    HEDDLE_REQUIRE_CODE(at_ > start, kSyntax, "schema '", text_, "': expected a name at '", rest(), "'");
    return text_.substr(start, at_ - start);
  }

  Status arguments(FunctionSchema& out) {
    HEDDLE_TRY(expect("("));
    bool keyword_only = false;
    while (!accept(')')) {
      if (accept("...")) {
        out.is_vararg = true;
      } else if (accept('*')) {
        keyword_only = true;
      } else {
        Argument argument;
        argument.kwarg_only = keyword_only;
        HEDDLE_TRY(type(argument));
        argument.name = std::string(HEDDLE_TRY(identifier("")));
        if (accept('=')) argument.default_value = HEDDLE_TRY(default_for(argument));
        out.arguments.push_back(std::move(argument));
      }
      if (!peek(")")) HEDDLE_TRY(expect(","));
    }
    return ok_status();
  }

  Status returns(FunctionSchema& out) {
    if (accept("...")) {
      out.is_varret = true;
      return ok_status();
    }
    if (accept('(')) {
      while (!accept(')')) {
        if (accept("...")) {
          out.is_varret = true;
        } else {
          HEDDLE_TRY(one_return(out));
        }
        if (!peek(")")) HEDDLE_TRY(expect(","));
      }
      return ok_status();
    }
    return one_return(out);
  }

  Status one_return(FunctionSchema& out) {
    Argument value;
    HEDDLE_TRY(type(value));
    if (at_identifier()) value.name = std::string(HEDDLE_TRY(identifier("")));
    out.returns.push_back(std::move(value));
    return ok_status();
  }

  Result<AliasMark> mark() {
    AliasMark out;
    bool after = false;
    while (!accept(')')) {
      if (accept('!')) {
        out.is_write = true;
      } else if (accept("->")) {
        after = true;
      } else if (accept('|')) {
        continue;
      } else if (accept('*')) {
        (after ? out.after_sets : out.sets).push_back("*");
      } else {
        (after ? out.after_sets : out.sets).emplace_back(HEDDLE_TRY(identifier("")));
      }
    }
    if (!after) out.after_sets = out.sets;
    return out;
  }

  // The type with its suffixes ("?", "[]", "[2]") and marks.
  Status type(Argument& out) {
    std::optional<AliasMark> element_mark;
    TypePtr result = HEDDLE_TRY(base_type());
    if (is_mark()) element_mark = HEDDLE_TRY(mark());
    out.alias = element_mark;
    for (;;) {
      if (accept('?')) {
        result = types::optional(result);
      } else if (accept('[')) {
        if (!peek("]")) {
          const std::string_view digits = HEDDLE_TRY(identifier(""));
          int64_t size = 0;
          const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), size);
          HEDDLE_REQUIRE_CODE(parsed.ec == std::errc(), kSyntax, "schema '", text_, "': bad list size '", digits, "'");
          out.list_size = size;
        }
        HEDDLE_TRY(expect("]"));
        result = types::list(result);
        AliasMark list_mark;
        if (element_mark) list_mark.contained.push_back(*element_mark);
        if (element_mark) list_mark.is_write = element_mark->is_write;
        if (is_mark()) {
          AliasMark own = HEDDLE_TRY(mark());
          own.contained = std::move(list_mark.contained);
          list_mark = std::move(own);
        }
        if (!list_mark.sets.empty() || !list_mark.contained.empty()) out.alias = list_mark;
      } else {
        break;
      }
    }
    out.type = std::move(result);
    return ok_status();
  }

  bool is_mark() {
    // "(" directly behind a type is an alias mark.
    if (at_ < text_.size() && text_[at_] == '(') {
      ++at_;
      return true;
    }
    return false;
  }

  Result<TypePtr> base_type() {
    if (accept('(')) {
      std::vector<TypePtr> elements;
      while (!accept(')')) {
        Argument element;
        HEDDLE_TRY(type(element));
        elements.push_back(element.type);
        if (!peek(")")) HEDDLE_TRY(expect(","));
      }
      return types::tuple(std::move(elements));
    }
    const std::string_view name = HEDDLE_TRY(identifier("."));
    if (name == "Dict") {
      const bool square = peek("[");
      HEDDLE_TRY(expect(square ? "[" : "("));
      TypePtr key = HEDDLE_TRY(nested());
      HEDDLE_TRY(expect(","));
      TypePtr value = HEDDLE_TRY(nested());
      HEDDLE_TRY(expect(square ? "]" : ")"));
      return types::dict(std::move(key), std::move(value));
    }
    if (name == "Future" || name == "Await" || name == "RRef" || name == "Optional" || name == "List") {
      const bool square = peek("[");
      HEDDLE_TRY(expect(square ? "[" : "("));
      TypePtr element = HEDDLE_TRY(nested());
      HEDDLE_TRY(expect(square ? "]" : ")"));
      if (name == "List") return types::list(std::move(element));
      if (name == "Optional") return types::optional(std::move(element));
      return name == "Await" ? types::await(std::move(element)) : types::future(std::move(element));
    }
    if (name == "Tuple") {
      std::vector<TypePtr> elements;
      HEDDLE_TRY(expect("["));
      while (!accept(']')) {
        elements.push_back(HEDDLE_TRY(nested()));
        if (!peek("]")) HEDDLE_TRY(expect(","));
      }
      return types::tuple(std::move(elements));
    }
    for (const NamedType& row : kNamedTypes) {
      if (row.name == name) return simple_type(row.kind);
    }
    if (name.starts_with("__torch__.")) {
      return TypePtr(make_ref<ClassType>(std::string(name), /*is_module=*/false));
    }
    // Anything in lower case is a type variable: t, tVal, t1.
    if (std::islower(static_cast<unsigned char>(name[0]))) return types::variable(std::string(name));
    return error(ErrorCode::kSyntax, "schema '", text_, "': unknown type '", name, "'");
  }

  Result<TypePtr> nested() {
    Argument argument;
    HEDDLE_TRY(type(argument));
    return argument.type;
  }

  Result<IValue> default_for(const Argument& argument) {
    IValue value = HEDDLE_TRY(literal());
    const Type* type = argument.type.get();
    if (type->is(TypeKind::kOptional) && !value.is_none()) type = type->element().get();
    if (type->is(TypeKind::kFloat) && value.is_int()) return IValue(static_cast<double>(value.as_int()));
    if (type->is(TypeKind::kList)) {
      const TypePtr& element = type->element();
      // int[2] stride=1 means [1, 1].
      if (value.is_list()) {
        std::vector<IValue> items = value.as_list().items;
        return make_list(element, std::move(items));
      }
      if (value.is_none()) return value;
      const auto count = static_cast<size_t>(argument.list_size.value_or(1));
      return make_list(element, std::vector<IValue>(count, value));
    }
    return value;
  }

  Result<IValue> literal() {
    skip_space();
    if (accept('[')) {
      std::vector<IValue> items;
      while (!accept(']')) {
        items.push_back(HEDDLE_TRY(literal()));
        if (!peek("]")) HEDDLE_TRY(expect(","));
      }
      return make_list(types::integer(), std::move(items));
    }
    if (peek("\"") || peek("'")) {
      const char quote = text_[at_++];
      std::string value;
      while (at_ < text_.size() && text_[at_] != quote) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
          ++at_;
          value += unescaped(text_[at_]);
        } else {
          value += text_[at_];
        }
        ++at_;
      }
      HEDDLE_REQUIRE_CODE(at_ < text_.size(), kSyntax, "schema '", text_, "': unterminated string");
      ++at_;
      return IValue(std::move(value));
    }
    const std::string_view word = HEDDLE_TRY(identifier(".+-"));
    if (word == "True") return IValue(true);
    if (word == "False") return IValue(false);
    if (word == "None") return IValue();
    for (const NamedConstant& row : kNamedConstants) {
      if (row.name == word) return IValue(row.value);
    }
    int64_t integer = 0;
    double real = 0;
    const char* end = word.data() + word.size();
    if (auto r = std::from_chars(word.data(), end, integer); r.ec == std::errc() && r.ptr == end)
      return IValue(integer);
    if (auto r = std::from_chars(word.data(), end, real); r.ec == std::errc() && r.ptr == end) return IValue(real);
    return error(ErrorCode::kSyntax, "schema '", text_, "': cannot read the default value '", word, "'");
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Result<FunctionSchema> parse_schema(std::string_view text) { return Parser(text).schema(); }
Result<TypePtr> parse_schema_type(std::string_view text) { return Parser(text).whole_type(); }

}  // namespace heddle::schema
