#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "heartlab/model/convolution.h"
#include "heartlab/model/eight_bits.h"
#include "heartlab/segment/onednn/packed_weights.h"
#include "heartlab/segment/onednn/pages.h"
#include "heartlab/segment/onednn/tile_convolution.h"
#include "heartlab/segment/profile.h"

namespace heartlab::onednn {

// A plane of numbers per channel, in the layout that suits the operation that made it; its memory
// is the workspace's at `place`.
struct Tensor {
  int place = -1;
  dnnl::memory::desc layout;
  float step = 0;  // the value of one step of 8-bit numbers; 0 = floating point

  int channels() const { return static_cast<int>(layout.dims()[1]); }
  int rows() const { return static_cast<int>(layout.dims()[2]); }
  int columns() const { return static_cast<int>(layout.dims()[3]); }
};

// 2x2 maxima and where each came from.
struct Pooled {
  Tensor values;
  int places = -1;  // of a workspace
  dnnl::memory::desc source;
  dnnl::pooling_forward::primitive_desc primitive;
};

// What is told of a run while it goes on; each where it is given.
struct Observer {
  // Of every convolution of an fp32 graph but those that give logits: what went in, what came out.
  std::function<void(const std::string& layer, std::span<const float> source,
                     std::span<const float> result)>
      values;
  // Of every operation, in the order of operations().
  std::function<void(double seconds)> time;
};

// What one running call writes to: the memory of all tensors. Tensors that are never needed at the
// same time share it.
class Workspace {
 private:
  friend class Graph;
  dnnl::stream stream;
  Pages pages;
  std::vector<dnnl::memory> places;
  std::vector<std::unordered_map<int, dnnl::memory>> arguments;  // of each operation
};

// A network laid out for one input size: operations are added front to back, each choosing its
// layout; finish() makes the graph ready; run() then executes them. Sides are those of PyTorch: a
// convolution's padding is dilation x (kernel / 2).
class Graph {
 public:
  // `type`: f32 or bf16, of weights and activations between the input and the logits, save those of
  // convolutions with a range and of those that are to be exact.
  explicit Graph(dnnl::memory::data_type type);

  Tensor add_input(int channels, int rows, int columns);
  // `residual`, where given, is added before the ReLU, and its memory taken for the result.
  Tensor add_convolution(const Convolution& layer, const Tensor& source,
                         const Tensor* residual = nullptr);
  // A convolution in floating point whose result is f32, as logits are.
  Tensor add_logits(const Convolution& layer, const Tensor& source,
                    const Tensor* residual = nullptr);
  // A kernel of 3x3 or 2x2 at stride 2; the result's sides are half the source's, rounded up.
  Tensor add_max_pool(const Tensor& source, int kernel);
  Pooled add_max_pool_with_places(const Tensor& source);  // 2x2, as add_max_pool
  // Values where the maxima came from, 0 elsewhere.
  Tensor add_unpool(const Tensor& values, const Pooled& pooled);
  Tensor add_mean(const Tensor& source);                           // over all rows and columns: 1x1
  Tensor add_resize(const Tensor& source, int rows, int columns);  // bilinear, half-pixel centres
  Tensor add_concatenation(const std::vector<Tensor>& sources);    // of channels
  // Divided by the root of the sum of squares over the channels + kLengthEpsilon; in f32.
  Tensor add_unit_length(const Tensor& source);
  // Each channel of one times that channel of the other, which is 1x1.
  Tensor add_product(const Tensor& one, const Tensor& other);
  Tensor add_maximum(const Tensor& one, const Tensor& other);
  // The same numbers channel by channel, row by row.
  Tensor add_output(const Tensor& source);

  // Reads the weights, on so many threads, or maps those that an earlier start kept, and plans the
  // memory. Once, after the last operation.
  void finish(int threads, const WeightsOrigin& origin = {});

  std::unique_ptr<Workspace> make_workspace() const;
  // `input` as add_input() gave it, `output` as add_output() did. Calls on several threads may run
  // at once, each with a workspace of its own.
  std::vector<float> run(Workspace& workspace, const Tensor& input,
                         const std::vector<float>& values, const Tensor& output,
                         const Observer& observer = {}) const;
  // In the order they run, without times.
  std::vector<OperationTime> operations() const;

 private:
  struct Operation {
    dnnl::primitive primitive;
    dnnl::memory::desc scratch;
    std::unordered_map<int, int> places;              // of a workspace, by argument
    std::unordered_map<int, dnnl::memory> constants;  // weights, shared by all workspaces
    OperationTime work;
    bool observed = false;                                   // a convolution that observers see
    std::shared_ptr<const TileConvolution> tiles = nullptr;  // instead of the primitive
  };
  struct Place {
    dnnl::memory::desc layout;
    int shares = -1;  // the place whose bytes it shows as numbers of another type; -1 = its own
    std::size_t offset = 0;  // of its own bytes in a workspace
  };
  // Weights to be read into the layout that an operation wants them in.
  struct Weights {
    std::size_t operation;
    Convolution layer;
    std::vector<float> steps;   // of each filter, for weights in 8 bits; empty = floating point
    dnnl::memory::desc wanted;  // bytes, where tiles take them
  };
  // The operations between which the bytes of a place are in use, both included.
  struct Life {
    std::size_t first, last;
  };
  // What a convolution's result is added to; its memory takes the sum.
  struct Addition {
    float factor = 1;
    std::optional<Tensor> target;  // none: nothing is added
  };

  dnnl::memory::data_type floating_type(const Convolution& layer) const;
  Tensor add_tensor(const dnnl::memory::desc& layout, float step = 0);
  Tensor shared(const Tensor& target, const dnnl::memory::desc& wanted, float step);
  Tensor in_floating_point(const Convolution& layer, const Tensor& source, const Tensor* residual,
                           dnnl::memory::data_type result_type);
  Tensor in_eight_bits(const Convolution& layer, const Tensor& source, const Tensor* residual);
  // `eight`: of a convolution in 8 bits, with the step of its result; else nothing.
  Tensor convolve(const Convolution& layer, const Tensor& source,
                  dnnl::memory::data_type result_type, const EightBits& eight, float step,
                  const Addition& addition);
  // The same on tiles; nothing where it does not suit them.
  std::optional<Tensor> convolve_tiles(const Convolution& layer, const Tensor& source,
                                       dnnl::memory::data_type result_type, const EightBits& eight,
                                       float step, const Addition& addition);
  // The same numbers in a layout that every operation of the library has fast loops for.
  Tensor in_library_layout(const Tensor& source);
  Tensor pool(const dnnl::pooling_forward::desc& description, const Tensor& source);
  Tensor binary(dnnl::algorithm algorithm, const std::string& name, const Tensor& one,
                const Tensor& other);
  // The numbers times `factor` in another layout or type.
  Tensor in_layout(const Tensor& source, const dnnl::memory::desc& wanted, float factor = 1);
  // The same numbers in floating point, or in 8 bits with this step.
  Tensor floating(const Tensor& source);
  Tensor quantised(const Tensor& source, float step, dnnl::memory::data_type type);
  // What the bytes of all weights follow from, beside the model; nothing where it cannot be said.
  std::optional<std::string> layouts() const;
  void give_weights(std::size_t which, std::uint8_t* bytes);
  void read_weights(int threads, const std::vector<std::size_t>& offsets);
  void find_weights(int threads, const WeightsOrigin& origin);
  std::vector<Life> lives() const;
  void plan_memory();

  dnnl::memory::data_type type_;
  bool tiles_;  // convolutions are computed on tiles where they suit them
  dnnl::engine engine_;
  std::vector<Place> places_;
  std::vector<Operation> operations_;
  std::vector<int> results_;      // places that are read after the last operation
  std::vector<Weights> weights_;  // to be read
  Pages weights_memory_;
  std::optional<MappedFile> kept_weights_;  // instead
  std::future<void> keeping_;               // reads weights_memory_
  std::size_t workspace_bytes_ = 0;
};

}  // namespace heartlab::onednn
