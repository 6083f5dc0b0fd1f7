#include <algorithm>
#include <array>

#include "heartlab/core/error.h"
#include "heartlab/dicom/load.h"
#include "heartlab/dicom/reader.h"

namespace heartlab {
namespace {

// A data set without preamble begins with group 0002 or 0008, little or big endian.
bool may_begin_data_set(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 8) return false;
  const int little = bytes[0] | bytes[1] << 8;
  const int big = bytes[0] << 8 | bytes[1];
  return std::ranges::any_of(std::array{little, big},
                             [](int group) { return group == 2 || group == 8; });
}

bool describes_an_object(DcmDataset& data) {
  return data.tagExistsWithValue(DCM_SOPClassUID) || data.tagExistsWithValue(DCM_Modality) ||
         data.tagExistsWithValue(DCM_Rows);
}

}  // namespace

bool looks_like_dicom(const Path& file) {
  {
    const MappedFile mapped(file);
    if (has_preamble(mapped.bytes())) return true;
    if (!may_begin_data_set(mapped.bytes())) return false;
  }
  bool found = false;
  try {
    with_data_set(file, [&](DcmDataset& data) { found = describes_an_object(data); });
  } catch (const Error&) {
    return false;
  }
  return found;
}

}  // namespace heartlab
