#include <algorithm>

#include "heartlab/core/error.h"
#include "heartlab/dicom/derived_header.h"
#include "heartlab/dicom/seg.h"
#include "heartlab/dicom/seg_groups.h"

namespace heartlab {
namespace {

constexpr std::size_t kMostPixelBytes = 0x7FFFFFF0;  // what DCMTK's 32-bit lengths hold safely

DerivedKind kind_of(const std::vector<DrawnStructure>& structures, SegKind kind) {
  std::string names;
  for (const auto& structure : structures) {
    names += (names.empty() ? "" : ", ") + structure.structure;
  }
  const bool binary = kind == SegKind::kBinary;
  return {UID_SegmentationStorage, "SEG",
          fmt::format("HeartLab {}: {}", binary ? "contours" : "probabilities", names),
          binary ? 1000 : 2000};
}

// Of several models one checksum, which names the whole.
Algorithm common_algorithm(const std::vector<DrawnStructure>& structures) {
  if (structures.empty()) fail(ErrorKind::kInternal, "a SEG needs a structure");
  Algorithm all = structures.front().algorithm;
  std::string sums;
  for (const auto& structure : structures) sums += structure.algorithm.model_sha256;
  if (sums.size() > all.model_sha256.size()) {
    all.model_sha256 = sha256({reinterpret_cast<const std::uint8_t*>(sums.data()), sums.size()});
  }
  return all;
}

// PS3.3 C.7.6.1, C.7.6.3, C.8.20.2.
void put_image(DataSetWriter& out, const std::vector<SourceFrame>& series, SegKind kind,
               DerivedHeader& header) {
  const bool binary = kind == SegKind::kBinary;
  out.text(DCM_ImageType, "DERIVED\\PRIMARY");
  out.text(DCM_ContentDate, header.date());
  out.text(DCM_ContentTime, header.time());
  out.text(DCM_ContentLabel, "HEARTLAB");
  out.text(DCM_ContentDescription, "Left ventricle, drawn by a network");
  out.text(DCM_ContentCreatorName, "");
  out.number(DCM_SamplesPerPixel, 1);
  out.text(DCM_PhotometricInterpretation, "MONOCHROME2");
  out.number(DCM_PixelRepresentation, 0);
  out.number(DCM_Rows, static_cast<Uint16>(series.front().rows));
  out.number(DCM_Columns, static_cast<Uint16>(series.front().columns));
  out.number(DCM_BitsAllocated, binary ? 1 : 8);
  out.number(DCM_BitsStored, binary ? 1 : 8);
  out.number(DCM_HighBit, binary ? 0 : 7);
  header.put_compression(out, series);
  out.text(DCM_SegmentationType, binary ? "BINARY" : "FRACTIONAL");
  if (!binary) {
    out.text(DCM_SegmentationFractionalType, "PROBABILITY");
    out.number(DCM_MaximumFractionalValue, 255);
  }
  if (!is_placed(series)) return;
  out.text(DCM_FrameOfReferenceUID, header.frame_of_reference_uid());
  out.text(DCM_PositionReferenceIndicator, "");
}

void put_algorithm(DataSetWriter& segment, const Algorithm& algorithm) {
  segment.text(DCM_SegmentAlgorithmType, "AUTOMATIC");
  segment.text(DCM_SegmentAlgorithmName, algorithm.name);
  DataSetWriter item = segment.item(DCM_SegmentationAlgorithmIdentificationSequence);
  put_code(item, DCM_AlgorithmFamilyCodeSequence,
           {"123110", "DCM", "Artificial Intelligence"});  // CID 7162
  item.text(DCM_AlgorithmName, algorithm.name);
  item.text(DCM_AlgorithmVersion, algorithm.version);
  item.text(DCM_AlgorithmParameters,
            fmt::format("model={} sha256={}", algorithm.model, algorithm.model_sha256));
  item.text(DCM_AlgorithmSource, "HeartLab");
}

void put_segments(DataSetWriter& out, const std::vector<DrawnStructure>& structures) {
  for (std::size_t i = 0; i < structures.size(); ++i) {
    const StructureCodes codes = codes_of(structures[i].structure);
    DataSetWriter segment = out.item(DCM_SegmentSequence);
    segment.number(DCM_SegmentNumber, static_cast<Uint16>(i + 1));
    segment.text(DCM_SegmentLabel, codes.label);
    put_algorithm(segment, structures[i].algorithm);
    segment.numbers(DCM_RecommendedDisplayCIELabValue,
                    {codes.cielab[0], codes.cielab[1], codes.cielab[2]});
    put_code(segment, DCM_SegmentedPropertyCategoryCodeSequence, codes.category);
    put_code(segment, DCM_SegmentedPropertyTypeCodeSequence, codes.type);
    put_code(segment, DCM_AnatomicRegionSequence, codes.region);
  }
}

Bytes pixels_of(const SegPlan& plan, const std::vector<DrawnStructure>& structures, SegKind kind,
                std::size_t frame_pixels) {
  const bool binary = kind == SegKind::kBinary;
  const std::size_t pixels = plan.frames.size() * frame_pixels;
  const std::size_t size = binary ? (pixels + 7) / 8 : pixels;
  if (size > kMostPixelBytes) {
    fail(ErrorKind::kUnsupported,
         "a SEG of {} frames: expected pixels of at most {} bytes, found {}", plan.frames.size(),
         kMostPixelBytes, size);
  }
  Bytes bytes(size);
  std::size_t start = 0;
  for (const auto& frame : plan.frames) {
    const Patch& patch = structures[frame.segment].frames[frame.source];
    std::size_t at = start;
    start += frame_pixels;
    if (patch.is_empty()) continue;
    // Single bits fill bytes from the lowest on, across frames (PS3.5 8.1.1).
    for (const std::uint8_t value : patch.raster().pixels) {
      if (!binary) bytes[at] = value;
      if (binary && value != 0) bytes[at / 8] |= static_cast<std::uint8_t>(1 << at % 8);
      ++at;
    }
  }
  return bytes;
}

}  // namespace

DerivedObject write_seg(const Path& file, const std::vector<SourceFrame>& series,
                        const std::vector<DrawnStructure>& structures, SegKind kind) {
  DerivedHeader header(series, kind_of(structures, kind), common_algorithm(structures));
  const SegPlan plan = plan_seg(series, structures);
  const SegGroups groups(series, plan, structures.size());
  DcmFileFormat format;
  DataSetWriter out(*format.getDataset(), file.string());
  header.put(out);
  header.put_references(out);
  put_image(out, series, kind, header);
  put_segments(out, structures);
  out.text(DCM_NumberOfFrames, std::to_string(plan.frames.size()));
  groups.put_dimensions(out, header.series_uid());
  groups.put_shared(out);
  for (const auto& frame : plan.frames) groups.put_frame(out, frame);
  out.pixels(pixels_of(plan, structures, kind,
                       static_cast<std::size_t>(series.front().rows) *
                           static_cast<std::size_t>(series.front().columns)));
  return header.write(file, format);
}

}  // namespace heartlab
