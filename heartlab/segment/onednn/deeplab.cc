#include "heartlab/segment/onednn/deeplab.h"

#include "heartlab/model/network_layers.h"

namespace heartlab::onednn {

DeepLab::DeepLab(const NetworkOptions& options, const TensorFile& file,
                 const Arithmetic& arithmetic, int rows, int columns)
    : graph_(arithmetic.type),
      input_(graph_.add_input(options.input_channels, rows, columns)),
      output_(
          graph_.add_output(add_network(graph_, input_, options, file, arithmetic.quantisation))) {
  graph_.finish(arithmetic.threads, arithmetic.origin);
}

std::unique_ptr<Workspace> DeepLab::make_workspace() const { return graph_.make_workspace(); }

std::vector<float> DeepLab::logits(Workspace& workspace, const std::vector<float>& input,
                                   const Observer& observer) const {
  return graph_.run(workspace, input_, input, output_, observer);
}

}  // namespace heartlab::onednn
