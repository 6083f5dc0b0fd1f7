#include "heartlab/dicom/attributes.h"

#include <charconv>
#include <cmath>

#include "heartlab/core/utf8.h"

namespace heartlab {
namespace {

constexpr std::size_t kLongestUid = 64;  // PS3.5 9.1

std::string trimmed(const std::string& text) {
  constexpr const char* kPadding = " \t\r\n";
  const auto first = text.find_first_not_of(kPadding);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kPadding) - first + 1);
}

std::optional<double> parse_number(const std::string& word) {
  std::string digits = trimmed(word);
  if (!digits.empty() && digits.front() == '+') digits.erase(0, 1);
  double value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (code != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

DcmItem* sequence_item(DcmItem& data, const DcmTagKey& sequence, unsigned long index) {
  DcmItem* item = nullptr;
  const bool found =
      data.findAndGetSequenceItem(sequence, item, static_cast<signed long>(index)).good();
  return found ? item : nullptr;
}

std::string uid_fault(const std::string& uid) {
  if (uid.empty()) return "is missing";
  if (uid.size() > kLongestUid) return "has more than 64 characters";
  for (const auto& component : split(uid, '.')) {
    if (component.empty()) return "has an empty component";
    if (component.find_first_not_of("0123456789") != std::string::npos) {
      return "has characters other than digits and dots";
    }
    if (component.size() > 1 && component.front() == '0') {
      return "has a component with a leading zero";
    }
  }
  return "";
}

bool is_date(const std::string& text) {
  if (text.size() != 8 || text.find_first_not_of("0123456789") != std::string::npos) return false;
  constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int month = std::stoi(text.substr(4, 2));
  const int day = std::stoi(text.substr(6, 2));
  return month >= 1 && month <= 12 && day >= 1 && day <= kDays[month - 1];
}

}  // namespace

std::string text_of(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  if (item.findAndGetOFStringArray(tag, value).bad()) return "";
  return trimmed(clean_utf8({value.c_str(), value.size()}));
}

std::vector<double> numbers_of(DcmItem& item, const DcmTagKey& tag) {
  const std::string text = text_of(item, tag);
  if (text.empty()) return {};
  std::vector<double> values;
  for (const auto& word : split(text, '\\')) {
    const auto value = parse_number(word);
    if (!value) return {};
    values.push_back(*value);
  }
  return values;
}

std::optional<int> integer_of(DcmItem& item, const DcmTagKey& tag) {
  const auto values = numbers_of(item, tag);
  if (values.empty() || std::abs(values[0]) > 2147483647.0 || std::floor(values[0]) != values[0]) {
    return std::nullopt;
  }
  return static_cast<int>(values[0]);
}

std::vector<std::string> conformance_remarks(DcmItem& data) {
  struct Named {
    DcmTagKey tag;
    const char* name;
  };
  static const Named kUids[] = {{DCM_SOPClassUID, "SOPClassUID"},
                                {DCM_SOPInstanceUID, "SOPInstanceUID"},
                                {DCM_StudyInstanceUID, "StudyInstanceUID"},
                                {DCM_SeriesInstanceUID, "SeriesInstanceUID"}};
  static const Named kDates[] = {{DCM_StudyDate, "StudyDate"},
                                 {DCM_SeriesDate, "SeriesDate"},
                                 {DCM_AcquisitionDate, "AcquisitionDate"},
                                 {DCM_ContentDate, "ContentDate"},
                                 {DCM_PatientBirthDate, "PatientBirthDate"}};
  std::vector<std::string> remarks;
  for (const auto& [tag, name] : kUids) {
    const std::string fault = uid_fault(text_of(data, tag));
    if (!fault.empty()) remarks.push_back(std::string(name) + " " + fault);
  }
  for (const auto& [tag, name] : kDates) {
    const std::string date = text_of(data, tag);
    if (!date.empty() && !is_date(date)) remarks.push_back(std::string(name) + " is not a date");
  }
  return remarks;
}

FrameAttributes::FrameAttributes(DcmDataset& data, int frame) : data_(&data) {
  own_ =
      sequence_item(data, DCM_PerFrameFunctionalGroupsSequence, static_cast<unsigned long>(frame));
  shared_ = sequence_item(data, DCM_SharedFunctionalGroupsSequence, 0);
}

DcmItem* FrameAttributes::holder(const DcmTagKey& group, const DcmTagKey& tag) const {
  for (DcmItem* groups : {own_, shared_}) {
    DcmItem* item = groups == nullptr ? nullptr : sequence_item(*groups, group, 0);
    if (item != nullptr && item->tagExistsWithValue(tag)) return item;
  }
  return data_->tagExistsWithValue(tag) ? data_ : nullptr;
}

std::string FrameAttributes::text(const DcmTagKey& group, const DcmTagKey& tag) const {
  DcmItem* item = holder(group, tag);
  return item == nullptr ? "" : text_of(*item, tag);
}

std::vector<double> FrameAttributes::numbers(const DcmTagKey& group, const DcmTagKey& tag) const {
  DcmItem* item = holder(group, tag);
  return item == nullptr ? std::vector<double>() : numbers_of(*item, tag);
}

std::optional<double> FrameAttributes::number(const DcmTagKey& group, const DcmTagKey& tag) const {
  const auto values = numbers(group, tag);
  if (values.empty()) return std::nullopt;
  return values[0];
}

bool FrameAttributes::has(const DcmTagKey& group, const DcmTagKey& tag) const {
  return holder(group, tag) != nullptr;
}

}  // namespace heartlab
