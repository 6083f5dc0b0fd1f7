#include "heartlab/segment/onednn/tile_convolution.h"

#include <omp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace heartlab::onednn {
namespace {

using dnnl::memory;

constexpr std::size_t kCacheBytes = std::size_t{512} << 10;  // of the source that is worked on
constexpr std::size_t kSumsBytes = sizeof(float) * kBlock * kBlock;
constexpr int kPiecesPerThread = 2;

constexpr int kLargestKernel = 7;
constexpr int kFewestChannels = 16;  // below, most of a tile would be padding

int divided_up(int count, int part) { return (count + part - 1) / part; }

int channels_of_plane(bool eight_bits) { return eight_bits ? kRowBytes : kRowBytes / 2; }

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

TileActivation activation_of(Activation activation) {
  if (activation == Activation::kRelu) return TileActivation::kRelu;
  return activation == Activation::kHardSwish ? TileActivation::kHardSwish : TileActivation::kNone;
}

}  // namespace

bool has_tiles() {
  static const bool found =
      dnnl::get_effective_cpu_isa() == dnnl::cpu_isa::avx512_core_amx && may_use_tiles();
  return found;
}

memory::desc tile_layout(const memory::dims& dims, memory::data_type type) {
  memory::desc layout(dims, type, memory::format_tag::aBcd32b);
  if (type == memory::data_type::bf16 || type == memory::data_type::f32) return layout;
  const memory::dim block = kRowBytes;
  auto& data = layout.data;
  data.padded_dims[1] = (dims[1] + block - 1) / block * block;
  auto& blocking = data.format_desc.blocking;
  blocking.inner_blks[0] = block;
  blocking.strides[3] = block;
  blocking.strides[2] = dims[3] * block;
  blocking.strides[1] = dims[2] * dims[3] * block;
  blocking.strides[0] = data.padded_dims[1] / block * blocking.strides[1];
  return layout;
}

bool TileConvolution::suits(const Convolution& layer) {
  return !layer.exact && layer.groups == 1 && layer.kernel <= kLargestKernel &&
         layer.in >= kFewestChannels && layer.out >= kFewestChannels &&
         layer.activation != Activation::kHardSigmoid;
}

TileConvolution::TileConvolution(const Convolution& layer, int rows, int columns,
                                 const Types& types, const EightBits& eight,
                                 const Addition& addition)
    : types_(types),
      addition_(addition),
      activation_(activation_of(layer.activation)),
      rows_(rows),
      columns_(columns),
      in_(layer.in),
      out_(layer.out),
      kernel_(layer.kernel),
      stride_(layer.stride),
      padding_(layer.dilation * (layer.kernel / 2)),
      copied_(layer.kernel > 1 || layer.stride > 1),
      planes_(divided_up(layer.in, channels_of_plane(types.eight_bits))) {
  const int reach = layer.dilation * (kernel_ - 1) + 1;
  result_rows_ = (rows + 2 * padding_ - reach) / stride_ + 1;
  result_columns_ = (columns + 2 * padding_ - reach) / stride_ + 1;
  // At stride 1 the border after a row is the one before the next.
  const int width = columns + (stride_ == 1 ? padding_ : 2 * padding_);
  pitch_ = copied_ ? std::max(divided_up(width, stride_), result_columns_) : columns;
  phase_rows_ = divided_up(rows + 2 * padding_, stride_);
  for (int y = 0; y < kernel_; ++y) {
    for (int x = 0; x < kernel_; ++x) {
      const int row = y * layer.dilation, column = x * layer.dilation;
      const Phase wanted{row % stride_, column % stride_};
      const auto found = std::ranges::find_if(phases_, [&](const Phase& phase) {
        return phase.row == wanted.row && phase.column == wanted.column;
      });
      taps_.push_back(
          {static_cast<std::size_t>(found - phases_.begin()), row / stride_, column / stride_, 0});
      if (found == phases_.end()) phases_.push_back(wanted);
    }
  }
  for (auto& tap : taps_) {
    tap.shift = static_cast<std::ptrdiff_t>(tap.phase * phase_bytes()) +
                (std::ptrdiff_t{tap.row} * pitch_ + tap.column) * kRowBytes;
  }
  pixel_blocks_ = divided_up((result_rows_ - 1) * pitch_ + result_columns_, kBlock);
  const int plane = channels_of_plane(types.eight_bits);
  out_blocks_ = divided_up(out_, plane) * plane / kBlock;
  const auto channels = static_cast<std::size_t>(out_blocks_) * kBlock;
  bias_ = types.eight_bits ? eight.bias : layer.bias;
  bias_.resize(channels, 0);
  scales_ = eight.scales;
  scales_.resize(channels, 1);
  for (std::size_t k = 0; k < channels; ++k) bias_[k] *= scales_[k];
}

std::size_t TileConvolution::phase_bytes() const {
  // The last taps of the last block reach beyond the last row.
  const auto pixels = static_cast<std::size_t>(phase_rows_ + 1) * pitch_ + 2 * kBlock;
  return pixels * kRowBytes;
}

std::size_t TileConvolution::plane_bytes() const {
  if (copied_) return phases_.size() * phase_bytes();
  return static_cast<std::size_t>(rows_) * columns_ * kRowBytes;
}

std::size_t TileConvolution::weights_bytes() const {
  return static_cast<std::size_t>(out_blocks_) * taps_.size() * planes_ * kStepBytes;
}

std::size_t TileConvolution::copies_bytes() const { return copied_ ? planes_ * plane_bytes() : 0; }

std::size_t TileConvolution::scratch_bytes() const {
  const bool chunks = cut_for(1).planes < planes_;
  return copies_bytes() + (chunks ? kSumsBytes * pixel_blocks_ * out_blocks_ : 0);
}

// Per block of filters and plane, a step for each tap: two tiles, whose rows hold what meets
// kRowBytes / 16 = 4 bytes of a pixel, filter by filter.
void TileConvolution::pack(std::span<const float> weights, std::uint8_t* to) const {
  const int plane = channels_of_plane(types_.eight_bits);
  const int together = types_.eight_bits ? 4 : 2;
  const std::size_t taps = taps_.size();
  const float* value = weights.data();
  for (int k = 0; k < out_; ++k) {
    const int filter = k % kBlock;
    std::uint8_t* step = to + static_cast<std::size_t>(k / kBlock) * planes_ * taps * kStepBytes +
                         filter / 16 * (kStepBytes / 2) + filter % 16 * 4;
    for (int first = 0; first < in_; first += plane, step += taps * kStepBytes) {
      const int channels = std::min(plane, in_ - first);
      for (int c = 0; c < channels; ++c) {
        std::uint8_t* place = step + c / together * kRowBytes + c % together * (4 / together);
        for (std::size_t t = 0; t < taps; ++t, place += kStepBytes, ++value) {
          if (types_.eight_bits) {
            *place = static_cast<std::uint8_t>(static_cast<std::int8_t>(*value));
          } else {
            const std::uint16_t bits = to_bf16(*value);
            std::memcpy(place, &bits, sizeof bits);
          }
        }
      }
    }
  }
}

void TileConvolution::copy_plane(const std::uint8_t* source, std::size_t plane,
                                 std::uint8_t* copies) const {
  const std::uint8_t* from = source + plane * rows_ * columns_ * kRowBytes;
  for (std::size_t p = 0; p < phases_.size(); ++p) {
    std::uint8_t* to = copies + plane * plane_bytes() + p * phase_bytes();
    for (int r = 0; r <= phase_rows_; ++r) {
      std::uint8_t* line = to + static_cast<std::size_t>(r) * pitch_ * kRowBytes;
      const int row = r * stride_ + phases_[p].row - padding_;
      if (r == phase_rows_ || row < 0 || row >= rows_) {
        std::memset(line, 0, static_cast<std::size_t>(pitch_) * kRowBytes);
        continue;
      }
      // The columns of the copy that show some of the source.
      const int before = padding_ - phases_[p].column;
      const int first = std::clamp(before <= 0 ? 0 : divided_up(before, stride_), 0, pitch_);
      const int last = std::clamp(divided_up(columns_ + before, stride_), first, pitch_);
      std::memset(line, 0, static_cast<std::size_t>(first) * kRowBytes);
      std::memset(line + static_cast<std::size_t>(last) * kRowBytes, 0,
                  static_cast<std::size_t>(pitch_ - last) * kRowBytes);
      const std::uint8_t* begin =
          from +
          (static_cast<std::ptrdiff_t>(row) * columns_ + first * stride_ - before) * kRowBytes;
      if (stride_ == 1) {
        std::memcpy(line + static_cast<std::size_t>(first) * kRowBytes, begin,
                    static_cast<std::size_t>(last - first) * kRowBytes);
        continue;
      }
      for (int i = first; i < last; ++i) {
        std::memcpy(line + static_cast<std::size_t>(i) * kRowBytes,
                    begin + static_cast<std::ptrdiff_t>(i - first) * stride_ * kRowBytes,
                    kRowBytes);
      }
    }
    std::memset(to + (phase_bytes() - 2 * kBlock * kRowBytes), 0, 2 * kBlock * kRowBytes);
  }
}

// Leaves out taps through which a block sees nothing but the border: rows above or below, or
// columns beside.
int TileConvolution::find_taps(const Piece& piece, TileTap* found) const {
  const int first = piece.block * kBlock;
  const int top = first / pitch_, left = first - top * pitch_;
  const int bottom = std::min((first + kBlock - 1) / pitch_, result_rows_ - 1);
  const int right = std::min(left + kBlock, result_columns_) - 1;
  int count = 0;
  for (std::size_t t = 0; t < taps_.size(); ++t) {
    const Tap& tap = taps_[t];
    if (stride_ == 1) {
      if (bottom + tap.row < padding_ || top + tap.row >= padding_ + rows_) continue;
      const bool beside = right + tap.column < padding_ || left + tap.column >= padding_ + columns_;
      if (top == bottom && beside) continue;
    }
    found[count++] = {tap.shift, static_cast<std::ptrdiff_t>(t) * kStepBytes};
  }
  return count;
}

void TileConvolution::compute(const std::uint8_t* input, const std::uint8_t* weights,
                              std::uint8_t* result, std::uint8_t* sums, const Piece& piece) const {
  alignas(64) std::array<std::uint8_t, kSumsBytes> own;
  const bool whole = piece.planes == planes_;
  void* to = whole
                 ? own.data()
                 : sums + (static_cast<std::size_t>(piece.filters) * pixel_blocks_ + piece.block) *
                              kSumsBytes;
  std::array<TileTap, kLargestKernel * kLargestKernel> taps;
  const int tap_count = find_taps(piece, taps.data());
  const std::uint8_t* source = input + piece.first_plane * plane_bytes() +
                               static_cast<std::size_t>(piece.block) * kBlock * kRowBytes;
  const std::size_t weights_plane = taps_.size() * kStepBytes;
  const auto first_plane = static_cast<std::size_t>(piece.filters) * planes_ + piece.first_plane;
  const TileProduct product{source,
                            static_cast<std::ptrdiff_t>(plane_bytes()),
                            weights + first_plane * weights_plane,
                            static_cast<std::ptrdiff_t>(weights_plane),
                            piece.planes,
                            taps.data(),
                            tap_count,
                            piece.first_plane > 0,
                            piece.fresh_source,
                            piece.fresh_weights};
  const bool last = piece.first_plane + piece.planes == planes_;
  if (last) {
    const int pixel = piece.block * kBlock;
    const auto place = static_cast<std::ptrdiff_t>(pixel / pitch_) * result_columns_ +
                       std::min(pixel % pitch_, result_columns_);
    fetch_for_writing(plane_of(result, piece) + place * pixel_bytes(), kBlock * pixel_bytes());
  }
  if (types_.eight_bits) {
    multiply_eight_bits(product, static_cast<std::int32_t*>(to));
  } else {
    multiply_bf16(product, static_cast<float*>(to));
  }
  if (last) finish(to, result, piece);
}

// Where the first pixel of a piece's first filter goes, less the pixels before it.
std::uint8_t* TileConvolution::plane_of(std::uint8_t* result, const Piece& piece) const {
  // In 8 bits a plane of the result takes two blocks.
  const int blocks = types_.eight_bits ? 2 : 1;
  const auto pixels = static_cast<std::size_t>(result_rows_) * result_columns_;
  const std::size_t plane = pixels * static_cast<std::size_t>(pixel_bytes());
  return result + piece.filters / blocks * plane + piece.filters % blocks * kBlock;
}

// Row by row of the result; what lies in the border between them is no pixel.
void TileConvolution::finish(const void* sums, std::uint8_t* result, const Piece& piece) const {
  std::uint8_t* there = plane_of(result, piece);
  const std::size_t first_filter = static_cast<std::size_t>(piece.filters) * kBlock;
  const TileFinish finish{bias_.data() + first_filter,
                          scales_.data() + first_filter,
                          addition_.factor,
                          addition_.present ? there : nullptr,
                          types_.there_signed,
                          there,
                          types_.result_signed,
                          activation_};
  const int first = piece.block * kBlock;
  int row = first / pitch_, column = first - row * pitch_;
  for (int i = 0; i < kBlock && row < result_rows_; ++row, column = 0) {
    const int left = std::min(kBlock - i, pitch_ - column);
    const TileRun run{i, std::min(left, result_columns_ - column),
                      static_cast<std::ptrdiff_t>(row) * result_columns_ + column};
    if (types_.wide) {
      finish_wide(static_cast<const float*>(sums), run, finish);
    } else if (types_.eight_bits) {
      finish_eight_bits(static_cast<const std::int32_t*>(sums), run, finish);
    } else {
      finish_bf16(static_cast<const float*>(sums), run, finish);
    }
    i += left;
  }
}

// What every thread must read is the less the better: all weights, where each has its pixels, whose
// source, result and residual then stay in its own caches from layer to layer; or all of the
// source, where each has its filters. The source that is worked on is to stay in the second cache
// while filters pass. Where it is larger, either fewer pixels are taken at a time, and the weights
// read for each part of them, or fewer planes, and the sums put by in between: whichever moves
// less.
TileConvolution::Cut TileConvolution::cut_for(int threads) const {
  const std::size_t source_bytes =
      std::size_t{kBlock} * kRowBytes * planes_ * static_cast<std::size_t>(pixel_blocks_);
  const std::size_t sums_bytes =
      kSumsBytes * static_cast<std::size_t>(pixel_blocks_) * static_cast<std::size_t>(out_blocks_);
  Cut cut{pixel_blocks_ >= threads && weights_bytes() < source_bytes + sums_bytes / 2,
          pixel_blocks_, planes_};
  const int own = cut.by_pixels ? divided_up(pixel_blocks_, threads) : pixel_blocks_;
  const std::size_t own_bytes = source_bytes / static_cast<std::size_t>(pixel_blocks_) * own;
  const int pieces = static_cast<int>((own_bytes + kCacheBytes - 1) / kCacheBytes);
  if (pieces > 1 && 2 * sums_bytes < weights_bytes()) {
    cut.planes = divided_up(planes_, std::min(pieces, planes_));
  } else {
    cut.pixels = divided_up(own, std::min(pieces, own));
  }
  return cut;
}

void TileConvolution::work(const std::uint8_t* input, const std::uint8_t* weights,
                           std::uint8_t* result, std::uint8_t* sums, const Cut& cut,
                           const Share& share) const {
  for (int first = share.first_block; first < share.last_block; first += cut.pixels) {
    const int last = std::min(first + cut.pixels, share.last_block);
    for (int plane = 0; plane < planes_; plane += cut.planes) {
      const int planes = std::min(cut.planes, planes_ - plane);
      for (int k = share.first_filters; k < share.last_filters; ++k) {
        for (int block = first; block < last; ++block) {
          compute(input, weights, result, sums,
                  {k, block, plane, planes, k == share.first_filters, block == first});
        }
      }
    }
  }
}

void TileConvolution::run(const std::uint8_t* source, std::uint8_t* result,
                          const std::uint8_t* weights, std::uint8_t* scratch) const {
  const std::uint8_t* input = copied_ ? scratch : source;
  std::uint8_t* sums = scratch + copies_bytes();
  const int threads = omp_get_max_threads();
  const Cut cut = cut_for(threads);
#pragma omp parallel num_threads(threads)
  {
    load_tile_shapes();
    if (copied_) {
#pragma omp for schedule(static)
      for (int plane = 0; plane < planes_; ++plane) {
        copy_plane(source, static_cast<std::size_t>(plane), scratch);
      }
    }
    const auto part = [](int count, int index, int parts) { return count * index / parts; };
    if (cut.by_pixels) {
      const int me = omp_get_thread_num(), all = omp_get_num_threads();
      work(input, weights, result, sums, cut,
           {0, out_blocks_, part(pixel_blocks_, me, all), part(pixel_blocks_, me + 1, all)});
    } else {
      const int groups = std::min(out_blocks_, kPiecesPerThread * threads);
#pragma omp for schedule(dynamic, 1)
      for (int i = 0; i < groups; ++i) {
        work(input, weights, result, sums, cut,
             {part(out_blocks_, i, groups), part(out_blocks_, i + 1, groups), 0, pixel_blocks_});
      }
    }
    release_tiles();
  }
}

}  // namespace heartlab::onednn
