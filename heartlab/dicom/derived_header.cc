#include "heartlab/dicom/derived_header.h"

#include <algorithm>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/dicom/attributes.h"
#include "heartlab/dicom/load.h"
#include "heartlab/dicom/writer.h"

namespace heartlab {
namespace {

constexpr const char* kNoDate = "19000101";
constexpr const char* kNoTime = "000000";
constexpr int kLargestSeriesNumber = 1'000'000'000;  // what can be added to

using Presence = DerivedHeader::Presence;
using Copied = DerivedHeader::Copied;

// PS3.3 C.7.1.1, C.7.2.1, C.7.2.2, C.12.1.
const Copied kCopied[] = {
    {DCM_SpecificCharacterSet, Presence::kOptional},
    {DCM_TimezoneOffsetFromUTC, Presence::kOptional},
    {DCM_PatientName, Presence::kExact},
    {DCM_PatientID, Presence::kExact},
    {DCM_IssuerOfPatientID, Presence::kOptional},
    {DCM_PatientBirthDate, Presence::kRequired},
    {DCM_PatientSex, Presence::kRequired},
    {DCM_PatientIdentityRemoved, Presence::kOptional},
    {DCM_DeidentificationMethod, Presence::kOptional},
    {DCM_QualityControlSubject, Presence::kOptional},
    {DCM_PatientAge, Presence::kOptional},
    {DCM_PatientSize, Presence::kOptional},
    {DCM_PatientWeight, Presence::kOptional},
    {DCM_StudyInstanceUID, Presence::kExact},
    {DCM_StudyDate, Presence::kRequired},
    {DCM_StudyTime, Presence::kRequired},
    {DCM_ReferringPhysicianName, Presence::kRequired},
    {DCM_StudyID, Presence::kRequired},
    {DCM_AccessionNumber, Presence::kRequired},
    {DCM_StudyDescription, Presence::kOptional},
};

// PS3.3 C.7.6.1, beside whether there was any.
const Copied kOfLossyCompression[] = {
    {DCM_LossyImageCompressionRatio, Presence::kOptional},
    {DCM_LossyImageCompressionMethod, Presence::kOptional},
};

std::string name_of(const DcmTagKey& tag) {
  return fmt::format("{} {}", DcmTag(tag).getTagName(), tag.toString().c_str());
}

// Longest values of PS3.5 6.2 in characters, which DCMTK does not count; 0 = no such bound.
std::size_t longest(DcmEVR vr) {
  constexpr std::size_t kShortString = 16, kLongString = 64;
  if (vr == EVR_SH) return kShortString;
  return vr == EVR_LO ? kLongString : 0;
}

bool is_valid(DcmItem& item, DcmElement& element) {
  if (element.checkValue("1-n").bad()) return false;
  const std::size_t bound = longest(element.ident());
  const auto begins = [](char byte) { return (byte & 0xc0) != 0x80; };  // a character of UTF-8
  const std::string text = text_of(item, element.getTag());
  return bound == 0 || std::size_t(std::ranges::count_if(text, begins)) <= bound;
}

bool has_valid(DcmItem& item, const DcmTagKey& tag) {
  DcmElement* element = nullptr;
  return item.findAndGetElement(tag, element).good() && element->getLength() > 0 &&
         is_valid(item, *element);
}

}  // namespace

void put_code(DataSetWriter& out, const DcmTagKey& sequence, const Code& code) {
  DataSetWriter item = out.item(sequence);
  item.text(DCM_CodeValue, code.value);
  item.text(DCM_CodingSchemeDesignator, code.scheme);
  item.text(DCM_CodeMeaning, code.meaning);
}

void put_reference(DataSetWriter& item, const SourceFrame& frame) {
  item.text(DCM_ReferencedSOPClassUID, frame.sop_class_uid);
  item.text(DCM_ReferencedSOPInstanceUID, frame.sop_instance_uid);
  if (frame.frames > 1) {
    item.text(DCM_ReferencedFrameNumber, std::to_string(frame.place.frame + 1));
  }
}

DerivedHeader::DerivedHeader(const std::vector<SourceFrame>& series, const DerivedKind& kind,
                             const Algorithm& algorithm)
    : series_(series), kind_(kind), algorithm_(algorithm) {
  if (series.empty()) fail(ErrorKind::kInternal, "a derived object needs a frame of its source");
  const FramePlace& first = series.front().place;
  for (const auto& frame : series) {
    const bool same = frame.place.study == first.study && frame.place.series == first.series;
    const bool known = !first.study.empty() && !first.series.empty() &&
                       !frame.sop_class_uid.empty() && !frame.sop_instance_uid.empty();
    if (same && known) continue;
    fail(ErrorKind::kBadInput,
         "{}: expected the UIDs of an instance in study '{}' and series '{}' (those of {}), found "
         "study '{}', series '{}', instance '{}' of class '{}'",
         frame.place.file.string(), first.study, first.series, first.file.string(),
         frame.place.study, frame.place.series, frame.sop_instance_uid, frame.sop_class_uid);
  }
  series_uid_ =
      make_uid(0, fmt::format("{}/{}/{}x{}/{}", kind.description, first.series, series.front().rows,
                              series.front().columns, algorithm.model_sha256));
  with_data_set(first.file, [&](DcmDataset& source) {
    copy(source, kCopied, copies_);
    find_date(source);
    series_number_ = integer_of(source, DCM_SeriesNumber).value_or(0);
  });
  if (series_number_ < 0 || series_number_ > kLargestSeriesNumber) series_number_ = 0;
  series_number_ += kind.series_number;
  find_frame_of_reference();
}

void DerivedHeader::copy(DcmDataset& source, std::span<const Copied> which, DcmDataset& into) {
  DataSetWriter out(into, series_.front().place.file.string());
  for (const auto& [tag, presence] : which) {
    DcmElement* element = nullptr;
    const bool found = source.findAndGetElement(tag, element).good() && element->getLength() > 0;
    if (found && (presence == Presence::kExact || is_valid(source, *element))) {
      out.element(*element);
      continue;
    }
    if (found) {
      // Without the value, which may say who the patient is.
      mended_.push_back(fmt::format("{} is not valid and is left {}", name_of(tag),
                                    presence == Presence::kRequired ? "empty" : "out"));
    }
    if (presence != Presence::kOptional) out.text(tag, "");
  }
}

void DerivedHeader::find_date(DcmDataset& source) {
  const DcmTagKey kDates[][2] = {{DCM_ContentDate, DCM_ContentTime},
                                 {DCM_AcquisitionDate, DCM_AcquisitionTime},
                                 {DCM_SeriesDate, DCM_SeriesTime},
                                 {DCM_StudyDate, DCM_StudyTime}};
  for (const auto& [date, time] : kDates) {
    if (!has_valid(source, date)) continue;
    date_ = text_of(source, date);
    time_ = has_valid(source, time) ? text_of(source, time) : kNoTime;
    return;
  }
  date_ = kNoDate;
  time_ = kNoTime;
  mended_.push_back(fmt::format("the source states no valid date; the content's is {}", date_));
}

void DerivedHeader::find_frame_of_reference() {
  std::set<std::string> stated;
  for (const auto& frame : series_) stated.insert(frame.frame_of_reference_uid);
  if (stated.size() == 1 && !stated.begin()->empty()) {
    frame_of_reference_uid_ = *stated.begin();
    return;
  }
  frame_of_reference_uid_ = make_uid(0, "frame of reference/" + series_.front().place.series);
  stated.erase("");
  mended_.push_back(fmt::format(
      "{}: the series states {}; {} follows from its UID", name_of(DCM_FrameOfReferenceUID),
      stated.empty() ? "none" : fmt::format("{} where one is expected", stated.size()),
      frame_of_reference_uid_));
}

void DerivedHeader::put(DataSetWriter& out) {
  for (unsigned long i = 0; i < copies_.card(); ++i) out.element(*copies_.getElement(i));
  out.text(DCM_SOPClassUID, kind_.sop_class_uid);
  out.text(DCM_Modality, kind_.modality);
  out.text(DCM_SeriesInstanceUID, series_uid_);
  out.text(DCM_SeriesNumber, std::to_string(series_number_));
  out.text(DCM_SeriesDescription, kind_.description);
  out.text(DCM_SeriesDate, date_);
  out.text(DCM_SeriesTime, time_);
  out.text(DCM_InstanceNumber, "1");
  out.text(DCM_Manufacturer, "HeartLab");
  out.text(DCM_ManufacturerModelName, "heartlab");
  out.text(DCM_SoftwareVersions, algorithm_.version);
  // A program has no serial number; the weights that drew are what tells it from another.
  out.text(DCM_DeviceSerialNumber,
           algorithm_.model_sha256.empty() ? "none" : algorithm_.model_sha256.substr(0, 16));
}

void DerivedHeader::put_compression(DataSetWriter& out, const std::vector<SourceFrame>& frames) {
  const auto lossy = std::ranges::find_if(frames, &SourceFrame::lossy);
  out.text(DCM_LossyImageCompression, lossy != frames.end() ? "01" : "00");
  if (lossy == frames.end()) return;
  DcmDataset how;
  with_data_set(lossy->place.file,
                [&](DcmDataset& source) { copy(source, kOfLossyCompression, how); });
  for (unsigned long i = 0; i < how.card(); ++i) out.element(*how.getElement(i));
}

void DerivedHeader::put_references(DataSetWriter& out) const {
  DataSetWriter series = out.item(DCM_ReferencedSeriesSequence);
  series.text(DCM_SeriesInstanceUID, series_.front().place.series);
  std::set<std::string> done;
  for (const auto& frame : series_) {
    if (!done.insert(frame.sop_instance_uid).second) continue;
    DataSetWriter instance = series.item(DCM_ReferencedInstanceSequence);
    instance.text(DCM_ReferencedSOPClassUID, frame.sop_class_uid);
    instance.text(DCM_ReferencedSOPInstanceUID, frame.sop_instance_uid);
  }
}

DerivedObject DerivedHeader::write(const Path& file, DcmFileFormat& format,
                                   E_TransferSyntax syntax) {
  const std::string content = sha256(encode(*format.getDataset(), syntax));
  const std::string uid = make_uid(0, series_uid_ + "/" + content);
  DataSetWriter(*format.getDataset(), file.string()).text(DCM_SOPInstanceUID, uid);
  write_data_set(file, format, syntax);
  return {series_.front().place.study, series_uid_, kind_.sop_class_uid, uid, file, mended_};
}

}  // namespace heartlab
