#pragma once

#include <memory>
#include <vector>

#include "heartlab/core/tensor_file.h"
#include "heartlab/model/model_file.h"
#include "heartlab/segment/onednn/graph.h"

namespace heartlab::onednn {

struct Arithmetic {
  dnnl::memory::data_type type = dnnl::memory::data_type::f32;  // or bf16
  Quantisation quantisation;  // the layers that are computed in 8 bits instead
  int threads = 1;            // that read the weights
  WeightsOrigin origin = {};
};

// The network that `options` describe with the weights of `file`, laid out for images of rows x
// columns. An Error names a tensor that is missing, of another shape, or not finite.
class DeepLab {
 public:
  DeepLab(const NetworkOptions& options, const TensorFile& file, const Arithmetic& arithmetic,
          int rows, int columns);

  // One for each call that runs at the same time.
  std::unique_ptr<Workspace> make_workspace() const;
  // Input and logits channel by channel, row by row, in the size given.
  std::vector<float> logits(Workspace& workspace, const std::vector<float>& input,
                            const Observer& observer = {}) const;
  std::vector<OperationTime> operations() const { return graph_.operations(); }

 private:
  Graph graph_;
  Tensor input_;
  Tensor output_;
};

}  // namespace heartlab::onednn
