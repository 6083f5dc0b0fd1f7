#include "tests/dicom/fixture.h"

#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrplol.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <dcmtk/dcmjpls/djrparam.h>

#include <memory>

#include "heartlab/core/error.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

void require(const OFCondition& status, const std::string& what) {
  if (status.bad()) fail(ErrorKind::kInternal, "fixture: {}: {}", what, status.text());
}

void register_encoders() {
  static const bool once = [] {
    DcmRLEEncoderRegistration::registerCodecs();
    DJEncoderRegistration::registerCodecs();
    DJLSEncoderRegistration::registerCodecs();
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace

DcmItem& item_of(DcmItem& parent, const DcmTagKey& sequence, int index) {
  DcmItem* item = nullptr;
  require(parent.findOrCreateSequenceItem(sequence, item, index), "sequence");
  return *item;
}

std::vector<Uint16> ramp(int count, int bits) {
  std::vector<Uint16> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(static_cast<Uint16>((i % 32 < 12 ? i / 32 * 97 : i * 3) & ((1 << bits) - 1)));
  }
  values.front() = 0;
  values.back() = static_cast<Uint16>((1 << bits) - 1);
  return values;
}

DicomFixture::DicomFixture(int rows, int columns, int frames) {
  set(DCM_SOPClassUID, UID_MRImageStorage);
  set(DCM_SOPInstanceUID, "1.2.3.4.5");
  set(DCM_StudyInstanceUID, "1.2.3");
  set(DCM_SeriesInstanceUID, "1.2.3.4");
  set(DCM_PatientID, "P1");
  set(DCM_Modality, "MR");
  set(DCM_InstanceNumber, "7");
  set(DCM_PixelSpacing, "1.5\\1.25");
  set(DCM_SliceThickness, "8");
  set(DCM_PhotometricInterpretation, "MONOCHROME2");
  set_number(DCM_SamplesPerPixel, 1);
  set_number(DCM_Rows, rows);
  set_number(DCM_Columns, columns);
  set_number(DCM_BitsAllocated, 16);
  set_number(DCM_BitsStored, 12);
  set_number(DCM_HighBit, 11);
  set_number(DCM_PixelRepresentation, 0);
  if (frames > 1) set(DCM_NumberOfFrames, std::to_string(frames));
  set_pixels(ramp(rows * columns * frames));
}

void DicomFixture::set(const DcmTagKey& tag, const std::string& value) {
  require(data().putAndInsertOFStringArray(tag, OFString(value.c_str(), value.size())), value);
}

void DicomFixture::set_number(const DcmTagKey& tag, int value) {
  require(data().putAndInsertUint16(tag, static_cast<Uint16>(value)), "number");
}

void DicomFixture::set_pixels(const std::vector<Uint16>& words) {
  require(data().putAndInsertUint16Array(DCM_PixelData, words.data(), words.size()), "pixels");
}

void DicomFixture::set_pixels_8(const std::vector<Uint8>& bytes) {
  set_number(DCM_BitsAllocated, 8);
  set_number(DCM_BitsStored, 8);
  set_number(DCM_HighBit, 7);
  require(data().putAndInsertUint8Array(DCM_PixelData, bytes.data(), bytes.size()), "pixels");
}

void DicomFixture::place(const std::string& position, const std::string& orientation) {
  set(DCM_ImagePositionPatient, position);
  set(DCM_ImageOrientationPatient, orientation);
}

void DicomFixture::save(const Path& file, E_TransferSyntax syntax) {
  register_encoders();
  const DJ_RPLossless lossless;
  const DJLSRepresentationParameter jpeg_ls(2, OFTrue);
  const DcmRepresentationParameter* parameter = nullptr;
  if (syntax == EXS_JPEGProcess14 || syntax == EXS_JPEGProcess14SV1) parameter = &lossless;
  if (syntax == EXS_JPEGLSLossless) parameter = &jpeg_ls;
  require(data().chooseRepresentation(syntax, parameter), DcmXfer(syntax).getXferName());
  require(format_.saveFile(file.c_str(), syntax), file.string());
}

Bytes DicomFixture::bytes(E_TransferSyntax syntax) {
  const TemporaryFolder folder;
  save(folder / "image.dcm", syntax);
  return read_bytes(folder / "image.dcm");
}

}  // namespace heartlab::testing
