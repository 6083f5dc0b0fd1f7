#include "heartlab/dicom/secondary_capture.h"

#include "heartlab/core/error.h"
#include "heartlab/dicom/derived_header.h"

namespace heartlab {
namespace {

constexpr int kSeriesNumber = 9400;  // added to the source's

Bytes rgb(const ColourImage& picture) {
  Bytes bytes;
  bytes.reserve(picture.pixels.size() * 3 + 1);
  for (const Colour& colour : picture.pixels) {
    for (const auto part : {colour.red, colour.green, colour.blue}) bytes.push_back(part);
  }
  if (bytes.size() % 2 != 0) bytes.push_back(0);  // PS3.5 8.1.1
  return bytes;
}

// PS3.3 C.7.6.3.
void put_pixels(DataSetWriter& out, const ColourImage& picture) {
  out.number(DCM_SamplesPerPixel, 3);
  out.text(DCM_PhotometricInterpretation, "RGB");
  out.number(DCM_PlanarConfiguration, 0);
  out.number(DCM_Rows, static_cast<Uint16>(picture.rows));
  out.number(DCM_Columns, static_cast<Uint16>(picture.columns));
  out.number(DCM_BitsAllocated, 8);
  out.number(DCM_BitsStored, 8);
  out.number(DCM_HighBit, 7);
  out.number(DCM_PixelRepresentation, 0);
  out.pixels(rgb(picture));
}

}  // namespace

std::vector<DerivedObject> write_secondary_captures(const std::vector<Path>& files,
                                                    const std::vector<ColourImage>& pictures,
                                                    const std::vector<SourceFrame>& frames,
                                                    const Algorithm& algorithm, int first_number) {
  const std::vector<SourceFrame> source = first_series(frames);
  std::vector<DerivedObject> objects;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    DerivedHeader header(source,
                         {UID_SecondaryCaptureImageStorage, "OT", "HeartLab report", kSeriesNumber},
                         algorithm);
    DcmFileFormat format;
    DataSetWriter out(*format.getDataset(), files.at(i).string());
    header.put(out);
    out.text(DCM_InstanceNumber, std::to_string(first_number + static_cast<int>(i)));
    out.text(DCM_BodyPartExamined, "HEART");
    out.text(DCM_ConversionType, "WSD");
    out.text(DCM_ImageType, "DERIVED\\SECONDARY");
    out.text(DCM_PatientOrientation, "");
    out.text(DCM_ContentDate, header.date());
    out.text(DCM_ContentTime, header.time());
    out.text(DCM_BurnedInAnnotation, "NO");
    header.put_compression(out, frames);
    put_pixels(out, pictures[i]);
    objects.push_back(header.write(files[i], format));
  }
  return objects;
}

}  // namespace heartlab
