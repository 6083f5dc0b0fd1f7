#include "heartlab/dicom/header.h"

#include "heartlab/core/error.h"
#include "heartlab/dicom/attributes.h"
#include "heartlab/dicom/decode.h"
#include "heartlab/dicom/load.h"
#include "heartlab/dicom/reader.h"

namespace heartlab {
namespace {

DicomHeader header_of(DcmDataset& data) {
  DicomHeader header;
  header.patient_id = text_of(data, DCM_PatientID);
  header.study_uid = text_of(data, DCM_StudyInstanceUID);
  header.series_uid = text_of(data, DCM_SeriesInstanceUID);
  header.series_number = integer_of(data, DCM_SeriesNumber).value_or(-1);
  header.rows = integer_of(data, DCM_Rows).value_or(0);
  header.columns = integer_of(data, DCM_Columns).value_or(0);
  header.frames = integer_of(data, DCM_NumberOfFrames).value_or(1);
  return header;
}

// A number of frames that such a file can hold: each takes eight bytes at least, of an item's
// header (PS3.5 A.4) or of pixels.
bool can_hold_its_frames(const Path& file, const DicomHeader& header) {
  if (header.frames < 1 || header.rows < 1 || header.columns < 1) return false;
  constexpr std::uint64_t kLeastBytes = 8;
  const auto frames = static_cast<std::uint64_t>(header.frames);
  const auto pixels = static_cast<std::uint64_t>(header.rows) * std::uint64_t(header.columns);
  return frames <= kMostPixels / pixels && frames <= std::filesystem::file_size(file) / kLeastBytes;
}

}  // namespace

std::optional<DicomHeader> read_dicom_header(const Path& file) {
  DicomHeader header;
  const auto read = [&header](DcmDataset& data) { header = header_of(data); };
  try {
    if (!looks_like_dicom(file)) return std::nullopt;
    with_header(file, read);
    // The tag of pixel data stood in some value before the image's own attributes.
    if (header.rows == 0) with_data_set(file, read);
    if (header.frames != 1 && !can_hold_its_frames(file, header)) header.frames = 1;
  } catch (const Error&) {
    return std::nullopt;
  }
  return header;
}

}  // namespace heartlab
