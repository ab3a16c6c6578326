// What a dot gives: attributes, methods and properties of values; what a value can be iterated over or unpacked into.
#include <unordered_map>

#include "core/class_type.h"
#include "lang/callables.h"
#include "lang/function_emitter.h"
#include "lang/iterables.h"
#include "schema/custom_class.h"

namespace heddle::lang {

using ir::Value;

namespace {

// Attributes that are operators; everything else behind a dot is called.
const char* tensor_property(const std::string& name) {
  static const std::unordered_map<std::string_view, const char*> kProperties = {
      {"dtype", "prim::dtype"},
      {"device", "prim::device"},
      {"shape", "aten::size"},
      {"grad", "prim::grad"},
      {"data", "prim::data"},
      {"is_cuda", "prim::is_cuda"},
      {"is_cpu", "prim::is_cpu"},
      {"is_xpu", "prim::is_xpu"},
      {"is_ipu", "prim::is_ipu"},
      {"is_sparse", "prim::is_sparse"},
      {"is_mkldnn", "prim::is_mkldnn"},
      {"is_quantized", "prim::is_quantized"},
      {"is_vulkan", "prim::is_vulkan"},
      {"is_meta", "prim::is_meta"},
      {"is_mps", "prim::is_mps"},
      {"is_ort", "prim::is_ort"},
      {"is_nested", "prim::is_nested"},
      {"is_leaf", "aten::is_leaf"},
      {"layout", "prim::layout"},
      {"name", "prim::name"},
      {"requires_grad", "prim::requires_grad"},
      {"retains_grad", "aten::retains_grad"},
      {"T", "aten::numpy_T"},
      {"H", "aten::matrix_H"},
      {"mT", "aten::mT"},
      {"mH", "aten::mH"},
      {"real", "aten::real"},
      {"imag", "aten::imag"},
      {"ndim", "aten::dim"},
      {"itemsize", "prim::itemsize"},
      {"nbytes", "prim::nbytes"},
      {"output_nr", "aten::output_nr"},
      {"retains_grad", "aten::retains_grad"},
      {"is_maia", "prim::is_maia"},
      {"is_sparse_csr", "prim::is_sparse_csr"}};
  const auto found = kProperties.find(name);
  return found == kProperties.end() ? nullptr : found->second;
}

}  // namespace

Result<Meaning> FunctionEmitter::attribute(const Meaning& object, const std::string& name, const SourceRange& range) {
  if (!object.value) return object.sugar->attribute(*this, range, name);
  Value* value = object.value;
  const Type& type = *value->type();
  switch (type.kind()) {
    case TypeKind::kTensor:
    case TypeKind::kUnknown:
      if (const char* property = tensor_property(name)) {
        return Meaning(HEDDLE_TRY(call_operator(property, {value}, range)));
      }
      break;
    case TypeKind::kDevice:
      if (name == "type") return Meaning(HEDDLE_TRY(call_operator("prim::type", {value}, range)));
      if (name == "index") return Meaning(HEDDLE_TRY(call_operator("prim::index", {value}, range)));
      break;
    case TypeKind::kTuple:
      if (const NamedTupleType* tuple = as_named_tuple(type)) {
        for (size_t i = 0; i < tuple->fields().size(); ++i) {
          if (tuple->fields()[i].name != name) continue;
          Value* at = constant(static_cast<int64_t>(i), range);
          return Meaning(HEDDLE_TRY(emit_tuple_element(value, at, range)));
        }
      }
      break;
    case TypeKind::kEnum:
      if (name == "name") return Meaning(insert_value(ir::NodeKind::kEnumName, {value}, types::string(), range));
      if (name == "value")
        return Meaning(insert_value(ir::NodeKind::kEnumValue, {value}, as_enum(type)->value_type(), range));
      break;
    case TypeKind::kClass:
      return object_attribute(value, *as_class(type), name, range);
    case TypeKind::kInterface:
      if (Ref<Callable> method = as_interface(type)->find_method(name)) {
        return Meaning(make_ref<MethodSugar>(value, static_ref_cast<ir::Function>(method), /*is_interface=*/true));
      }
      return error_at(range, "Interface ", type.to_text(), " has no method '", name, "'");
    case TypeKind::kAwait: {
      // A dot on what is to come is one on the value.
      Value* come = insert_value(ir::NodeKind::kWait, {value}, type.element(), range);
      return attribute(come, name, range);
    }
    default:
      break;
  }
  Ref<SugaredValue> method = method_of_builtin_type(*this, value, name);
  if (method) return Meaning(std::move(method));
  const bool may_be_none = type.is(TypeKind::kOptional);
  return error_at(range, "'", type.to_text(), "' object has no attribute or method '", name, "'",
                  may_be_none ? ". Did you forget to unwrap the Optional with an assert or if?" : "");
}

Result<Meaning> FunctionEmitter::object_attribute(Value* object, const ClassType& type, const std::string& name,
                                                  const SourceRange& range) {
  if (const std::optional<size_t> slot = type.find_attribute(name)) {
    Value* value = insert_value(ir::NodeKind::kGetAttr, {object}, type.attributes[*slot].type, range);
    value->node()->name = name;
    return Meaning(value);
  }
  if (Ref<Callable> method = type.find_method(name)) {
    return Meaning(make_ref<MethodSugar>(object, static_ref_cast<ir::Function>(method), /*is_interface=*/false));
  }
  if (const IValue* value = type.find_constant(name)) return Meaning(constant(*value, range));
  if (Ref<Callable> method = type.find_static_method(name)) {
    return Meaning(make_ref<FunctionSugar>(static_ref_cast<ir::Function>(method)));
  }
  if (const ClassProperty* property = type.find_property(name)) {
    CallArguments arguments;
    arguments.self = CallArgument{object, range, {}};
    return Meaning(HEDDLE_TRY(call_function(ir::as_function(property->getter), std::move(arguments), range)));
  }
  if (Ref<SugaredValue> method = method_of_custom_class(object, type, name)) return Meaning(std::move(method));
  if (method_of_custom_class(object, type, name + "_getter")) {
    const std::string getter = schema::custom_method(type.qualified_name(), name + "_getter");
    return Meaning(HEDDLE_TRY(call_operator(getter, {object}, range)));
  }
  return error_at(range, type.is_module() ? "Module '" : "Class '", type.qualified_name(), "' has no attribute '", name,
                  "'");
}

Result<Ref<Iterable>> FunctionEmitter::iterate(const Meaning& meaning, const SourceRange& range) {
  if (!meaning.value) return meaning.sugar->iterate(*this, range);
  Value* value = meaning.value;
  const Type& type = *value->type();
  switch (type.kind()) {
    case TypeKind::kTuple: {
      std::vector<Meaning> parts = HEDDLE_TRY(unpack(meaning, std::nullopt, range));
      return Ref<Iterable>(make_ref<StaticIterable>(std::move(parts)));
    }
    case TypeKind::kDict: {
      Value* keys = HEDDLE_TRY(call_operator("aten::keys", {value}, range));
      return Ref<Iterable>(make_ref<IndexedIterable>(keys));
    }
    case TypeKind::kList:
    case TypeKind::kString:
    case TypeKind::kTensor:
    case TypeKind::kUnknown:
      return Ref<Iterable>(make_ref<IndexedIterable>(value));
    case TypeKind::kClass: {
      const ClassType& object = *as_class(type);
      if (object.find_method("__iter__")) {
        Value* inner = HEDDLE_TRY(call_method(value, "__iter__", CallArguments(), range));
        return iterate(inner, range);
      }
      if (object.find_method("__getitem__") && object.find_method("__len__")) {
        return Ref<Iterable>(make_ref<IndexedIterable>(value));
      }
      if (!object.is_module()) break;
      std::vector<Meaning> parts = HEDDLE_TRY(submodules(value, range));
      return Ref<Iterable>(make_ref<StaticIterable>(std::move(parts)));
    }
    default:
      break;
  }
  return error_at(range, "A value of type ", type.to_text(), " is not iterable");
}

Result<std::vector<Meaning>> FunctionEmitter::submodules(Value* container, const SourceRange& range) {
  std::vector<Meaning> parts;
  for (const ClassAttribute& attribute : as_class(*container->type())->attributes) {
    const ClassType* type = as_class(*attribute.type);
    const InterfaceType* interface = as_interface(*attribute.type);
    if (!(type && type->is_module()) && !(interface && interface->is_module())) continue;
    parts.push_back(HEDDLE_TRY(object_attribute(container, *as_class(*container->type()), attribute.name, range)));
  }
  return parts;
}

Result<std::vector<Meaning>> FunctionEmitter::unpack(const Meaning& meaning, std::optional<size_t> count,
                                                     const SourceRange& range) {
  std::vector<Meaning> parts;
  const auto unpack_node = [&](ir::NodeKind kind, size_t size, const std::function<TypePtr(size_t)>& type) {
    ir::Node* node = insert(kind, {meaning.value}, range);
    for (size_t i = 0; i < size; ++i) parts.push_back(node->add_output(type(i)));
  };
  if (meaning.value) {
    const TypePtr type = meaning.value->type();
    switch (type->kind()) {
      case TypeKind::kTuple:
        if (meaning.value->node()->is(ir::NodeKind::kTupleConstruct)) {
          const std::vector<Value*>& elements = meaning.value->node()->inputs();
          return std::vector<Meaning>(elements.begin(), elements.end());
        }
        unpack_node(ir::NodeKind::kTupleUnpack, type->contained().size(),
                    [&](size_t i) { return type->contained()[i]; });
        return parts;
      case TypeKind::kList:
        if (!count) {
          return error_at(range, "Cannot statically infer the expected size of a list in this context");
        }
        unpack_node(ir::NodeKind::kListUnpack, *count, [&](size_t) { return type->element(); });
        return parts;
      case TypeKind::kUnknown:
        unpack_node(ir::NodeKind::kTupleUnpack, count.value_or(0), [&](size_t) { return types::unknown(); });
        return parts;
      case TypeKind::kTensor:
        if (!count) return error_at(range, "Cannot statically infer the size of a tensor in this context");
        for (size_t i = 0; i < *count; ++i) {
          parts.push_back(HEDDLE_TRY(emit_element(meaning.value, constant(static_cast<int64_t>(i), range), range)));
        }
        return parts;
      default:
        break;
    }
  }
  const Ref<Iterable> iterable = HEDDLE_TRY(iterate(meaning, range));
  const std::optional<size_t> length = iterable->static_length() ? iterable->static_length() : count;
  if (!length) return error_at(range, "Cannot statically infer the number of elements in this context");
  for (size_t i = 0; i < *length; ++i) {
    parts.push_back(HEDDLE_TRY(iterable->element(*this, range, constant(static_cast<int64_t>(i), range))));
  }
  return parts;
}

}  // namespace heddle::lang
