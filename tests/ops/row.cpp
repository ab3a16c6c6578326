#include "row.h"

#include <cstring>
#include <map>

#include "archive/torch_save.h"
#include "core/boxes.h"
#include "core/element.h"
#include "core/quantizer.h"

namespace heddle::test {
namespace {

using schema::Argument;

Result<IValue> field(DictValue& dict, const char* name) {
  const IValue* value = dict.find(IValue(std::string(name)));
  HEDDLE_REQUIRE(value, "a row lacks '", name, "'");
  return *value;
}

Result<Row> read_row(const IValue& value) {
  HEDDLE_REQUIRE(value.is_dict(), "a row is no dict");
  DictValue& dict = value.as_dict();
  Row row;
  row.text = HEDDLE_TRY(field(dict, "row")).as_string();
  row.op = HEDDLE_TRY(field(dict, "op")).as_string();
  row.args = HEDDLE_TRY(field(dict, "args"));
  row.kwargs = HEDDLE_TRY(field(dict, "kwargs"));
  row.outputs = HEDDLE_TRY(field(dict, "outputs")).as_list().items;
  row.args_after = HEDDLE_TRY(field(dict, "args_after"));
  row.kwargs_after = HEDDLE_TRY(field(dict, "kwargs_after"));
  row.must_fail = !HEDDLE_TRY(field(dict, "error")).is_none();
  row.meta_only = HEDDLE_TRY(field(dict, "meta")).as_bool();
  row.rtol = HEDDLE_TRY(field(dict, "rtol")).as_scalar().to_double();
  row.atol = HEDDLE_TRY(field(dict, "atol")).as_scalar().to_double();
  return row;
}

// Copies values; tensors of one storage get one new storage, and the same tensor stays the same.
class Copier {
 public:
  explicit Copier(Layout layout) : layout_(layout) {}

  Result<IValue> copy(const IValue& value, const Type& type) {
    if (type.is(TypeKind::kOptional)) return copy(value, *type.element());
    if (value.is_tensor()) return IValue(HEDDLE_TRY(copy_tensor(value.as_tensor())));
    if (value.is_string() && type.is(TypeKind::kDevice)) return IValue(HEDDLE_TRY(parse_device(value.as_string())));
    if (value.is_list()) return copy_items(value.as_list().items, type);
    if (value.is_tuple() && type.is(TypeKind::kList)) return copy_items(value.as_tuple().items, type);
    if (const IValue* made_by = value.is_dict() ? value.as_dict().find(IValue("$op")) : nullptr) {
      return make(made_by->as_string(), *value.as_dict().find(IValue("args")));
    }
    if (value.is_dict()) {
      auto result = make_ref<DictValue>(value.as_dict().key_type, value.as_dict().value_type);
      for (const DictValue::Entry& entry : value.as_dict().entries()) {
        result->set(HEDDLE_TRY(copy(entry.key, *types::any())), HEDDLE_TRY(copy(entry.value, *types::any())));
      }
      return IValue(std::move(result));
    }
    return value;
  }

 private:
  // What an operator returns for these arguments.
  Result<IValue> make(const std::string& name, const IValue& args) {
    const size_t dot = name.find('.');
    const schema::Operator* op =
        schema::operators().find(name.substr(0, dot), dot == std::string::npos ? "" : name.substr(dot + 1));
    HEDDLE_REQUIRE(op, "there is no operator ", name);
    std::vector<IValue> values;
    for (size_t i = 0; i < op->schema.arguments.size(); ++i) {
      const Argument& declared = op->schema.arguments[i];
      const bool given = i < args.as_list().items.size();
      HEDDLE_REQUIRE(given || declared.default_value, name, ": argument '", declared.name, "' is missing");
      values.push_back(given ? HEDDLE_TRY(copy(args.as_list().items[i], *declared.type)) : *declared.default_value);
    }
    return HEDDLE_TRY(schema::call_operator(*op, values))[0];
  }

  Result<IValue> copy_items(const std::vector<IValue>& items, const Type& type) {
    const TypePtr element = type.is(TypeKind::kList) ? type.element() : types::any();
    std::vector<IValue> copies;
    for (const IValue& item : items) copies.push_back(HEDDLE_TRY(copy(item, *element)));
    return make_list(element, std::move(copies));
  }

  Result<Tensor> copy_tensor(const Tensor& t) {
    if (const auto known = tensors_.find(t.impl()); known != tensors_.end()) return known->second;
    const Tensor copied = HEDDLE_TRY(layout_ == Layout::kAsIs ? same_layout(t) : strided(t));
    if (is_quantized(t.dtype())) set_quantizer(copied, quantizer_of(t));
    tensors_.emplace(t.impl(), copied);
    return copied;
  }

  Result<Tensor> same_layout(const Tensor& t) {
    Ref<Storage>& storage = storages_[t.storage().get()];
    if (!storage) {
      storage = HEDDLE_TRY(Storage::allocate(t.storage()->bytes()));
      if (t.storage()->bytes()) std::memcpy(storage->data(), t.storage()->data(), t.storage()->bytes());
    }
    return Tensor::from_storage(storage, t.dtype(), t.sizes(), t.strides(), t.offset());
  }

  // Dimensions in reverse order, twice the stride, not at the start; the gaps hold ones in every bit.
  static Result<Tensor> strided(const Tensor& t) {
    Dims strides(t.sizes().size());
    int64_t running = 2;
    for (size_t i = 0; i < strides.size(); ++i) {
      strides[i] = running;
      running *= std::max<int64_t>(t.sizes()[i], 1);
    }
    const auto element = static_cast<size_t>(element_size(t.dtype()));
    const Ref<Storage> storage = HEDDLE_TRY(Storage::allocate(static_cast<size_t>(running + 3) * element));
    std::memset(storage->data(), t.dtype() == DType::kBool ? 1 : 0xff, storage->bytes());
    const Tensor copied = HEDDLE_TRY(Tensor::from_storage(storage, t.dtype(), t.sizes(), strides, 3));
    Dims at(t.sizes().size(), 0);
    for (int64_t n = 0; n < t.numel(); ++n) {
      int64_t from = 0;
      int64_t to = 0;
      for (size_t d = 0; d < at.size(); ++d) {
        from += at[d] * t.strides()[d];
        to += at[d] * strides[d];
      }
      std::memcpy(copied.data<char>() + to * static_cast<int64_t>(element),
                  t.data<char>() + from * static_cast<int64_t>(element), element);
      for (size_t d = at.size(); d-- > 0 && ++at[d] == t.sizes()[d];) at[d] = 0;
    }
    return copied;
  }

  Layout layout_;
  std::map<const TensorImpl*, Tensor> tensors_;
  std::map<const Storage*, Ref<Storage>> storages_;
};

Result<std::vector<IValue>> arrange(const schema::Operator& op, const IValue& args, const IValue& kwargs, Layout layout,
                                    bool with_defaults) {
  const std::vector<Argument>& declared = op.schema.arguments;
  const std::vector<IValue>& positional = args.as_list().items;
  HEDDLE_REQUIRE(positional.size() <= declared.size() || op.schema.is_vararg, "too many arguments");
  Copier copier(layout);
  std::vector<IValue> values;
  for (size_t i = 0; i < std::max(declared.size(), positional.size()); ++i) {
    const IValue* given = i < positional.size() ? &positional[i] : kwargs.as_dict().find(IValue(declared[i].name));
    if (given) {
      values.push_back(HEDDLE_TRY(copier.copy(*given, i < declared.size() ? *declared[i].type : *types::any())));
    } else {
      HEDDLE_REQUIRE(!with_defaults || declared[i].default_value, "argument '", declared[i].name, "' is missing");
      values.push_back(with_defaults ? *declared[i].default_value : IValue());
    }
  }
  return values;
}

void collect(const IValue& value, std::vector<Tensor>& out) {
  if (value.is_tensor()) {
    out.push_back(value.as_tensor());
  } else if (value.is_list()) {
    for (const IValue& item : value.as_list().items) collect(item, out);
  } else if (value.is_tuple()) {
    for (const IValue& item : value.as_tuple().items) collect(item, out);
  } else if (value.is_dict() && !value.as_dict().find(IValue("$op"))) {
    for (const DictValue::Entry& entry : value.as_dict().entries()) collect(entry.value, out);
  }
}

}  // namespace

Result<std::vector<Row>> read_rows(const std::string& path) {
  const IValue container = HEDDLE_TRY(archive::read_torch_save(path));
  HEDDLE_REQUIRE(container.is_list(), path, " holds no list of rows");
  std::vector<Row> rows;
  for (const IValue& value : container.as_list().items) rows.push_back(HEDDLE_TRY(read_row(value)));
  return rows;
}

Result<std::vector<IValue>> make_arguments(const schema::Operator& op, const Row& row, Layout layout) {
  return arrange(op, row.args, row.kwargs, layout, true);
}

Result<std::vector<IValue>> expected_arguments(const schema::Operator& op, const Row& row) {
  return arrange(op, row.args_after, row.kwargs_after, Layout::kAsIs, false);
}

std::vector<Tensor> tensors_in(const std::vector<IValue>& values) {
  std::vector<Tensor> tensors;
  for (const IValue& value : values) collect(value, tensors);
  return tensors;
}

}  // namespace heddle::test
