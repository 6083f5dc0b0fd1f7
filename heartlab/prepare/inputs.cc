#include "heartlab/prepare/inputs.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/prepare/label_files.h"

namespace heartlab {
namespace {

Path real_path(const Path& path) {
  std::error_code code;
  const Path real = std::filesystem::weakly_canonical(path, code);
  return code ? path : real;
}

bool within(const Path& inner, const Path& outer) {
  const Path way = real_path(inner).lexically_relative(real_path(outer));
  return !way.empty() && *way.begin() != "..";
}

void check_out(const PrepareOptions& options) {
  for (const auto* paths : {&options.images, &options.labels}) {
    for (const auto& path : *paths) {
      if (!within(options.out, path) && !within(path, options.out)) continue;
      fail(ErrorKind::kUsage,
           "--out {}: lies within the input {} or around it; give another folder",
           options.out.string(), path.string());
    }
  }
}

std::set<Path> real_paths(const std::vector<InputFile>& inputs) {
  std::set<Path> paths;
  for (const auto& input : inputs) paths.insert(real_path(input.file));
  return paths;
}

}  // namespace

PrepareInputs list_apart(const PrepareOptions& options) {
  PrepareInputs inputs{list_inputs(options.images), list_inputs(options.labels)};
  check_out(options);
  const std::set<Path> images = real_paths(inputs.images), labels = real_paths(inputs.labels);
  const bool masks = options.label_format == "auto" || options.label_format == "png";
  std::erase_if(inputs.images, [&](const InputFile& input) {
    const std::string kind = label_format_of(input.file);
    if (kind.empty() || !labels.contains(real_path(input.file))) return false;
    if (kind == "png" && masks) {
      fail(ErrorKind::kUsage, "{}: lies below both --images and --labels", input.file.string());
    }
    return kind != "png";
  });
  std::erase_if(inputs.labels, [&](const InputFile& input) {
    const std::string kind = label_format_of(input.file);
    const bool image = kind.empty() || (kind == "png" && !masks);
    return image && images.contains(real_path(input.file));
  });
  return inputs;
}

}  // namespace heartlab
