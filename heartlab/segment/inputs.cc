#include "heartlab/segment/inputs.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>

#include "heartlab/core/error.h"
#include "heartlab/dicom/reader.h"
#include "heartlab/image/png.h"

namespace heartlab {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const Path& relative) {
  return std::any_of(relative.begin(), relative.end(), [](const Path& part) {
    const std::string name = part.string();
    return name.size() > 1 && name[0] == '.' && name != "..";
  });
}

bool is_under(const Path& file, const Path& folder) {
  const Path relative = file.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

Path whole(const Path& path) {
  Path absolute = fs::absolute(path).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

bool has_png_signature(const Path& file) {
  constexpr std::array<char, 8> kSignature{'\x89', 'P', 'N', 'G', '\r', '\n', '\x1a', '\n'};
  std::array<char, 8> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  return start == kSignature;
}

// An ending holds a letter and is short: "0001.dcm" has one, "1.2.840.113619" none.
std::string without_ending(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0 || name.size() - dot > 6) return name;
  const bool letter = std::any_of(name.begin() + static_cast<std::ptrdiff_t>(dot), name.end(),
                                  [](unsigned char c) { return std::isalpha(c) != 0; });
  return letter ? name.substr(0, dot) : name;
}

void add_folder(std::vector<SegmentInput>& files, const Path& folder, const Path& prefix,
                const Path& out) {
  // What an earlier run wrote below the input is no input; with OUT above it, all of it is.
  const bool below = out != whole(folder) && is_under(out, whole(folder));
  std::size_t found = 0;
  for (const auto& file : list_files(folder)) {
    const Path relative = file.lexically_relative(folder);
    if (is_hidden(relative) || (below && is_under(whole(file), out))) continue;
    files.push_back({file, prefix / relative.parent_path()});
    ++found;
  }
  if (found == 0) {
    fail(ErrorKind::kBadInput, "{}: expected DICOM or PNG images, found an empty folder",
         folder.string());
  }
}

}  // namespace

std::vector<SegmentInput> find_inputs(const std::vector<Path>& inputs, const Path& out) {
  std::vector<SegmentInput> files;
  const Path out_folder = whole(out);
  for (const auto& input : inputs) {
    if (!fs::exists(input)) {
      fail(ErrorKind::kNotFound, "{}: no such file or folder", input.string());
    }
    if (fs::is_directory(input)) {
      add_folder(files, input, inputs.size() > 1 ? whole(input).filename() : Path(), out_folder);
    } else {
      files.push_back({input, Path()});
    }
  }
  return files;
}

std::vector<InputImage> read_input(const Path& file, const Preparation& preparation) {
  MappedFile readable(file);
  if (readable.bytes().empty()) {
    fail(ErrorKind::kBadInput, "{}: expected a DICOM or PNG image, found an empty file",
         file.string());
  }
  if (has_png_signature(file)) return {{to_8_bit(read_png_deep(file)), {}, 0}};
  if (!looks_like_dicom(file)) {
    fail(ErrorKind::kBadInput, "{}: expected a DICOM or PNG image, found neither", file.string());
  }
  std::vector<InputImage> images;
  for (const auto& frame : read_dicom(file)) {
    const bool window = preparation.intensity == "window" && frame.window_width > 0;
    images.push_back({window ? apply_window(frame) : to_8_bit(frame.image), frame.geometry,
                      frame.frames > 1 ? frame.frame + 1 : 0});
  }
  return images;
}

std::string StemNames::claim(const SegmentInput& input, int frame) {
  const std::string plain = without_ending(input.file.filename().string()) +
                            (frame > 0 ? fmt::format("_f{:04}", frame) : "");
  std::string stem = plain;
  for (int number = 2; !taken_.insert(input.folder / stem).second; ++number) {
    stem = fmt::format("{}_s{:02}", plain, number);
  }
  return stem;
}

}  // namespace heartlab
