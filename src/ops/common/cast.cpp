#include "ops/common/cast.h"

#include <algorithm>
#include <cstring>

#include "ops/backend/convert.h"

namespace heddle::ops {
namespace {

template <class To, class From>
struct Cast {
  To operator()(From value) const { return cast_element<To>(value); }
};

// Between float32 and the halves, adjacent elements are converted by vectors.
template <class To, class From>
inline constexpr bool kByVectors = (is_half_type<To> && std::is_same_v<From, float>) ||
                                   (is_half_type<From> && std::is_same_v<To, float>);

template <class To, class From>
void run_cast(const void*, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  if constexpr (kByVectors<To, From>) {
    if (strides[0] == sizeof(To) && strides[1] == sizeof(From)) {
      for (int64_t j = 0; j < n1; ++j) {
        backend::convert_row(reinterpret_cast<const From*>(data[1] + j * strides[3]),
                             reinterpret_cast<To*>(data[0] + j * strides[2]), n0);
      }
      return;
    }
  }
  const Cast<To, From> cast;
  map_loop<To(From), Cast<To, From>>()(&cast, data, strides, n0, n1);
}

template <class T>
void copy_elements(const void*, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  constexpr auto kSize = static_cast<int64_t>(sizeof(T));
  char* out = data[0];
  const char* in = data[1];
  for (int64_t j = 0; j < n1; ++j, out += strides[2], in += strides[3]) {
    if (strides[0] == kSize && strides[1] == kSize) {
      std::memmove(out, in, static_cast<size_t>(n0 * kSize));
    } else if (strides[0] == kSize && strides[1] == 0) {
      T element;
      std::memcpy(&element, in, sizeof(T));
      std::fill_n(reinterpret_cast<T*>(out), n0, element);
    } else {
      for (int64_t i = 0; i < n0; ++i) {
        T element;
        std::memcpy(&element, in + i * strides[1], sizeof(T));
        std::memcpy(out + i * strides[0], &element, sizeof(T));
      }
    }
  }
}

template <class From, class... To>
constexpr LoopTable casts_from(Types<To...>) {
  LoopTable table;
  ((table.at(dtype_of<To>) = &run_cast<To, From>), ...);
  return table;
}

template <class... From>
constexpr std::array<LoopTable, 16> all_casts(Types<From...>) {
  std::array<LoopTable, 16> tables{};
  ((tables[static_cast<size_t>(dtype_of<From>)] = casts_from<From>(AllTypes{})), ...);
  return tables;
}

constexpr std::array<LoopTable, 16> kCasts = all_casts(AllTypes{});

Loop copy_loop(int64_t element) {
  switch (element) {
    case 1:
      return &copy_elements<uint8_t>;
    case 2:
      return &copy_elements<uint16_t>;
    case 4:
      return &copy_elements<uint32_t>;
    case 8:
      return &copy_elements<uint64_t>;
    default:
      return &copy_elements<Bytes16>;
  }
}

}  // namespace

Loop cast_loop(DType from, DType to) {
  if (from == to) return copy_loop(element_size(from));
  return kCasts[static_cast<size_t>(from)][to];
}

}  // namespace heddle::ops
