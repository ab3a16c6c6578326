// Short-time Fourier transforms: frames of a signal, each weighted by a window and transformed; and back.
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/promotion.h"
#include "ops/elementwise/binary.h"
#include "ops/fft/transform.h"
#include "ops/pad/pad.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/view.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Size = std::optional<int64_t>;
using Flag = std::optional<bool>;
using Window = std::optional<Tensor>;

Status check_window(const char* name, const Window& window, int64_t length, int64_t n_fft) {
  HEDDLE_REQUIRE(length > 0 && length <= n_fft, name,
                 ": expected 0 < win_length <= n_fft, but got win_length=", length);
  HEDDLE_REQUIRE(!window || (window->dim() == 1 && window->size(0) == length), name,
                 ": expected a 1D window tensor of size equal to win_length=", length, ", but got window with size ",
                 window ? to_text(window->sizes()) : "");
  return ok_status();
}

// The window in the middle of n_fft places; ones where there is none and it is needed.
Result<Window> centred(const Window& window, int64_t length, int64_t n_fft, DType dtype) {
  if (!window && length == n_fft) return Window();
  const Tensor values = window ? *window : HEDDLE_TRY(full(Dims{length}, 1, dtype));
  if (length == n_fft) return Window(values);
  const int64_t left = (n_fft - length) / 2;
  return Window(HEDDLE_TRY(constant_pad(values, Dims{left, n_fft - length - left}, 0)));
}

struct StftArguments {
  int64_t n_fft;
  Size hop_length;
  Size win_length;
  Window window;
  bool normalized;
  Flag onesided;
  Flag return_complex;
  Flag align_to_window;
};

Result<Tensor> transformed(const Tensor& self, const StftArguments& a) {
  HEDDLE_REQUIRE(is_floating(self.dtype()) || is_complex(self.dtype()),
                 "stft: expected a tensor of floating point or complex values, but got ", dtype_name(self.dtype()));
  HEDDLE_REQUIRE(self.dim() == 1 || self.dim() == 2, "stft: expected a 1D or 2D tensor, but got ", self.dim(), "D");
  const bool windowed_complex = a.window && is_complex(a.window->dtype());
  const bool complex_input = is_complex(self.dtype()) || windowed_complex;
  const bool gives_complex = a.return_complex.value_or(complex_input);
  const Tensor in = self.dim() == 1 ? self.unsqueeze(0) : self;
  const int64_t length = in.size(1);
  const int64_t hop = a.hop_length.value_or(a.n_fft / 4);
  const int64_t win_length = a.win_length.value_or(a.n_fft);
  HEDDLE_REQUIRE(a.n_fft > 0 && a.n_fft <= length, "stft: expected 0 < n_fft <= ", length, ", but got n_fft=", a.n_fft);
  HEDDLE_REQUIRE(hop > 0, "stft: expected hop_length > 0, but got hop_length=", hop);
  HEDDLE_TRY(check_window("stft", a.window, win_length, a.n_fft));
  HEDDLE_REQUIRE_CODE(a.align_to_window != true || win_length == a.n_fft, kUnsupported,
                      "stft: align_to_window=True with a window shorter than n_fft is not supported");
  const Window window = HEDDLE_TRY(centred(a.window, win_length, a.n_fft, real_dtype(in.dtype())));
  const int64_t frames = 1 + (length - a.n_fft) / hop;
  Tensor framed =
      in.alias(Dims{in.size(0), frames, a.n_fft}, Dims{in.stride(0), hop * in.stride(1), in.stride(1)}, in.offset());
  if (window) framed = HEDDLE_TRY(mul(framed, *window));
  const bool complex = is_complex(framed.dtype());
  const bool onesided = a.onesided.value_or(!complex);
  HEDDLE_REQUIRE(!complex || !onesided, "Cannot have onesided output if window or input is complex");
  const FftNorm norm = a.normalized ? FftNorm::kRoot : FftNorm::kNone;
  Tensor result = HEDDLE_TRY(complex ? transform_complex(framed, Dims{2}, norm, true)
                                     : transform_real(framed, Dims{2}, norm, onesided));
  result = result.transpose(1, 2);
  if (self.dim() == 1) result = result.select(0, 0);
  return gives_complex ? Result<Tensor>(result) : view_as_real(result);
}

Result<Tensor> stft(const Tensor& self, int64_t n_fft, Size hop, Size win_length, const Window& window, bool normalized,
                    Flag onesided, Flag return_complex, Flag align_to_window) {
  return transformed(self, {n_fft, hop, win_length, window, normalized, onesided, return_complex, align_to_window});
}

Result<Tensor> stft_centred(const Tensor& self, int64_t n_fft, Size hop, Size win_length, const Window& window,
                            bool center, std::string_view pad_mode, bool normalized, Flag onesided, Flag return_complex,
                            Flag align_to_window) {
  HEDDLE_REQUIRE(!center || !align_to_window, "stft align_to_window should only be set when center = false.");
  const StftArguments arguments{n_fft, hop, win_length, window, normalized, onesided, return_complex, align_to_window};
  if (!center) return transformed(self, arguments);
  HEDDLE_REQUIRE(self.dim() == 1 || self.dim() == 2, "stft: expected a 1D or 2D tensor, but got ", self.dim(), "D");
  HEDDLE_REQUIRE(n_fft > 0, "stft: expected n_fft > 0, but got n_fft=", n_fft);
  // Padding wants a batch and channels before the signal.
  const int64_t room = n_fft / 2;
  Tensor padded = self.dim() == 1 ? self.unsqueeze(0).unsqueeze(0) : self.unsqueeze(0);
  padded = HEDDLE_TRY(pad(padded, Dims{room, room}, pad_mode, std::nullopt)).select(0, 0);
  return transformed(self.dim() == 1 ? padded.select(0, 0) : padded, arguments);
}

// Sums frames [batch, frames, n] into [batch, n + hop (frames - 1)], each `hop` further on.
Result<Tensor> overlapped(const Tensor& frames0, int64_t hop) {
  const Tensor frames = HEDDLE_TRY(contiguous(frames0));
  const int64_t count = frames.size(1);
  const int64_t n = frames.size(2);
  const Tensor result = HEDDLE_TRY(zeros(Dims{frames.size(0), n + hop * (count - 1)}, frames.dtype()));
  HEDDLE_TRY(dispatch<Join<FloatTypes, ComplexTypes>>(frames.dtype(), "istft", [&]<class T>() {
    parallel::parallel_for(0, frames.size(0), 1, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        for (int64_t f = 0; f < count; ++f) {
          const T* from = frames.data<T>() + (b * count + f) * n;
          T* to = result.data<T>() + b * result.size(1) + f * hop;
          for (int64_t i = 0; i < n; ++i) to[i] += from[i];
        }
      }
    });
    return ok_status();
  }));
  return result;
}

Result<Tensor> spectrum_of(const Tensor& self) {
  HEDDLE_REQUIRE(self.numel() > 0, "istft: the input tensor cannot be empty.");
  if (is_complex(self.dtype())) return self;
  HEDDLE_REQUIRE(self.dim() >= 2 && self.size(self.dim() - 1) == 2 && is_floating(self.dtype()),
                 "istft: expected a complex tensor, or a real one whose last dimension is 2 (real and imaginary "
                 "parts), but got sizes ",
                 to_text(self.sizes()));
  return view_as_complex(HEDDLE_TRY(contiguous(self)));
}

Result<Tensor> istft(const Tensor& self, int64_t n_fft, Size hop_length, Size win_size, const Window& window0,
                     bool center, bool normalized, Flag onesided0, Size length, bool return_complex) {
  Tensor in = HEDDLE_TRY(spectrum_of(self));
  HEDDLE_REQUIRE(in.dim() == 2 || in.dim() == 3, "istft: expected a tensor of 2 or 3 dimensions, but got ", in.dim());
  const int64_t hop = hop_length.value_or(n_fft / 4);
  const int64_t win_length = win_size.value_or(n_fft);
  const bool single = in.dim() == 2;
  if (single) in = in.unsqueeze(0);
  const int64_t frames = in.size(2);
  const int64_t fft_size = in.size(1);
  const bool onesided = onesided0.value_or(fft_size != n_fft);
  HEDDLE_REQUIRE(n_fft > 0, "istft: expected n_fft > 0, but got n_fft=", n_fft);
  HEDDLE_REQUIRE(fft_size == (onesided ? n_fft / 2 + 1 : n_fft),
                 "istft: expected the frequency dimension (3rd to the last) of the input tensor to match ",
                 onesided ? "n_fft / 2 + 1 when onesided=True" : "n_fft when onesided=False", ", but got ", fft_size);
  HEDDLE_REQUIRE(hop > 0 && hop <= win_length,
                 "istft: expected 0 < hop_length <= win_length, but got hop_length=", hop);
  HEDDLE_TRY(check_window("istft", window0, win_length, n_fft));
  HEDDLE_REQUIRE(return_complex || !window0 || !is_complex(window0->dtype()),
                 "Complex windows are incompatible with return_complex=False");
  HEDDLE_REQUIRE(!return_complex || !onesided, "Cannot have onesided output if window or input is complex");
  const DType dtype = real_dtype(in.dtype());
  Window window = HEDDLE_TRY(centred(window0, win_length, n_fft, dtype));
  if (!window) window = HEDDLE_TRY(full(Dims{n_fft}, 1, dtype));

  in = in.transpose(1, 2);
  const FftNorm norm = normalized ? FftNorm::kRoot : FftNorm::kCount;
  Tensor signal;
  if (return_complex) {
    signal = HEDDLE_TRY(transform_complex(in, Dims{2}, norm, false));
  } else {
    signal = HEDDLE_TRY(transform_to_real(onesided ? in : in.narrow(2, 0, n_fft / 2 + 1), Dims{2}, norm, n_fft));
  }
  const Tensor sums = HEDDLE_TRY(overlapped(HEDDLE_TRY(mul(signal, *window)), hop));
  const Tensor squares = HEDDLE_TRY(expand(HEDDLE_TRY(mul(*window, *window)), Dims{1, frames, n_fft}));
  const Tensor envelope = HEDDLE_TRY(overlapped(squares, hop));

  const int64_t expected = sums.size(1);
  const int64_t start = center ? n_fft / 2 : 0;
  const int64_t end = length ? start + *length : center ? expected - n_fft / 2 : expected;
  HEDDLE_REQUIRE(!length || *length >= 0, "istft: length must not be negative, but is ", *length);
  const int64_t stop = std::min(end, expected);
  HEDDLE_REQUIRE(start <= stop, "istft: there is nothing left of the signal between ", start, " and ", stop);
  const Tensor weights = envelope.narrow(1, start, stop - start);
  if (weights.numel() > 0) {
    const Tensor least = HEDDLE_TRY(vector_norm(weights, -std::numeric_limits<double>::infinity()));
    HEDDLE_REQUIRE(HEDDLE_TRY(item(least)).to_double() > 1e-11,
                   "window overlap add min: ", HEDDLE_TRY(item(least)).to_double());
  }
  Tensor result = HEDDLE_TRY(div(sums.narrow(1, start, stop - start), weights));
  if (end > expected) result = HEDDLE_TRY(constant_pad(result, Dims{0, end - expected}, 0));
  return single ? result.select(0, 0) : result;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(stft) {
  using namespace heddle::ops;
  // align_to_window came with PyTorch 2.8.
  table.add(
      "aten::stft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, "
      "bool normalized=False, bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor",
      boxed<&stft>());
  table.add(
      "aten::stft.center(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, "
      "bool center=True, str pad_mode=\"reflect\", bool normalized=False, bool? onesided=None, "
      "bool? return_complex=None, bool? align_to_window=None) -> Tensor",
      boxed<&stft_centred>());
  table.add(
      "aten::istft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, "
      "bool center=True, bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False) "
      "-> Tensor",
      boxed<&istft>());
}
