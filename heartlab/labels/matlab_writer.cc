#include <algorithm>
#include <bit>
#include <string>
#include <string_view>

#include "heartlab/core/error.h"
#include "heartlab/labels/coordinates.h"
#include "heartlab/labels/labels.h"
#include "heartlab/labels/mat_elements.h"

// Level 5 MAT-files ("MAT-File Format", chapter 1), little endian, uncompressed.

namespace heartlab {
namespace {

constexpr std::size_t kDescriptionBytes = 116, kHeaderBytes = 128;
enum Class : std::uint32_t { kStruct = 2, kChar = 4, kDouble = 6, kUint16 = 11 };

static_assert(std::endian::native == std::endian::little);

class Buffer {
 public:
  template <typename T>
  void put(const std::vector<T>& values, MatType type) {
    put(type, {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(T)});
  }
  void put(std::string_view text, MatType type) {
    put(type, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  void put(MatType type, std::span<const std::uint8_t> data) {
    const auto size = static_cast<std::uint32_t>(data.size());
    const bool is_small = size >= 1 && size <= 4;  // size, type and data in 8 bytes
    put_word(is_small ? size << 16 | type : type);
    if (!is_small) put_word(size);
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
  }
  void append(const Buffer& other) {
    bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end());
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  void put_word(std::uint32_t word) {
    for (int shift = 0; shift < 32; shift += 8) {
      bytes_.push_back(static_cast<std::uint8_t>(word >> shift));
    }
  }

  Bytes bytes_;
};

// An array: flags, dimensions, name, then what `content` puts.
template <typename Content>
Buffer array(Class class_code, std::size_t rows, std::size_t columns, std::string_view name,
             const Content& content) {
  Buffer inside;
  inside.put(std::vector<std::uint32_t>{class_code, 0}, kMatUint32);
  inside.put(std::vector<std::int32_t>{int(rows), int(columns)}, kMatInt32);
  inside.put(name, kMatInt8);
  content(inside);
  Buffer whole;
  whole.put(kMatMatrix, inside.bytes());
  return whole;
}

Buffer row_of_doubles(const std::vector<double>& values, std::string_view name = "") {
  return array(kDouble, 1, values.size(), name, [&](Buffer& out) { out.put(values, kMatDouble); });
}

// 0x0 where the number is unknown.
Buffer number_or_empty(int number) {
  if (number >= 0) return row_of_doubles({double(number)});
  return array(kDouble, 0, 0, "", [](Buffer& out) { out.put(std::vector<double>(), kMatDouble); });
}

Buffer row_of_text(const std::string& text, std::string_view name = "") {
  const auto characters =
      std::ranges::count_if(text, [](char byte) { return (byte & 0xc0) != 0x80; });
  return array(kChar, text.empty() ? 0 : 1, std::size_t(characters), name,
               [&](Buffer& out) { out.put(text, kMatUtf8); });
}

Buffer vertices(const Contour& contour) {
  std::vector<double> numbers;
  for (const Point& point : contour.points) numbers.push_back(point.x + kFirstPixel);
  for (const Point& point : contour.points) numbers.push_back(point.y + kFirstPixel);
  return array(kDouble, contour.points.size(), 2, "",
               [&](Buffer& out) { out.put(numbers, kMatDouble); });
}

Buffer size_of(const LabelledContours& label) {
  const std::vector<std::uint16_t> sides{static_cast<std::uint16_t>(label.rows),
                                         static_cast<std::uint16_t>(label.columns)};
  return array(kUint16, 1, 2, "", [&](Buffer& out) { out.put(sides, kMatUint16); });
}

Buffer struct_of_contours(const std::vector<LabelledContours>& contours, double row_spacing,
                          double column_spacing) {
  constexpr std::string_view kFields[] = {"instance", "image",      "endo",
                                          "epi",      "image_size", "pixel_spacing"};
  constexpr std::size_t kWidth = 32;  // of a field name, zeros included
  std::string names;
  for (const auto field : kFields) {
    names += field;
    names.append(kWidth - field.size(), '\0');
  }
  return array(kStruct, 1, contours.size(), "contours", [&](Buffer& out) {
    out.put(std::vector<std::int32_t>{int(kWidth)}, kMatInt32);
    out.put(names, kMatInt8);
    for (const auto& label : contours) {
      out.append(number_or_empty(label.instance_number));
      out.append(row_of_text(label.image_name));
      out.append(vertices(label.endocardium));
      out.append(vertices(label.epicardium));
      out.append(size_of(label));
      out.append(row_of_doubles({row_spacing, column_spacing}));
    }
  });
}

}  // namespace

void write_matlab_contours(const Path& file, const std::string& patient,
                           const std::vector<LabelledContours>& contours, double row_spacing,
                           double column_spacing) {
  std::string header = "MATLAB 5.0 MAT-file, contours by HeartLab";
  header.resize(kDescriptionBytes, ' ');
  header.resize(kHeaderBytes - 4, '\0');
  header += std::string("\x00\x01IM", 4);
  AtomicFile out(file);
  out.write(header);
  out.write(row_of_text(patient, "patient").bytes());
  out.write(row_of_doubles({kFirstPixel}, "origin").bytes());
  out.write(struct_of_contours(contours, row_spacing, column_spacing).bytes());
  out.commit();
}

}  // namespace heartlab
