#include <fmt/format.h>

#include <map>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/dicom/derived_header.h"
#include "heartlab/dicom/sr.h"
#include "heartlab/dicom/writer.h"

namespace heartlab {
namespace {

constexpr int kSeriesNumber = 9300;  // added to the source's

// PS3.16 TID 1500, 1501, 1411, 300, 1001 to 1004, 1204, 1600, 1602.
constexpr Code kTitle{"126000", "DCM", "Imaging Measurement Report"};
constexpr Code kLanguage{"121049", "DCM", "Language of Content Item and Descendants"};
constexpr Code kEnglish{"en", "RFC5646", "English"};
constexpr Code kObserverType{"121005", "DCM", "Observer Type"};
constexpr Code kDevice{"121007", "DCM", "Device"};
constexpr Code kDeviceUid{"121012", "DCM", "Device Observer UID"};
constexpr Code kDeviceName{"121013", "DCM", "Device Observer Name"};
constexpr Code kDeviceMaker{"121014", "DCM", "Device Observer Manufacturer"};
constexpr Code kDeviceModel{"121015", "DCM", "Device Observer Model Name"};
constexpr Code kProcedure{"121058", "DCM", "Procedure reported"};
constexpr Code kHeartMri{"241620005", "SCT", "Cardiac MRI"};
constexpr Code kLibrary{"111028", "DCM", "Image Library"};
constexpr Code kLibraryGroup{"126200", "DCM", "Image Library Group"};
constexpr Code kModality{"121139", "DCM", "Modality"};
constexpr Code kMagneticResonance{"MR", "DCM", "Magnetic Resonance"};
constexpr Code kMeasurements{"126010", "DCM", "Imaging Measurements"};
constexpr Code kGroup{"125007", "DCM", "Measurement Group"};
constexpr Code kTracking{"112039", "DCM", "Tracking Identifier"};
constexpr Code kTrackingUid{"112040", "DCM", "Tracking Unique Identifier"};
constexpr Code kFindingSite{"363698007", "SCT", "Finding Site"};
constexpr Code kReferencedSegment{"121191", "DCM", "Referenced Segment"};
constexpr Code kSourceSeries{"121232", "DCM", "Source series for segmentation"};
constexpr Code kCyclePoint{"272518008", "SCT", "Cardiac Cycle Point"};
constexpr Code kComment{"121106", "DCM", "Comment"};

constexpr const char* kContains = "CONTAINS";
constexpr const char* kModifier = "HAS CONCEPT MOD";
constexpr const char* kObservation = "HAS OBS CONTEXT";
constexpr const char* kAcquisition = "HAS ACQ CONTEXT";

// The content tree (PS3.3 C.17.3) item by item.
class Content {
 public:
  explicit Content(DataSetWriter writer) : out_(std::move(writer)) {}

  Content container(const char* relation, const Code& name, const char* tid = nullptr) {
    Content child = add(relation, "CONTAINER", &name);
    child.become_container(tid);
    return child;
  }
  void become_container(const char* tid) {
    out_.text(DCM_ContinuityOfContent, "SEPARATE");
    if (tid == nullptr) return;
    DataSetWriter item = out_.item(DCM_ContentTemplateSequence);
    item.text(DCM_MappingResource, "DCMR");
    item.text(DCM_TemplateIdentifier, tid);
  }
  void code(const char* relation, const Code& name, const Code& value) {
    Content child = add(relation, "CODE", &name);
    put_code(child.out_, DCM_ConceptCodeSequence, value);
  }
  void text(const char* relation, const Code& name, const std::string& value) {
    add(relation, "TEXT", &name).out_.text(DCM_TextValue, value);
  }
  void uid(const char* relation, const Code& name, const std::string& value) {
    add(relation, "UIDREF", &name).out_.text(DCM_UID, value);
  }
  void number(const SrNumber& number) {
    Content child = add(kContains, "NUM", &number.name);
    DataSetWriter value = child.out_.item(DCM_MeasuredValueSequence);
    value.text(DCM_NumericValue, decimal(number.value));
    put_code(value, DCM_MeasurementUnitsCodeSequence, number.unit);
    if (number.cycle_point) child.code(kModifier, kCyclePoint, *number.cycle_point);
  }
  void image(const SourceFrame& frame) {
    Content child = add(kContains, "IMAGE", nullptr);
    DataSetWriter reference = child.out_.item(DCM_ReferencedSOPSequence);
    put_reference(reference, frame);
  }
  void segment(const SrSegment& segment) {
    DataSetWriter reference =
        add(kContains, "IMAGE", &kReferencedSegment).out_.item(DCM_ReferencedSOPSequence);
    reference.text(DCM_ReferencedSOPClassUID, segment.seg.sop_class_uid);
    reference.text(DCM_ReferencedSOPInstanceUID, segment.seg.sop_instance_uid);
    reference.number(DCM_ReferencedSegmentNumber, static_cast<Uint16>(segment.number));
  }
  void name(const Code& name) { put_code(out_, DCM_ConceptNameCodeSequence, name); }

 private:
  Content add(const char* relation, const char* type, const Code* name) {
    DataSetWriter item = out_.item(DCM_ContentSequence);
    item.text(DCM_RelationshipType, relation);
    item.text(DCM_ValueType, type);
    if (name != nullptr) put_code(item, DCM_ConceptNameCodeSequence, *name);
    return Content(std::move(item));
  }

  DataSetWriter out_;
};

void put_observer(Content& root, const Algorithm& algorithm) {
  root.code(kObservation, kObserverType, kDevice);
  root.uid(kObservation, kDeviceUid,
           make_uid(0, fmt::format("observer/{}/{}", algorithm.version, algorithm.model_sha256)));
  root.text(kObservation, kDeviceName,
            algorithm.model.empty() ? algorithm.name
                                    : fmt::format("{} with {}", algorithm.name, algorithm.model));
  root.text(kObservation, kDeviceMaker, "HeartLab");
  root.text(kObservation, kDeviceModel, fmt::format("heartlab {}", algorithm.version));
}

void put_library(Content& root, const std::vector<SourceFrame>& frames) {
  Content group = root.container(kContains, kLibrary, "1600").container(kContains, kLibraryGroup);
  group.code(kAcquisition, kModality, kMagneticResonance);
  for (const auto& frame : frames) group.image(frame);
}

void put_group(Content& all, const SrGroup& group, const std::string& source_series) {
  Content content = all.container(kContains, kGroup, group.segment ? "1411" : "1501");
  content.text(kObservation, kTracking, group.tracking);
  content.uid(kObservation, kTrackingUid,
              make_uid(0, fmt::format("tracking/{}/{}", source_series, group.tracking)));
  if (group.segment) {
    content.segment(*group.segment);
    content.uid(kContains, kSourceSeries, source_series);
  }
  content.code(kModifier, kFindingSite, group.finding_site);
  for (const auto& number : group.numbers) content.number(number);
}

// PS3.3 C.17.2: what the content refers to, by study and series.
void put_evidence(DataSetWriter& out, const std::vector<SourceFrame>& frames,
                  const SrReport& report) {
  std::map<std::string, std::map<std::string, std::string>>
      series;  // UIDs: series, instance, class
  for (const auto& frame : frames) {
    series[frame.place.series][frame.sop_instance_uid] = frame.sop_class_uid;
  }
  for (const auto& group : report.groups) {
    if (!group.segment) continue;
    const DerivedObject& seg = group.segment->seg;
    series[seg.series_uid][seg.sop_instance_uid] = seg.sop_class_uid;
  }
  DataSetWriter study = out.item(DCM_CurrentRequestedProcedureEvidenceSequence);
  study.text(DCM_StudyInstanceUID, frames.front().place.study);
  for (const auto& [uid, instances] : series) {
    DataSetWriter item = study.item(DCM_ReferencedSeriesSequence);
    item.text(DCM_SeriesInstanceUID, uid);
    for (const auto& [instance, sop_class] : instances) {
      DataSetWriter reference = item.item(DCM_ReferencedSOPSequence);
      reference.text(DCM_ReferencedSOPClassUID, sop_class);
      reference.text(DCM_ReferencedSOPInstanceUID, instance);
    }
  }
}

}  // namespace

DerivedObject write_sr(const Path& file, const std::vector<SourceFrame>& frames,
                       const SrReport& report, const Algorithm& algorithm) {
  const std::vector<SourceFrame> source = first_series(frames);
  DerivedHeader header(source,
                       {UID_ComprehensiveSRStorage, "SR", "HeartLab measurements", kSeriesNumber},
                       algorithm);
  DcmFileFormat format;
  DataSetWriter out(*format.getDataset(), file.string());
  header.put(out);
  // The evidence takes the place of the image objects' references.
  delete format.getDataset()->remove(DCM_ReferencedSeriesSequence);
  out.text(DCM_ContentDate, header.date());
  out.text(DCM_ContentTime, header.time());
  out.text(DCM_CompletionFlag, "COMPLETE");
  out.text(DCM_VerificationFlag, "UNVERIFIED");
  for (const auto& tag :
       {DCM_PerformedProcedureCodeSequence, DCM_ReferencedPerformedProcedureStepSequence}) {
    format.getDataset()->insertEmptyElement(tag);
  }
  put_evidence(out, frames, report);

  out.text(DCM_ValueType, "CONTAINER");
  Content root(out);
  root.name(kTitle);
  root.become_container("1500");
  root.code(kModifier, kLanguage, kEnglish);
  put_observer(root, algorithm);
  root.code(kModifier, kProcedure, kHeartMri);
  put_library(root, frames);
  Content all = root.container(kContains, kMeasurements);
  for (const auto& group : report.groups) put_group(all, group, frames.front().place.series);
  for (const auto& comment : report.comments) root.text(kContains, kComment, comment);
  return header.write(file, format);
}

}  // namespace heartlab
