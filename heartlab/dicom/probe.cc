#include <algorithm>
#include <array>
#include <cstring>

#include "heartlab/dicom/attributes.h"
#include "heartlab/dicom/decode.h"
#include "heartlab/dicom/reader.h"

namespace heartlab {
namespace {

constexpr std::size_t kPreamble = 128;  // bytes before "DICM" (PS3.10 7.1)

// A data set without preamble begins with group 0002 or 0008, little or big endian.
bool may_begin_data_set(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 8) return false;
  const int little = bytes[0] | bytes[1] << 8;
  const int big = bytes[0] << 8 | bytes[1];
  return std::ranges::any_of(std::array{little, big},
                             [](int group) { return group == 2 || group == 8; });
}

}  // namespace

bool looks_like_dicom(const Path& file) {
  {
    const MappedFile mapped(file);
    const auto bytes = mapped.bytes();
    if (bytes.size() >= kPreamble + 4 && std::memcmp(bytes.data() + kPreamble, "DICM", 4) == 0) {
      return true;
    }
    if (!may_begin_data_set(bytes)) return false;
  }
  initialise_dcmtk();
  DcmFileFormat format;
  if (format
          .loadFileUntilTag(file.c_str(), EXS_Unknown, EGL_noChange, DCM_MaxReadLength,
                            ERM_autoDetect, DCM_PixelData)
          .bad()) {
    return false;
  }
  DcmDataset& data = *format.getDataset();
  return data.tagExistsWithValue(DCM_SOPClassUID) || data.tagExistsWithValue(DCM_Modality) ||
         data.tagExistsWithValue(DCM_Rows);
}

}  // namespace heartlab
