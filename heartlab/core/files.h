#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace heartlab {

using Path = std::filesystem::path;
using Bytes = std::vector<std::uint8_t>;

// A file mapped read-only into memory; empty files give an empty span.
class MappedFile {
 public:
  explicit MappedFile(const Path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::uint8_t> bytes() const { return {data_, size_}; }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// Writes to a temporary name in the same folder; commit() syncs and renames. Destroyed without
// commit(), the temporary file is removed and `path` is as it was. Every failed call throws.
class AtomicFile {
 public:
  explicit AtomicFile(const Path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::uint8_t> bytes);
  void write(const std::string& text);
  void commit();

 private:
  Path path_;
  Path temporary_;
  int descriptor_ = -1;
};

std::string read_text(const Path& path);
Bytes read_bytes(const Path& path);

void write_text(const Path& path, const std::string& text);
void write_bytes(const Path& path, std::span<const std::uint8_t> bytes);

// mkdir -p; an Error where the path exists as a file or may not be made.
void make_folder(const Path& path);

// The file's name without its ending. An ending is short and holds a letter: "0001.dcm" has one,
// "1.2.840.113619" none.
std::string stem_of(const Path& file);

// All regular files below `folder` (or `folder` itself where it is a file), sorted by path, so
// that the order never depends on the file system. An Error where the path does not exist.
std::vector<Path> list_files(const Path& folder);

// An Error where write_folder() with this marker would refuse `path`.
void require_replaceable(const Path& path, const std::string& marker);

// Builds a folder whole: `fill` writes into a sibling with a temporary name, which then takes the
// place of `path`, or of where it leads as a link. On any exception `path` is as it was. An
// existing `path` is replaced only where it holds a file named `marker` (it is a former result) and
// nothing that the former result did not; anything else is an Error, as is the current folder.
void write_folder(const Path& path, const std::string& marker,
                  const std::function<void(const Path&)>& fill);

// Lower-case hexadecimal SHA-256 (FIPS 180-4).
std::string sha256(std::span<const std::uint8_t> bytes);
std::string sha256_of_file(const Path& path);

}  // namespace heartlab
