#pragma once

#include <span>

#include "heartlab/dicom/data_set_writer.h"
#include "heartlab/dicom/source_series.h"
#include "heartlab/dicom/structure_codes.h"

namespace heartlab {

// What tells one kind of derived object from another.
struct DerivedKind {
  const char* sop_class_uid;
  const char* modality;
  std::string description;  // of the series
  int series_number;        // added to the source's
};

// The modules that every derived object has, for the source `series` of one group: patient and
// study as the source states them, series, equipment, SOP common. What the source states against
// the standard is left out or replaced, and said.
class DerivedHeader {
 public:
  enum class Presence {
    kExact,     // as the source has it, right or wrong: what the study is joined by
    kRequired,  // type 2: empty where the source has none
    kOptional,  // type 3
  };
  struct Copied {
    DcmTagKey tag;
    Presence presence;
  };

  // Reads the header of the series' first file. An Error where that fails or the study's or the
  // series' UID is missing.
  DerivedHeader(const std::vector<SourceFrame>& series, const DerivedKind& kind,
                const Algorithm& algorithm);

  void put(DataSetWriter& out);
  // Of an image that follows from these frames, of this series and of others: whether one was
  // compressed with loss, and how the first such one was.
  void put_compression(DataSetWriter& out, const std::vector<SourceFrame>& frames);
  // Common Instance Reference (PS3.3 C.12.2): every source instance.
  void put_references(DataSetWriter& out) const;
  // Gives the object an instance UID that depends on all that it holds, and writes it.
  DerivedObject write(const Path& file, DcmFileFormat& format,
                      E_TransferSyntax syntax = EXS_LittleEndianExplicit);

  const std::string& series_uid() const { return series_uid_; }
  // The source's, the first valid one of content, acquisition, series and study; 19000101 and
  // 000000 where there is none.
  const std::string& date() const { return date_; }
  const std::string& time() const { return time_; }
  // The one that all frames state; else one that follows from the series' UID.
  const std::string& frame_of_reference_uid() const { return frame_of_reference_uid_; }

 private:
  void copy(DcmDataset& source, std::span<const Copied> which, DcmDataset& into);
  void find_date(DcmDataset& source);
  void find_frame_of_reference();

  const std::vector<SourceFrame>& series_;
  DerivedKind kind_;
  Algorithm algorithm_;
  DcmDataset copies_;  // of patient and study
  std::string series_uid_, date_, time_, frame_of_reference_uid_;
  int series_number_ = 0;
  std::vector<std::string> mended_;
};

// The frames of a source instance as a reference: its class, its UID and, in a multi-frame file,
// the frame's number.
void put_reference(DataSetWriter& item, const SourceFrame& frame);

void put_code(DataSetWriter& out, const DcmTagKey& sequence, const Code& code);

}  // namespace heartlab
