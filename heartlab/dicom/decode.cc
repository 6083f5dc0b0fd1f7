#include "heartlab/dicom/decode.h"

#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

#include "heartlab/core/error.h"
#include "heartlab/dicom/jpeg_header.h"
#include "heartlab/dicom/rle.h"

namespace heartlab {
namespace {

bool is_decodable(E_TransferSyntax syntax) {
  switch (syntax) {
    case EXS_LittleEndianImplicit:
    case EXS_LittleEndianExplicit:
    case EXS_BigEndianExplicit:
    case EXS_DeflatedLittleEndianExplicit:
    case EXS_JPEGProcess1:
    case EXS_JPEGProcess2_4:
    case EXS_JPEGProcess14:
    case EXS_JPEGProcess14SV1:
    case EXS_JPEGLSLossless:
    case EXS_JPEGLSLossy:
    case EXS_RLELossless:
      return true;
    default:
      return false;
  }
}

int required(DcmDataset& data, const DcmTagKey& tag, const char* keyword, int low, int high,
             const std::string& name) {
  const auto value = integer_of(data, tag);
  if (!value) {
    fail(ErrorKind::kBadInput, "{}: expected {} {}, found none", name, keyword,
         tag.toString().c_str());
  }
  if (*value < low || *value > high) {
    fail(ErrorKind::kBadInput, "{}: expected {} {} from {} to {}, found {}", name, keyword,
         tag.toString().c_str(), low, high, *value);
  }
  return *value;
}

}  // namespace

PixelDecoder::PixelDecoder(DcmDataset& data, std::string name)
    : data_(data), name_(std::move(name)) {
  for (const auto& tag : {DCM_FloatPixelData, DCM_DoubleFloatPixelData}) {
    if (data.tagExists(tag)) {
      fail(ErrorKind::kUnsupported, "{}: expected whole-number pixels, found {}", name_,
           DcmTag(tag).getTagName());
    }
  }
  DcmElement* element = nullptr;
  if (data.findAndGetElement(DCM_PixelData, element).bad() || element == nullptr ||
      element->ident() != EVR_PixelData) {
    fail(ErrorKind::kBadInput, "{}: expected an image, found no pixel data (7FE0,0010)", name_);
  }
  pixels_ = static_cast<DcmPixelData*>(element);
  const DcmXfer syntax(data.getOriginalXfer());
  if (!is_decodable(syntax.getXfer())) {
    fail(ErrorKind::kUnsupported,
         "{}: pixels in transfer syntax {} ({}) are not handled; convert the file first, for "
         "example with `gdcmconv --raw`",
         name_, syntax.getXferName(), syntax.getXferID());
  }
  encapsulated_ = syntax.isEncapsulated();
  read_shape(data);
  check_size();
}

void PixelDecoder::read_shape(DcmDataset& data) {
  rows_ = required(data, DCM_Rows, "Rows", 1, 65535, name_);
  columns_ = required(data, DCM_Columns, "Columns", 1, 65535, name_);
  bits_allocated_ = required(data, DCM_BitsAllocated, "BitsAllocated", 1, 64, name_);
  bits_stored_ = integer_of(data, DCM_BitsStored).value_or(bits_allocated_);
  high_bit_ = integer_of(data, DCM_HighBit).value_or(bits_stored_ - 1);
  signed_ = integer_of(data, DCM_PixelRepresentation).value_or(0) == 1;
  if (data.tagExistsWithValue(DCM_NumberOfFrames)) {
    frames_ = required(data, DCM_NumberOfFrames, "NumberOfFrames", 1, 1 << 24, name_);
  }
  const std::string colours = text_of(data, DCM_PhotometricInterpretation);
  inverted_ = colours == "MONOCHROME1";
  if (integer_of(data, DCM_SamplesPerPixel).value_or(1) != 1 ||
      (!inverted_ && !colours.empty() && colours != "MONOCHROME2")) {
    fail(ErrorKind::kUnsupported, "{}: expected a grey image, found {}", name_, colours);
  }
  if (bits_allocated_ != 8 && bits_allocated_ != 16) {
    fail(ErrorKind::kUnsupported, "{}: expected 8 or 16 bits a pixel, found {}", name_,
         bits_allocated_);
  }
  if (bits_stored_ < 1 || bits_stored_ > bits_allocated_ || high_bit_ < bits_stored_ - 1 ||
      high_bit_ >= bits_allocated_) {
    fail(ErrorKind::kBadInput, "{}: {} bits stored and high bit {} do not fit {} bits allocated",
         name_, bits_stored_, high_bit_, bits_allocated_);
  }
}

void PixelDecoder::check_size() {
  const std::uint64_t frame_pixels = std::uint64_t(rows_) * std::uint64_t(columns_);
  const std::uint64_t pixels = frame_pixels * std::uint64_t(frames_);
  if (encapsulated_) {
    const bool found =
        pixels_->getEncapsulatedRepresentation(data_.getOriginalXfer(), nullptr, fragments_).good();
    const unsigned long items = found && fragments_ != nullptr ? fragments_->card() : 0;
    if (items < static_cast<unsigned long>(frames_) + 1) {
      fail(ErrorKind::kBadInput,
           "{}: truncated: expected an offset table and compressed pixels of {} frame(s), found "
           "{} item(s)",
           name_, frames_, items);
    }
  } else {
    const std::uint64_t expected = pixels * std::uint64_t(bits_allocated_ / 8);
    const std::uint64_t found = pixels_->getLength(data_.getOriginalXfer());
    if (found < expected) {
      fail(ErrorKind::kBadInput,
           "{}: truncated: expected {} bytes of pixel data for {} rows x {} columns x {} frame(s), "
           "found {}",
           name_, expected, rows_, columns_, frames_, found);
    }
  }
  if (pixels > kMostPixels) {
    fail(ErrorKind::kUnsupported, "{}: expected at most {} pixels, found {} x {} x {} frame(s)",
         name_, kMostPixels, rows_, columns_, frames_);
  }
}

double PixelDecoder::lowest() const { return signed_ ? -double(1 << (bits_stored_ - 1)) : 0.0; }

double PixelDecoder::highest() const {
  return double(1 << (signed_ ? bits_stored_ - 1 : bits_stored_)) - 1;
}

template <typename Word>
Image PixelDecoder::to_image(const Word* words) const {
  Image image(rows_, columns_);
  const int shift = high_bit_ + 1 - bits_stored_;
  const int mask = (1 << bits_stored_) - 1;
  const int sign = signed_ ? 1 << (bits_stored_ - 1) : 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const int value = (words[i] >> shift) & mask;
    image.pixels[i] = static_cast<float>((value ^ sign) - sign);
  }
  return image;
}

Image PixelDecoder::decode(int frame) {
  if (!encapsulated_) return read_raw(frame);
  if (data_.getOriginalXfer() == EXS_RLELossless) return decompress_rle(frame);
  return decompress_jpeg(frame);
}

Image PixelDecoder::read_raw(int frame) {
  const std::size_t offset = std::size_t(rows_) * std::size_t(columns_) * std::size_t(frame);
  Uint8* bytes = nullptr;
  Uint16* words = nullptr;
  const OFCondition status =
      bits_allocated_ == 8 ? pixels_->getUint8Array(bytes) : pixels_->getUint16Array(words);
  if (status.good() && bytes != nullptr) return to_image(bytes + offset);
  if (status.good() && words != nullptr) return to_image(words + offset);
  fail(ErrorKind::kBadInput, "{}: truncated or corrupt pixel data: {}", name_, status.text());
}

std::span<const std::uint8_t> PixelDecoder::fragment(unsigned long index) {
  DcmPixelItem* item = nullptr;
  Uint8* bytes = nullptr;
  if (fragments_->getItem(item, index).bad() || item->getUint8Array(bytes).bad() ||
      bytes == nullptr) {
    return {};
  }
  return {bytes, item->getLength()};
}

// DCMTK's own decoder reads beyond a damaged fragment.
Image PixelDecoder::decompress_rle(int frame) {
  const auto words =
      decode_rle(fragment(static_cast<unsigned long>(frame) + 1),
                 std::size_t(rows_) * std::size_t(columns_), std::size_t(bits_allocated_ / 8));
  if (words) return to_image(words->data());
  fail(ErrorKind::kBadInput, "{}: cannot decompress frame {}: truncated or corrupt RLE", name_,
       frame + 1);
}

int PixelDecoder::bits_of_jpeg(Uint32 first_fragment, int frame) {
  const auto header = read_jpeg_header(fragment(first_fragment));
  if (!header) {
    fail(ErrorKind::kBadInput, "{}: cannot decompress frame {}: no JPEG frame header", name_,
         frame + 1);
  }
  if (header->rows != rows_ || header->columns != columns_) {
    fail(ErrorKind::kBadInput, "{}: frame {}: expected {} x {} pixels, found a JPEG of {} x {}",
         name_, frame + 1, rows_, columns_, header->rows, header->columns);
  }
  return header->bits;
}

Image PixelDecoder::decompress_jpeg(int frame) {
  const int bits = bits_of_jpeg(fragment_ == 0 ? 1 : fragment_, frame);  // 0 is the offset table
  buffer_.resize(std::size_t(rows_) * std::size_t(columns_));
  OFString colours;
  const OFCondition status =
      pixels_->getUncompressedFrame(&data_, static_cast<Uint32>(frame), fragment_, buffer_.data(),
                                    static_cast<Uint32>(buffer_.size() * sizeof(Uint16)), colours);
  if (status.bad()) {
    fail(ErrorKind::kBadInput, "{}: cannot decompress frame {}: {}", name_, frame + 1,
         status.text());
  }
  if (bits <= 8) return to_image(reinterpret_cast<const Uint8*>(buffer_.data()));
  return to_image(buffer_.data());
}

}  // namespace heartlab
