#pragma once

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmdata/dctk.h>

#include <optional>
#include <string>
#include <vector>

namespace heartlab {

// Reads the attributes of one frame: from its own functional groups, else from the shared ones
// (PS3.3 C.7.6.16), else from the data set itself. Values that do not parse count as absent.
class FrameAttributes {
 public:
  FrameAttributes(DcmDataset& data, int frame);

  // `group` is the functional group sequence that may hold `tag`.
  std::string text(const DcmTagKey& group, const DcmTagKey& tag) const;
  // Every value of a backslash-separated list; empty where one of them is not a finite number.
  std::vector<double> numbers(const DcmTagKey& group, const DcmTagKey& tag) const;
  std::optional<double> number(const DcmTagKey& group, const DcmTagKey& tag) const;
  bool has(const DcmTagKey& group, const DcmTagKey& tag) const;

 private:
  DcmItem* holder(const DcmTagKey& group, const DcmTagKey& tag) const;

  DcmItem* data_;
  DcmItem* own_ = nullptr;     // item of the per-frame functional groups
  DcmItem* shared_ = nullptr;  // item of the shared functional groups
};

// The value without padding, as UTF-8 without control characters; empty where absent.
std::string text_of(DcmItem& item, const DcmTagKey& tag);
// Empty where absent or where a value is not a finite number.
std::vector<double> numbers_of(DcmItem& item, const DcmTagKey& tag);
// The first value, where it is a whole number.
std::optional<int> integer_of(DcmItem& item, const DcmTagKey& tag);

// The UIDs and dates of a data set that are missing or break PS3.5 6.2 and 9.1, one sentence each.
std::vector<std::string> conformance_remarks(DcmItem& data);

}  // namespace heartlab
