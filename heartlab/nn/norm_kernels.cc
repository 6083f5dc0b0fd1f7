#include "heartlab/nn/norm_kernels.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "heartlab/core/clones.h"

namespace heartlab::norm_kernels {
namespace {

// Rows summed up in single precision before they join the double ones.
constexpr std::size_t kRowsAtOnce = 64;

HEARTLAB_INLINE float widen(float value) { return value; }
HEARTLAB_INLINE float widen(Bf16 value) {
  const std::uint32_t bits = std::uint32_t{value.bits} << 16;
  float wide = 0;
  std::memcpy(&wide, &bits, sizeof wide);
  return wide;
}

// To the nearest, ties to even.
HEARTLAB_INLINE void narrow(float value, float& to) { to = value; }
HEARTLAB_INLINE void narrow(float value, Bf16& to) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  to.bits = static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);
}

// Calls row(i) for all rows; after every kRowsAtOnce of them the two rows of sums are moved to the
// double ones.
template <typename Row>
HEARTLAB_INLINE void sum_rows(std::size_t rows, std::size_t channels, float* __restrict one,
                              float* __restrict two, double* __restrict sum_one,
                              double* __restrict sum_two, const Row& row) {
  for (std::size_t first = 0; first < rows; first += kRowsAtOnce) {
    std::fill_n(one, channels, 0.0F);
    std::fill_n(two, channels, 0.0F);
    const std::size_t last = std::min(rows, first + kRowsAtOnce);
    for (std::size_t i = first; i < last; ++i) row(i);
    for (std::size_t c = 0; c < channels; ++c) sum_one[c] += one[c];
    for (std::size_t c = 0; c < channels; ++c) sum_two[c] += two[c];
  }
}

template <typename T>
HEARTLAB_INLINE void moments(const T* x, std::size_t rows, std::size_t channels,
                             const float* __restrict shift, double* sum, double* squares) {
  std::vector<float> sums(2 * channels);
  float* __restrict one = sums.data();
  float* __restrict two = one + channels;
  sum_rows(rows, channels, one, two, sum, squares, [&](std::size_t i) {
    const T* __restrict row = x + i * channels;
    for (std::size_t c = 0; c < channels; ++c) {
      const float value = widen(row[c]) - shift[c];
      one[c] += value;
      two[c] += value * value;
    }
  });
}

template <bool kShortcut, bool kRelu, typename T>
HEARTLAB_INLINE void apply_rows(const T* x, const T* shortcut, std::size_t rows,
                                std::size_t channels, const float* __restrict scale,
                                const float* __restrict offset, T* y) {
  for (std::size_t i = 0; i < rows; ++i) {
    const T* __restrict from = x + i * channels;
    const T* __restrict beside = kShortcut ? shortcut + i * channels : nullptr;
    T* __restrict to = y + i * channels;
    for (std::size_t c = 0; c < channels; ++c) {
      float value = widen(from[c]) * scale[c] + offset[c];
      if constexpr (kShortcut) value += widen(beside[c]);
      if constexpr (kRelu) value = value < 0 ? 0 : value;
      narrow(value, to[c]);
    }
  }
}

template <typename T>
HEARTLAB_INLINE void apply_any(const T* x, const T* shortcut, std::size_t rows,
                               std::size_t channels, const float* scale, const float* offset,
                               bool relu, T* y) {
  if (shortcut != nullptr && relu) {
    apply_rows<true, true>(x, shortcut, rows, channels, scale, offset, y);
  } else if (shortcut != nullptr) {
    apply_rows<true, false>(x, shortcut, rows, channels, scale, offset, y);
  } else if (relu) {
    apply_rows<false, true>(x, shortcut, rows, channels, scale, offset, y);
  } else {
    apply_rows<false, false>(x, shortcut, rows, channels, scale, offset, y);
  }
}

enum class By { kNothing, kOutput, kInput };

// The gradient at one place, behind the gate.
template <By kGate, typename T>
HEARTLAB_INLINE float through(float dy, float x, std::size_t c, const T* __restrict output,
                              const float* __restrict scale, const float* __restrict offset) {
  if constexpr (kGate == By::kOutput) return widen(output[c]) > 0 ? dy : 0;
  if constexpr (kGate == By::kInput) return x * scale[c] + offset[c] > 0 ? dy : 0;
  return dy;
}

template <By kGate, bool kSecond, bool kKeep, typename T>
HEARTLAB_INLINE void gradient_sums(const T* dy, const T* second, const Gate<T>& gate, const T* x,
                                   std::size_t rows, std::size_t channels,
                                   const float* __restrict mean, T* gated, double* sum,
                                   double* products) {
  std::vector<float> sums(2 * channels);
  float* __restrict one = sums.data();
  float* __restrict two = one + channels;
  const float* __restrict scale = gate.scale;
  const float* __restrict offset = gate.offset;
  sum_rows(rows, channels, one, two, sum, products, [&](std::size_t i) {
    const std::size_t place = i * channels;
    const T* __restrict gradient = dy + place;
    const T* __restrict other = kSecond ? second + place : nullptr;
    const T* __restrict output = kGate == By::kOutput ? gate.output + place : nullptr;
    const T* __restrict input = x + place;
    T* __restrict kept = kKeep ? gated + place : nullptr;
    for (std::size_t c = 0; c < channels; ++c) {
      float value = widen(gradient[c]);
      if constexpr (kSecond) value += widen(other[c]);
      const float from = widen(input[c]);
      value = through<kGate>(value, from, c, output, scale, offset);
      if constexpr (kKeep) narrow(value, kept[c]);
      one[c] += value;
      two[c] += value * (from - mean[c]);
    }
  });
}

template <typename T>
HEARTLAB_INLINE void gradient_sums_any(const T* dy, const T* second, const Gate<T>& gate,
                                       const T* x, std::size_t rows, std::size_t channels,
                                       const float* mean, T* gated, double* sum, double* products) {
  if (gate.scale != nullptr) {
    gradient_sums<By::kInput, false, false>(dy, second, gate, x, rows, channels, mean, gated, sum,
                                            products);
  } else if (gate.output == nullptr) {
    gradient_sums<By::kNothing, false, false>(dy, second, gate, x, rows, channels, mean, gated, sum,
                                              products);
  } else if (second != nullptr) {
    gradient_sums<By::kOutput, true, true>(dy, second, gate, x, rows, channels, mean, gated, sum,
                                           products);
  } else {
    gradient_sums<By::kOutput, false, true>(dy, second, gate, x, rows, channels, mean, gated, sum,
                                            products);
  }
}

template <By kGate, typename T>
HEARTLAB_INLINE void gradient_rows(const T* dy, const Gate<T>& gate, const T* x, std::size_t rows,
                                   std::size_t channels, const float* __restrict scale,
                                   const float* __restrict slope, const float* __restrict constant,
                                   T* dx) {
  const float* __restrict gate_scale = gate.scale;
  const float* __restrict gate_offset = gate.offset;
  for (std::size_t i = 0; i < rows; ++i) {
    const T* __restrict gradient = dy + i * channels;
    const T* __restrict input = x + i * channels;
    T* __restrict to = dx + i * channels;
    for (std::size_t c = 0; c < channels; ++c) {
      const float from = widen(input[c]);
      const float value =
          through<kGate, T>(widen(gradient[c]), from, c, nullptr, gate_scale, gate_offset);
      narrow(value * scale[c] + (from * slope[c] + constant[c]), to[c]);
    }
  }
}

template <typename T>
HEARTLAB_INLINE void gradient_rows_any(const T* dy, const Gate<T>& gate, const T* x,
                                       std::size_t rows, std::size_t channels, const float* scale,
                                       const float* slope, const float* constant, T* dx) {
  if (gate.scale != nullptr) {
    gradient_rows<By::kInput>(dy, gate, x, rows, channels, scale, slope, constant, dx);
  } else {
    gradient_rows<By::kNothing>(dy, gate, x, rows, channels, scale, slope, constant, dx);
  }
}

}  // namespace

HEARTLAB_CLONES void add_moments(const Bf16* x, std::size_t rows, std::size_t channels,
                                 const float* shift, double* sum, double* squares) {
  moments(x, rows, channels, shift, sum, squares);
}
HEARTLAB_CLONES void add_moments(const float* x, std::size_t rows, std::size_t channels,
                                 const float* shift, double* sum, double* squares) {
  moments(x, rows, channels, shift, sum, squares);
}

HEARTLAB_CLONES void apply(const Bf16* x, const Bf16* shortcut, std::size_t rows,
                           std::size_t channels, const float* scale, const float* offset, bool relu,
                           Bf16* y) {
  apply_any(x, shortcut, rows, channels, scale, offset, relu, y);
}
HEARTLAB_CLONES void apply(const float* x, const float* shortcut, std::size_t rows,
                           std::size_t channels, const float* scale, const float* offset, bool relu,
                           float* y) {
  apply_any(x, shortcut, rows, channels, scale, offset, relu, y);
}

HEARTLAB_CLONES void add_gradients(const Bf16* dy, const Bf16* second, const Gate<Bf16>& gate,
                                   const Bf16* x, std::size_t rows, std::size_t channels,
                                   const float* mean, Bf16* gated, double* sum, double* products) {
  gradient_sums_any(dy, second, gate, x, rows, channels, mean, gated, sum, products);
}
HEARTLAB_CLONES void add_gradients(const float* dy, const float* second, const Gate<float>& gate,
                                   const float* x, std::size_t rows, std::size_t channels,
                                   const float* mean, float* gated, double* sum, double* products) {
  gradient_sums_any(dy, second, gate, x, rows, channels, mean, gated, sum, products);
}

HEARTLAB_CLONES void apply_gradient(const Bf16* dy, const Gate<Bf16>& gate, const Bf16* x,
                                    std::size_t rows, std::size_t channels, const float* scale,
                                    const float* slope, const float* constant, Bf16* dx) {
  gradient_rows_any(dy, gate, x, rows, channels, scale, slope, constant, dx);
}
HEARTLAB_CLONES void apply_gradient(const float* dy, const Gate<float>& gate, const float* x,
                                    std::size_t rows, std::size_t channels, const float* scale,
                                    const float* slope, const float* constant, float* dx) {
  gradient_rows_any(dy, gate, x, rows, channels, scale, slope, constant, dx);
}

}  // namespace heartlab::norm_kernels
