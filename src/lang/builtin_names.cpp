#include "lang/builtin_names.h"

#include <limits>
#include <numbers>
#include <unordered_map>

#include "core/boxes.h"
#include "lang/callables.h"
#include "lang/function_emitter.h"
#include "lang/special_forms.h"
#include "schema/custom_class.h"

namespace heddle::lang {
namespace {

using ir::Value;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class ConstantSugar final : public SugaredValue {
 public:
  explicit ConstantSugar(IValue value) : value_(std::move(value)) {}
  std::string describe() const override { return "constant"; }
  Result<Value*> as_value(FunctionEmitter& emitter, const SourceRange& range) override {
    return emitter.constant(value_, range);
  }

 private:
  IValue value_;
};

// A name that is only a type: Tensor, or torch.Tensor.
class TypeSugar final : public SugaredValue {
 public:
  explicit TypeSugar(TypePtr type) : type_(std::move(type)) {}
  std::string describe() const override { return concat("type '", type_->to_text(), "'"); }
  TypePtr named_type() const override { return type_; }

 private:
  TypePtr type_;
};

using Names = std::unordered_map<std::string_view, Ref<SugaredValue>>;

// A module of builtins: names of its own, and operators under a prefix for all others.
class Namespace final : public SugaredValue {
 public:
  // `op_prefix` is empty when there are no others. `renamed` maps a name to the operator it stands for.
  Namespace(std::string path, Names names, std::string op_prefix,
            std::unordered_map<std::string_view, const char*> renamed = {})
      : path_(std::move(path)),
        names_(std::move(names)),
        op_prefix_(std::move(op_prefix)),
        renamed_(std::move(renamed)) {}
  std::string describe() const override { return concat("module '", path_, "'"); }
  Result<Meaning> attribute(FunctionEmitter& emitter, const SourceRange& range, const std::string& name) override {
    if (const auto found = names_.find(name); found != names_.end()) {
      if (dynamic_cast<ConstantSugar*>(found->second.get())) {
        Value* value = HEDDLE_TRY(found->second->as_value(emitter, range));
        return Meaning(value);
      }
      return Meaning(found->second);
    }
    if (const auto found = renamed_.find(name); found != renamed_.end()) {
      return Meaning(make_ref<OperatorSugar>(found->second));
    }
    if (op_prefix_.empty()) return SugaredValue::attribute(emitter, range, name);
    return Meaning(make_ref<OperatorSugar>(op_prefix_ + name));
  }

 private:
  std::string path_;
  Names names_;
  std::string op_prefix_;
  std::unordered_map<std::string_view, const char*> renamed_;
};

// ops.aten, ops.prim, ops.quantized: any namespace of operators.
class OperatorNamespaces final : public SugaredValue {
 public:
  std::string describe() const override { return "module 'ops'"; }
  Result<Meaning> attribute(FunctionEmitter&, const SourceRange&, const std::string& name) override {
    return Meaning(make_ref<Namespace>(concat("ops.", name), Names(), concat(name, "::")));
  }
};

// torch.classes.ns.Name, a class of the program's own.
class CustomClasses final : public SugaredValue {
 public:
  explicit CustomClasses(std::string path) : path_(std::move(path)) {}
  std::string describe() const override { return concat("module '", path_, "'"); }
  Result<Meaning> attribute(FunctionEmitter&, const SourceRange& range, const std::string& name) override {
    std::string full = concat(path_, ".", name);
    if (path_ == "torch.classes") return Meaning(make_ref<CustomClasses>(std::move(full)));
    const std::string qualified = concat("__torch__.", full);
    if (!schema::find_custom_class(qualified)) return error_at(range, "There is no custom class '", full, "'");
    return Meaning(make_ref<ClassSugar>(make_ref<ClassType>(qualified, /*is_module=*/false)));
  }

 private:
  std::string path_;
};

// torch.device("cpu"), with the literal an archive writes compiled to a constant.
Result<Meaning> device_form(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  if (call.args.size() == 1 && call.keywords.empty()) {
    if (const StringLiteral* text = try_as<StringLiteral>(call.args[0].get())) {
      Result<Device> device = parse_device(text->value);
      if (!device.ok()) return error_at(call.range, device.status().message());
      return Meaning(emitter.constant(IValue(emitter.resolver().device_constant(*device)), call.range));
    }
    const Meaning argument = HEDDLE_TRY(emitter.emit(*call.args[0]));
    if (argument.value && argument.value->type()->is(TypeKind::kDevice)) return argument;
    Value* value = HEDDLE_TRY(emitter.as_value(argument, call.range));
    return Meaning(HEDDLE_TRY(emitter.call_operator("aten::device", {value}, call.range)));
  }
  const CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call));
  return Meaning(HEDDLE_TRY(emitter.call_operator("aten::device", arguments, call.range)));
}

Ref<SugaredValue> constant(IValue value) { return make_ref<ConstantSugar>(std::move(value)); }
Ref<SugaredValue> op(const char* name) { return make_ref<OperatorSugar>(name); }
Ref<SugaredValue> form(const char* name) { return make_ref<SpecialFormSugar>(name, special_function(name)); }
Ref<SugaredValue> type(const TypePtr& type) { return make_ref<TypeSugar>(type); }
Ref<SugaredValue> module(const char* path, Names names, const char* op_prefix = "") {
  return make_ref<Namespace>(path, std::move(names), op_prefix);
}

// Dtypes, layouts, memory formats and quantisation schemes are numbers to TorchScript.
void add_numbers(Names& names) {
  static constexpr std::pair<const char*, DType> kDtypes[] = {{"uint8", DType::kUInt8},
                                                              {"int8", DType::kInt8},
                                                              {"int16", DType::kInt16},
                                                              {"short", DType::kInt16},
                                                              {"int32", DType::kInt32},
                                                              {"int", DType::kInt32},
                                                              {"int64", DType::kInt64},
                                                              {"long", DType::kInt64},
                                                              {"float16", DType::kFloat16},
                                                              {"half", DType::kFloat16},
                                                              {"float32", DType::kFloat32},
                                                              {"float", DType::kFloat32},
                                                              {"float64", DType::kFloat64},
                                                              {"double", DType::kFloat64},
                                                              {"complex64", DType::kComplex64},
                                                              {"cfloat", DType::kComplex64},
                                                              {"complex128", DType::kComplex128},
                                                              {"cdouble", DType::kComplex128},
                                                              {"bool", DType::kBool},
                                                              {"qint8", DType::kQInt8},
                                                              {"quint8", DType::kQUInt8},
                                                              {"qint32", DType::kQInt32},
                                                              {"bfloat16", DType::kBFloat16}};
  for (const auto& [name, dtype] : kDtypes) names.emplace(name, constant(IValue(dtype)));
  static constexpr std::pair<const char*, int64_t> kIntegers[] = {{"strided", 0},
                                                                  {"sparse_coo", 1},
                                                                  {"sparse_csr", 2},
                                                                  {"contiguous_format", 0},
                                                                  {"preserve_format", 1},
                                                                  {"channels_last", 2},
                                                                  {"channels_last_3d", 3},
                                                                  {"per_tensor_affine", 0},
                                                                  {"per_channel_affine", 1},
                                                                  {"per_tensor_symmetric", 2},
                                                                  {"per_channel_symmetric", 3},
                                                                  {"per_channel_affine_float_qparams", 4}};
  for (const auto& [name, number] : kIntegers) names.emplace(name, constant(IValue(number)));
  static constexpr std::pair<const char*, double> kReals[] = {
      {"inf", kInfinity}, {"nan", kNan}, {"pi", std::numbers::pi}, {"e", std::numbers::e}};
  for (const auto& [name, number] : kReals) names.emplace(name, constant(IValue(number)));
}

Ref<SugaredValue> make_functional() {
  // Functions that are operators of the same name, and those whose operator is called otherwise.
  return make_ref<Namespace>("torch.nn.functional", Names(), "aten::",
                             std::unordered_map<std::string_view, const char*>{
                                 {"scaled_dot_product_attention", "aten::scaled_dot_product_attention"}});
}

Ref<SugaredValue> make_jit() {
  Names names;
  for (const char* name : {"annotate", "isinstance", "fork", "wait", "is_scripting", "is_tracing"}) {
    names.emplace(name, form(name));
  }
  names.emplace("_fork", form("fork"));
  names.emplace("_wait", form("wait"));
  names.emplace("_awaitable", form("awaitable"));
  names.emplace("_awaitable_wait", form("wait"));
  names.emplace("_awaitable_nowait", op("prim::awaitable_nowait"));
  return module("torch.jit", std::move(names));
}

Ref<SugaredValue> make_math() {
  Names names = {{"pi", constant(std::numbers::pi)},
                 {"e", constant(std::numbers::e)},
                 {"inf", constant(kInfinity)},
                 {"nan", constant(kNan)},
                 {"tau", constant(2 * std::numbers::pi)}};
  return make_ref<Namespace>("math", std::move(names), "aten::",
                             std::unordered_map<std::string_view, const char*>{{"remainder", "aten::mathremainder"}});
}

Ref<SugaredValue> make_torch() {
  const Ref<SugaredValue> functional = make_functional();
  const Ref<SugaredValue> operators = make_ref<OperatorNamespaces>();
  Names names = {
      {"Tensor", type(types::tensor())},
      {"device", make_ref<SpecialFormSugar>("torch.device", device_form)},
      {"no_grad", make_ref<InertContextSugar>()},
      {"inference_mode", make_ref<InertContextSugar>()},
      {"jit", make_jit()},
      {"ops", operators},
      {"classes", make_ref<CustomClasses>("torch.classes")},
      {"nn", module("torch.nn", {{"functional", functional}})},
      {"linalg", module("torch.linalg", {}, "aten::linalg_")},
      {"fft", module("torch.fft", {}, "aten::fft_")},
      {"special", module("torch.special", {}, "aten::special_")},
      {"_C", module("torch._C", {{"_nn", module("torch._C._nn", {}, "aten::")}}, "aten::")},
      {"_VF", module("torch._VF", {}, "aten::")},
      {"autograd", module("torch.autograd", {}, "aten::")},
      {"futures", module("torch.futures", {})},
  };
  add_numbers(names);
  return make_ref<Namespace>("torch", std::move(names), "aten::");
}

Names make_builtins() {
  Names names = {
      {"torch", make_torch()},
      {"ops", make_ref<OperatorNamespaces>()},
      {"math", make_math()},
      {"F", make_functional()},
      {"inf", constant(kInfinity)},
      {"nan", constant(kNan)},
      {"infj", constant(std::complex<double>(0, kInfinity))},
      {"nanj", constant(std::complex<double>(0, kNan))},
      {"Tensor", type(types::tensor())},
  };
  for (const char* name : {"annotate",   "unchecked_cast", "uninitialized", "getattr",   "super", "range", "enumerate",
                           "zip",        "reversed",       "list",          "tuple",     "dict",  "len",   "print",
                           "isinstance", "hasattr",        "fork",          "awaitable", "min",   "max",   "int",
                           "float",      "bool",           "str",           "complex"}) {
    names.emplace(name, form(name));
  }
  static constexpr std::pair<const char*, const char*> kOperators[] = {
      {"abs", "prim::abs"}, {"sum", "aten::sum"},       {"sorted", "aten::sorted"}, {"round", "aten::round"},
      {"pow", "aten::pow"}, {"divmod", "aten::divmod"}, {"ord", "aten::ord"},       {"chr", "aten::chr"},
      {"hex", "aten::hex"}, {"oct", "aten::oct"},       {"bin", "aten::bin"},       {"all", "aten::all"},
      {"any", "aten::any"}, {"hash", "aten::hash"},     {"id", "prim::id"}};
  for (const auto& [name, operation] : kOperators) names.emplace(name, op(operation));
  for (const char* name :
       {"Exception", "ArithmeticError", "AssertionError", "AttributeError", "BaseException", "EOFError", "IndexError",
        "KeyError", "LookupError", "MemoryError", "NameError", "NotImplementedError", "OSError", "OverflowError",
        "RuntimeError", "StopIteration", "TypeError", "ValueError", "ZeroDivisionError"}) {
    names.emplace(name, make_ref<ExceptionSugar>(name));
  }
  return names;
}

}  // namespace

Ref<SugaredValue> builtin_name(const std::string& name) {
  // Never freed: other statics of the process may still compile while it ends.
  static const Names& kNames = *new Names(make_builtins());
  const auto found = kNames.find(name);
  return found == kNames.end() ? nullptr : found->second;
}

}  // namespace heddle::lang
