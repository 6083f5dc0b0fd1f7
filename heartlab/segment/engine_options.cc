#include "heartlab/segment/engine_options.h"

namespace heartlab {

void add_engine_options(OptionTable& table, EngineOptions& options) {
  table
      .add("engine", options.engine, "What computes; auto is torch with --device cuda, else onednn")
      .one_of({"auto", "onednn", "torch"});
  table
      .add("device", options.device,
           "Where to compute; auto is the CPU, or a GPU where --engine torch finds one")
      .one_of({"auto", "cpu", "cuda"});
  table
      .add("precision", options.precision,
           "auto is int8 where the model file has it (heartlab quantize), else bf16 where the "
           "hardware has it")
      .one_of({"auto", "fp32", "bf16", "int8"});
  table.add("with", options.with,
            "Other models of the same target and preparation, to average the answers with");
  table
      .add("views", options.views,
           "Mirrored (4) and turned (8) views to average over; 0 = what the model file says")
      .range(0, 8);
  table
      .add(
          "scales", options.scales,
          "Sizes of the network's input to average over, as shares of the model's; empty = 1 alone")
      .range(0.25, 4);
  table
      .add("focus", options.focus,
           "Look again at the part around what was found, of this share of the input's side; 0 = "
           "once")
      .range(0, 1);
  options.clean_up.add_to(table);
  table
      .add("packed_weights", options.packed_weights,
           "Keep the weights of a network of at least so many MB in MODEL.*.packed beside the "
           "model, as this processor computes with them, for quick starts; 0 = never")
      .range(0, 1e6);
  table.add("threads", options.threads, "CPU threads; 0 = the cores at hand").range(0, 1024);
}

void check_engine_options(EngineOptions options) {
  OptionTable table;
  add_engine_options(table, options);
  // By the way that a file of options takes, which knows ranges and choices.
  table.from_json(table.to_json(), "engine options");
}

}  // namespace heartlab
