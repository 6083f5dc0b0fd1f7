#include "heartlab/image/png.h"

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <exception>

#include "heartlab/core/error.h"
#include "heartlab/image/most_pixels.h"

namespace heartlab {
namespace {

// libpng reports errors by longjmp: a function that calls setjmp holds nothing that a destructor
// must end, and everything it changes lies in an object of its caller.

struct Failure {
  char message[200] = "";
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* failure = static_cast<Failure*>(png_get_error_ptr(png));
  std::strncpy(failure->message, message, sizeof failure->message - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

// What becomes of values of fewer than 8 bits and of a palette's indices.
enum class Values { kStretched, kStored };

class Decoder {
 public:
  explicit Decoder(std::span<const std::uint8_t> file)
      : rest_(file),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &failure_, on_error, on_warning)),
        info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
    if (info_ == nullptr) throw std::bad_alloc();
    png_set_read_fn(png_, this, take);
  }
  ~Decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Up to the first pixel; what follows is 8 or 16 bits of grey or colour, with or without alpha.
  bool read_header(Values values) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_info(png_, info_);
    stored_bytes_ = png_get_rowbytes(png_, info_) * png_get_image_height(png_, info_);
    if (values == Values::kStored && !has_grey_palette()) {
      png_set_packing(png_);
    } else {
      png_set_expand(png_);
    }
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }

  int rows() const { return static_cast<int>(png_get_image_height(png_, info_)); }
  int columns() const { return static_cast<int>(png_get_image_width(png_, info_)); }
  int depth() const { return png_get_bit_depth(png_, info_); }
  int channels() const { return png_get_channels(png_, info_); }
  std::size_t stored_bytes() const { return stored_bytes_; }  // of all pixels as in the file
  std::size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
  const char* message() const { return failure_.message; }

 private:
  bool has_grey_palette() const {
    png_colorp colours = nullptr;
    int count = 0;
    if (png_get_PLTE(png_, info_, &colours, &count) == 0) return false;
    return std::all_of(colours, colours + count, [](const png_color& colour) {
      return colour.red == colour.green && colour.red == colour.blue;
    });
  }

  static void take(png_structp png, png_bytep target, std::size_t count) {
    auto* self = static_cast<Decoder*>(png_get_io_ptr(png));
    if (count > self->rest_.size()) png_error(png, "the file ends too early (cut short?)");
    std::memcpy(target, self->rest_.data(), count);
    self->rest_ = self->rest_.subspan(count);
  }

  Failure failure_;
  std::span<const std::uint8_t> rest_;
  std::size_t stored_bytes_ = 0;
  png_structp png_;
  png_infop info_;
};

void check_pixels(const Decoder& decoder, const std::string& name) {
  const auto rows = static_cast<std::uint64_t>(decoder.rows());
  if (rows * static_cast<std::uint64_t>(decoder.columns()) <= kMostPixels) return;
  fail(ErrorKind::kUnsupported, "{}: expected at most {} pixels, found {} x {}", name, kMostPixels,
       decoder.columns(), decoder.rows());
}

// Deflate shrinks to a thousandth at the most, so a small file that promises more pixels is
// corrupt; refusing it here keeps it from filling the memory.
void check_promised_size(const Decoder& decoder, std::size_t file_size, const std::string& name) {
  constexpr std::size_t kLargestRatio = 1100;
  if (decoder.stored_bytes() / kLargestRatio > file_size) {
    fail(ErrorKind::kBadInput, "{}: {} bytes cannot hold the {} x {} pixels that it promises", name,
         file_size, decoder.columns(), decoder.rows());
  }
}

Bytes read_samples(Decoder& decoder, Values values, std::size_t file_size,
                   const std::string& name) {
  const auto refuse = [&] {
    fail(ErrorKind::kBadInput, "{}: not a readable PNG file: {}", name, decoder.message());
  };
  if (!decoder.read_header(values)) refuse();
  check_promised_size(decoder, file_size, name);
  check_pixels(decoder, name);
  const auto rows = static_cast<std::size_t>(decoder.rows());
  Bytes samples(rows * decoder.row_bytes());
  std::vector<png_bytep> starts(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    starts[row] = samples.data() + row * decoder.row_bytes();
  }
  if (!decoder.read_rows(starts.data())) refuse();
  return samples;
}

// The pixel's one grey value from its 1 to 4 samples of 0 to `full`.
unsigned grey_of(const unsigned* samples, int channels, unsigned full, const std::string& where) {
  const bool has_alpha = channels % 2 == 0;
  const bool has_colour = channels >= 3;
  if (has_alpha && samples[channels - 1] != full) {
    fail(ErrorKind::kUnsupported, "{}: expected an opaque picture, found transparency of {}/{}",
         where, samples[channels - 1], full);
  }
  if (has_colour && (samples[0] != samples[1] || samples[0] != samples[2])) {
    fail(ErrorKind::kUnsupported,
         "{}: expected a grey picture, found the colour (red {}, green {}, blue {})", where,
         samples[0], samples[1], samples[2]);
  }
  return samples[0];
}

struct Decoded {
  Raster<std::uint16_t> grey;
  bool deep = false;  // 0 to 65535, else 0 to 255
};

Decoded decode(std::span<const std::uint8_t> file, Values values, const std::string& name) {
  constexpr std::size_t kSignatureSize = 8;
  if (file.size() < kSignatureSize || png_sig_cmp(file.data(), 0, kSignatureSize) != 0) {
    fail(ErrorKind::kBadInput, "{}: expected a PNG file, found other content", name);
  }
  Decoder decoder(file);
  const Bytes samples = read_samples(decoder, values, file.size(), name);
  Decoded decoded{Raster<std::uint16_t>(decoder.rows(), decoder.columns()), decoder.depth() == 16};
  const int channels = decoder.channels();
  const std::uint8_t* at = samples.data();
  for (std::size_t i = 0; i < decoded.grey.pixels.size(); ++i) {
    unsigned pixel[4] = {};
    for (int channel = 0; channel < channels; ++channel) {
      pixel[channel] = *at++;
      if (decoded.deep) pixel[channel] = pixel[channel] << 8 | *at++;
    }
    decoded.grey.pixels[i] =
        static_cast<std::uint16_t>(grey_of(pixel, channels, decoded.deep ? 65535 : 255, name));
  }
  return decoded;
}

class Encoder {
 public:
  Encoder()
      : png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, &failure_, on_error, on_warning)),
        info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
    if (info_ == nullptr) throw std::bad_alloc();
    png_set_write_fn(png_, this, append, nullptr);
  }
  ~Encoder() { png_destroy_write_struct(&png_, &info_); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  bool write(int rows, int columns, int colour_type, png_bytepp starts) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(columns), static_cast<png_uint_32>(rows), 8,
                 colour_type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png_, info_);
    png_write_image(png_, starts);
    png_write_end(png_, nullptr);
    return true;
  }
  const char* message() const { return failure_.message; }
  Bytes take() { return std::move(file_); }

 private:
  static void append(png_structp png, png_bytep bytes, std::size_t count) {
    auto* self = static_cast<Encoder*>(png_get_io_ptr(png));
    bool full = false;
    try {
      self->file_.insert(self->file_.end(), bytes, bytes + count);
    } catch (const std::exception&) {
      full = true;
    }
    if (full) png_error(png, "out of memory");
  }

  Failure failure_;
  Bytes file_;
  png_structp png_;
  png_infop info_;
};

static_assert(sizeof(Colour) == 3, "rows of colour go to libpng as they lie in memory");

template <typename T>
Bytes encode(const Raster<T>& image, int colour_type) {
  std::vector<png_bytep> starts;
  for (int row = 0; row < image.rows; ++row) {
    const T* start = image.pixels.data() + std::size_t(row) * std::size_t(image.columns);
    starts.push_back(reinterpret_cast<png_bytep>(const_cast<T*>(start)));
  }
  Encoder encoder;
  if (!encoder.write(image.rows, image.columns, colour_type, starts.data())) {
    fail(ErrorKind::kInternal, "writing a PNG file of {} x {} pixels: {}", image.columns,
         image.rows, encoder.message());
  }
  return encoder.take();
}

}  // namespace

GreyImage decode_png(std::span<const std::uint8_t> file, const std::string& name) {
  const Decoded decoded = decode(file, Values::kStretched, name);
  GreyImage image(decoded.grey.rows, decoded.grey.columns);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const unsigned value = decoded.grey.pixels[i];
    image.pixels[i] = static_cast<std::uint8_t>(decoded.deep ? (value + 128) / 257 : value);
  }
  return image;
}

Image decode_png_deep(std::span<const std::uint8_t> file, const std::string& name) {
  const Decoded decoded = decode(file, Values::kStretched, name);
  Image image(decoded.grey.rows, decoded.grey.columns);
  std::copy(decoded.grey.pixels.begin(), decoded.grey.pixels.end(), image.pixels.begin());
  return image;
}

Raster<std::uint16_t> decode_png_values(std::span<const std::uint8_t> file,
                                        const std::string& name) {
  return decode(file, Values::kStored, name).grey;
}

GreyImage read_png(const Path& path) { return decode_png(MappedFile(path).bytes(), path.string()); }

Image read_png_deep(const Path& path) {
  return decode_png_deep(MappedFile(path).bytes(), path.string());
}

Raster<std::uint16_t> read_png_values(const Path& path) {
  return decode_png_values(MappedFile(path).bytes(), path.string());
}

void write_png(const Path& path, const GreyImage& image) { write_bytes(path, encode_png(image)); }
void write_png(const Path& path, const ColourImage& image) { write_bytes(path, encode_png(image)); }

Bytes encode_png(const GreyImage& image) { return encode(image, PNG_COLOR_TYPE_GRAY); }
Bytes encode_png(const ColourImage& image) { return encode(image, PNG_COLOR_TYPE_RGB); }

}  // namespace heartlab
