#include <algorithm>
#include <optional>

#include "heartlab/core/error.h"
#include "heartlab/dicom/attributes.h"
#include "heartlab/dicom/frame_geometry.h"
#include "heartlab/dicom/load.h"
#include "heartlab/dicom/seg.h"

namespace heartlab {
namespace {

DcmItem* first_item(DcmItem* item, const DcmTagKey& sequence) {
  DcmItem* found = nullptr;
  if (item == nullptr || item->findAndGetSequenceItem(sequence, found, 0).bad()) return nullptr;
  return found;
}

class SegReader {
 public:
  SegReader(DcmDataset& data, std::string name) : data_(data), name_(std::move(name)) {
    const std::string sop_class = text_of(data, DCM_SOPClassUID);
    if (sop_class == UID_SegmentationStorage) return;
    fail(ErrorKind::kBadInput, "{}: expected a segmentation (DICOM SEG), found SOP class '{}'",
         name_, sop_class);
  }

  Seg read() {
    seg_.study_uid = text_of(data_, DCM_StudyInstanceUID);
    seg_.series_uid = text_of(data_, DCM_SeriesInstanceUID);
    seg_.sop_instance_uid = text_of(data_, DCM_SOPInstanceUID);
    seg_.frame_of_reference_uid = text_of(data_, DCM_FrameOfReferenceUID);
    read_kind();
    read_segments();
    find_pixels();
    for (std::size_t i = 0; i < frames_; ++i) seg_.frames.push_back(read_frame(i));
    return std::move(seg_);
  }

 private:
  template <typename... Args>
  [[noreturn]] void bad(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::kBadInput, "{}: {}", name_, fmt::format(format, std::forward<Args>(args)...));
  }

  int number(const DcmTagKey& tag, const char* what, int low, int high) {
    const auto value = integer_of(data_, tag);
    if (value && *value >= low && *value <= high) return *value;
    bad("{}: expected {} to {}, found '{}'", what, low, high, text_of(data_, tag));
  }

  void read_kind() {
    const std::string type = text_of(data_, DCM_SegmentationType);
    if (type != "BINARY" && type != "FRACTIONAL") {
      bad("SegmentationType (0062,0001): expected BINARY or FRACTIONAL, found '{}'", type);
    }
    seg_.kind = type == "BINARY" ? SegKind::kBinary : SegKind::kProbability;
    const int bits = seg_.kind == SegKind::kBinary ? 1 : 8;
    number(DCM_BitsAllocated, "BitsAllocated (0028,0100)", bits, bits);
    if (bits == 8) {
      seg_.maximum =
          number(DCM_MaximumFractionalValue, "MaximumFractionalValue (0062,000E)", 1, 255);
    }
  }

  void read_segments() {
    DcmItem* item = nullptr;
    for (long i = 0; data_.findAndGetSequenceItem(DCM_SegmentSequence, item, i).good(); ++i) {
      SegSegment segment;
      segment.number = integer_of(*item, DCM_SegmentNumber).value_or(0);
      segment.label = text_of(*item, DCM_SegmentLabel);
      DcmItem* code = first_item(item, DCM_SegmentedPropertyTypeCodeSequence);
      if (code != nullptr) segment.type_code = text_of(*code, DCM_CodeValue);
      seg_.segments.push_back(std::move(segment));
    }
    if (seg_.segments.empty()) bad("expected segments (0062,0002), found none");
  }

  void find_pixels() {
    rows_ = number(DCM_Rows, "Rows (0028,0010)", 1, 65535);
    columns_ = number(DCM_Columns, "Columns (0028,0011)", 1, 65535);
    const int stated = number(DCM_NumberOfFrames, "NumberOfFrames (0028,0008)", 1, 1 << 24);
    frames_ = static_cast<std::size_t>(stated);
    data_.findAndGetSequence(DCM_PerFrameFunctionalGroupsSequence, groups_);
    const std::size_t items = groups_ == nullptr ? 0 : groups_->card();
    if (items != frames_) {
      bad("expected functional groups (5200,9230) for {} frames, found {}", frames_, items);
    }
    if (DcmXfer(data_.getOriginalXfer()).isEncapsulated()) {
      fail(ErrorKind::kUnsupported, "{}: expected uncompressed pixels, found {}", name_,
           DcmXfer(data_.getOriginalXfer()).getXferName());
    }
    read_pixels();
    const std::size_t pixels = frames_ * frame_pixels();
    const std::size_t expected = seg_.kind == SegKind::kBinary ? (pixels + 7) / 8 : pixels;
    if (bytes_.size() < expected) {
      bad("truncated: expected {} bytes of pixel data for {} rows x {} columns x {} frames, found "
          "{}",
          expected, rows_, columns_, frames_, bytes_.size());
    }
  }

  void read_pixels() {
    DcmElement* element = nullptr;
    if (data_.findAndGetElement(DCM_PixelData, element).bad()) {
      bad("expected pixel data (7FE0,0010), found none");
    }
    Uint8* bytes = nullptr;
    Uint16* words = nullptr;
    const std::size_t length = element->getLength();
    if (element->getUint8Array(bytes).good() && bytes != nullptr) {
      bytes_ = {bytes, length};
    } else if (element->getUint16Array(words).good() && words != nullptr) {
      bytes_ = {reinterpret_cast<const std::uint8_t*>(words), length};
    }
  }

  std::size_t frame_pixels() const {
    return static_cast<std::size_t>(rows_) * static_cast<std::size_t>(columns_);
  }

  SegFrame read_frame(std::size_t index) {
    SegFrame frame;
    const FrameAttributes attributes(data_, static_cast<int>(index));
    const double stated =
        attributes.number(DCM_SegmentIdentificationSequence, DCM_ReferencedSegmentNumber)
            .value_or(0);
    const auto segment = std::ranges::find(seg_.segments, stated, &SegSegment::number);
    if (segment == seg_.segments.end()) {
      bad("frame {}: expected the number of a segment, found {}", index + 1, stated);
    }
    frame.segment = static_cast<std::size_t>(segment - seg_.segments.begin());
    std::vector<std::string> remarks;
    frame.geometry = read_geometry(attributes, remarks);
    read_source(index, frame);
    frame.values = Patch(read_values(index));
    return frame;
  }

  void read_source(std::size_t index, SegFrame& frame) {
    DcmItem* derivation = first_item(groups_->getItem(static_cast<unsigned long>(index)),
                                     DCM_DerivationImageSequence);
    if (derivation == nullptr) {
      derivation = first_item(first_item(&data_, DCM_SharedFunctionalGroupsSequence),
                              DCM_DerivationImageSequence);
    }
    DcmItem* source = first_item(derivation, DCM_SourceImageSequence);
    if (source == nullptr) return;
    frame.source_uid = text_of(*source, DCM_ReferencedSOPInstanceUID);
    frame.source_frame = integer_of(*source, DCM_ReferencedFrameNumber).value_or(1) - 1;
  }

  Raster<std::uint8_t> read_values(std::size_t index) {
    Raster<std::uint8_t> values(rows_, columns_);
    std::size_t at = index * frame_pixels();
    for (auto& value : values.pixels) {
      value = seg_.kind == SegKind::kBinary
                  ? static_cast<std::uint8_t>(bytes_[at / 8] >> at % 8 & 1)
                  : bytes_[at];
      ++at;
      if (value > seg_.maximum) {
        bad("frame {}: expected values of at most {}, found {}", index + 1, seg_.maximum, value);
      }
    }
    return values;
  }

  DcmDataset& data_;
  std::string name_;
  Seg seg_;
  DcmSequenceOfItems* groups_ = nullptr;
  std::span<const std::uint8_t> bytes_;
  std::size_t frames_ = 0;
  int rows_ = 0, columns_ = 0;
};

}  // namespace

Seg read_seg(const Path& file) {
  Seg seg;
  with_data_set(file, [&](DcmDataset& data) { seg = SegReader(data, file.string()).read(); });
  return seg;
}

}  // namespace heartlab
