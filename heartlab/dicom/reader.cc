#include "heartlab/dicom/reader.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "heartlab/core/error.h"
#include "heartlab/dicom/attributes.h"
#include "heartlab/dicom/decode.h"
#include "heartlab/dicom/frame_geometry.h"
#include "heartlab/dicom/load.h"

namespace heartlab {
namespace {

struct Rescale {
  double slope = 1;
  double intercept = 0;
  double apply(double stored) const { return slope * stored + intercept; }
};

Rescale read_rescale(const FrameAttributes& attributes, const PixelDecoder& pixels,
                     DicomFrame& frame) {
  const DcmTagKey group = DCM_PixelValueTransformationSequence;
  if (attributes.has(group, DCM_ModalityLUTSequence)) {
    fail(ErrorKind::kUnsupported, "{}: a Modality LUT Sequence (0028,3000) is not handled",
         frame.file.string());
  }
  if (!attributes.has(group, DCM_RescaleSlope)) return {};
  const Rescale rescale{attributes.number(group, DCM_RescaleSlope).value_or(0),
                        attributes.number(group, DCM_RescaleIntercept).value_or(0)};
  constexpr double kLargest = 1e30;
  if (rescale.slope != 0 && std::abs(rescale.apply(pixels.lowest())) < kLargest &&
      std::abs(rescale.apply(pixels.highest())) < kLargest) {
    return rescale;
  }
  frame.remarks.emplace_back("RescaleSlope makes no sense and was ignored");
  return {};
}

void read_window(const FrameAttributes& attributes, DicomFrame& frame) {
  const auto centre = attributes.number(DCM_FrameVOILUTSequence, DCM_WindowCenter);
  const auto width = attributes.number(DCM_FrameVOILUTSequence, DCM_WindowWidth);
  if (!centre || !width) return;
  if (!(*width >= 1)) {
    frame.remarks.emplace_back("WindowWidth is less than 1");
    return;
  }
  frame.window_centre = *centre;
  frame.window_width = *width;
}

// Turns MONOCHROME1 over the range of stored values. The window's formula is not symmetric (PS3.3
// C.11.2.1.2.1), hence the 1.
void turn(DicomFrame& frame, double ends) {
  for (float& value : frame.image.pixels) value = static_cast<float>(ends - value);
  if (frame.window_width > 0) frame.window_centre = ends - frame.window_centre + 1;
}

// Stored values that are no part of the image (PS3.3 C.7.5.1.1.2).
struct Padding {
  bool present = false;
  float lowest = 0, highest = 0;  // both are padding
};

Padding read_padding(DcmDataset& data, const PixelDecoder& pixels) {
  constexpr int kWords = 1 << 16;
  // Without a stated VR a negative value is read as if it were not.
  const auto stored = [&](int value) {
    if (pixels.is_signed() && value >= kWords / 2) return value - kWords;
    return !pixels.is_signed() && value < 0 ? value + kWords : value;
  };
  const auto value = integer_of(data, DCM_PixelPaddingValue);
  if (!value) return {};
  const int one = stored(*value);
  const int other = stored(integer_of(data, DCM_PixelPaddingRangeLimit).value_or(*value));
  const auto [lowest, highest] = std::minmax(one, other);
  return {true, static_cast<float>(lowest), static_cast<float>(highest)};
}

std::vector<std::size_t> find_padding(const Image& stored, const Padding& padding) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; padding.present && i < stored.pixels.size(); ++i) {
    const float value = stored.pixels[i];
    if (value >= padding.lowest && value <= padding.highest) found.push_back(i);
  }
  return found;
}

// Gives padding the darkest value of the others; an image of padding alone stays.
void blacken(Image& image, const std::vector<std::size_t>& padding) {
  if (padding.empty() || padding.size() == image.pixels.size()) return;
  for (const std::size_t i : padding) image.pixels[i] = std::numeric_limits<float>::max();
  const float black = *std::ranges::min_element(image.pixels);
  for (const std::size_t i : padding) image.pixels[i] = black;
}

void read_values(const FrameAttributes& attributes, const Padding& padding, PixelDecoder& pixels,
                 DicomFrame& frame) {
  const Rescale rescale = read_rescale(attributes, pixels, frame);
  frame.image = pixels.decode(frame.frame);
  const auto padded = find_padding(frame.image, padding);
  for (float& value : frame.image.pixels) value = static_cast<float>(rescale.apply(value));
  read_window(attributes, frame);
  if (pixels.is_inverted()) {
    turn(frame, rescale.apply(pixels.lowest()) + rescale.apply(pixels.highest()));
  }
  blacken(frame.image, padded);
}

DicomFrame describe(DcmDataset& data, const Path& file) {
  DicomFrame frame;
  frame.file = file;
  frame.patient_id = text_of(data, DCM_PatientID);
  frame.study_uid = text_of(data, DCM_StudyInstanceUID);
  frame.series_uid = text_of(data, DCM_SeriesInstanceUID);
  frame.sop_class_uid = text_of(data, DCM_SOPClassUID);
  frame.sop_instance_uid = text_of(data, DCM_SOPInstanceUID);
  frame.frame_of_reference_uid = text_of(data, DCM_FrameOfReferenceUID);
  frame.series_number = integer_of(data, DCM_SeriesNumber).value_or(-1);
  frame.instance_number = integer_of(data, DCM_InstanceNumber).value_or(-1);
  frame.remarks = conformance_remarks(data);
  frame.lossy = text_of(data, DCM_LossyImageCompression) == "01";
  if (frame.lossy) frame.remarks.emplace_back("the pixels were compressed with loss");
  return frame;
}

double read_trigger_time(const FrameAttributes& attributes) {
  const auto classic = attributes.number(DCM_CardiacSynchronizationSequence, DCM_TriggerTime);
  const auto enhanced =
      attributes.number(DCM_CardiacSynchronizationSequence, DCM_NominalCardiacTriggerDelayTime);
  const double time = enhanced.value_or(classic.value_or(-1));
  return time >= 0 ? time : -1;
}

// Of the enhanced images (PS3.3 C.7.6.16.2.7), else Nominal Interval or Heart Rate (C.7.6.18.1).
double read_heart_interval(const FrameAttributes& attributes) {
  const DcmTagKey group = DCM_CardiacSynchronizationSequence;
  const auto enhanced = attributes.number(group, DCM_RRIntervalTimeNominal);
  const double interval =
      enhanced.value_or(attributes.number(group, DCM_NominalInterval).value_or(0));
  if (interval > 0) return interval;
  const double rate = attributes.number(group, DCM_HeartRate).value_or(0);
  return rate > 0 ? 60000 / rate : 0;
}

std::vector<DicomFrame> read_frames(DcmDataset& data, const Path& file) {
  if (text_of(data, DCM_SOPClassUID) == UID_SegmentationStorage) {
    fail(ErrorKind::kUnsupported, "{}: expected an image, found a segmentation (DICOM SEG)",
         file.string());
  }
  PixelDecoder pixels(data, file.string());
  const DicomFrame common = describe(data, file);
  const Padding padding = read_padding(data, pixels);
  std::vector<DicomFrame> frames;
  for (int i = 0; i < pixels.frames(); ++i) {
    DicomFrame frame = common;
    frame.frame = i;
    frame.frames = pixels.frames();
    const FrameAttributes attributes(data, i);
    frame.trigger_time = read_trigger_time(attributes);
    frame.heart_interval = read_heart_interval(attributes);
    frame.geometry = read_geometry(attributes, frame.remarks);
    read_values(attributes, padding, pixels, frame);
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace

std::vector<DicomFrame> read_dicom(const Path& file) {
  if (!looks_like_dicom(file)) {
    fail(ErrorKind::kBadInput, "{}: expected a DICOM file, found something else", file.string());
  }
  std::vector<DicomFrame> frames;
  with_data_set(file, [&](DcmDataset& data) { frames = read_frames(data, file); });
  return frames;
}

}  // namespace heartlab
