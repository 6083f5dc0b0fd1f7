#pragma once

#include "heartlab/core/options.h"
#include "heartlab/model/model_file.h"

namespace heartlab {

struct ExportOptions {
  Path model;                      // HeartLab model file
  Path onnx;                       // ONNX file to write
  std::string precision = "auto";  // int8, fp32; auto = int8 where the model file has its ranges

  // The object must outlive the table.
  OptionTable table();
};

struct ExportSummary {
  std::string network;
  int channels = 0, side = 0, classes = 0;
  int layers_in_eight_bits = 0;
  std::size_t bytes = 0;
};

// Writes the network of a model file as ONNX: input `image`, N x channels x side x side
// standardised values, output `logits`, N x classes x side x side; batch norm folded into the
// convolutions, weights in fp32. In int8 the layers that the model file has ranges for compute on
// 8-bit numbers, as QuantizeLinear and DequantizeLinear around them say. What else running needs
// (network, preparation, structure, class names, licence) is text in the file's metadata.
ExportSummary export_onnx(const ExportOptions& options);

}  // namespace heartlab
