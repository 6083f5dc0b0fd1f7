#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "heartlab/model/quantisation.h"

namespace heartlab::onednn {

// Weights of one convolution, out x in x kernel x kernel, whatever follows it linearly folded in.
struct Convolution {
  std::string name;  // under which observers see it; empty: they do not
  std::vector<float> weights;
  std::vector<float> bias;  // one a filter
  int out = 0, in = 0, kernel = 1;
  int stride = 1;
  int dilation = 1;
  bool relu = false;
  std::optional<Quantisation::Range> range;  // given: computed in 8 bits
};

// A plane of numbers per channel, in the layout that suits the operation that made it.
struct Tensor {
  dnnl::memory memory;
  float step = 0;  // the value of one step of 8-bit numbers; 0 = floating point

  int channels() const { return static_cast<int>(memory.get_desc().dims()[1]); }
  int rows() const { return static_cast<int>(memory.get_desc().dims()[2]); }
  int columns() const { return static_cast<int>(memory.get_desc().dims()[3]); }
};

// Sees every convolution of an fp32 graph as it runs: its name, what went in, what came out.
using Observer = std::function<void(const std::string& layer, std::span<const float> source,
                                    std::span<const float> result)>;

// A network laid out for one input size: operations are added front to back, each choosing its
// layout; run() then executes them. Sides are those of PyTorch: a convolution's padding is
// dilation x (kernel / 2).
class Graph {
 public:
  // `type`: f32 or bf16, of weights and activations between the input and the logits, save those of
  // convolutions with a range.
  explicit Graph(dnnl::memory::data_type type);

  Tensor add_input(int channels, int rows, int columns);
  // `residual`, where given, is added before the ReLU, and its memory taken for the result.
  Tensor add_convolution(const Convolution& layer, const Tensor& source,
                         const Tensor* residual = nullptr);
  // A convolution in floating point whose result is f32, as logits are.
  Tensor add_logits(const Convolution& layer, const Tensor& source,
                    const Tensor* residual = nullptr);
  Tensor add_max_pool(const Tensor& source);                       // 3x3, stride 2, padding 1
  Tensor add_mean(const Tensor& source);                           // over all rows and columns: 1x1
  Tensor add_resize(const Tensor& source, int rows, int columns);  // bilinear, half-pixel centres
  Tensor add_concatenation(const std::vector<Tensor>& sources);    // of channels
  Tensor add_maximum(const Tensor& one, const Tensor& other);

  // `input` and `output`: channel by channel, row by row.
  void run(const Tensor& input, const std::vector<float>& values, const Tensor& output,
           std::vector<float>& result, const Observer& observer = {});

 private:
  struct Operation {
    dnnl::primitive primitive;
    std::unordered_map<int, dnnl::memory> arguments;
    std::string layer;  // of a convolution
  };

  // What a convolution's result is added to; its memory takes the sum.
  struct Addition {
    float factor = 1;
    dnnl::memory target;  // none: nothing is added
  };

  Tensor in_floating_point(const Convolution& layer, const Tensor& source, const Tensor* residual,
                           dnnl::memory::data_type result_type);
  Tensor in_eight_bits(const Convolution& layer, const Tensor& source, const Tensor* residual);
  dnnl::memory convolve(const Convolution& layer, const dnnl::memory& source,
                        dnnl::memory::data_type weights_type, dnnl::memory::data_type result_type,
                        const std::vector<float>& scales, const Addition& addition);
  dnnl::memory shared(const dnnl::memory& target, const dnnl::memory::desc& wanted);
  dnnl::memory reordered(const dnnl::memory& source, const dnnl::memory::desc& wanted,
                         float factor = 1);
  // The same numbers in floating point, or in unsigned 8 bits with this step.
  Tensor floating(const Tensor& source);
  Tensor quantised(const Tensor& source, float step);
  dnnl::memory stored_weights(const Convolution& layer, const dnnl::memory::desc& wanted);
  void add(const dnnl::primitive& primitive, std::unordered_map<int, dnnl::memory> arguments,
           const std::string& layer = "");

  dnnl::memory::data_type type_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  std::vector<Operation> operations_;
  std::vector<dnnl::memory> kept_;  // whose bytes another memory shares
};

}  // namespace heartlab::onednn
