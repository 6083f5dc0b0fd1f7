#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "heartlab/core/error.h"
#include "heartlab/prepare/builder.h"

namespace heartlab::cli {
namespace {

constexpr std::size_t kNamed = 5;

void print_list(const char* what, const std::vector<std::string>& items, const Path& out) {
  if (items.empty()) return;
  fmt::print("{:<18}{}\n", what, items.size());
  for (std::size_t i = 0; i < std::min(kNamed, items.size()); ++i) {
    fmt::print("  {}\n", items[i]);
  }
  if (items.size() > kNamed) {
    fmt::print("  ... and {} more, see {}\n", items.size() - kNamed,
               (out / "summary.json").string());
  }
}

void print(const PrepareSummary& summary, const PrepareOptions& options) {
  fmt::print("{:<18}{}\n{:<18}{}\n", "patients", summary.patients, "images", summary.images);
  for (const auto& subset : summary.subsets) {
    fmt::print("  {:<16}patients {}, images {}\n", subset.name, subset.patients.size(),
               subset.images);
  }
  fmt::print("{:<18}{:.3f}\n", "mean pixel", summary.mean_pixel);
  fmt::print("{:<18}{} {:.2f} %, background {:.2f} %\n", "classes", options.target,
             100 * summary.class_frequencies[0], 100 * summary.class_frequencies[1]);
  if (summary.empty_labels > 0) {
    fmt::print("{:<18}{} images without any {}\n", "empty labels", summary.empty_labels,
               options.target);
  }
  if (summary.partial_images > 0) {
    fmt::print("{:<18}{} of the training images, with the endocardium alone\n", "partial labels",
               summary.partial_images);
  }
  print_list("partial left out", summary.partial_left_out, options.out);
  print_list("dark images", summary.dark_images, options.out);
  if (!summary.dark_images.empty()) {
    print_list("dark to a network", summary.still_dark, options.out);
  }
  print_list("unmatched images", summary.unmatched_images, options.out);
  print_list("unmatched labels", summary.unmatched_labels, options.out);
  print_list("accepted oddities", summary.remarks, options.out);
  print_list("skipped files", summary.skipped, options.out);
  fmt::print("data set          {}\n", options.out.string());
}

}  // namespace

void add_prepare(CLI::App& app) {
  add_command<PrepareOptions>(
      app, "prepare", "Make a data set from images and the contours drawn on them",
      "--images dicom --labels contours.mat --target myocardium --out hearts",
      [](PrepareOptions& options) {
        const PrepareSummary summary = prepare_dataset(options);
        print(summary, options);
        if (!summary.skipped.empty()) {
          fail(ErrorKind::kPartial, "files that were bad and skipped: {}", summary.skipped.size());
        }
      });
}

}  // namespace heartlab::cli
