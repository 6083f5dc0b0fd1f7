#include "heartlab/dicom/data_set_writer.h"

#include <dcmtk/dcmdata/dcostrmb.h>

#include <memory>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr std::size_t kHeaderRoom = 1 << 12;  // bytes: more than preamble and meta information take
constexpr auto kLengths = EET_ExplicitLength;

template <typename Writable>
Bytes encoded(Writable& what, DcmDataset& data, E_TransferSyntax syntax) {
  Bytes buffer(data.calcElementLength(syntax, kLengths) + kHeaderRoom);
  DcmOutputBufferStream stream(buffer.data(), static_cast<offile_off_t>(buffer.size()));
  what.transferInit();
  const OFCondition status = what.write(stream, syntax, kLengths, nullptr);
  what.transferEnd();
  if (status.bad()) fail(ErrorKind::kInternal, "writing DICOM: {}", status.text());
  void* start = nullptr;
  offile_off_t length = 0;
  stream.flushBuffer(start, length);
  buffer.resize(static_cast<std::size_t>(length));
  return buffer;
}

}  // namespace

std::string decimal(double value) {
  std::string text = fmt::format("{:.8f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text.substr(0, 16);
}

std::string decimals(const std::array<double, 3>& v) {
  return decimal(v[0]) + "\\" + decimal(v[1]) + "\\" + decimal(v[2]);
}

void DataSetWriter::text(const DcmTagKey& tag, const std::string& value) {
  check(tag, item_->putAndInsertString(tag, value.c_str()));
}

void DataSetWriter::number(const DcmTagKey& tag, Uint16 value) {
  check(tag, item_->putAndInsertUint16(tag, value));
}

void DataSetWriter::numbers(const DcmTagKey& tag, const std::vector<Uint16>& values) {
  check(tag, item_->putAndInsertUint16Array(tag, values.data(), values.size()));
}

void DataSetWriter::long_numbers(const DcmTagKey& tag, const std::vector<Uint32>& values) {
  auto element = std::make_unique<DcmUnsignedLong>(tag);
  check(tag, element->putUint32Array(values.data(), values.size()));
  check(tag, item_->insert(element.get(), OFTrue));
  static_cast<void>(element.release());
}

void DataSetWriter::pointer(const DcmTagKey& tag, const DcmTagKey& to) {
  check(tag, item_->putAndInsertTagKey(tag, to));
}

void DataSetWriter::pixels(const std::vector<Uint16>& values) {
  check(DCM_PixelData, item_->putAndInsertUint16Array(DCM_PixelData, values.data(), values.size()));
}

void DataSetWriter::pixels(const Bytes& values) {
  auto element = std::make_unique<DcmPixelData>(DcmTag(DCM_PixelData, EVR_OB));
  check(DCM_PixelData, element->putUint8Array(values.data(), values.size()));
  check(DCM_PixelData, item_->insert(element.get(), OFTrue));
  static_cast<void>(element.release());
}

void DataSetWriter::element(const DcmElement& source) {
  std::unique_ptr<DcmElement> copy(OFstatic_cast(DcmElement*, source.clone()));
  check(source.getTag(), item_->insert(copy.get(), OFTrue));
  static_cast<void>(copy.release());
}

DataSetWriter DataSetWriter::item(const DcmTagKey& sequence) {
  constexpr long kAppend = -2;
  DcmItem* added = nullptr;
  check(sequence, item_->findOrCreateSequenceItem(sequence, added, kAppend));
  return {*added, name_};
}

void DataSetWriter::check(const DcmTagKey& tag, const OFCondition& status) const {
  if (status.good()) return;
  fail(ErrorKind::kInternal, "{}: tag {}: {}", name_, tag.toString().c_str(), status.text());
}

Bytes encode(DcmDataset& data, E_TransferSyntax syntax) { return encoded(data, data, syntax); }

void write_data_set(const Path& file, DcmFileFormat& format, E_TransferSyntax syntax) {
  write_bytes(file, encoded(format, *format.getDataset(), syntax));
}

}  // namespace heartlab
