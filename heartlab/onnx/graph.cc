#include "heartlab/onnx/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heartlab/model/architecture.h"
#include "heartlab/model/eight_bits.h"

namespace heartlab::onnx {
namespace {

using Shape = std::vector<std::int64_t>;

// Of TensorProto.DataType.
constexpr int kFloat = 1;
constexpr int kUnsigned8 = 2;
constexpr int kSigned8 = 3;
constexpr int kSigned32 = 6;
constexpr int kInt64 = 7;

constexpr std::uint8_t kMiddle = 128;  // of unsigned 8-bit numbers that stand for both signs

// Of AttributeProto.AttributeType.
constexpr int kInteger = 2;
constexpr int kText = 3;
constexpr int kIntegers = 7;

template <typename Values>
std::string_view bytes_of(const Values& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A ValueInfoProto: `name`, float, N x channels x rows x columns.
Message value_info(const std::string& name, const Tensor& tensor) {
  Message shape;
  shape.message(1, Message().text(2, "N"));
  for (const int extent : {tensor.channels(), tensor.rows(), tensor.columns()}) {
    shape.message(1, Message().integer(1, extent));
  }
  const Message type = Message().message(1, Message().integer(1, kFloat).message(2, shape));
  return Message().text(1, name).message(2, type);
}

Shape weights_shape(const Convolution& layer) {
  return {layer.out, layer.in / layer.groups, layer.kernel, layer.kernel};
}

// Side of a convolution's result.
int side_of(int side, const Convolution& layer) {
  const int padding = layer.dilation * (layer.kernel / 2);
  return (side + 2 * padding - layer.dilation * (layer.kernel - 1) - 1) / layer.stride + 1;
}

}  // namespace

std::string Graph::fresh(const std::string& wanted) {
  const int count = names_[wanted]++;
  return count == 0 ? wanted : fresh(fmt::format("{}.{}", wanted, count));
}

void Graph::add_node(const std::string& kind, const std::string& name,
                     const std::vector<std::string>& inputs,
                     const std::vector<Attribute>& attributes, const std::string& second) {
  Message node;
  for (const auto& input : inputs) node.text(1, input);
  node.text(2, name);
  if (!second.empty()) node.text(2, second);
  node.text(3, name).text(4, kind);
  for (const auto& attribute : attributes) {
    Message message;
    message.text(1, attribute.name);
    if (!attribute.text.empty()) {
      message.text(4, attribute.text).integer(20, kText);
    } else if (attribute.is_list) {
      for (const auto value : attribute.integers) message.integer(8, value);
      message.integer(20, kIntegers);
    } else {
      message.integer(3, attribute.integers.front()).integer(20, kInteger);
    }
    node.message(5, message);
  }
  nodes_.message(1, node);
}

std::string Graph::add_constant(const std::string& name, const Shape& shape, int type,
                                std::string_view bytes) {
  Message tensor;
  for (const auto extent : shape) tensor.integer(1, extent);
  tensor.integer(2, type).text(8, name).text(9, bytes);
  initialisers_.message(5, tensor);
  return name;
}

std::string Graph::add_floats(const std::string& name, const Shape& shape,
                              std::span<const float> values) {
  return add_constant(name, shape, kFloat, bytes_of(values));
}

std::string Graph::add_integers(const std::string& name, std::span<const std::int64_t> values) {
  return add_constant(name, {static_cast<std::int64_t>(values.size())}, kInt64, bytes_of(values));
}

Tensor Graph::add_input(const std::string& name, int channels, int rows, int columns) {
  const Tensor input(fresh(name), channels, rows, columns);
  inputs_.message(11, value_info(name, input));
  return input;
}

Tensor Graph::convolved(const Convolution& layer, const Tensor& source,
                        const std::vector<std::string>& inputs) {
  const Tensor result(fresh(layer.name), layer.out, side_of(source.rows(), layer),
                      side_of(source.columns(), layer));
  const std::int64_t kernel = layer.kernel;
  const std::int64_t padding = static_cast<std::int64_t>(layer.dilation) * (layer.kernel / 2);
  add_node("Conv", result.name(), inputs,
           {{"dilations", {layer.dilation, layer.dilation}, {}},
            {"group", {layer.groups}, {}, false},
            {"kernel_shape", {kernel, kernel}, {}},
            {"pads", {padding, padding, padding, padding}, {}},
            {"strides", {layer.stride, layer.stride}, {}}});
  return result;
}

Tensor Graph::sum(const std::string& name, const Tensor& one, const Tensor& other) {
  const Tensor result(fresh(name), one.channels(), one.rows(), one.columns());
  add_node("Add", result.name(), {one.name(), other.name()});
  return result;
}

Tensor Graph::positive(const std::string& name, const Tensor& source) {
  const Tensor result(fresh(name), source.channels(), source.rows(), source.columns());
  add_node("Relu", result.name(), {source.name()});
  return result;
}

Tensor Graph::hard_sigmoid(const std::string& name, const Tensor& source) {
  const Tensor result(fresh(name), source.channels(), source.rows(), source.columns());
  const auto number = [&](const std::string& part, float value) {
    return add_floats(result.name() + "." + part, {}, std::span(&value, 1));
  };
  const std::string sum = result.name() + ".sum", cut = result.name() + ".cut";
  add_node("Add", sum, {source.name(), number("three", 3)});
  add_node("Clip", cut, {sum, number("least", 0), number("most", 6)});
  add_node("Div", result.name(), {cut, number("six", 6)});
  return result;
}

Tensor Graph::activated(const Convolution& layer, const Tensor& source) {
  switch (layer.activation) {
    case Activation::kRelu:
      return positive(layer.name + ".relu", source);
    case Activation::kHardSwish:
      return product(layer.name + ".swish", source, hard_sigmoid(layer.name + ".gate", source));
    case Activation::kHardSigmoid:
      return hard_sigmoid(layer.name + ".gate", source);
    case Activation::kNone:
      break;
  }
  return source;
}

Tensor Graph::product(const std::string& name, const Tensor& one, const Tensor& other) {
  const Tensor result(fresh(name), one.channels(), one.rows(), one.columns());
  add_node("Mul", result.name(), {one.name(), other.name()});
  return result;
}

Tensor Graph::rounded(const Tensor& source, float step, std::uint8_t zero) {
  const std::string base = source.name() + ".u8";
  const Tensor result(fresh(base), source.channels(), source.rows(), source.columns(), step);
  const std::string whole = result.name() + ".whole";
  const std::string scale = add_floats(result.name() + ".step", {}, std::span(&step, 1));
  const std::string middle =
      add_constant(result.name() + ".zero", {}, kUnsigned8, bytes_of(std::span(&zero, 1)));
  add_node("QuantizeLinear", whole, {source.name(), scale, middle});
  add_node("DequantizeLinear", result.name(), {whole, scale, middle});
  return result;
}

Tensor Graph::convolution(const Convolution& layer, const Tensor& source, const Tensor* residual) {
  const Tensor result =
      convolved(layer, source,
                {source.name(),
                 add_floats(fresh(layer.name + ".weight"), weights_shape(layer), layer.weights()),
                 add_floats(fresh(layer.name + ".bias"), {layer.out}, layer.bias)});
  return residual == nullptr ? result : sum(layer.name + ".sum", result, *residual);
}

std::string Graph::add_whole_numbers(const std::string& name, const Shape& shape, int type,
                                     std::string_view bytes, const std::vector<float>& steps) {
  const Shape filters = {static_cast<std::int64_t>(steps.size())};
  const std::string zeros(steps.size() * (type == kSigned32 ? sizeof(std::int32_t) : 1), '\0');
  add_node("DequantizeLinear", name,
           {add_constant(name + ".whole", shape, type, bytes),
            add_floats(name + ".step", filters, steps),
            add_constant(name + ".zero", filters, type, zeros)},
           {{"axis", {0}, {}, false}});
  return name;
}

// As the engine computes it (segment/onednn/graph.cc), save that a convolution is rounded once more
// before a residual is added: readers of ONNX know 8-bit convolutions and 8-bit sums apart.
Tensor Graph::in_eight_bits(const Convolution& layer, const Tensor& given, const Tensor* residual) {
  const auto source_step = static_cast<float>(layer.range->source) / kLargestUnsigned;
  const Tensor source = given.step() > 0 ? given : rounded(given, source_step, 0);
  const EightBits eight = heartlab::in_eight_bits(layer, source.step(), 1);
  std::vector<float> exact = layer.weights();
  round_to_steps(exact, eight.steps);
  const std::vector<std::int8_t> weights(exact.begin(), exact.end());
  std::vector<std::int32_t> bias;
  for (const float value : eight.bias) {
    bias.push_back(static_cast<std::int32_t>(std::lround(value)));
  }
  Tensor result = convolved(layer, source,
                            {source.name(),
                             add_whole_numbers(fresh(layer.name + ".weight"), weights_shape(layer),
                                               kSigned8, bytes_of(weights), eight.steps),
                             add_whole_numbers(fresh(layer.name + ".bias"), {layer.out}, kSigned32,
                                               bytes_of(bias), eight.scales)});
  const auto largest = static_cast<float>(layer.range->result);
  if (residual != nullptr) {
    const bool relu = layer.activation == Activation::kRelu;
    const float step = largest / (relu ? kLargestUnsigned : kLargestSigned);
    const Tensor target =
        residual->step() > 0 ? *residual : rounded(*residual, step, relu ? 0 : kMiddle);
    result = sum(layer.name + ".sum", rounded(result, largest / kLargestSigned, kMiddle), target);
  }
  if (layer.activation != Activation::kRelu)
    return rounded(result, largest / kLargestSigned, kMiddle);
  return rounded(positive(layer.name + ".relu", result), largest / kLargestUnsigned, 0);
}

Tensor Graph::add_convolution(const Convolution& layer, const Tensor& source,
                              const Tensor* residual) {
  if (layer.range) return in_eight_bits(layer, source, residual);
  return activated(layer, convolution(layer, source, residual));
}

Tensor Graph::add_logits(const Convolution& layer, const Tensor& source, const Tensor* residual) {
  return convolution(layer, source, residual);
}

Tensor Graph::max_pool(const Tensor& source, int kernel, const std::string& places) {
  const Tensor result(fresh("max_pool"), source.channels(), (source.rows() + 1) / 2,
                      (source.columns() + 1) / 2);
  const int before = (kernel - 1) / 2;
  const auto after = [&](int from, int to) { return 2 * (to - 1) + kernel - before - from; };
  const int bottom = after(source.rows(), result.rows());
  const int right = after(source.columns(), result.columns());
  add_node("MaxPool", result.name(), {source.name()},
           {{"kernel_shape", {kernel, kernel}, {}},
            {"pads", {before, before, bottom, right}, {}},
            {"strides", {2, 2}, {}}},
           places);
  return result;
}

Tensor Graph::add_max_pool(const Tensor& source, int kernel) {
  return max_pool(source, kernel, "");
}

Pooled Graph::add_max_pool_with_places(const Tensor& source) {
  const std::string places = fresh("places");
  return {max_pool(source, 2, places), places, source};
}

// The size is computed, since the number of images is the caller's.
Tensor Graph::add_unpool(const Tensor& values, const Pooled& pooled) {
  const Tensor& source = pooled.source;
  const Tensor result(fresh("unpool"), source.channels(), source.rows(), source.columns());
  const std::string size = result.name() + ".size";
  add_node("Shape", size, {source.name()});
  add_node("MaxUnpool", result.name(), {values.name(), pooled.places, size},
           {{"kernel_shape", {2, 2}, {}}, {"strides", {2, 2}, {}}});
  return result;
}

Tensor Graph::add_mean(const Tensor& source) {
  const Tensor result(fresh("mean"), source.channels(), 1, 1);
  add_node("GlobalAveragePool", result.name(), {source.name()});
  return result;
}

// The sizes are computed, not constant, since the number of images is the caller's; factors instead
// of sizes would leave a side to rounding.
Tensor Graph::add_resize(const Tensor& source, int rows, int columns) {
  if (source.rows() == rows && source.columns() == columns) return source;
  const Tensor result(fresh("resize"), source.channels(), rows, columns);
  const auto part = [&](const std::string& name) { return result.name() + "." + name; };
  const std::vector<std::int64_t> begin = {0}, end = {2}, wanted = {rows, columns};
  add_node("Shape", part("shape"), {source.name()});
  add_node("Slice", part("kept"),
           {part("shape"), add_integers(part("begin"), begin), add_integers(part("end"), end)});
  add_node("Concat", part("sizes"), {part("kept"), add_integers(part("wanted"), wanted)},
           {{"axis", {0}, {}, false}});
  add_node("Resize", result.name(), {source.name(), "", "", part("sizes")},
           {{"mode", {}, "linear"}, {"coordinate_transformation_mode", {}, "half_pixel"}});
  return source.step() > 0 ? rounded(result, source.step(), 0) : result;
}

Tensor Graph::add_concatenation(const std::vector<Tensor>& sources) {
  if (sources.size() == 1) return sources.front();
  int channels = 0;
  float step = 0;
  bool eight_bits = true;
  std::vector<std::string> names;
  for (const auto& source : sources) {
    channels += source.channels();
    step = std::max(step, source.step());
    eight_bits = eight_bits && source.step() > 0;
    names.push_back(source.name());
  }
  const Tensor result(fresh("concatenation"), channels, sources.front().rows(),
                      sources.front().columns());
  add_node("Concat", result.name(), names, {{"axis", {1}, {}, false}});
  return eight_bits ? rounded(result, step, 0) : result;
}

Tensor Graph::add_unit_length(const Tensor& source) {
  const Tensor result(fresh("unit_length"), source.channels(), source.rows(), source.columns());
  const auto part = [&](const std::string& name) { return result.name() + "." + name; };
  add_node("ReduceSumSquare", part("squares"), {source.name()}, {{"axes", {1}, {}}});
  add_node("Add", part("more"),
           {part("squares"), add_floats(part("epsilon"), {}, std::span(&kLengthEpsilon, 1))});
  add_node("Sqrt", part("length"), {part("more")});
  add_node("Div", result.name(), {source.name(), part("length")});
  return result;
}

Tensor Graph::add_product(const Tensor& one, const Tensor& other) {
  return product("product", one, other);
}

Tensor Graph::add_maximum(const Tensor& one, const Tensor& other) {
  const Tensor result(fresh("maximum"), one.channels(), one.rows(), one.columns());
  add_node("Max", result.name(), {one.name(), other.name()});
  return result;
}

void Graph::add_output(const std::string& name, const Tensor& source) {
  add_node("Identity", fresh(name), {source.name()});
  outputs_.message(12, value_info(name, source));
}

// Fields may stand in any order: the parts are joined as they are.
Message Graph::finish(const std::string& name) const {
  Message graph;
  graph.text(2, name).append(nodes_).append(initialisers_).append(inputs_).append(outputs_);
  return graph;
}

}  // namespace heartlab::onnx
