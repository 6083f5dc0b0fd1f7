#pragma once

#include <cstddef>
#include <cstdint>
#include <oneapi/dnnl/dnnl.hpp>
#include <span>
#include <vector>

#include "heartlab/model/convolution.h"
#include "heartlab/model/eight_bits.h"
#include "heartlab/segment/onednn/tile_kernels.h"

namespace heartlab::onednn {

// Whether the processor multiplies tiles (AMX), and oneDNN was not told to make do without.
bool has_tiles();

// The layout whose 16 pixels in a row are one tile: planes of 32 channels in bf16, of 64 in 8 bits,
// pixel by pixel; what a plane has beyond the channels is 0. In f32 planes of 32, which are no
// tiles.
dnnl::memory::desc tile_layout(const dnnl::memory::dims& dims, dnnl::memory::data_type type);

// A convolution as sums of products of tiles, read where they lie: a tap of the kernel is a shift
// of the source, whose border is 0 in a copy of it where the kernel reaches beyond. oneDNN's own
// kernels gather rows that lie a power of two apart, which the first cache holds badly, and know no
// fast way for dilated ones.
class TileConvolution {
 public:
  struct Types {
    bool eight_bits = false;
    bool result_signed = false, there_signed = false;  // of 8 bits
    bool wide = false;                                 // else the result is f32; nothing is added
  };
  struct Addition {
    bool present = false;
    float factor = 1;
  };

  static bool suits(const Convolution& layer);
  // `eight`: of a convolution in 8 bits; else without numbers.
  TileConvolution(const Convolution& layer, int rows, int columns, const Types& types,
                  const EightBits& eight, const Addition& addition);

  int result_rows() const { return result_rows_; }
  int result_columns() const { return result_columns_; }
  std::size_t weights_bytes() const;
  std::size_t scratch_bytes() const;

  // From out x in x kernel x kernel numbers, whole ones for 8 bits; `to` is all 0.
  void pack(std::span<const float> weights, std::uint8_t* to) const;

  // Source and result in tile_layout(); what is added lies in `result`. Up to kBlock pixels beyond
  // the source are read and count nowhere.
  void run(const std::uint8_t* source, std::uint8_t* result, const std::uint8_t* weights,
           std::uint8_t* scratch) const;

 private:
  // A copy of the source of which every stride-th row and column is taken.
  struct Phase {
    int row = 0, column = 0;  // of the padded source, the first taken
  };
  struct Tap {
    std::size_t phase;
    int row, column;       // in it
    std::ptrdiff_t shift;  // bytes, of a pixel that is read from the one that is computed
  };
  // How the work is shared out: each thread takes its part of the pixels, or of the blocks of
  // filters; of them so many blocks of pixels at a time, with so many planes at a time, after each
  // of which the sums are put by.
  struct Cut {
    bool by_pixels;
    int pixels, planes;
  };
  // One of its pieces: blocks of filters and of pixels, and planes.
  struct Piece {
    int filters, block, first_plane, planes;
    bool fresh_source, fresh_weights;
  };
  Cut cut_for(int threads) const;
  void copy_plane(const std::uint8_t* source, std::size_t plane, std::uint8_t* copies) const;
  int find_taps(const Piece& piece, TileTap* found) const;
  // Blocks of filters and of pixels from the first to before the last.
  struct Share {
    int first_filters, last_filters, first_block, last_block;
  };
  void work(const std::uint8_t* input, const std::uint8_t* weights, std::uint8_t* result,
            std::uint8_t* sums, const Cut& cut, const Share& share) const;
  void compute(const std::uint8_t* input, const std::uint8_t* weights, std::uint8_t* result,
               std::uint8_t* sums, const Piece& piece) const;
  // Of the result, in one of its planes.
  std::ptrdiff_t pixel_bytes() const { return types_.wide ? 2 * kRowBytes : kRowBytes; }
  std::uint8_t* plane_of(std::uint8_t* result, const Piece& piece) const;
  void finish(const void* sums, std::uint8_t* result, const Piece& piece) const;
  std::size_t phase_bytes() const;
  std::size_t plane_bytes() const;
  std::size_t copies_bytes() const;

  Types types_;
  Addition addition_;
  TileActivation activation_ = TileActivation::kNone;
  int rows_, columns_, in_, out_, kernel_, stride_, padding_;
  int result_rows_, result_columns_;
  bool copied_;     // else the source is read where it is
  int phase_rows_;  // of a copy
  int pitch_;       // pixels from one row of what is read to the next
  int planes_;      // of the source
  int out_blocks_;  // of the result's channels, what is padded included
  int pixel_blocks_;
  std::vector<Phase> phases_;
  std::vector<Tap> taps_;
  std::vector<float> bias_, scales_;
};

}  // namespace heartlab::onednn
