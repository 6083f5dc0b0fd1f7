#include <gtest/gtest.h>
#include <omp.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "heartlab/core/random.h"
#include "heartlab/segment/onednn/tile_convolution.h"

namespace heartlab::onednn {
namespace {

using dnnl::memory;
using Type = memory::data_type;

struct Shape {
  int in, out, kernel, stride, dilation, rows, columns;
};

float rounded(double value) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  return std::bit_cast<float>((bits + 0x7FFFU + ((bits >> 16) & 1U)) & 0xFFFF0000U);
}

// Numbers of C x H x W in the layout of tiles and back, with what follows them in memory.
class Planes {
 public:
  Planes(int channels, int rows, int columns, Type type) : pixels_(rows * columns), type_(type) {
    const memory::desc layout = tile_layout({1, channels, rows, columns}, type);
    // Beyond the numbers there may be anything.
    bytes_.assign(layout.get_size() + std::size_t{kBlock} * kRowBytes, 0xAB);
    std::memset(bytes_.data(), 0, layout.get_size());
  }

  std::uint8_t* data() { return bytes_.data(); }

  void set(int channel, int pixel, double value) {
    std::uint8_t* at = place(channel, pixel);
    if (type_ == Type::bf16) {
      const auto bits =
          static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(value)) >> 16);
      std::memcpy(at, &bits, sizeof bits);
    } else {
      *at = static_cast<std::uint8_t>(static_cast<int>(value));
    }
  }

  double get(int channel, int pixel) {
    const std::uint8_t* at = place(channel, pixel);
    if (type_ == Type::u8) return *at;
    if (type_ == Type::s8) return static_cast<std::int8_t>(*at);
    if (type_ == Type::f32) {
      float value = 0;
      std::memcpy(&value, at, sizeof value);
      return value;
    }
    std::uint16_t bits = 0;
    std::memcpy(&bits, at, sizeof bits);
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  }

  int pixels() const { return pixels_; }
  std::size_t size() const { return bytes_.size() - std::size_t{kBlock} * kRowBytes; }

 private:
  std::uint8_t* place(int channel, int pixel) {
    const bool eight_bits = type_ == Type::u8 || type_ == Type::s8;
    const int plane = eight_bits ? 64 : 32;
    const auto bytes = static_cast<std::size_t>(eight_bits ? 1 : type_ == Type::bf16 ? 2 : 4);
    const auto before = static_cast<std::size_t>(channel / plane) * pixels_ + pixel;
    return bytes_.data() + (before * plane + channel % plane) * bytes;
  }

  int pixels_;
  Type type_;
  std::vector<std::uint8_t> bytes_;
};

Convolution layer_of(const Shape& shape, Generator& generator) {
  Convolution layer;
  layer.in = shape.in;
  layer.out = shape.out;
  layer.kernel = shape.kernel;
  layer.stride = shape.stride;
  layer.dilation = shape.dilation;
  for (int k = 0; k < shape.out; ++k) {
    layer.bias.push_back(static_cast<float>(generator.uniform(-1, 1)));
  }
  return layer;
}

std::vector<float> draw(std::size_t count, Generator& generator, bool whole) {
  std::vector<float> values(count);
  for (auto& value : values) {
    value =
        whole ? static_cast<float>(generator.below(255)) - 127 : rounded(generator.uniform(-1, 1));
  }
  return values;
}

// The sum of products of one pixel of the result.
double sum_at(const Shape& shape, const std::vector<float>& weights, Planes& source, int k, int row,
              int column) {
  double sum = 0;
  const int padding = shape.dilation * (shape.kernel / 2);
  for (int y = 0; y < shape.kernel; ++y) {
    for (int x = 0; x < shape.kernel; ++x) {
      const int from_row = row * shape.stride + y * shape.dilation - padding;
      const int from_column = column * shape.stride + x * shape.dilation - padding;
      if (from_row < 0 || from_row >= shape.rows || from_column < 0 ||
          from_column >= shape.columns) {
        continue;
      }
      for (int c = 0; c < shape.in; ++c) {
        const auto tap = static_cast<std::size_t>(((k * shape.in + c) * shape.kernel + y)) *
                             static_cast<std::size_t>(shape.kernel) +
                         static_cast<std::size_t>(x);
        sum += double{weights[tap]} * source.get(c, from_row * shape.columns + from_column);
      }
    }
  }
  return sum;
}

class Tiles : public ::testing::TestWithParam<Shape> {
 protected:
  void SetUp() override {
    if (!has_tiles()) GTEST_SKIP() << "this processor has no tiles (AMX)";
  }
  void TearDown() override { omp_set_num_threads(threads_); }

  // The result of all threads together; of any number of them it has the same bytes.
  std::vector<std::uint8_t> run(const TileConvolution& tiles, Planes& source, Planes& result,
                                const std::vector<float>& weights) {
    std::vector<std::uint8_t> packed(tiles.weights_bytes() + kStepBytes, 0);
    tiles.pack(weights, packed.data());
    const std::vector<std::uint8_t> before(result.data(), result.data() + result.size());
    std::vector<std::uint8_t> first;
    for (const int threads : {1, 2, 5}) {
      omp_set_num_threads(threads);
      std::copy(before.begin(), before.end(), result.data());
      std::vector<std::uint8_t> scratch(tiles.scratch_bytes() + 1, 0xAB);
      tiles.run(source.data(), result.data(), packed.data(), scratch.data());
      const std::vector<std::uint8_t> found(result.data(), result.data() + result.size());
      if (first.empty()) first = found;
      EXPECT_EQ(found, first) << threads << " threads";
    }
    return first;
  }

 private:
  int threads_ = omp_get_max_threads();
};

TEST_P(Tiles, in_bf16_give_the_convolution) {
  const Shape& shape = GetParam();
  Generator generator(7);
  Convolution layer = layer_of(shape, generator);
  const auto weights =
      draw(static_cast<std::size_t>(shape.out * shape.in * shape.kernel * shape.kernel), generator,
           false);
  Planes source(shape.in, shape.rows, shape.columns, Type::bf16);
  for (int c = 0; c < shape.in; ++c) {
    for (int i = 0; i < source.pixels(); ++i) source.set(c, i, rounded(generator.uniform(-1, 1)));
  }
  for (const auto activation : {Activation::kNone, Activation::kRelu, Activation::kHardSwish}) {
    for (const bool adds : {false, true}) {
      layer.activation = activation;
      const TileConvolution tiles(layer, shape.rows, shape.columns, {}, {}, {adds, 1});
      const int rows = tiles.result_rows(), columns = tiles.result_columns();
      Planes result(shape.out, rows, columns, Type::bf16);
      if (adds) {
        for (int k = 0; k < shape.out; ++k) {
          for (int i = 0; i < rows * columns; ++i) result.set(k, i, i % 3);
        }
      }
      run(tiles, source, result, weights);
      for (int k = 0; k < shape.out; k += 3) {
        for (int i = 0; i < rows * columns; i += 1 + rows * columns / 40) {
          double x = sum_at(shape, weights, source, k, i / columns, i % columns) + layer.bias[k];
          if (adds) x += i % 3;
          if (activation == Activation::kRelu) x = std::max(x, 0.0);
          if (activation == Activation::kHardSwish) x *= std::clamp(x + 3, 0.0, 6.0) / 6;
          ASSERT_NEAR(result.get(k, i), x, 0.004 * std::abs(x) + 1e-4) << k << " " << i;
        }
      }
    }
  }
}

TEST_P(Tiles, in_bf16_give_it_in_fp32_where_that_is_asked_for) {
  const Shape& shape = GetParam();
  Generator generator(9);
  const Convolution layer = layer_of(shape, generator);
  const auto taps = static_cast<std::size_t>(shape.in * shape.kernel * shape.kernel);
  const auto weights = draw(taps * static_cast<std::size_t>(shape.out), generator, false);
  Planes source(shape.in, shape.rows, shape.columns, Type::bf16);
  for (int c = 0; c < shape.in; ++c) {
    for (int i = 0; i < source.pixels(); ++i) source.set(c, i, rounded(generator.uniform(-1, 1)));
  }
  const TileConvolution tiles(layer, shape.rows, shape.columns, {.wide = true}, {}, {});
  const int rows = tiles.result_rows(), columns = tiles.result_columns();
  Planes result(shape.out, rows, columns, Type::f32);
  run(tiles, source, result, weights);
  for (int k = 0; k < shape.out; k += 3) {
    for (int i = 0; i < rows * columns; i += 1 + rows * columns / 40) {
      const double x = sum_at(shape, weights, source, k, i / columns, i % columns) + layer.bias[k];
      ASSERT_NEAR(result.get(k, i), x, 1e-5 * std::sqrt(static_cast<double>(taps)) + 1e-5);
    }
  }
}

TEST_P(Tiles, in_eight_bits_give_the_convolution_to_the_last_step) {
  const Shape& shape = GetParam();
  Generator generator(8);
  Convolution layer = layer_of(shape, generator);
  const auto taps = static_cast<std::size_t>(shape.in * shape.kernel * shape.kernel);
  const auto weights = draw(taps * static_cast<std::size_t>(shape.out), generator, true);
  Planes source(shape.in, shape.rows, shape.columns, Type::u8);
  for (int c = 0; c < shape.in; ++c) {
    for (int i = 0; i < source.pixels(); ++i) source.set(c, i, generator.below(256));
  }
  for (const bool is_signed : {false, true}) {
    for (const bool adds : {false, true}) {
      layer.activation = is_signed ? Activation::kNone : Activation::kRelu;
      EightBits eight;
      for (int k = 0; k < shape.out; ++k) {
        eight.scales.push_back(0.4F / 127 / std::sqrt(static_cast<float>(taps)));
        eight.bias.push_back(static_cast<float>(generator.uniform(-1e4, 1e4)));
      }
      const TileConvolution tiles(layer, shape.rows, shape.columns, {true, is_signed, true}, eight,
                                  {adds, 0.5F});
      const int rows = tiles.result_rows(), columns = tiles.result_columns();
      Planes result(shape.out, rows, columns, is_signed ? Type::s8 : Type::u8);
      if (adds) {
        for (int k = 0; k < shape.out; ++k) {
          for (int i = 0; i < rows * columns; ++i) result.set(k, i, i % 200 - 100);
        }
      }
      run(tiles, source, result, weights);
      for (int k = 0; k < shape.out; k += 3) {
        for (int i = 0; i < rows * columns; i += 1 + rows * columns / 40) {
          double x = sum_at(shape, weights, source, k, i / columns, i % columns) + eight.bias[k];
          x = x * eight.scales[k] + (adds ? 0.5 * (i % 200 - 100) : 0);
          x = std::clamp(x, is_signed ? -128.0 : 0.0, is_signed ? 127.0 : 255.0);
          ASSERT_NEAR(result.get(k, i), x, 0.501) << k << " " << i;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    shapes, Tiles,
    ::testing::Values(Shape{16, 16, 1, 1, 1, 1, 1}, Shape{64, 32, 1, 1, 1, 9, 13},
                      Shape{70, 48, 1, 2, 1, 9, 14}, Shape{32, 64, 3, 1, 1, 7, 33},
                      Shape{48, 33, 3, 2, 1, 12, 17}, Shape{33, 40, 3, 1, 2, 11, 9},
                      Shape{64, 32, 3, 1, 18, 33, 33}, Shape{40, 32, 3, 1, 12, 5, 70},
                      Shape{16, 20, 7, 2, 1, 21, 20}, Shape{20, 16, 2, 1, 1, 8, 10},
                      Shape{16, 32, 5, 3, 2, 19, 23}, Shape{1200, 32, 3, 1, 6, 12, 12}),
    [](const auto& item) {
      const Shape& s = item.param;
      return std::to_string(s.in) + "_to_" + std::to_string(s.out) + "_kernel_" +
             std::to_string(s.kernel) + "_stride_" + std::to_string(s.stride) + "_rate_" +
             std::to_string(s.dilation) + "_on_" + std::to_string(s.rows) + "_x_" +
             std::to_string(s.columns);
    });

}  // namespace
}  // namespace heartlab::onednn
