#pragma once

#include <cstddef>
#include <cstdint>

// The loops that need a processor with tiles (AMX). Nothing here is called without has_tiles(), and
// the file that implements them includes no header whose functions others share: it alone is
// compiled for such a processor.
namespace heartlab::onednn {

// A block of the result is kBlock pixels by kBlock channels: two by two tiles.
constexpr int kBlock = 32;
// Bytes of one pixel in one plane of channels, and of one row of a tile: 32 numbers in bf16, 64 in
// 8 bits.
constexpr int kRowBytes = 64;
// Bytes of weights that meet one row: kRowBytes of each of kBlock filters.
constexpr int kStepBytes = kBlock * kRowBytes;

// Sums over planes of channels and taps: of each tap, the pixels that begin `shift` bytes after the
// plane's, times the weights that lie `weights` bytes after the plane's.
struct TileTap {
  std::ptrdiff_t shift, weights;
};

struct TileProduct {
  const std::uint8_t* source;    // the block's first pixel in the first plane
  std::ptrdiff_t source_plane;   // bytes from one plane of channels to the next
  const std::uint8_t* weights;   // of the block's channels in the first plane
  std::ptrdiff_t weights_plane;  // bytes to the next
  int planes;
  const TileTap* taps;
  int tap_count;
  bool go_on;          // from the sums that are there; else from 0
  bool fresh_source;   // not in the first or second cache: asked for ahead of its use
  bool fresh_weights;  // likewise
};

enum class TileActivation { kNone, kRelu, kHardSwish };

// What becomes of a block's sums: scale x sum + bias + factor x what is there, then the activation.
// `there` and `result` may be the same memory.
struct TileFinish {
  const float* bias;    // kBlock of them
  const float* scales;  // likewise, in 8 bits; in bf16 1
  float factor;
  const std::uint8_t* there;  // null: nothing is added
  bool there_signed;          // 8 bits
  std::uint8_t* result;
  bool result_signed;  // 8 bits
  TileActivation activation;
};

// Run of pixels of a block: `count` from the block's `first` on go to the pixels from `place` on.
struct TileRun {
  int first, count;
  std::ptrdiff_t place;  // in pixels, of `there` and `result`
};

// Of the calling thread: before the first product and after the last.
void load_tile_shapes();
void release_tiles();

// kBlock x kBlock sums, pixel by pixel.
void multiply_bf16(const TileProduct& product, float* sums);
void multiply_eight_bits(const TileProduct& product, std::int32_t* sums);

void finish_bf16(const float* sums, const TileRun& run, const TileFinish& finish);
// In fp32, kBlock numbers a pixel; nothing is added.
void finish_wide(const float* sums, const TileRun& run, const TileFinish& finish);
void finish_eight_bits(const std::int32_t* sums, const TileRun& run, const TileFinish& finish);

// Asks for memory that is soon written to, and read before where something is added.
void fetch_for_writing(std::uint8_t* from, std::ptrdiff_t bytes);

// Whether this process may use tiles; asks the system for them.
bool may_use_tiles();

}  // namespace heartlab::onednn
