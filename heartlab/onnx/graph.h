#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "heartlab/model/convolution.h"
#include "heartlab/onnx/message.h"

namespace heartlab::onnx {

inline constexpr int kOperatorSet = 13;

// The value of an ONNX graph: N x channels x rows x columns, N being the caller's.
class Tensor {
 public:
  Tensor() = default;
  Tensor(std::string name, int channels, int rows, int columns, float step = 0)
      : name_(std::move(name)), channels_(channels), rows_(rows), columns_(columns), step_(step) {}
  const std::string& name() const { return name_; }
  int channels() const { return channels_; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  // Of the 8-bit numbers that its values are multiples of; 0 = of none.
  float step() const { return step_; }

 private:
  std::string name_;
  int channels_ = 0, rows_ = 0, columns_ = 0;
  float step_ = 0;
};

// 2x2 maxima and where each came from.
struct Pooled {
  Tensor values;
  std::string places;
  Tensor source;
};

// A network as an ONNX graph (operator set 13), added front to back as add_network() does.
// Convolutions with a range compute on 8-bit numbers, as QuantizeLinear and DequantizeLinear around
// them say.
class Graph {
 public:
  Tensor add_input(const std::string& name, int channels, int rows, int columns);
  Tensor add_convolution(const Convolution& layer, const Tensor& source,
                         const Tensor* residual = nullptr);
  Tensor add_logits(const Convolution& layer, const Tensor& source,
                    const Tensor* residual = nullptr);
  Tensor add_max_pool(const Tensor& source, int kernel);
  Pooled add_max_pool_with_places(const Tensor& source);
  Tensor add_unpool(const Tensor& values, const Pooled& pooled);
  Tensor add_mean(const Tensor& source);
  Tensor add_resize(const Tensor& source, int rows, int columns);
  Tensor add_concatenation(const std::vector<Tensor>& sources);
  Tensor add_unit_length(const Tensor& source);
  Tensor add_product(const Tensor& one, const Tensor& other);
  Tensor add_maximum(const Tensor& one, const Tensor& other);
  void add_output(const std::string& name, const Tensor& source);

  // The GraphProto.
  Message finish(const std::string& name) const;

 private:
  struct Attribute {
    std::string name;
    std::vector<std::int64_t> integers;
    std::string text;
    bool is_list = true;
  };

  // A node NAME of which the value NAME is the result, and `second`, where it is given, another.
  void add_node(const std::string& kind, const std::string& name,
                const std::vector<std::string>& inputs,
                const std::vector<Attribute>& attributes = {}, const std::string& second = "");
  // 2x2 or 3x3 maxima; their places too where a name is given for them.
  Tensor max_pool(const Tensor& source, int kernel, const std::string& places);
  std::string add_floats(const std::string& name, const std::vector<std::int64_t>& shape,
                         std::span<const float> values);
  std::string add_integers(const std::string& name, std::span<const std::int64_t> values);
  std::string add_constant(const std::string& name, const std::vector<std::int64_t>& shape,
                           int type, std::string_view bytes);
  // Signed numbers of which one step is worth steps[k] in the k-th filter.
  std::string add_whole_numbers(const std::string& name, const std::vector<std::int64_t>& shape,
                                int type, std::string_view bytes, const std::vector<float>& steps);
  // `wanted`, or with a number behind it where the name is taken.
  std::string fresh(const std::string& wanted);
  Tensor convolution(const Convolution& layer, const Tensor& source, const Tensor* residual);
  Tensor in_eight_bits(const Convolution& layer, const Tensor& source, const Tensor* residual);
  // The convolution of what `inputs` name: source, weights, bias.
  Tensor convolved(const Convolution& layer, const Tensor& source,
                   const std::vector<std::string>& inputs);
  Tensor sum(const std::string& name, const Tensor& one, const Tensor& other);
  Tensor positive(const std::string& name, const Tensor& source);
  Tensor product(const std::string& name, const Tensor& one, const Tensor& other);
  Tensor hard_sigmoid(const std::string& name, const Tensor& source);
  Tensor activated(const Convolution& layer, const Tensor& source);
  // Rounded to unsigned 8-bit numbers of this step, of which `zero` stands for 0, and back.
  Tensor rounded(const Tensor& source, float step, std::uint8_t zero);

  Message nodes_;  // fields of GraphProto, as they stand in it
  Message initialisers_;
  Message inputs_, outputs_;
  std::map<std::string, int> names_;
};

}  // namespace heartlab::onnx
