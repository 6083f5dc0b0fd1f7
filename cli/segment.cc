#include <fmt/format.h>
#include <fmt/ranges.h>

#include <future>

#include "cli/command.h"
#include "cli/open_segmenter.h"
#include "heartlab/core/error.h"
#include "heartlab/segment/algorithm.h"
#include "heartlab/segment/study.h"

namespace heartlab::cli {
namespace {

struct Options : SegmentOptions {
  OptionTable table() {
    OptionTable table = SegmentOptions::table();
    table.add("profile", engine.profile,
              "Print where the network's time goes, layer by layer (onednn)");
    return table;
  }
};

void print_share(const SegmentOptions& options, const SegmentSummary& summary) {
  fmt::print("rank {} of {}: its {} studies are done", options.ranks.rank, options.ranks.size,
             summary.studies);
  if (summary.missing > 0) {
    fmt::print(
        "; {} of the others are not yet: who is last joins all and gives the exit status (where "
        "one was lost: the same command with --resume)",
        summary.missing);
  }
  fmt::print("\n");
}

void tell_of_what_is_missing(const SegmentSummary& summary) {
  std::vector<std::string> parts;
  if (!summary.skipped.empty()) {
    parts.push_back(fmt::format("{} of the files gave no image", summary.skipped.size()));
  }
  if (!summary.unwritten.empty()) {
    parts.push_back(fmt::format("{} of the files could not be written", summary.unwritten.size()));
  }
  if (parts.empty()) return;
  fail(ErrorKind::kPartial, "{}; they are named above", fmt::join(parts, ", and "));
}

void run(Options& options) {
  options.ranks = ranks_from_environment();
  auto algorithm = std::async(std::launch::async, algorithm_of, options.model, options.engine.with);
  Segmenter segmenter = cli::open_segmenter(options.model, options.engine_for_jobs());
  if (options.engine.profile && segmenter.engine_profile().operations.empty()) {
    fail(ErrorKind::kUsage, "--profile goes with --engine onednn, not with {}",
         segmenter.engine_description());
  }
  const SegmentSummary summary = segment_inputs(segmenter, options, algorithm.get());
  if (options.engine.profile) fmt::print("{}", profile_table(segmenter.engine_profile()));
  // A launcher that sees one process fail ends the others, so only the last one tells.
  if (!summary.joined) return print_share(options, summary);
  fmt::print("{} images segmented into {}", summary.images, options.out.string());
  if (summary.empty > 0) fmt::print(", nothing found on {}", summary.empty);
  fmt::print("\n");
  tell_of_what_is_missing(summary);
}

}  // namespace

void add_segment(CLI::App& app) {
  add_command<Options>(app, "segment", "Draw contours on DICOM or PNG images",
                       "--model models/cavity-resnet18.safetensors --out contours study/", run);
}

}  // namespace heartlab::cli
