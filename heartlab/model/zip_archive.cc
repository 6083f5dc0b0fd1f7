#include "heartlab/model/zip_archive.h"

#include <algorithm>
#include <cstring>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

using Span = std::span<const std::uint8_t>;

constexpr std::uint32_t kEndOfDirectory = 0x06054b50;
constexpr std::uint32_t kEndOfDirectory64 = 0x06064b50;
constexpr std::uint32_t kLocator64 = 0x07064b50;
constexpr std::uint32_t kDirectoryEntry = 0x02014b50;
constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEntrySize = 46;
constexpr std::size_t kLocalSize = 30;
constexpr std::uint32_t kSeeExtra = 0xffffffff;

class Reader {
 public:
  Reader(Span bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  template <typename T>
  T at(std::uint64_t offset) const {
    T value;
    std::memcpy(&value, slice(offset, sizeof value).data(), sizeof value);
    return value;
  }
  Span slice(std::uint64_t offset, std::uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      fail(ErrorKind::kBadInput, "{}: the ZIP archive is cut short or damaged", name_);
    }
    return bytes_.subspan(offset, size);
  }
  std::size_t size() const { return bytes_.size(); }
  const std::string& name() const { return name_; }

 private:
  Span bytes_;
  const std::string& name_;
};

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t entries = 0;
};

Directory find_directory(const Reader& zip) {
  const std::size_t longest_comment = 65535;
  const std::size_t stop =
      zip.size() > kEndSize + longest_comment ? zip.size() - kEndSize - longest_comment : 0;
  for (std::size_t at = zip.size() < kEndSize ? 0 : zip.size() - kEndSize + 1; at-- > stop;) {
    if (zip.at<std::uint32_t>(at) != kEndOfDirectory) continue;
    Directory found{zip.at<std::uint32_t>(at + 16), zip.at<std::uint16_t>(at + 10)};
    if (at >= 20 && zip.at<std::uint32_t>(at - 20) == kLocator64) {
      const auto end64 = zip.at<std::uint64_t>(at - 12);
      if (zip.at<std::uint32_t>(end64) == kEndOfDirectory64) {
        found = {zip.at<std::uint64_t>(end64 + 48), zip.at<std::uint64_t>(end64 + 32)};
      }
    }
    return found;
  }
  fail(ErrorKind::kBadInput, "{}: not a ZIP archive (no end of central directory)", zip.name());
}

struct Entry {
  std::uint64_t compressed, size, local;
};

// Sizes and offset of an entry, from the ZIP64 extra field where the short ones are full.
Entry entry_at(const Reader& zip, std::uint64_t at, std::uint16_t name_size,
               std::uint16_t extra_size) {
  Entry entry{zip.at<std::uint32_t>(at + 20), zip.at<std::uint32_t>(at + 24),
              zip.at<std::uint32_t>(at + 42)};
  const Span extra = zip.slice(at + kEntrySize + name_size, extra_size);
  const Reader fields(extra, zip.name());
  for (std::size_t i = 0; i + 4 <= extra.size();) {
    const auto size = fields.at<std::uint16_t>(i + 2);
    if (fields.at<std::uint16_t>(i) == 1) {
      std::uint64_t next = i + 4;
      for (std::uint64_t* field : {&entry.size, &entry.compressed, &entry.local}) {
        if (*field != kSeeExtra) continue;
        *field = fields.at<std::uint64_t>(next);
        next += 8;
      }
    }
    i += 4U + size;
  }
  return entry;
}

Span data_of(const Reader& zip, const Entry& entry) {
  if (zip.at<std::uint32_t>(entry.local) != kLocalHeader) {
    fail(ErrorKind::kBadInput, "{}: the ZIP archive is damaged (local header)", zip.name());
  }
  const std::uint64_t start = entry.local + kLocalSize + zip.at<std::uint16_t>(entry.local + 26) +
                              zip.at<std::uint16_t>(entry.local + 28);
  return zip.slice(start, entry.size);
}

}  // namespace

std::map<std::string, Span> read_zip(Span bytes, const std::string& name) {
  const Reader zip(bytes, name);
  const Directory directory = find_directory(zip);
  std::map<std::string, Span> entries;
  std::uint64_t at = directory.offset;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (zip.at<std::uint32_t>(at) != kDirectoryEntry) {
      fail(ErrorKind::kBadInput, "{}: the ZIP directory is damaged at entry {}", name, i);
    }
    const auto method = zip.at<std::uint16_t>(at + 10);
    const auto name_size = zip.at<std::uint16_t>(at + 28);
    const auto extra_size = zip.at<std::uint16_t>(at + 30);
    const auto comment_size = zip.at<std::uint16_t>(at + 32);
    const Span key = zip.slice(at + kEntrySize, name_size);
    const std::string entry_name(key.begin(), key.end());
    if (method != 0) {
      fail(ErrorKind::kUnsupported, "{}: entry {} is compressed; expected a stored entry", name,
           entry_name);
    }
    entries[entry_name] = data_of(zip, entry_at(zip, at, name_size, extra_size));
    at += kEntrySize + name_size + extra_size + comment_size;
  }
  return entries;
}

}  // namespace heartlab
