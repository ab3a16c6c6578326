#include "compare.h"

#include <cmath>
#include <complex>
#include <cstring>

#include "core/boxes.h"
#include "core/element.h"
#include "core/lazy_view.h"
#include "core/quantizer.h"
#include "row.h"

namespace heddle::test {
namespace {

bool near(double got, double wanted, const Comparison& how) {
  if (std::isnan(got) || std::isnan(wanted)) return std::isnan(got) && std::isnan(wanted);
  if (got == wanted) return true;
  return std::fabs(got - wanted) <= how.atol + how.rtol * std::fabs(wanted);
}

bool near(const Scalar& got, const Scalar& wanted, const Comparison& how, bool quantized) {
  if (quantized) return std::abs(got.to_double() - wanted.to_double()) <= how.atol;
  if (got.is_integral_or_bool() && wanted.is_integral_or_bool()) return got.to_int() == wanted.to_int();
  const std::complex<double> a = got.to_complex();
  const std::complex<double> b = wanted.to_complex();
  if (!how.signs && near(std::abs(a), std::abs(b), how)) return true;
  if (near(a.real(), b.real(), how) && near(a.imag(), b.imag(), how)) return true;
  // Complex numbers are as near as their distance.
  return std::abs(a - b) <= how.atol + how.rtol * std::abs(b);
}

// Calls f with the offset in elements of every element, in row-major order, until it returns false.
template <class F>
void each_offset(const Tensor& t, const F& f) {
  Dims at(t.sizes().size(), 0);
  for (int64_t n = 0; n < t.numel(); ++n) {
    int64_t offset = 0;
    for (size_t d = 0; d < at.size(); ++d) offset += at[d] * t.strides()[d];
    if (!f(n, offset)) return;
    for (size_t d = at.size(); d-- > 0 && ++at[d] == t.sizes()[d];) at[d] = 0;
  }
}

std::string value_difference(const Tensor& got, const Tensor& wanted, const Comparison& how) {
  if (is_lazy(got)) {
    const Result<Tensor> plain = without_marks(got);
    return plain.ok() ? value_difference(*plain, wanted, how) : plain.status().message();
  }
  std::vector<int64_t> offsets;
  offsets.reserve(static_cast<size_t>(wanted.numel()));
  each_offset(wanted, [&](int64_t, int64_t offset) {
    offsets.push_back(offset);
    return true;
  });
  std::string found;
  int64_t wrong = 0;
  const int64_t size = element_size(got.dtype());
  each_offset(got, [&](int64_t n, int64_t offset) {
    const Scalar a = load_element(got.data<char>() + offset * size, got.dtype());
    const Scalar b = load_element(wanted.data<char>() + offsets[static_cast<size_t>(n)] * size, wanted.dtype());
    if (near(a, b, how, is_quantized(got.dtype()))) return true;
    if (wrong++ == 0) found = concat("element ", n, " is ", to_text(IValue(a)), ", wanted ", to_text(IValue(b)));
    return true;
  });
  if (wrong > 1) found += concat(" (and ", wrong - 1, " more of ", got.numel(), ")");
  return found;
}

std::string quantizer_difference(const Ref<const Quantizer>& got, const Ref<const Quantizer>& wanted) {
  if (!wanted) return {};
  if (!got) return "no quantiser";
  if (got->scheme != wanted->scheme || got->axis != wanted->axis) return "another scheme of quantisation";
  if (got->scales.size() != wanted->scales.size()) return "another number of scales";
  for (size_t i = 0; i < wanted->scales.size(); ++i) {
    if (std::fabs(got->scales[i] - wanted->scales[i]) > 1e-6 * wanted->scales[i]) {
      return concat("scale ", got->scales[i], ", wanted ", wanted->scales[i]);
    }
    if (got->zero_points[i] != wanted->zero_points[i]) {
      return concat("zero point ", got->zero_points[i], ", wanted ", wanted->zero_points[i]);
    }
  }
  return {};
}

std::string tensor_difference(const Tensor& got, const Tensor& wanted, const Comparison& how) {
  if (got.dtype() != wanted.dtype()) {
    return concat("dtype ", python_name(got.dtype()), ", wanted ", python_name(wanted.dtype()));
  }
  if (!(got.sizes() == wanted.sizes())) {
    return concat("sizes ", to_text(got.sizes()), ", wanted ", to_text(wanted.sizes()));
  }
  if (how.strides && wanted.numel() > 0) {
    for (size_t d = 0; d < wanted.sizes().size(); ++d) {
      if (wanted.sizes()[d] > 1 && got.strides()[d] != wanted.strides()[d]) {
        return concat("strides ", to_text(got.strides()), ", wanted ", to_text(wanted.strides()));
      }
    }
  }
  if (!how.values) return {};
  std::string found = quantizer_difference(quantizer_of(got), quantizer_of(wanted));
  return found.empty() ? value_difference(got, wanted, how) : found;
}

const std::vector<IValue>* items_of(const IValue& value) {
  if (value.is_list()) return &value.as_list().items;
  return value.is_tuple() ? &value.as_tuple().items : nullptr;
}

bool share(const Tensor& a, const Tensor& b) { return a.storage().get() == b.storage().get(); }

}  // namespace

std::string difference(const IValue& got, const IValue& wanted, const Comparison& how) {
  if (got.is_capsule() && wanted.is_capsule() && got.type_text() == wanted.type_text()) return {};
  if (got.is_tensor() && wanted.is_tensor()) return tensor_difference(got.as_tensor(), wanted.as_tensor(), how);
  if (items_of(got) && items_of(wanted)) return difference(*items_of(got), *items_of(wanted), how);
  if (got.is_dict() && wanted.is_dict()) {
    if (got.as_dict().size() != wanted.as_dict().size()) return "dicts of different lengths";
    for (const DictValue::Entry& entry : wanted.as_dict().entries()) {
      const IValue* value = got.as_dict().find(entry.key);
      if (!value) return concat("no key ", to_text(entry.key));
      std::string found = difference(*value, entry.value, how);
      if (!found.empty()) return found;
    }
    return {};
  }
  if (got.is_number() && wanted.is_number()) {
    const bool same_kind = got.is_double() == wanted.is_double() && got.is_complex() == wanted.is_complex();
    if (!how.values || (same_kind && near(got.as_scalar(), wanted.as_scalar(), how, false))) return {};
  } else if (got.is_device() || wanted.is_device()) {
    if (to_text(got) == to_text(wanted)) return {};
  } else {
    const Result<bool> equal = values_equal(got, wanted);
    if (equal.ok() && equal.value()) return {};
  }
  return concat("got ", got.type_text(), " ", to_text(got), ", wanted ", wanted.type_text(), " ", to_text(wanted));
}

std::string difference(const std::vector<IValue>& got, const std::vector<IValue>& wanted, const Comparison& how) {
  if (got.size() != wanted.size()) return concat(got.size(), " values, wanted ", wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    std::string found = difference(got[i], wanted[i], how);
    if (!found.empty()) return got.size() == 1 ? found : concat("value ", i, ": ", found);
  }
  return {};
}

std::string sharing_difference(const std::vector<IValue>& got, const std::vector<IValue>& wanted) {
  const std::vector<Tensor> ours = tensors_in(got);
  const std::vector<Tensor> theirs = tensors_in(wanted);
  if (ours.size() != theirs.size()) return concat(ours.size(), " tensors, wanted ", theirs.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (theirs[i].numel() == 0 || theirs[j].numel() == 0) continue;
      // PyTorch stores what a marked tensor stands for, so its answer cannot tell.
      if (is_lazy(ours[i]) || is_lazy(ours[j])) continue;
      if (share(ours[i], ours[j]) == share(theirs[i], theirs[j])) continue;
      return concat("tensors ", j, " and ", i,
                    share(ours[i], ours[j]) ? " share memory, in PyTorch they do not"
                                            : " do not share memory, in PyTorch they do");
    }
  }
  return {};
}

std::string bit_difference(const std::vector<IValue>& a, const std::vector<IValue>& b) {
  const std::vector<Tensor> first = tensors_in(a);
  const std::vector<Tensor> second = tensors_in(b);
  if (first.size() != second.size()) return "another number of tensors";
  for (size_t i = 0; i < first.size(); ++i) {
    if (!(first[i].sizes() == second[i].sizes()) || !(first[i].strides() == second[i].strides()))
      return "another layout";
    const int64_t size = element_size(first[i].dtype());
    bool same = true;
    each_offset(first[i], [&](int64_t, int64_t offset) {
      same = std::memcmp(first[i].data<char>() + offset * size, second[i].data<char>() + offset * size,
                         static_cast<size_t>(size)) == 0;
      return same;
    });
    if (!same) return "other bits";
  }
  return {};
}

}  // namespace heddle::test
