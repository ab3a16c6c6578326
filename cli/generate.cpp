#include "cli/generate.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

namespace heddle::cli {
namespace {

bool parse_whole(std::string_view text, int64_t& value) {
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && stop == text.data() + text.size() && !text.empty();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The largest bound such that bound - 1 fits.
int64_t max_bound(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return 2;
    case DType::kUInt8:
      return 256;
    case DType::kInt64:
      return std::numeric_limits<int64_t>::max();
    default:
      return int64_t{1} << (element_size(dtype) * 8 - 1);
  }
}

// Own transformations of the engine's bits: those of <random> differ between standard libraries.
double uniform(std::mt19937_64& engine) { return (static_cast<double>(engine() >> 11) + 0.5) * 0x1p-53; }
double normal(std::mt19937_64& engine) {
  const double radius = std::sqrt(-2.0 * std::log(uniform(engine)));
  return radius * std::cos(2.0 * std::numbers::pi * uniform(engine));
}

template <class T>
void fill(const Tensor& tensor, const TensorRecipe& recipe, std::mt19937_64& engine) {
  T* data = tensor.data<T>();
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    if (recipe.fill == TensorRecipe::Fill::kOnes) {
      data[i] = static_cast<T>(1.0f);
    } else if constexpr (std::is_integral_v<T>) {
      data[i] = static_cast<T>(engine() % static_cast<uint64_t>(recipe.bound));
    } else if constexpr (std::is_same_v<T, Complex64> || std::is_same_v<T, Complex128>) {
      using Part = typename T::value_type;
      const double real = normal(engine) * std::numbers::sqrt2 / 2;
      data[i] = T(static_cast<Part>(real), static_cast<Part>(normal(engine) * std::numbers::sqrt2 / 2));
    } else if constexpr (std::is_same_v<T, double>) {
      data[i] = normal(engine);
    } else {
      data[i] = static_cast<T>(static_cast<float>(normal(engine)));
    }
  }
}

}  // namespace

Result<std::optional<TensorRecipe>> parse_recipe(std::string_view text) {
  TensorRecipe recipe;
  std::string_view rest = text;
  if (rest.starts_with("zeros:")) {
    recipe.fill = TensorRecipe::Fill::kZeros;
    rest.remove_prefix(6);
  } else if (rest.starts_with("ones:")) {
    recipe.fill = TensorRecipe::Fill::kOnes;
    rest.remove_prefix(5);
  }
  const bool constant = recipe.fill != TensorRecipe::Fill::kRandom;
  const size_t open = rest.find('[');
  const size_t close = rest.find(']');
  const std::string_view name = rest.substr(0, open);
  const bool formed = open != std::string_view::npos && close != std::string_view::npos && open < close && open > 0 &&
                      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string_view::npos;
  if (!formed) {
    HEDDLE_REQUIRE(!constant, "'", text,
                   "' is not understood: after the fill comes "
                   "DTYPE[SIZES], such as zeros:float32[2,3]");
    return std::optional<TensorRecipe>();
  }
  const std::optional<DType> dtype = dtype_from_python_name(name);
  HEDDLE_REQUIRE(
      dtype && !is_quantized(*dtype) && *dtype != DType::kComplex32, "'", text, "': no tensor of type '", name,
      "' can be made; types are float16, bfloat16, float32, float64, int8, int16, int32, int64, uint8, bool, "
      "complex64, complex128");
  recipe.dtype = *dtype;

  const std::string_view sizes = trimmed(rest.substr(open + 1, close - open - 1));
  if (!sizes.empty()) {
    for (const std::string_view part : split(sizes, ',')) {
      int64_t size = 0;
      HEDDLE_REQUIRE(parse_whole(trimmed(part), size) && size >= 0, "'", text, "': '", part,
                     "' is no size; sizes are whole numbers, 0 or more");
      recipe.sizes.push_back(size);
    }
  }

  const std::string_view tail = rest.substr(close + 1);
  const bool integers = is_integral(recipe.dtype) && !constant;
  if (tail.empty()) {
    HEDDLE_REQUIRE(!integers, "'", text, "': random integers need their bound, such as ", name, "[1,128]<30000");
    recipe.bound = 2;
    return std::optional(recipe);
  }
  HEDDLE_REQUIRE(tail[0] == '<' && parse_whole(tail.substr(1), recipe.bound), "'", text, "': '", tail,
                 "' is not understood; after the sizes may come <N, a bound for random integers");
  HEDDLE_REQUIRE(is_integral_or_bool(recipe.dtype) && !constant, "'", text, "': only random integers take a bound");
  HEDDLE_REQUIRE(recipe.bound >= 1 && recipe.bound <= max_bound(recipe.dtype), "'", text, "': the bound of ", name,
                 " lies in 1..", max_bound(recipe.dtype));
  return std::optional(recipe);
}

Result<Tensor> make_tensor(const TensorRecipe& recipe, std::mt19937_64& engine) {
  Tensor tensor = HEDDLE_TRY(Tensor::empty(recipe.sizes, recipe.dtype));
  if (recipe.fill == TensorRecipe::Fill::kZeros) {
    if (tensor.numel() > 0)
      std::memset(tensor.raw_data(), 0, static_cast<size_t>(tensor.numel() * element_size(recipe.dtype)));
    return tensor;
  }
  switch (recipe.dtype) {
    case DType::kUInt8:
      fill<uint8_t>(tensor, recipe, engine);
      break;
    case DType::kInt8:
      fill<int8_t>(tensor, recipe, engine);
      break;
    case DType::kInt16:
      fill<int16_t>(tensor, recipe, engine);
      break;
    case DType::kInt32:
      fill<int32_t>(tensor, recipe, engine);
      break;
    case DType::kInt64:
      fill<int64_t>(tensor, recipe, engine);
      break;
    case DType::kBool:
      fill<bool>(tensor, recipe, engine);
      break;
    case DType::kFloat16:
      fill<Half>(tensor, recipe, engine);
      break;
    case DType::kBFloat16:
      fill<BFloat16>(tensor, recipe, engine);
      break;
    case DType::kFloat32:
      fill<float>(tensor, recipe, engine);
      break;
    case DType::kFloat64:
      fill<double>(tensor, recipe, engine);
      break;
    case DType::kComplex64:
      fill<Complex64>(tensor, recipe, engine);
      break;
    case DType::kComplex128:
      fill<Complex128>(tensor, recipe, engine);
      break;
    default:
      return invalid("no tensor of type ", python_name(recipe.dtype), " can be made");
  }
  return tensor;
}

}  // namespace heddle::cli
