#pragma once

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmdata/dctk.h>

#include <array>
#include <string>
#include <vector>

#include "heartlab/core/files.h"

namespace heartlab {

// A number as a DS value: at most 16 characters (PS3.5 6.2), 8 decimals where they fit.
std::string decimal(double value);
std::string decimals(const std::array<double, 3>& v);  // "x\y\z"

// Puts attributes into a data set or an item, which must outlive it. What DCMTK refuses is an Error
// (kInternal) that begins with `name`.
class DataSetWriter {
 public:
  DataSetWriter(DcmItem& item, std::string name) : item_(&item), name_(std::move(name)) {}

  void text(const DcmTagKey& tag, const std::string& value);  // empty: present without a value
  void number(const DcmTagKey& tag, Uint16 value);
  void numbers(const DcmTagKey& tag, const std::vector<Uint16>& values);
  void long_numbers(const DcmTagKey& tag, const std::vector<Uint32>& values);
  void pointer(const DcmTagKey& tag, const DcmTagKey& to);  // VR AT
  void pixels(const std::vector<Uint16>& values);           // OW
  void pixels(const Bytes& values);                         // OB
  // A copy of the element, with whatever it holds.
  void element(const DcmElement& source);
  // A new item behind those that the sequence has.
  DataSetWriter item(const DcmTagKey& sequence);

 private:
  void check(const DcmTagKey& tag, const OFCondition& status) const;

  DcmItem* item_;
  std::string name_;
};

// The data set alone.
Bytes encode(DcmDataset& data, E_TransferSyntax syntax);

// Writes the file with its meta information, atomically.
void write_data_set(const Path& file, DcmFileFormat& format,
                    E_TransferSyntax syntax = EXS_LittleEndianExplicit);

}  // namespace heartlab
