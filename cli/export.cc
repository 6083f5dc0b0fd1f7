#include "heartlab/onnx/export.h"

#include <fmt/format.h>

#include "cli/command.h"

namespace heartlab::cli {
namespace {

void run(ExportOptions& options) {
  const ExportSummary summary = export_onnx(options);
  const std::string arithmetic =
      summary.layers_in_eight_bits > 0
          ? fmt::format("{} layers in int8", summary.layers_in_eight_bits)
          : "fp32";
  fmt::print("{}: {}, image N x {} x {} x {} to logits N x {} x {} x {}, {}, {:.1f} MB\n",
             options.onnx.string(), summary.network, summary.channels, summary.side, summary.side,
             summary.classes, summary.side, summary.side, arithmetic,
             static_cast<double>(summary.bytes) / 1e6);
}

}  // namespace

void add_export(CLI::App& app) {
  add_command<ExportOptions>(app, "export", "Write a network in the exchange format ONNX",
                             "--model models/cavity-resnet18.safetensors --onnx cavity.onnx", run);
}

}  // namespace heartlab::cli
