#include "heartlab/dicom/header.h"

#include "heartlab/core/error.h"
#include "heartlab/dicom/attributes.h"
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

}  // namespace

std::optional<DicomHeader> read_dicom_header(const Path& file) {
  DicomHeader header;
  const auto read = [&header](DcmDataset& data) { header = header_of(data); };
  try {
    if (!looks_like_dicom(file)) return std::nullopt;
    with_header(file, read);
    // The tag of pixel data stood in some value before the image's own attributes.
    if (header.rows == 0) with_data_set(file, read);
  } catch (const Error&) {
    return std::nullopt;
  }
  return header;
}

}  // namespace heartlab
