#include "heartlab/dicom/rtstruct.h"

#include <algorithm>
#include <map>

#include "heartlab/core/error.h"
#include "heartlab/dicom/derived_header.h"
#include "heartlab/dicom/structure_codes.h"
#include "heartlab/image/outlines.h"

namespace heartlab {
namespace {

constexpr const char* kColour = "255\\140\\0";  // kPredictionColour

// A decimal string to a ten-thousandth of a millimetre.
std::string short_decimal(double value) {
  std::string text = fmt::format("{:.4f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

class RtStructWriter {
 public:
  RtStructWriter(const std::vector<SourceFrame>& series, const DrawnStructure& structure)
      : series_(series),
        structure_(structure),
        codes_(codes_of(structure.structure)),
        header_(series,
                {UID_RTStructureSetStorage, "RTSTRUCT", "HeartLab outlines: " + structure.structure,
                 3000},
                structure.algorithm) {
    if (!is_placed(series)) {
      fail(ErrorKind::kBadInput,
           "{}: expected images with a place in the patient and a pixel spacing, which an RTSTRUCT "
           "needs; found some without",
           series.front().place.file.string());
    }
    const std::vector<SeriesSlot> slots = slots_of(series);
    for (std::size_t i = 0; i < series.size(); ++i) regions_[slots[i].phase].push_back(i);
  }

  DerivedObject write(const Path& file) {
    DcmFileFormat format;
    DataSetWriter out(*format.getDataset(), file.string());
    header_.put(out);
    out.text(DCM_OperatorsName, "");
    out.text(DCM_StructureSetLabel, "HEARTLAB");
    out.text(DCM_StructureSetName, codes_.label);
    out.text(DCM_StructureSetDate, header_.date());
    out.text(DCM_StructureSetTime, header_.time());
    out.text(DCM_FrameOfReferenceUID, header_.frame_of_reference_uid());
    out.text(DCM_PositionReferenceIndicator, "");
    put_frame_of_reference(out);
    int number = 0;
    for (const auto& [phase, members] : regions_) put_region(out, ++number, phase, members);
    return header_.write(file, format, EXS_LittleEndianImplicit);
  }

 private:
  void put_frame_of_reference(DataSetWriter& out) const {
    DataSetWriter frame = out.item(DCM_ReferencedFrameOfReferenceSequence);
    frame.text(DCM_FrameOfReferenceUID, header_.frame_of_reference_uid());
    DataSetWriter study = frame.item(DCM_RTReferencedStudySequence);
    study.text(DCM_ReferencedSOPClassUID, UID_RETIRED_DetachedStudyManagementSOPClass);
    study.text(DCM_ReferencedSOPInstanceUID, series_.front().place.study);
    DataSetWriter series = study.item(DCM_RTReferencedSeriesSequence);
    series.text(DCM_SeriesInstanceUID, series_.front().place.series);
    for (const auto& source : series_) {
      DataSetWriter image = series.item(DCM_ContourImageSequence);
      put_reference(image, source);
    }
  }

  void put_region(DataSetWriter& out, int number, int phase,
                  const std::vector<std::size_t>& members) const {
    const std::string name =
        regions_.size() == 1 ? codes_.label : fmt::format("{}, phase {}", codes_.label, phase + 1);
    DataSetWriter region = out.item(DCM_StructureSetROISequence);
    region.text(DCM_ROINumber, std::to_string(number));
    region.text(DCM_ReferencedFrameOfReferenceUID, header_.frame_of_reference_uid());
    region.text(DCM_ROIName, name);
    region.text(DCM_ROIGenerationAlgorithm, "AUTOMATIC");
    region.text(DCM_ROIGenerationDescription,
                fmt::format("{} {} {}", structure_.algorithm.name, structure_.algorithm.version,
                            structure_.algorithm.model)
                    .substr(0, 64));
    DataSetWriter contours = out.item(DCM_ROIContourSequence);
    contours.text(DCM_ReferencedROINumber, std::to_string(number));
    contours.text(DCM_ROIDisplayColor, kColour);
    for (const std::size_t i : members) put_contours(contours, i);
    DataSetWriter observation = out.item(DCM_RTROIObservationsSequence);
    observation.text(DCM_ObservationNumber, std::to_string(number));
    observation.text(DCM_ReferencedROINumber, std::to_string(number));
    put_code(observation, DCM_RTROIIdentificationCodeSequence, codes_.type);
    observation.text(DCM_RTROIInterpretedType, "ORGAN");
    observation.text(DCM_ROIInterpreter, "");
  }

  void put_contours(DataSetWriter& out, std::size_t source) const {
    if (structure_.frames[source].is_empty()) return;
    const Geometry& geometry = series_[source].place.geometry;
    for (const auto& outline : outlines(structure_.frames[source].raster())) {
      std::string text;
      for (const auto& point : outline.points) {
        for (const double value : in_patient(point, geometry)) {
          text += (text.empty() ? "" : "\\") + short_decimal(value);
        }
      }
      DataSetWriter contour = out.item(DCM_ContourSequence);
      DataSetWriter image = contour.item(DCM_ContourImageSequence);
      put_reference(image, series_[source]);
      contour.text(DCM_ContourGeometricType, "CLOSED_PLANAR");
      contour.text(DCM_NumberOfContourPoints, std::to_string(outline.points.size()));
      contour.text(DCM_ContourData, text);
    }
  }

  const std::vector<SourceFrame>& series_;
  const DrawnStructure& structure_;
  StructureCodes codes_;
  DerivedHeader header_;
  std::map<int, std::vector<std::size_t>> regions_;  // a phase's frames, slice by slice
};

}  // namespace

DerivedObject write_rtstruct(const Path& file, const std::vector<SourceFrame>& series,
                             const DrawnStructure& structure) {
  return RtStructWriter(series, structure).write(file);
}

}  // namespace heartlab
