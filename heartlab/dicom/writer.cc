#include "heartlab/dicom/writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "heartlab/core/error.h"
#include "heartlab/dicom/data_set_writer.h"

namespace heartlab {
namespace {

// A day that means nothing: the same description gives the same bytes.
constexpr const char* kStudyDate = "20180101";

void put_identity(DataSetWriter& out, const MrImage& mr) {
  out.text(DCM_SpecificCharacterSet, "ISO_IR 100");
  out.text(DCM_SOPClassUID, UID_MRImageStorage);
  out.text(DCM_SOPInstanceUID, mr.sop_instance_uid);
  out.text(DCM_PatientName, "HeartLab^" + mr.patient_id);
  out.text(DCM_PatientID, mr.patient_id);
  out.text(DCM_StudyInstanceUID, mr.study_uid);
  out.text(DCM_SeriesInstanceUID, mr.series_uid);
  out.text(DCM_FrameOfReferenceUID, mr.frame_of_reference_uid);
  out.text(DCM_StudyID, "1");
  out.text(DCM_Modality, "MR");
  out.text(DCM_Manufacturer, "HeartLab");
  out.text(DCM_ManufacturerModelName, "heartlab phantom");
  out.text(DCM_SeriesDescription, mr.series_description);
  out.text(DCM_SeriesNumber, std::to_string(mr.series_number));
  out.text(DCM_InstanceNumber, std::to_string(mr.instance_number));
  out.text(DCM_PatientPosition, "HFS");
  out.text(DCM_BodyPartExamined, "HEART");
  out.text(DCM_StudyDate, kStudyDate);
  out.text(DCM_StudyTime, "120000");
  for (const auto& tag : {DCM_PatientBirthDate, DCM_PatientSex, DCM_ReferringPhysicianName,
                          DCM_AccessionNumber, DCM_PositionReferenceIndicator}) {
    out.text(tag, "");
  }
}

void put_acquisition(DataSetWriter& out, const MrImage& mr) {
  out.text(DCM_ImageType, "DERIVED\\PRIMARY\\OTHER");
  out.text(DCM_ScanningSequence, "GR");
  out.text(DCM_SequenceVariant, "SS");
  out.text(DCM_ScanOptions, "CG");
  out.text(DCM_MRAcquisitionType, "2D");
  out.text(DCM_RepetitionTime, "3.2");
  out.text(DCM_EchoTime, "1.6");
  out.text(DCM_EchoTrainLength, "1");
  out.text(DCM_TriggerTime, decimal(mr.trigger_time));
  if (mr.repetition_interval > 0) {
    out.text(DCM_NominalInterval, std::to_string(std::lround(mr.repetition_interval)));
  }
}

void put_geometry(DataSetWriter& out, const MrImage& mr) {
  const Geometry& geometry = mr.geometry;
  out.text(DCM_PixelSpacing,
           decimal(geometry.spacing.row) + "\\" + decimal(geometry.spacing.column));
  out.text(DCM_ImageOrientationPatient,
           decimals(geometry.row_direction) + "\\" + decimals(geometry.column_direction));
  out.text(DCM_ImagePositionPatient, decimals(geometry.position));
  out.text(DCM_SliceLocation, decimal(geometry.distance_along_normal()));
  out.text(DCM_SliceThickness, decimal(geometry.slice_thickness));
  if (mr.spacing_between_slices > 0) {
    out.text(DCM_SpacingBetweenSlices, decimal(mr.spacing_between_slices));
  }
}

std::vector<Uint16> stored_pixels(const MrImage& mr, const std::string& name) {
  const double low = mr.is_signed ? std::numeric_limits<std::int16_t>::min() : 0.0;
  const double high = mr.is_signed ? std::numeric_limits<std::int16_t>::max()
                                   : std::numeric_limits<std::uint16_t>::max();
  std::vector<Uint16> stored;
  stored.reserve(mr.image.pixels.size());
  for (const float value : mr.image.pixels) {
    const double rounded = std::round(value);
    if (!(rounded >= low && rounded <= high)) {
      fail(ErrorKind::kInternal, "{}: expected pixels from {} to {}, found {}", name, low, high,
           value);
    }
    stored.push_back(static_cast<Uint16>(static_cast<std::int32_t>(rounded)));
  }
  return stored;
}

void put_pixels(DataSetWriter& out, const MrImage& mr, const std::string& name) {
  out.number(DCM_SamplesPerPixel, 1);
  out.text(DCM_PhotometricInterpretation, "MONOCHROME2");
  out.number(DCM_Rows, static_cast<Uint16>(mr.image.rows));
  out.number(DCM_Columns, static_cast<Uint16>(mr.image.columns));
  out.number(DCM_BitsAllocated, 16);
  out.number(DCM_BitsStored, 16);
  out.number(DCM_HighBit, 15);
  out.number(DCM_PixelRepresentation, mr.is_signed ? 1 : 0);
  out.text(DCM_QualityControlImage, "YES");
  if (mr.window_width > 0) {
    out.text(DCM_WindowCenter, decimal(mr.window_centre));
    out.text(DCM_WindowWidth, decimal(mr.window_width));
  }
  out.pixels(stored_pixels(mr, name));
}

// The number of a big-endian 128-bit word in decimal digits.
std::string decimal_digits(std::array<std::uint8_t, 16> word) {
  std::string digits;
  while (std::any_of(word.begin(), word.end(), [](auto byte) { return byte != 0; })) {
    unsigned remainder = 0;
    for (auto& byte : word) {
      const unsigned value = remainder << 8 | byte;
      byte = static_cast<std::uint8_t>(value / 10);
      remainder = value % 10;
    }
    digits.insert(digits.begin(), static_cast<char>('0' + remainder));
  }
  return digits.empty() ? "0" : digits;
}

}  // namespace

std::string make_uid(std::uint64_t seed, const std::string& name) {
  const std::string text = fmt::format("heartlab:{}:{}", seed, name);
  const std::string hash =
      sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  std::array<std::uint8_t, 16> uuid{};
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    uuid[i] = static_cast<std::uint8_t>(std::stoul(hash.substr(2 * i, 2), nullptr, 16));
  }
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0f) | 0x80);  // version 8 (RFC 9562)
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3f) | 0x80);
  return "2.25." + decimal_digits(uuid);
}

void write_dicom(const Path& file, const MrImage& mr) {
  const std::string name = file.string();
  DcmFileFormat format;
  DataSetWriter out(*format.getDataset(), name);
  put_identity(out, mr);
  put_acquisition(out, mr);
  put_geometry(out, mr);
  put_pixels(out, mr, name);
  write_data_set(file, format);
}

}  // namespace heartlab
