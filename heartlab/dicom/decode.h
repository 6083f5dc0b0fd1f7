#pragma once

#include <span>

#include "heartlab/dicom/attributes.h"
#include "heartlab/image/most_pixels.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// The pixels of one file. Every size is checked against the file before memory is taken.
class PixelDecoder {
 public:
  // An Error where there are no pixels, they end too early, or are of a kind not handled. `name`
  // leads every message; `data` must outlive the decoder.
  PixelDecoder(DcmDataset& data, std::string name);

  int frames() const { return frames_; }
  bool is_inverted() const { return inverted_; }  // MONOCHROME1
  bool is_signed() const { return signed_; }
  // The smallest and the largest value that a pixel can be stored as.
  double lowest() const;
  double highest() const;

  // Stored values of a frame, before any rescaling. Frames are read in order, from 0.
  Image decode(int frame);

 private:
  void read_shape(DcmDataset& data);
  void check_size();
  Image read_raw(int frame);
  Image decompress_rle(int frame);
  Image decompress_jpeg(int frame);
  std::span<const std::uint8_t> fragment(unsigned long index);
  // Bits of a sample; an Error where the JPEG is not as large as the image.
  int bits_of_jpeg(Uint32 first_fragment, int frame);
  template <typename Word>
  Image to_image(const Word* words) const;

  DcmDataset& data_;
  std::string name_;
  DcmPixelData* pixels_ = nullptr;
  DcmPixelSequence* fragments_ = nullptr;
  bool encapsulated_ = false;
  bool inverted_ = false;
  bool signed_ = false;
  int rows_ = 0, columns_ = 0, frames_ = 1;
  int bits_allocated_ = 0, bits_stored_ = 0, high_bit_ = 0;
  Uint32 fragment_ = 0;
  std::vector<Uint16> buffer_;  // one decompressed JPEG frame
};

}  // namespace heartlab
