#include "heartlab/segment/onednn/tile_kernels.h"

#if defined(__AMX_TILE__) && defined(__AMX_BF16__) && defined(__AMX_INT8__)

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace heartlab::onednn {
namespace {

constexpr int kTileRows = 16;
constexpr int kTileBytes = kTileRows * kRowBytes;

// As LDTILECFG reads it (Intel SDM, volume 1, section 18.2).
struct alignas(64) TileShapes {
  std::uint8_t palette = 1, start = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

// GCC's tile loads do not say that they read memory.
inline void all_stores_before() { __asm__ volatile("" ::: "memory"); }

inline __m512 from_bf16(__m256i values) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(values), 16));
}

template <TileActivation activation>
inline __m512 activated(__m512 x) {
  const __m512 zero = _mm512_setzero_ps();
  if constexpr (activation == TileActivation::kNone) return x;
  if constexpr (activation == TileActivation::kRelu) return _mm512_max_ps(x, zero);
  const __m512 six = _mm512_set1_ps(6);
  const __m512 gate = _mm512_min_ps(_mm512_max_ps(_mm512_add_ps(x, _mm512_set1_ps(3)), zero), six);
  return _mm512_mul_ps(x, _mm512_div_ps(gate, six));
}

inline __m512 from_eight_bits(const std::uint8_t* values, bool is_signed) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(values));
  return _mm512_cvtepi32_ps(is_signed ? _mm512_cvtepi8_epi32(bytes) : _mm512_cvtepu8_epi32(bytes));
}

// Two pixels of 32 channels in four registers, rounded to the nearest and limited to what 8 bits
// hold, as 64 bytes: the first pixel's, then the second's.
inline __m512i to_eight_bits(const __m512 (&x)[4], bool is_signed) {
  const __m512i a = _mm512_cvtps_epi32(x[0]), b = _mm512_cvtps_epi32(x[1]);
  const __m512i c = _mm512_cvtps_epi32(x[2]), d = _mm512_cvtps_epi32(x[3]);
  // Packing works within lanes of 128 bits: each ends with four bytes of a, b, c and d.
  const __m512i first = _mm512_packs_epi32(a, b), second = _mm512_packs_epi32(c, d);
  const __m512i mixed =
      is_signed ? _mm512_packs_epi16(first, second) : _mm512_packus_epi16(first, second);
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, mixed);
}

// How far ahead of its use memory is asked for: weights, and planes of the source.
constexpr int kAhead = 6, kPlanesAhead = 4;

inline void fetch(const std::uint8_t* from, int bytes) {
  for (int i = 0; i < bytes; i += kRowBytes) {
    _mm_prefetch(reinterpret_cast<const char*>(from + i), _MM_HINT_T0);
  }
}

// Tiles 0 to 3: sums of (pixels 0-15 | 16-31) x (channels 0-15 | 16-31); 4, 5: pixels; 6, 7:
// weights.
template <bool eight_bits>
inline void multiply(const TileProduct& product, void* sums) {
  constexpr int kStride = kBlock * 4;
  auto* top = static_cast<std::uint8_t*>(sums);
  std::uint8_t* bottom = top + kTileRows * kStride;
  all_stores_before();
  if (product.go_on) {
    _tile_loadd(0, top, kStride);
    _tile_loadd(1, top + kStride / 2, kStride);
    _tile_loadd(2, bottom, kStride);
    _tile_loadd(3, bottom + kStride / 2, kStride);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  // The taps of one plane see much the same pixels, which the first cache holds.
  const std::uint8_t* plane = product.source;
  const std::uint8_t* plane_weights = product.weights;
  for (int k = 0; k < product.planes; ++k) {
    for (int i = 0; i < product.tap_count; ++i) {
      const std::uint8_t* source = plane + product.taps[i].shift;
      const std::uint8_t* weights = plane_weights + product.taps[i].weights;
      if (product.fresh_weights) fetch(weights + kAhead * kStepBytes, kStepBytes);
      if (product.fresh_source) fetch(source + kPlanesAhead * product.source_plane, 2 * kTileBytes);
      _tile_loadd(4, source, kRowBytes);
      _tile_loadd(6, weights, kRowBytes);
      _tile_loadd(7, weights + kTileBytes, kRowBytes);
      _tile_loadd(5, source + kTileBytes, kRowBytes);
      if constexpr (eight_bits) {
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
      } else {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
      }
    }
    plane += product.source_plane;
    plane_weights += product.weights_plane;
  }
  _tile_stored(0, top, kStride);
  _tile_stored(1, top + kStride / 2, kStride);
  _tile_stored(2, bottom, kStride);
  _tile_stored(3, bottom + kStride / 2, kStride);
}

}  // namespace

void load_tile_shapes() {
  TileShapes shapes;
  for (int i = 0; i < 8; ++i) {
    shapes.row_bytes[i] = kRowBytes;
    shapes.rows[i] = kTileRows;
  }
  all_stores_before();
  _tile_loadconfig(&shapes);
}

void release_tiles() { _tile_release(); }

void multiply_bf16(const TileProduct& product, float* sums) { multiply<false>(product, sums); }

void multiply_eight_bits(const TileProduct& product, std::int32_t* sums) {
  multiply<true>(product, sums);
}

namespace {

template <TileActivation activation, bool adds>
void finish_bf16(const float* sums, const TileRun& run, const TileFinish& finish) {
  const __m512 low_bias = _mm512_loadu_ps(finish.bias);
  const __m512 high_bias = _mm512_loadu_ps(finish.bias + kTileRows);
  const __m512 factor = _mm512_set1_ps(finish.factor);
  const float* from = sums + run.first * kBlock;
  std::ptrdiff_t offset = run.place * kRowBytes;
  for (int i = 0; i < run.count; ++i, from += kBlock, offset += kRowBytes) {
    __m512 low = _mm512_add_ps(_mm512_loadu_ps(from), low_bias);
    __m512 high = _mm512_add_ps(_mm512_loadu_ps(from + kTileRows), high_bias);
    if constexpr (adds) {
      const __m512i there = _mm512_loadu_si512(finish.there + offset);
      low = _mm512_fmadd_ps(from_bf16(_mm512_castsi512_si256(there)), factor, low);
      high = _mm512_fmadd_ps(from_bf16(_mm512_extracti64x4_epi64(there, 1)), factor, high);
    }
    const __m512bh both =
        _mm512_cvtne2ps_pbh(activated<activation>(high), activated<activation>(low));
    __m512i bits;
    __builtin_memcpy(&bits, &both, sizeof bits);
    _mm512_storeu_si512(finish.result + offset, bits);
  }
}

template <TileActivation activation>
void finish_wide(const float* sums, const TileRun& run, const TileFinish& finish) {
  auto* result = reinterpret_cast<float*>(finish.result) + run.place * kBlock;
  const float* from = sums + run.first * kBlock;
  for (int half = 0; half < kBlock; half += kTileRows) {
    const __m512 bias = _mm512_loadu_ps(finish.bias + half);
    for (int i = half; i < run.count * kBlock; i += kBlock) {
      const __m512 x = _mm512_add_ps(_mm512_loadu_ps(from + i), bias);
      _mm512_storeu_ps(result + i, activated<activation>(x));
    }
  }
}

template <TileActivation activation, bool adds>
void finish_eight_bits(const std::int32_t* sums, const TileRun& run, const TileFinish& finish) {
  constexpr int kHalf = kBlock / 2;
  const __m512 factor = _mm512_set1_ps(finish.factor);
  const __m512 bias[2] = {_mm512_loadu_ps(finish.bias), _mm512_loadu_ps(finish.bias + kHalf)};
  const __m512 scale[2] = {_mm512_loadu_ps(finish.scales), _mm512_loadu_ps(finish.scales + kHalf)};
  const std::int32_t* from = sums + run.first * kBlock;
  std::ptrdiff_t offset = run.place * kRowBytes;
  for (int i = 0; i < run.count; i += 2, from += 2 * kBlock, offset += 2 * kRowBytes) {
    const bool alone = i + 1 == run.count;
    __m512 x[4];
    for (int k = 0; k < 4; ++k) {
      const int pixel = alone ? 0 : k / 2, half = k % 2;
      const __m512i sum = _mm512_loadu_si512(from + pixel * kBlock + half * kHalf);
      x[k] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), scale[half], bias[half]);
      if constexpr (adds) {
        const std::uint8_t* there = finish.there + offset + pixel * kRowBytes + half * kHalf;
        x[k] = _mm512_fmadd_ps(from_eight_bits(there, finish.there_signed), factor, x[k]);
      }
      x[k] = activated<activation>(x[k]);
    }
    const __m512i bytes = to_eight_bits(x, finish.result_signed);
    std::uint8_t* to = finish.result + offset;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_castsi512_si256(bytes));
    if (alone) break;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + kRowBytes),
                        _mm512_extracti64x4_epi64(bytes, 1));
  }
}

// Calls `finish` with the activation and whether something is added known when it is compiled.
template <typename Finish>
void dispatch(const TileFinish& finish, const Finish& call) {
  const bool adds = finish.there != nullptr;
  const auto with = [&]<TileActivation activation>() {
    if (adds) {
      call.template operator()<activation, true>();
    } else {
      call.template operator()<activation, false>();
    }
  };
  switch (finish.activation) {
    case TileActivation::kNone:
      return with.template operator()<TileActivation::kNone>();
    case TileActivation::kRelu:
      return with.template operator()<TileActivation::kRelu>();
    case TileActivation::kHardSwish:
      return with.template operator()<TileActivation::kHardSwish>();
  }
}

}  // namespace

void finish_bf16(const float* sums, const TileRun& run, const TileFinish& finish) {
  dispatch(finish, [&]<TileActivation activation, bool adds>() {
    finish_bf16<activation, adds>(sums, run, finish);
  });
}

void finish_wide(const float* sums, const TileRun& run, const TileFinish& finish) {
  dispatch(finish, [&]<TileActivation activation, bool adds>() {
    finish_wide<activation>(sums, run, finish);
  });
}

void finish_eight_bits(const std::int32_t* sums, const TileRun& run, const TileFinish& finish) {
  dispatch(finish, [&]<TileActivation activation, bool adds>() {
    finish_eight_bits<activation, adds>(sums, run, finish);
  });
}

void fetch_for_writing(std::uint8_t* from, std::ptrdiff_t bytes) {
  for (std::ptrdiff_t i = 0; i < bytes; i += kRowBytes) __builtin_prefetch(from + i, 1, 3);
}

bool may_use_tiles() {
  constexpr long kAskForFeature = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE
  return syscall(SYS_arch_prctl, kAskForFeature, kTileData) == 0;
}

}  // namespace heartlab::onednn

#else

namespace heartlab::onednn {

void load_tile_shapes() {}
void release_tiles() {}
void multiply_bf16(const TileProduct&, float*) {}
void multiply_eight_bits(const TileProduct&, std::int32_t*) {}
void finish_bf16(const float*, const TileRun&, const TileFinish&) {}
void finish_wide(const float*, const TileRun&, const TileFinish&) {}
void finish_eight_bits(const std::int32_t*, const TileRun&, const TileFinish&) {}
void fetch_for_writing(std::uint8_t*, std::ptrdiff_t) {}
bool may_use_tiles() { return false; }

}  // namespace heartlab::onednn

#endif
