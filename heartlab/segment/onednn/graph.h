#pragma once

#include <cstdint>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <unordered_map>
#include <vector>

namespace heartlab::onednn {

// Weights of one convolution, out x in x kernel x kernel, whatever follows it linearly folded in.
struct Convolution {
  std::vector<float> weights;
  std::vector<float> bias;  // one a filter
  int out = 0, in = 0, kernel = 1;
  int stride = 1;
  int dilation = 1;
  bool relu = false;
};

// A plane of numbers per channel, in the layout that suits the operation that made it; its memory
// is the workspace's at `place`.
struct Tensor {
  int place = -1;
  dnnl::memory::desc layout;
};

// What one running call writes to: the memory of all tensors.
class Workspace {
 private:
  friend class Graph;
  dnnl::stream stream;
  std::vector<dnnl::memory> places;
  std::vector<std::unordered_map<int, dnnl::memory>> arguments;  // of each operation
};

// A network laid out for one input size: operations are added front to back, each choosing its
// layout; run() then executes them. Sides are those of PyTorch: a convolution's padding is
// dilation x (kernel / 2).
class Graph {
 public:
  // `type`: f32 or bf16, of weights and activations between the input and the logits.
  explicit Graph(dnnl::memory::data_type type);

  Tensor add_input(int channels, int rows, int columns);
  // `residual`, where given, is added before the ReLU, and its memory taken for the result.
  Tensor add_convolution(const Convolution& layer, const Tensor& source,
                         const Tensor* residual = nullptr);
  // A convolution whose result is f32, as logits are.
  Tensor add_logits(const Convolution& layer, const Tensor& source);
  Tensor add_max_pool(const Tensor& source);                       // 3x3, stride 2, padding 1
  Tensor add_mean(const Tensor& source);                           // over all rows and columns: 1x1
  Tensor add_resize(const Tensor& source, int rows, int columns);  // bilinear, half-pixel centres
  Tensor add_concatenation(const std::vector<Tensor>& sources);    // of channels
  Tensor add_maximum(const Tensor& one, const Tensor& other);
  // The same numbers channel by channel, row by row.
  Tensor add_output(const Tensor& source);

  // For the operations added so far.
  std::unique_ptr<Workspace> make_workspace() const;
  // `input` as add_input() gave it, `output` as add_output() did. Calls on several threads may run
  // at once, each with a workspace of its own.
  std::vector<float> run(Workspace& workspace, const Tensor& input,
                         const std::vector<float>& values, const Tensor& output) const;

 private:
  struct Operation {
    dnnl::primitive primitive;
    dnnl::memory::desc scratch;
    std::unordered_map<int, int> places;              // of a workspace, by argument
    std::unordered_map<int, dnnl::memory> constants;  // weights, shared by all workspaces
  };

  Tensor add_tensor(const dnnl::memory::desc& layout);
  Tensor convolve(const Convolution& layer, const Tensor& source, const Tensor* residual,
                  dnnl::memory::data_type result_type);
  Tensor pool(const dnnl::pooling_forward::desc& description, const Tensor& source);
  Tensor in_layout(const Tensor& source, const dnnl::memory::desc& wanted);
  dnnl::memory stored_weights(const Convolution& layer, const dnnl::memory::desc& wanted);

  dnnl::memory::data_type type_;
  dnnl::engine engine_;
  std::vector<dnnl::memory::desc> layouts_;  // by place
  std::vector<Operation> operations_;
};

}  // namespace heartlab::onednn
