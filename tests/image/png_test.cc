#include "heartlab/image/png.h"

#include <gtest/gtest.h>
#include <png.h>

#include <functional>

#include "heartlab/core/random.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::TemporaryFolder;

struct PngKind {
  int rows, columns, depth, colour_type;
  int interlace = PNG_INTERLACE_NONE;
  std::vector<png_color> palette = {};
};

// A file of any kind that libpng can write, from rows packed as that kind packs them.
Bytes make_png(const PngKind& kind, Bytes packed) {
  Bytes file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &file,
      [](png_structp self, png_bytep bytes, std::size_t count) {
        auto* target = static_cast<Bytes*>(png_get_io_ptr(self));
        target->insert(target->end(), bytes, bytes + count);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(kind.columns),
               static_cast<png_uint_32>(kind.rows), kind.depth, kind.colour_type, kind.interlace,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!kind.palette.empty()) {
    png_set_PLTE(png, info, kind.palette.data(), static_cast<int>(kind.palette.size()));
  }
  png_write_info(png, info);
  std::vector<png_bytep> rows;
  for (int row = 0; row < kind.rows; ++row) {
    rows.push_back(packed.data() + static_cast<std::size_t>(row) * png_get_rowbytes(png, info));
  }
  png_write_image(png, rows.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return file;
}

// CRC-32 as every chunk ends with (PNG specification, annex D).
std::uint32_t checksum(const std::uint8_t* bytes, std::size_t count) {
  std::uint32_t sum = 0xFFFFFFFF;
  for (std::size_t i = 0; i < count; ++i) {
    sum ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~sum;
}

GreyImage decoded(const PngKind& kind, const Bytes& packed) {
  return decode_png(make_png(kind, packed), "made.png");
}

GreyImage random_grey(int rows, int columns) {
  Generator generator(11);
  GreyImage image(rows, columns);
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(generator.below(256));
  return image;
}

TEST(Png, writing_and_reading_gives_the_image_back) {
  TemporaryFolder folder;
  const GreyImage image = random_grey(37, 53);
  write_png(folder / "grey.png", image);
  EXPECT_EQ(read_png(folder / "grey.png"), image);
  const Image deep = read_png_deep(folder / "grey.png");
  EXPECT_EQ(deep.at(3, 5), static_cast<float>(image.at(3, 5)));
}

TEST(Png, the_same_image_gives_the_same_bytes) {
  EXPECT_EQ(encode_png(random_grey(20, 20)), encode_png(random_grey(20, 20)));
}

TEST(Png, colour_of_equal_channels_reads_as_grey) {
  const GreyImage grey = random_grey(5, 6);
  ColourImage picture(5, 6);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    picture.pixels[i] = {grey.pixels[i], grey.pixels[i], grey.pixels[i]};
  }
  EXPECT_EQ(decode_png(encode_png(picture), "made.png"), grey);
}

TEST(Png, real_colour_is_an_error_that_shows_it) {
  expect_error(ErrorKind::kUnsupported, {"made.png", "grey", "red 255, green 0, blue 7"}, [] {
    decode_png(encode_png(ColourImage(2, 2, {255, 0, 7})), "made.png");
  });
}

TEST(Png, sixteen_bits_are_kept_or_rounded) {
  const PngKind kind{1, 3, 16, PNG_COLOR_TYPE_GRAY};
  const Bytes packed = {0x01, 0x02, 0xFF, 0xFF, 0x80, 0x00};
  const Image deep = decode_png_deep(make_png(kind, packed), "made.png");
  EXPECT_EQ(deep.pixels, (std::vector<float>{258, 65535, 32768}));
  EXPECT_EQ(decoded(kind, packed).pixels, (std::vector<std::uint8_t>{1, 255, 128}));
}

TEST(Png, one_bit_reads_as_0_and_255) {
  EXPECT_EQ(decoded({1, 4, 1, PNG_COLOR_TYPE_GRAY}, {0b10110000}).pixels,
            (std::vector<std::uint8_t>{255, 0, 255, 255}));
}

TEST(Png, a_palette_of_greys_reads_as_its_greys) {
  PngKind kind{1, 4, 2, PNG_COLOR_TYPE_PALETTE};
  kind.palette = {{0, 0, 0}, {90, 90, 90}, {255, 255, 255}};
  EXPECT_EQ(decoded(kind, {0b00011001}).pixels, (std::vector<std::uint8_t>{0, 90, 255, 90}));
}

TEST(Png, alpha_is_read_where_it_is_opaque_and_an_error_where_it_hides) {
  const PngKind kind{1, 2, 8, PNG_COLOR_TYPE_GRAY_ALPHA};
  EXPECT_EQ(decoded(kind, {7, 255, 9, 255}).pixels, (std::vector<std::uint8_t>{7, 9}));
  expect_error(ErrorKind::kUnsupported, {"made.png", "transparency"}, [&] {
    decoded(kind, {7, 255, 9, 0});
  });
}

TEST(Png, an_interlaced_file_reads_as_any_other) {
  const GreyImage image = random_grey(19, 23);
  const PngKind kind{19, 23, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_ADAM7};
  EXPECT_EQ(decoded(kind, image.pixels), image);
}

TEST(Png, a_file_cut_anywhere_is_an_error_that_names_it) {
  const Bytes whole = encode_png(random_grey(24, 24));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    expect_error(ErrorKind::kBadInput, {"cut.png"},
                 [&] { decode_png(std::span(whole).first(length), "cut.png"); });
  }
}

TEST(Png, a_changed_byte_never_passes_unnoticed_or_crashes) {
  const GreyImage image = random_grey(24, 24);
  const Bytes whole = encode_png(image);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes changed = whole;
    changed[at] ^= 0x55;
    expect_error(ErrorKind::kBadInput, {"changed.png"},
                 [&] { decode_png(changed, "changed.png"); });
  }
}

// A picture of one pixel whose header is changed.
Bytes with_header(const std::function<void(std::uint8_t* width, std::uint8_t* height,
                                           std::uint8_t* depth)>& change) {
  Bytes file = encode_png(GreyImage(1, 1));
  constexpr std::size_t kWidth = 16, kHeight = 20, kDepth = 24, kHeader = 12, kChecksum = 29;
  change(&file[kWidth], &file[kHeight], &file[kDepth]);
  const auto sum = checksum(file.data() + kHeader, kChecksum - kHeader);
  for (std::size_t i = 0; i < 4; ++i) {
    file[kChecksum + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
  }
  return file;
}

TEST(Png, more_pixels_than_any_image_has_are_refused_before_memory_is_taken) {
  Bytes file = with_header([](std::uint8_t* width, std::uint8_t* height, std::uint8_t* depth) {
    width[2] = height[2] = 0x9c;  // 40,000 x 40,000
    width[3] = height[3] = 0x40;
    *depth = 1;
  });
  file.resize(200'000);  // as many as deflate needs for so many black pixels
  expect_error(ErrorKind::kUnsupported, {"bomb.png", "268435456", "40000 x 40000"},
               [&] { decode_png(file, "bomb.png"); });
}

TEST(Png, a_small_file_that_promises_a_huge_image_is_an_error) {
  const Bytes file = with_header([](std::uint8_t* width, std::uint8_t* height, std::uint8_t*) {
    width[1] = height[1] = 0x0F;  // 983,041 x 983,041
  });
  expect_error(ErrorKind::kBadInput, {"huge.png", "983041"}, [&] { decode_png(file, "huge.png"); });
}

TEST(Png, other_content_and_no_file_are_errors_of_their_own) {
  TemporaryFolder folder;
  write_text(folder / "text.png", "this is not a picture");
  write_text(folder / "empty.png", "");
  expect_error(ErrorKind::kBadInput, {"text.png"}, [&] { read_png(folder / "text.png"); });
  expect_error(ErrorKind::kBadInput, {"empty.png"}, [&] { read_png(folder / "empty.png"); });
  expect_error(ErrorKind::kNotFound, {"absent.png"}, [&] { read_png(folder / "absent.png"); });
}

Raster<std::uint16_t> stored(const PngKind& kind, const Bytes& packed) {
  return decode_png_values(make_png(kind, packed), "made.png");
}

TEST(PngValues, few_bits_are_not_stretched_and_many_not_rounded) {
  using Values = std::vector<std::uint16_t>;
  EXPECT_EQ(stored({1, 4, 2, PNG_COLOR_TYPE_GRAY}, {0b00011011}).pixels, (Values{0, 1, 2, 3}));
  EXPECT_EQ(stored({1, 2, 16, PNG_COLOR_TYPE_GRAY}, {0, 1, 1, 0}).pixels, (Values{1, 256}));
}

TEST(PngValues, a_palette_of_colours_gives_indices_and_one_of_greys_the_greys) {
  using Values = std::vector<std::uint16_t>;
  const std::vector<png_color> colours = {{0, 0, 0}, {128, 0, 0}, {0, 128, 0}};
  EXPECT_EQ(
      stored({1, 3, 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, colours}, {2, 0, 1}).pixels,
      (Values{2, 0, 1}));
  const std::vector<png_color> white_first = {{255, 255, 255}, {0, 0, 0}};
  EXPECT_EQ(
      stored({1, 2, 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, white_first}, {0, 1}).pixels,
      (Values{255, 0}));
}

}  // namespace
}  // namespace heartlab
