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
  for (const auto* paths : {&options.images, &options.labels, &options.partial_labels}) {
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

// Takes out of `images` what is a label by its name, and of `labels` what is an image.
void tell_apart(std::vector<InputFile>& images, std::vector<InputFile>& labels, bool masks,
                const char* option) {
  const std::set<Path> image_paths = real_paths(images), label_paths = real_paths(labels);
  std::erase_if(images, [&](const InputFile& input) {
    const std::string kind = label_format_of(input.file);
    if (kind.empty() || !label_paths.contains(real_path(input.file))) return false;
    if (kind == "png" && masks) {
      fail(ErrorKind::kUsage, "{}: lies below both --images and {}", input.file.string(), option);
    }
    return kind != "png";
  });
  std::erase_if(labels, [&](const InputFile& input) {
    const std::string kind = label_format_of(input.file);
    const bool image = kind.empty() || (kind == "png" && !masks);
    return image && image_paths.contains(real_path(input.file));
  });
}

}  // namespace

PrepareInputs list_apart(const PrepareOptions& options, SkippedFiles& skipped) {
  PrepareInputs inputs{list_inputs(options.images, skipped), list_inputs(options.labels, skipped),
                       list_inputs(options.partial_labels, skipped)};
  check_out(options);
  const bool masks = options.label_format == "auto" || options.label_format == "png";
  tell_apart(inputs.images, inputs.labels, masks, "--labels");
  tell_apart(inputs.images, inputs.partial_labels, masks, "--partial-labels");
  return inputs;
}

}  // namespace heartlab
