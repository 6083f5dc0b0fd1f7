#include <algorithm>
#include <map>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/dicom/derived_header.h"
#include "heartlab/dicom/seg.h"
#include "heartlab/dicom/structure_codes.h"
#include "heartlab/dicom/writer.h"

namespace heartlab {
namespace {

constexpr std::size_t kMostPixelBytes = 0x7FFFFFF0;  // what DCMTK's 32-bit lengths hold safely

DerivedKind kind_of(const std::vector<SegStructure>& structures, SegKind kind) {
  std::string names;
  for (const auto& structure : structures) {
    names += (names.empty() ? "" : ", ") + structure.structure;
  }
  const bool binary = kind == SegKind::kBinary;
  return {UID_SegmentationStorage, "SEG",
          fmt::format("HeartLab {}: {}", binary ? "contours" : "probabilities", names),
          binary ? 1000 : 2000};
}

Algorithm common_algorithm(const std::vector<SegStructure>& structures) {
  if (structures.empty()) fail(ErrorKind::kInternal, "a SEG needs a structure");
  Algorithm all = structures.front().algorithm;
  for (std::size_t i = 1; i < structures.size(); ++i) {
    const Algorithm& next = structures[i].algorithm;
    if (next.model_sha256 != all.model_sha256) all.model_sha256 += next.model_sha256;
  }
  // Of several models one checksum, so that it names the whole.
  if (all.model_sha256.size() > 64) {
    const std::string& text = all.model_sha256;
    all.model_sha256 = sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  return all;
}

// One object on its way to a file.
class SegWriter {
 public:
  SegWriter(const std::vector<SourceFrame>& series, const std::vector<SegStructure>& structures,
            SegKind kind)
      : series_(series),
        structures_(structures),
        kind_(kind),
        header_(series, kind_of(structures, kind), common_algorithm(structures)),
        slots_(slots_of(series)),
        placed_(is_placed(series)) {
    one_orientation_ = all_alike(orientation);
    one_measure_ = all_alike(measures);
    choose_frames();
    number_slots();
  }

  DerivedObject write(const Path& file) {
    DcmFileFormat format;
    DataSetWriter out(*format.getDataset(), file.string());
    header_.put(out);
    put_image(out);
    put_segments(out);
    put_dimensions(out);
    put_shared_groups(out);
    for (const Frame& frame : frames_) put_frame_groups(out, frame);
    put_pixels(out, file);
    return header_.write(file, format);
  }

 private:
  struct Frame {
    std::size_t segment = 0, source = 0;
  };

  const Patch& patch_of(const Frame& frame) const {
    return structures_[frame.segment].frames[frame.source];
  }
  const Geometry& geometry_of(std::size_t source) const { return series_[source].place.geometry; }

  void choose_frames() {
    for (std::size_t segment = 0; segment < structures_.size(); ++segment) {
      const auto& patches = structures_[segment].frames;
      if (patches.size() != series_.size()) {
        fail(ErrorKind::kInternal, "'{}': expected a mask for each of {} frames, found {}",
             structures_[segment].structure, series_.size(), patches.size());
      }
      const std::size_t before = frames_.size();
      for (std::size_t source = 0; source < patches.size(); ++source) {
        if (patches[source].is_empty()) continue;
        check_size(patches[source], series_[source]);
        frames_.push_back({segment, source});
      }
      if (frames_.size() == before) frames_.push_back({segment, 0});
    }
  }

  static void check_size(const Patch& patch, const SourceFrame& frame) {
    if (patch.rows() == frame.rows && patch.columns() == frame.columns) return;
    fail(ErrorKind::kInternal, "{}: expected a mask of {} x {}, found {} x {}",
         frame.place.file.string(), frame.rows, frame.columns, patch.rows(), patch.columns());
  }

  // Index values run from 1 without gaps (PS3.3 C.7.6.17.1) over the frames that are written.
  void number_slots() {
    std::set<int> slices, phases;
    for (const Frame& frame : frames_) {
      slices.insert(slots_[frame.source].slice);
      phases.insert(slots_[frame.source].phase);
    }
    Uint32 number = 0;
    for (const int slice : slices) slice_index_[slice] = ++number;
    number = 0;
    for (const int phase : phases) phase_index_[phase] = ++number;
    const auto has_phases = [](const SeriesSlot& slot) { return slot.phase > 0; };
    in_time_ = std::ranges::any_of(slots_, has_phases);
  }

  void put_image(DataSetWriter& out) const {
    const bool binary = kind_ == SegKind::kBinary;
    out.text(DCM_ImageType, "DERIVED\\PRIMARY");
    out.text(DCM_ContentDate, header_.date());
    out.text(DCM_ContentTime, header_.time());
    out.text(DCM_ContentLabel, "HEARTLAB");
    out.text(DCM_ContentDescription, "Left ventricle, drawn by a network");
    out.text(DCM_ContentCreatorName, "");
    out.number(DCM_SamplesPerPixel, 1);
    out.text(DCM_PhotometricInterpretation, "MONOCHROME2");
    out.number(DCM_PixelRepresentation, 0);
    out.number(DCM_Rows, static_cast<Uint16>(series_.front().rows));
    out.number(DCM_Columns, static_cast<Uint16>(series_.front().columns));
    out.number(DCM_BitsAllocated, binary ? 1 : 8);
    out.number(DCM_BitsStored, binary ? 1 : 8);
    out.number(DCM_HighBit, binary ? 0 : 7);
    const bool lossy = std::ranges::any_of(series_, &SourceFrame::lossy);
    out.text(DCM_LossyImageCompression, lossy ? "01" : "00");
    out.text(DCM_SegmentationType, binary ? "BINARY" : "FRACTIONAL");
    if (!binary) {
      out.text(DCM_SegmentationFractionalType, "PROBABILITY");
      out.number(DCM_MaximumFractionalValue, 255);
    }
    out.text(DCM_NumberOfFrames, std::to_string(frames_.size()));
    if (!placed_) return;
    out.text(DCM_FrameOfReferenceUID, header_.frame_of_reference_uid());
    out.text(DCM_PositionReferenceIndicator, "");
  }

  void put_segments(DataSetWriter& out) const {
    for (std::size_t i = 0; i < structures_.size(); ++i) {
      const SegStructure& structure = structures_[i];
      const StructureCodes codes = codes_of(structure.structure);
      DataSetWriter item = out.item(DCM_SegmentSequence);
      put_code(item, DCM_SegmentedPropertyCategoryCodeSequence, codes.category);
      item.number(DCM_SegmentNumber, static_cast<Uint16>(i + 1));
      item.text(DCM_SegmentLabel, codes.label);
      item.text(DCM_SegmentAlgorithmType, "AUTOMATIC");
      item.text(DCM_SegmentAlgorithmName, structure.algorithm.name);
      put_algorithm(item, structure.algorithm);
      item.numbers(DCM_RecommendedDisplayCIELabValue,
                   {codes.cielab[0], codes.cielab[1], codes.cielab[2]});
      put_code(item, DCM_SegmentedPropertyTypeCodeSequence, codes.type);
      put_code(item, DCM_AnatomicRegionSequence, codes.region);
    }
  }

  static void put_algorithm(DataSetWriter& out, const Algorithm& algorithm) {
    DataSetWriter item = out.item(DCM_SegmentationAlgorithmIdentificationSequence);
    put_code(item, DCM_AlgorithmFamilyCodeSequence,
             {"123110", "DCM", "Artificial Intelligence"});  // CID 7162
    item.text(DCM_AlgorithmName, algorithm.name);
    item.text(DCM_AlgorithmVersion, algorithm.version);
    item.text(DCM_AlgorithmParameters,
              fmt::format("model={} sha256={}", algorithm.model, algorithm.model_sha256));
    item.text(DCM_AlgorithmSource, "HeartLab");
  }

  void put_dimensions(DataSetWriter& out) const {
    std::string places;
    for (const Frame& frame : frames_) {
      places += fmt::format("/{}:{}.{}", frame.segment, series_[frame.source].sop_instance_uid,
                            series_[frame.source].place.frame);
    }
    const std::string uid = make_uid(0, header_.series_uid() + places);
    out.item(DCM_DimensionOrganizationSequence).text(DCM_DimensionOrganizationUID, uid);
    const auto put = [&](const DcmTagKey& group, const DcmTagKey& tag, const char* label) {
      DataSetWriter item = out.item(DCM_DimensionIndexSequence);
      item.text(DCM_DimensionOrganizationUID, uid);
      item.pointer(DCM_DimensionIndexPointer, tag);
      item.pointer(DCM_FunctionalGroupPointer, group);
      item.text(DCM_DimensionDescriptionLabel, label);
    };
    put(DCM_SegmentIdentificationSequence, DCM_ReferencedSegmentNumber, "Segment");
    if (placed_) {
      put(DCM_PlanePositionSequence, DCM_ImagePositionPatient, "Slice");
    } else {
      put(DCM_FrameContentSequence, DCM_InStackPositionNumber, "Slice");
    }
    if (in_time_) put(DCM_FrameContentSequence, DCM_TemporalPositionIndex, "Phase");
  }

  bool all_alike(std::string (*text)(const Geometry&)) const {
    return std::ranges::all_of(series_, [&](const SourceFrame& frame) {
      return text(frame.place.geometry) == text(series_.front().place.geometry);
    });
  }

  static std::string orientation(const Geometry& geometry) {
    return decimals(geometry.row_direction) + "\\" + decimals(geometry.column_direction);
  }
  static std::string spacing(const Geometry& geometry) {
    return decimal(geometry.spacing.row) + "\\" + decimal(geometry.spacing.column);
  }
  static std::string measures(const Geometry& geometry) {
    return spacing(geometry) + "\\" + decimal(geometry.slice_thickness);
  }

  void put_orientation(DataSetWriter& groups, const Geometry& geometry) const {
    groups.item(DCM_PlaneOrientationSequence)
        .text(DCM_ImageOrientationPatient, orientation(geometry));
  }

  void put_measures(DataSetWriter& groups, const Geometry& geometry) const {
    DataSetWriter item = groups.item(DCM_PixelMeasuresSequence);
    const double distance = slice_distance(series_, slots_);
    const double thickness = geometry.slice_thickness > 0 ? geometry.slice_thickness : distance;
    if (thickness > 0) item.text(DCM_SliceThickness, decimal(thickness));
    if (distance > 0) item.text(DCM_SpacingBetweenSlices, decimal(distance));
    item.text(DCM_PixelSpacing, spacing(geometry));
  }

  void put_shared_groups(DataSetWriter& out) const {
    DataSetWriter groups = out.item(DCM_SharedFunctionalGroupsSequence);
    if (placed_ && one_orientation_) put_orientation(groups, geometry_of(0));
    if (placed_ && one_measure_) put_measures(groups, geometry_of(0));
    if (structures_.size() == 1) put_segment_number(groups, 0);
  }

  static void put_segment_number(DataSetWriter& groups, std::size_t segment) {
    groups.item(DCM_SegmentIdentificationSequence)
        .number(DCM_ReferencedSegmentNumber, static_cast<Uint16>(segment + 1));
  }

  void put_frame_groups(DataSetWriter& out, const Frame& frame) const {
    DataSetWriter groups = out.item(DCM_PerFrameFunctionalGroupsSequence);
    put_derivation(groups, series_[frame.source]);
    put_content(groups, frame);
    if (placed_) {
      const Geometry& geometry = geometry_of(frame.source);
      groups.item(DCM_PlanePositionSequence)
          .text(DCM_ImagePositionPatient, decimals(geometry.position));
      if (!one_orientation_) put_orientation(groups, geometry);
      if (!one_measure_) put_measures(groups, geometry);
    }
    if (structures_.size() > 1) put_segment_number(groups, frame.segment);
  }

  void put_content(DataSetWriter& groups, const Frame& frame) const {
    const SeriesSlot& slot = slots_[frame.source];
    const Uint32 slice = slice_index_.at(slot.slice), phase = phase_index_.at(slot.phase);
    DataSetWriter content = groups.item(DCM_FrameContentSequence);
    std::vector<Uint32> values{static_cast<Uint32>(frame.segment + 1), slice};
    if (in_time_) {
      values.push_back(phase);
      content.long_numbers(DCM_TemporalPositionIndex, {phase});
    }
    if (!placed_) {
      content.text(DCM_StackID, "1");
      content.long_numbers(DCM_InStackPositionNumber, {slice});
    }
    content.long_numbers(DCM_DimensionIndexValues, values);
    const double trigger = series_[frame.source].place.trigger_time;
    if (trigger >= 0) {
      content.text(DCM_FrameComments, fmt::format("trigger time {} ms", decimal(trigger)));
    }
  }

  static void put_derivation(DataSetWriter& groups, const SourceFrame& frame) {
    DataSetWriter derivation = groups.item(DCM_DerivationImageSequence);
    DataSetWriter source = derivation.item(DCM_SourceImageSequence);
    put_reference(source, frame);
    source.text(DCM_SpatialLocationsPreserved, "YES");
    put_code(source, DCM_PurposeOfReferenceCodeSequence,
             {"121322", "DCM", "Source image for image processing operation"});
    put_code(derivation, DCM_DerivationCodeSequence, {"113076", "DCM", "Segmentation"});
  }

  void put_pixels(DataSetWriter& out, const Path& file) const {
    const bool binary = kind_ == SegKind::kBinary;
    const std::size_t frame_pixels = static_cast<std::size_t>(series_.front().rows) *
                                     static_cast<std::size_t>(series_.front().columns);
    const std::size_t pixels = frames_.size() * frame_pixels;
    const std::size_t size = binary ? (pixels + 7) / 8 : pixels;
    if (size > kMostPixelBytes) {
      fail(ErrorKind::kUnsupported, "{}: expected pixels of at most {} bytes, found {}",
           file.string(), kMostPixelBytes, size);
    }
    Bytes bytes(size);
    std::size_t at = 0;
    for (const Frame& frame : frames_) {
      if (patch_of(frame).is_empty()) {
        at += frame_pixels;
        continue;
      }
      // Single bits fill bytes from the lowest on, across frames (PS3.5 8.1.1, D.2).
      for (const std::uint8_t value : patch_of(frame).raster().pixels) {
        if (!binary) bytes[at] = value;
        if (binary && value != 0) bytes[at / 8] |= static_cast<std::uint8_t>(1 << at % 8);
        ++at;
      }
    }
    out.pixels(bytes);
  }

  const std::vector<SourceFrame>& series_;
  const std::vector<SegStructure>& structures_;
  SegKind kind_;
  DerivedHeader header_;
  std::vector<SeriesSlot> slots_;
  bool placed_;
  bool in_time_ = false;
  bool one_orientation_ = true, one_measure_ = true;  // for all frames
  std::vector<Frame> frames_;                         // by segment, then in the order of the series
  std::map<int, Uint32> slice_index_, phase_index_;
};

}  // namespace

DerivedObject write_seg(const Path& file, const std::vector<SourceFrame>& series,
                        const std::vector<SegStructure>& structures, SegKind kind) {
  return SegWriter(series, structures, kind).write(file);
}

}  // namespace heartlab
