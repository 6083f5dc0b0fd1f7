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

// A plane of numbers per channel, in the layout that suits the operation that made it.
using Tensor = dnnl::memory;

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

  // `input` and `output`: channel by channel, row by row.
  void run(const Tensor& input, const std::vector<float>& values, const Tensor& output,
           std::vector<float>& result);

 private:
  struct Operation {
    dnnl::primitive primitive;
    std::unordered_map<int, dnnl::memory> arguments;
  };

  Tensor convolve(const Convolution& layer, const Tensor& source, const Tensor* residual,
                  dnnl::memory::data_type result_type);
  Tensor in_layout(const Tensor& source, const dnnl::memory::desc& wanted);
  Tensor stored_weights(const Convolution& layer, const dnnl::memory::desc& wanted);
  void add(const dnnl::primitive& primitive, std::unordered_map<int, dnnl::memory> arguments);

  dnnl::memory::data_type type_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  std::vector<Operation> operations_;
};

}  // namespace heartlab::onednn
