#include "heartlab/image/nifti.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "heartlab/core/error.h"

// NIfTI-1: nifti1.h of the NIfTI Data Format Working Group, and its section on qform.

namespace heartlab {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kHeader = 352;  // bytes: 348, and four that say no extension follows
using Vector = std::array<double, 3>;

// The header's bytes, filled by offset.
class Header {
 public:
  template <typename T>
  void put(std::size_t offset, T value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof value);
  }
  void put_floats(std::size_t offset, const std::vector<double>& values) {
    for (const double value : values) {
      put(offset, static_cast<float>(value));
      offset += sizeof(float);
    }
  }
  void put_text(std::size_t offset, std::size_t room, const std::string& text) {
    std::memcpy(bytes_.data() + offset, text.data(), std::min(text.size(), room));
  }
  std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  std::array<std::uint8_t, kHeader> bytes_{};
};

double length(const Vector& v) { return std::hypot(v[0], v[1], v[2]); }
Vector times(const Vector& v, double factor) {
  return {v[0] * factor, v[1] * factor, v[2] * factor};
}
Vector to_ras(const Vector& lps) { return {-lps[0], -lps[1], lps[2]}; }

// The rotation with these columns as a quaternion (b, c, d) with a >= 0. Shepperd's method: the
// largest of the four is taken from its square, the others from it.
Vector quaternion(const Vector& x, const Vector& y, const Vector& z) {
  const std::array<double, 4> squares{1 + x[0] + y[1] + z[2], 1 + x[0] - y[1] - z[2],
                                      1 - x[0] + y[1] - z[2], 1 - x[0] - y[1] + z[2]};
  const auto largest =
      static_cast<std::size_t>(std::max_element(squares.begin(), squares.end()) - squares.begin());
  const double root = std::sqrt(squares[largest]);  // twice the component
  const std::array<double, 3> differences{y[2] - z[1], z[0] - x[2], x[1] - y[0]};
  const std::array<double, 3> sums{z[1] + y[2], x[2] + z[0], y[0] + x[1]};
  std::array<double, 4> q{};
  q[largest] = root / 2;
  if (largest == 0) {
    for (std::size_t i = 0; i < 3; ++i) q[i + 1] = differences[i] / (2 * root);
  } else {
    q[0] = differences[largest - 1] / (2 * root);
    for (std::size_t i = 1; i < 4; ++i) {
      if (i != largest) q[i] = sums[3 - (i - 1) - (largest - 1)] / (2 * root);
    }
  }
  const double sign = q[0] < 0 ? -1 : 1;
  return {sign * q[1], sign * q[2], sign * q[3]};
}

void put_geometry(Header& header, const NiftiVolume& volume) {
  const Geometry& first = volume.first;
  const Vector i = to_ras(first.row_direction), j = to_ras(first.column_direction);
  const double thickness = length(volume.slice_step);
  const Vector k = times(to_ras(volume.slice_step), 1 / thickness);
  const Vector origin = to_ras(first.position);
  // The third axis is turned where the three do not make a right-handed system.
  const double hand = (i[1] * j[2] - i[2] * j[1]) * k[0] + (i[2] * j[0] - i[0] * j[2]) * k[1] +
                      (i[0] * j[1] - i[1] * j[0]) * k[2];
  const double factor = hand < 0 ? -1 : 1;
  const Vector q = quaternion(i, j, times(k, factor));
  header.put_floats(76, {factor, first.spacing.column, first.spacing.row, thickness,
                         volume.phase_step > 0 ? volume.phase_step : 1});
  header.put_floats(256, {q[0], q[1], q[2], origin[0], origin[1], origin[2]});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    header.put_floats(280 + 16 * axis, {i[axis] * first.spacing.column, j[axis] * first.spacing.row,
                                        k[axis] * thickness, origin[axis]});
  }
  constexpr std::int16_t kScanner = 1;
  header.put(252, kScanner);  // qform_code
  header.put(254, kScanner);  // sform_code
}

Header header_of(const NiftiVolume& volume) {
  constexpr std::int16_t kUnsignedBytes = 2, kBits = 8;
  constexpr std::uint8_t kMillimetres = 2, kMilliseconds = 16;
  Header header;
  header.put(0, std::int32_t{348});
  const std::int16_t dimensions = volume.phases > 1 ? 4 : 3;
  const std::array<int, 8> dim{
      dimensions, volume.columns, volume.rows, volume.slices, volume.phases, 1, 1, 1};
  for (std::size_t n = 0; n < dim.size(); ++n) {
    header.put(40 + 2 * n, static_cast<std::int16_t>(dim[n]));
  }
  header.put(70, kUnsignedBytes);
  header.put(72, kBits);
  header.put_floats(108, {kHeader, volume.scale, 0});  // vox_offset, scl_slope, scl_inter
  header.put(123,
             static_cast<std::uint8_t>(kMillimetres | (volume.phase_step > 0 ? kMilliseconds : 0)));
  header.put_text(148, 79, volume.description);
  put_geometry(header, volume);
  header.put_text(344, 3, "n+1");
  return header;
}

// Compresses into a file; zlib's own header, which holds no time.
class GzipFile {
 public:
  explicit GzipFile(const Path& path) : file_(path), name_(path.string()) {
    constexpr int kGzip = 16 + MAX_WBITS, kMemory = 8;
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemory,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      fail(ErrorKind::kInternal, "{}: zlib does not start", name_);
    }
  }
  ~GzipFile() { deflateEnd(&stream_); }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  void write(std::span<const std::uint8_t> bytes) { run(bytes, Z_NO_FLUSH); }
  void commit() {
    run({}, Z_FINISH);
    file_.commit();
  }

 private:
  void run(std::span<const std::uint8_t> bytes, int flush) {
    stream_.next_in = const_cast<Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    std::array<std::uint8_t, 1 << 15> block{};
    do {
      stream_.next_out = block.data();
      stream_.avail_out = block.size();
      if (deflate(&stream_, flush) == Z_STREAM_ERROR) {
        fail(ErrorKind::kInternal, "{}: zlib fails", name_);
      }
      file_.write(std::span(block).first(block.size() - stream_.avail_out));
    } while (stream_.avail_out == 0);
  }

  AtomicFile file_;
  std::string name_;
  z_stream stream_{};
};

}  // namespace

void write_nifti(const Path& file, const NiftiVolume& volume,
                 const std::function<Raster<std::uint8_t>(int slice, int phase)>& slice_of) {
  constexpr int kLargestSide = 32767;  // of a 16-bit dimension
  for (const int side : {volume.rows, volume.columns, volume.slices, volume.phases}) {
    if (side >= 1 && side <= kLargestSide) continue;
    fail(ErrorKind::kUnsupported, "{}: expected sides of 1 to {} in NIfTI-1, found {}",
         file.string(), kLargestSide, side);
  }
  GzipFile out(file);
  out.write(header_of(volume).bytes());
  for (int phase = 0; phase < volume.phases; ++phase) {
    for (int slice = 0; slice < volume.slices; ++slice) out.write(slice_of(slice, phase).pixels);
  }
  out.commit();
}

}  // namespace heartlab
