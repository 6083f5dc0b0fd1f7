#include "heartlab/dicom/load.h"

#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>

#include "heartlab/core/error.h"
#include "heartlab/dicom/big_stack.h"

namespace heartlab {
namespace {

using Span = std::span<const std::uint8_t>;

constexpr std::size_t kPreamble = 128;                       // bytes before "DICM"
constexpr std::size_t kMostInflated = std::size_t{1} << 30;  // bytes of a deflated data set
constexpr std::size_t kHarmlessItems = 1000;                 // nested, in a stack of any thread
constexpr std::size_t kStackOfItem = 4096;                   // bytes, three times what was seen
constexpr std::size_t kMostItems = std::size_t{1} << 18;

std::size_t count_of(Span bytes, std::array<std::uint8_t, 4> pattern) {
  if (bytes.empty()) return 0;
  std::size_t count = 0;
  const std::uint8_t* at = bytes.data();
  const std::uint8_t* end = at + bytes.size();
  while ((at = static_cast<const std::uint8_t*>(
              ::memmem(at, std::size_t(end - at), pattern.data(), pattern.size()))) != nullptr) {
    ++count;
    at += pattern.size();
  }
  return count;
}

// How deep sequences can lie in each other at most: every level takes an item tag (FFFE,E000).
std::size_t most_nested_items(Span bytes) {
  return count_of(bytes, {0xfe, 0xff, 0x00, 0xe0}) + count_of(bytes, {0xff, 0xfe, 0xe0, 0x00});
}

// DCMTK goes down nested sequences by recursion, so its stack has to be as deep.
void with_stack_for(Span bytes, const std::string& name, const std::function<void()>& work) {
  const std::size_t items = most_nested_items(bytes);
  if (items <= kHarmlessItems) return work();
  if (items > kMostItems) {
    fail(ErrorKind::kUnsupported, "{}: expected at most {} items in sequences, found {}", name,
         kMostItems, items);
  }
  run_with_stack(items * kStackOfItem, work);
}

[[noreturn]] void fail_to_parse(const std::string& name, const std::string& why) {
  fail(ErrorKind::kBadInput, "{}: truncated or corrupt DICOM: {}", name, why);
}

// Where the data set begins: behind the elements of group 0002, which are explicit little endian.
std::size_t end_of_meta_information(Span bytes, const std::string& name) {
  std::size_t at = kPreamble + 4;
  while (at + 12 <= bytes.size() && bytes[at] == 2 && bytes[at + 1] == 0) {
    const bool is_long = bytes[at + 4] == 'O' || bytes[at + 4] == 'U';
    const bool has_wide_length =
        is_long && bytes[at + 5] != 'I' && bytes[at + 5] != 'L' && bytes[at + 5] != 'S';
    const std::uint8_t* length = bytes.data() + at + (has_wide_length ? 8 : 6);
    const std::size_t low = std::size_t(length[0]) | std::size_t(length[1]) << 8;
    const std::size_t high = std::size_t(length[2]) << 16 | std::size_t(length[3]) << 24;
    at += has_wide_length ? 12 + (low | high) : 8 + low;
  }
  if (at > bytes.size()) fail_to_parse(name, "it ends within the meta information");
  return at;
}

Bytes inflate_data_set(Span deflated, const std::string& name) {
  constexpr int kRawDeflate = -15;
  z_stream stream{};
  if (inflateInit2(&stream, kRawDeflate) != Z_OK) fail_to_parse(name, "zlib does not start");
  stream.next_in = const_cast<Bytef*>(deflated.data());
  stream.avail_in = static_cast<uInt>(deflated.size());
  Bytes bytes;
  std::array<std::uint8_t, 1 << 15> block;
  int status = Z_OK;
  while (status == Z_OK && bytes.size() < kMostInflated) {
    stream.next_out = block.data();
    stream.avail_out = block.size();
    status = ::inflate(&stream, Z_NO_FLUSH);
    bytes.insert(bytes.end(), block.begin(), block.end() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status == Z_OK) {
    fail(ErrorKind::kUnsupported, "{}: more than {} bytes when inflated", name, kMostInflated);
  }
  if (status != Z_STREAM_END) fail_to_parse(name, "the deflated data set ends too early");
  return bytes;
}

void parse_deflated(Span bytes, const std::string& name,
                    const std::function<void(DcmDataset&)>& work) {
  const std::size_t start = end_of_meta_information(bytes, name);
  const Bytes inflated = inflate_data_set(bytes.subspan(start), name);
  with_stack_for(inflated, name, [&] {
    DcmInputBufferStream stream;
    stream.setBuffer(inflated.data(), static_cast<offile_off_t>(inflated.size()));
    stream.setEos();
    DcmDataset data;
    data.transferInit();
    const OFCondition status = data.read(stream, EXS_LittleEndianExplicit);
    data.transferEnd();
    if (status.bad()) fail_to_parse(name, status.text());
    work(data);
  });
}

// Where the tag of pixel data first stands, in either byte order; the end where it does not.
std::size_t start_of_pixels(Span bytes) {
  const auto first = [bytes](std::array<std::uint8_t, 4> tag) {
    return std::size_t(std::search(bytes.begin(), bytes.end(), tag.begin(), tag.end()) -
                       bytes.begin());
  };
  const std::size_t little = first({0xe0, 0x7f, 0x10, 0x00});
  return little < bytes.size() ? little : first({0x7f, 0xe0, 0x00, 0x10});
}

bool is_deflated(const Path& file) {
  DcmFileFormat format;
  format.loadFile(file.c_str(), EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_metaOnly);
  OFString syntax;
  format.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, syntax);
  return DcmXfer(syntax.c_str()).getXfer() == EXS_DeflatedLittleEndianExplicit;
}

}  // namespace

void initialise_dcmtk() {
  static std::once_flag once;
  std::call_once(once, [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
  });
}

bool has_preamble(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= kPreamble + 4 && std::memcmp(bytes.data() + kPreamble, "DICM", 4) == 0;
}

void with_data_set(const Path& file, const std::function<void(DcmDataset&)>& work) {
  initialise_dcmtk();
  const MappedFile mapped(file);
  const std::string name = file.string();
  if (has_preamble(mapped.bytes()) && is_deflated(file)) {
    return parse_deflated(mapped.bytes(), name, work);
  }
  with_stack_for(mapped.bytes(), name, [&] {
    DcmFileFormat format;
    const OFCondition status = format.loadFile(file.c_str());
    if (status.bad()) fail_to_parse(name, status.text());
    work(*format.getDataset());
  });
}

void with_header(const Path& file, const std::function<void(DcmDataset&)>& work) {
  initialise_dcmtk();
  const MappedFile mapped(file);
  const std::string name = file.string();
  if (has_preamble(mapped.bytes()) && is_deflated(file)) {
    return parse_deflated(mapped.bytes(), name, work);
  }
  // DCMTK sees no byte behind it, so the count of nested items holds for all it can parse.
  const Span header = mapped.bytes().first(start_of_pixels(mapped.bytes()));
  with_stack_for(header, name, [&] {
    DcmInputBufferStream stream;
    stream.setBuffer(header.data(), static_cast<offile_off_t>(header.size()));
    stream.setEos();
    DcmFileFormat format;
    format.transferInit();
    format.read(stream);
    format.transferEnd();
    work(*format.getDataset());
  });
}

}  // namespace heartlab
