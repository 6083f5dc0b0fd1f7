#pragma once

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmdata/dctk.h>

#include <string>
#include <vector>

#include "heartlab/core/files.h"

namespace heartlab::testing {

// A small MR image as another program would write it, to be changed at will before it is saved.
class DicomFixture {
 public:
  // 16 bits, unsigned, MONOCHROME2; stored values as in ramp().
  DicomFixture(int rows = 24, int columns = 20, int frames = 1);

  DcmDataset& data() { return *format_.getDataset(); }
  void set(const DcmTagKey& tag, const std::string& value);
  void set_number(const DcmTagKey& tag, int value);
  void remove(const DcmTagKey& tag) { data().findAndDeleteElement(tag); }
  void set_pixels(const std::vector<Uint16>& words);
  void set_pixels_8(const std::vector<Uint8>& bytes);

  void place(const std::string& position, const std::string& orientation);
  // Encodes with DCMTK's own encoders where the syntax is compressed.
  void save(const Path& file, E_TransferSyntax syntax = EXS_LittleEndianExplicit);
  Bytes bytes(E_TransferSyntax syntax = EXS_LittleEndianExplicit);

 private:
  DcmFileFormat format_;
};

// An item of a sequence, made where it is not there.
DcmItem& item_of(DcmItem& parent, const DcmTagKey& sequence, int index = 0);

// Stored values from 0 to the largest of `bits` bits, with slopes and runs. (DCMTK's JPEG-LS
// encoder writes beyond its buffer where an image does not shrink.)
std::vector<Uint16> ramp(int count, int bits = 12);

}  // namespace heartlab::testing
