#include "lang/old_operators.h"

#include "lang/class_definer.h"
#include "lang/parser.h"
#include "schema/operator_table.h"

namespace heddle::lang {
namespace {

struct OldOperator {
  std::string_view name;
  std::string_view overload;
  int64_t before;  // the first version that means what today's operators mean
  std::string_view function;
  std::string_view schema = {};  // of then, where it was another one
};

constexpr std::string_view kFactory =
    "*, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor";

constexpr OldOperator kOldOperators[] = {
    {"aten::div", "Tensor", 4, "div"},
    {"aten::div", "Scalar", 4, "div_number"},
    {"aten::div", "out", 4, "div_out"},
    {"aten::div_", "Tensor", 4, "div_in_place"},
    {"aten::div_", "Scalar", 4, "div_number_in_place"},
    {"aten::full", "", 5, "full"},
    {"aten::linspace", "", 8, "linspace", "(Scalar start, Scalar end, int? steps=None, "},
    {"aten::linspace", "out", 8, "linspace_out",
     "(Scalar start, Scalar end, int? steps=None, *, Tensor(a!) out) -> Tensor(a!)"},
    {"aten::logspace", "", 9, "logspace", "(Scalar start, Scalar end, int? steps=None, float base=10.0, "},
    {"aten::logspace", "out", 9, "logspace_out",
     "(Scalar start, Scalar end, int? steps=None, float base=10.0, *, Tensor(a!) out) -> Tensor(a!)"},
    {"aten::gelu", "", 10, "gelu", "(Tensor self) -> Tensor"},
    {"aten::gelu", "out", 10, "gelu_out", "(Tensor self, *, Tensor(a!) out) -> Tensor(a!)"},
};

constexpr const char* kSource = R"(def div(self: Tensor, other: Tensor) -> Tensor:
    if self.is_floating_point() or other.is_floating_point():
        return torch.true_divide(self, other)
    return torch.div(self, other, rounding_mode="trunc")

def div_number(self: Tensor, other: number) -> Tensor:
    is_real = isinstance(other, float)
    if self.is_floating_point() or is_real:
        return torch.true_divide(self, other)
    return torch.div(self, other, rounding_mode="trunc")

def div_out(self: Tensor, other: Tensor, out: Tensor) -> Tensor:
    if self.is_floating_point() or other.is_floating_point() or out.is_floating_point():
        return torch.true_divide(self, other, out=out)
    return torch.div(self, other, rounding_mode="trunc", out=out)

def div_in_place(self: Tensor, other: Tensor) -> Tensor:
    if self.is_floating_point() or other.is_floating_point():
        return self.true_divide_(other)
    return self.div_(other, rounding_mode="trunc")

def div_number_in_place(self: Tensor, other: number) -> Tensor:
    is_real = isinstance(other, float)
    if self.is_floating_point() or is_real:
        return self.true_divide_(other)
    return self.div_(other, rounding_mode="trunc")

def full(size: List[int], fill_value: number, dtype: Optional[int], layout: Optional[int], device: Optional[Device],
         pin_memory: Optional[bool]) -> Tensor:
    value = fill_value
    if dtype is None:
        value = float(fill_value)
    return torch.full(size, value, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)

def linspace(start: number, end: number, steps: Optional[int], dtype: Optional[int], layout: Optional[int],
             device: Optional[Device], pin_memory: Optional[bool]) -> Tensor:
    count = 100 if steps is None else steps
    return torch.linspace(start, end, count, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)

def linspace_out(start: number, end: number, steps: Optional[int], out: Tensor) -> Tensor:
    count = 100 if steps is None else steps
    return torch.linspace(start, end, count, out=out)

def logspace(start: number, end: number, steps: Optional[int], base: float, dtype: Optional[int], layout: Optional[int],
             device: Optional[Device], pin_memory: Optional[bool]) -> Tensor:
    count = 100 if steps is None else steps
    return torch.logspace(start, end, count, base, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)

def logspace_out(start: number, end: number, steps: Optional[int], base: float, out: Tensor) -> Tensor:
    count = 100 if steps is None else steps
    return torch.logspace(start, end, count, base, out=out)

def gelu(self: Tensor) -> Tensor:
    return torch.gelu(self)

def gelu_out(self: Tensor, out: Tensor) -> Tensor:
    return torch.gelu(self, out=out)
)";

// Names mean what they mean today, and nothing is the archive's.
class TodaysResolver final : public Resolver {
 public:
  using Resolver::Resolver;
  Result<Ref<SugaredValue>> find_value(const std::string&, const SourceRange&) override { return Ref<SugaredValue>(); }
  Result<TypePtr> find_type(const std::string&, const SourceRange&) override { return TypePtr(); }
  bool tolerates_missing_operators() const override { return false; }
};

// Compiled once a program.
Result<Ref<ir::Function>> upgraded(ir::CompilationUnit& unit, std::string_view function) {
  const std::string name = concat("__heddle__.old.", function);
  if (Ref<ir::Function> known = unit.find_function(name)) return known;
  static const Ref<const Source> source = make_ref<Source>("<old operators>", kSource);
  const std::shared_ptr<const File> file = HEDDLE_TRY(parse_file(source));
  const auto resolver = make_ref<TodaysResolver>(unit);
  for (const StmtPtr& statement : file->body) {
    const auto& definition = as<FunctionDef>(*statement);
    if (definition.name != function) continue;
    Ref<ir::Function> compiled = HEDDLE_TRY(define_function({file, &definition, name}, nullptr, resolver));
    unit.add_function(compiled);
    return compiled;
  }
  return error(ErrorCode::kNotFound, "no function ", name);
}

Result<schema::FunctionSchema> schema_of(const OldOperator& old) {
  if (!old.schema.empty()) {
    const std::string_view rest = old.schema.ends_with(' ') ? kFactory : std::string_view();
    return schema::parse_schema(concat(old.name, old.overload.empty() ? "" : ".", old.overload, old.schema, rest));
  }
  const schema::Operator* today = schema::operators().find(old.name, old.overload);
  if (!today) return error(ErrorCode::kNotFound, "there is no operator ", old.name);
  return today->schema;
}

}  // namespace

Result<std::vector<OldOverload>> old_overloads(FunctionEmitter& emitter, std::string_view name,
                                               const SourceRange& range) {
  std::vector<OldOverload> found;
  const int64_t version = emitter.resolver().archive_version();
  if (version == 0) return found;
  for (const OldOperator& old : kOldOperators) {
    if (old.name != name || version >= old.before) continue;
    const Ref<ir::Function> function = HEDDLE_TRY(upgraded(emitter.resolver().unit(), old.function));
    found.push_back({HEDDLE_TRY(schema_of(old)), [&emitter, function, range](std::span<ir::Value* const> inputs) {
                       CallArguments arguments;
                       for (ir::Value* input : inputs) arguments.positional.push_back({input, range, {}});
                       return emitter.call_function(*function, std::move(arguments), range);
                     }});
  }
  return found;
}

}  // namespace heddle::lang
