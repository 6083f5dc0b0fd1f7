#include "heartlab/segment/inputs.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

#include "heartlab/core/abandoned_files.h"
#include "heartlab/core/error.h"
#include "heartlab/core/walk.h"
#include "heartlab/dicom/reader.h"
#include "heartlab/image/png.h"
#include "heartlab/segment/output_formats.h"

namespace heartlab {
namespace {

namespace fs = std::filesystem;

bool is_under(const Path& file, const Path& folder) {
  const Path relative = file.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

Path whole(const Path& path) {
  Path absolute = fs::absolute(path).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

// The end of a path, of so many parts.
Path tail_of(const Path& path, std::ptrdiff_t parts) {
  Path tail;
  auto part = path.end();
  for (; parts > 0 && part != path.begin() && std::prev(part)->string() != "/"; --parts) --part;
  for (; part != path.end(); ++part) tail /= *part;
  return tail;
}

// Under which folder of OUT the results of each input folder stand: of several their names, with
// what is above them where two have the same.
std::map<Path, Path> prefixes_of(const std::vector<Path>& inputs) {
  std::set<Path> folders;
  for (const auto& input : inputs) {
    if (fs::is_directory(input)) folders.insert(whole(input));
  }
  std::map<Path, Path> prefixes;
  for (std::ptrdiff_t parts = 1;; ++parts) {
    std::set<Path> tails;
    for (const auto& folder : folders) tails.insert(prefixes[folder] = tail_of(folder, parts));
    if (tails.size() == folders.size()) return prefixes;
  }
}

Path real(const Path& path) {
  std::error_code code;
  const Path found = fs::weakly_canonical(path, code);
  return code ? path : found;
}

// Whether the folder, or one above it up to the input's, is the OUT of a former call.
bool holds_results(const Path& folder, const Path& input) {
  std::error_code none;
  const Path below = folder.lexically_relative(input);
  Path at = input;
  if (fs::is_directory(at / ".heartlab", none)) return true;
  for (const auto& part : below) {
    at /= part;
    if (part != "." && fs::is_directory(at / ".heartlab", none)) return true;
  }
  return false;
}

void add_folder(std::vector<SegmentInput>& files, const Path& folder, const Path& prefix,
                const Path& out, const std::function<void(const Error&)>& unreadable) {
  if (out == whole(folder)) {
    fail(ErrorKind::kUsage, "--out {}: is an input folder too; give another", out.string());
  }
  // What has a result's name is no input in OUT, nor in that of a former call, below the input or
  // where a link leads; with OUT above the input, all of it is.
  const Path real_out = real(out);
  const bool apart = !is_under(real(folder), real_out);
  std::map<Path, bool> written;  // by folder
  std::size_t found = 0;
  for (const auto& file : find_files(folder, unreadable)) {
    const auto [entry, fresh] = written.try_emplace(file.parent_path(), false);
    if (fresh && apart) entry->second = is_under(real(file.parent_path()), real_out);
    if (fresh && !entry->second) entry->second = holds_results(file.parent_path(), folder);
    // A call that was killed may have left a result under a temporary name.
    const std::string name = (is_temporary(file) ? file.stem() : file.filename()).string();
    if (entry->second && (is_result(name) || is_table(name))) continue;
    files.push_back({file, prefix / file.lexically_relative(folder).parent_path()});
    ++found;
  }
  if (found == 0) {
    fail(ErrorKind::kBadInput, "{}: expected DICOM or PNG images, found {}", folder.string(),
         holds_results(folder, folder) ? "the results of heartlab segment" : "an empty folder");
  }
}

// The name and what follows it; of a name so long that its results could not be written only the
// start, and a hash of the whole.
std::string fitted(const std::string& name, const std::string& tail) {
  constexpr std::size_t kLongestName = 255;  // of a file, in bytes
  constexpr std::size_t kTemporary = std::string_view(".tmp-2147483647").size();
  constexpr std::size_t kHashed = 16;
  static const std::size_t kLongestStem =
      kLongestName - kTemporary - std::ranges::max(result_endings(), {}, &std::string::size).size();
  if (name.size() + tail.size() <= kLongestStem) return name + tail;
  std::size_t kept = kLongestStem - tail.size() - kHashed - 1;
  while (kept > 0 && (static_cast<unsigned char>(name[kept]) & 0xc0) == 0x80) --kept;  // UTF-8
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(name.data()), name.size());
  return fmt::format("{}_{}{}", name.substr(0, kept), sha256(bytes).substr(0, kHashed), tail);
}

}  // namespace

std::vector<SegmentInput> find_inputs(const std::vector<Path>& inputs, const Path& out,
                                      const std::function<void(const Error&)>& unreadable) {
  std::vector<SegmentInput> files;
  const Path out_folder = whole(out);
  const auto prefixes = prefixes_of(inputs);
  for (const auto& input : inputs) {
    if (!fs::exists(input)) {
      fail(ErrorKind::kNotFound, "{}: no such file or folder", input.string());
    }
    if (fs::is_directory(input)) {
      add_folder(files, input, inputs.size() > 1 ? prefixes.at(whole(input)) : Path(), out_folder,
                 unreadable);
    } else {
      files.push_back({input, Path()});
    }
  }
  std::set<Path> seen;  // a file or folder may be given twice
  std::erase_if(
      files, [&seen](const SegmentInput& input) { return !seen.insert(whole(input.file)).second; });
  return files;
}

bool has_png_signature(const Path& file) {
  constexpr std::array<char, 8> kSignature{'\x89', 'P', 'N', 'G', '\r', '\n', '\x1a', '\n'};
  std::array<char, 8> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  return start == kSignature;
}

std::vector<InputImage> read_input(const Path& file, const Preparation& preparation) {
  MappedFile readable(file);
  if (readable.bytes().empty()) {
    fail(ErrorKind::kBadInput, "{}: expected a DICOM or PNG image, found an empty file",
         file.string());
  }
  if (has_png_signature(file)) {
    preparation.require_spacing(file.string(), {});
    return {{preparation.eight_bits(read_png_deep(file)), {}, 0, {}}};
  }
  if (!looks_like_dicom(file)) {
    fail(ErrorKind::kBadInput, "{}: expected a DICOM or PNG image, found neither", file.string());
  }
  std::vector<InputImage> images;
  for (const auto& frame : read_dicom(file)) {
    preparation.require_spacing(file.string(), frame.geometry.spacing);
    images.push_back({preparation.eight_bits(frame.image, frame.window_centre, frame.window_width),
                      frame.geometry, frame.frames > 1 ? frame.frame + 1 : 0, source_of(frame)});
  }
  return images;
}

std::string StemNames::claim(const SegmentInput& input, int frame) {
  const std::string name = stem_of(input.file);
  const std::string plain = frame > 0 ? fmt::format("_f{:04}", frame) : "";
  std::string stem = fitted(name, plain);
  for (int number = 2; !taken_.insert(input.folder / stem).second; ++number) {
    stem = fitted(name, fmt::format("{}_s{:02}", plain, number));
  }
  return stem;
}

}  // namespace heartlab
