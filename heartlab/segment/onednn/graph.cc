#include "heartlab/segment/onednn/graph.h"

#include <algorithm>

#include "heartlab/segment/onednn/eight_bits.h"

namespace heartlab::onednn {
namespace {

using dnnl::memory;
using Dims = memory::dims;
using Type = memory::data_type;

Dims dims_of(const Tensor& tensor) { return tensor.memory.get_desc().dims(); }

Type type_of(const memory& numbers) { return static_cast<Type>(numbers.get_desc().data.data_type); }

memory::desc planes(const Dims& dims) { return {dims, Type::f32, memory::format_tag::nchw}; }

// The same layout for numbers of another type.
memory::desc with_type(memory::desc layout, Type type) {
  layout.data.data_type = static_cast<dnnl_data_type_t>(type);
  return layout;
}

// A convolution's sizes, as its primitive wants them.
struct Sizes {
  Dims result, strides, gaps, padding;
};

Sizes sizes_of(const Convolution& layer, const Dims& source) {
  const memory::dim pad = static_cast<memory::dim>(layer.dilation) * (layer.kernel / 2);
  const memory::dim reach = static_cast<memory::dim>(layer.dilation) * (layer.kernel - 1) + 1;
  const auto side = [&](memory::dim size) { return (size + 2 * pad - reach) / layer.stride + 1; };
  return {{1, layer.out, side(source[2]), side(source[3])},
          {layer.stride, layer.stride},
          {layer.dilation - 1, layer.dilation - 1},
          {pad, pad}};
}

std::span<const float> floats_of(const memory& numbers) {
  return {static_cast<const float*>(numbers.get_data_handle()),
          numbers.get_desc().get_size() / sizeof(float)};
}

}  // namespace

Graph::Graph(memory::data_type type)
    : type_(type), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {}

void Graph::add(const dnnl::primitive& primitive, std::unordered_map<int, memory> arguments,
                const std::string& layer) {
  operations_.push_back({primitive, std::move(arguments), layer});
}

// The numbers times `factor` in another layout or type.
memory Graph::reordered(const memory& source, const memory::desc& wanted, float factor) {
  if (source.get_desc() == wanted && factor == 1) return source;
  const memory result(wanted, engine_);
  dnnl::primitive_attr attributes;
  if (factor != 1) attributes.set_output_scales(0, {factor});
  add(dnnl::reorder(source, result, attributes), {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, result}});
  return result;
}

Tensor Graph::floating(const Tensor& source) {
  if (source.step == 0) return source;
  return {reordered(source.memory, with_type(source.memory.get_desc(), type_), source.step)};
}

Tensor Graph::quantised(const Tensor& source, float step) {
  if (source.step == step) return source;
  const float factor = (source.step == 0 ? 1 : source.step) / step;
  return {reordered(source.memory, with_type(source.memory.get_desc(), Type::u8), factor), step};
}

Tensor Graph::add_input(int channels, int rows, int columns) {
  return {memory(planes({1, channels, rows, columns}), engine_)};
}

memory Graph::stored_weights(const Convolution& layer, const memory::desc& wanted) {
  const memory::desc plain({layer.out, layer.in, layer.kernel, layer.kernel}, Type::f32,
                           memory::format_tag::oihw);
  memory source(plain, engine_, const_cast<float*>(layer.weights.data()));
  memory result(wanted, engine_);
  dnnl::reorder(source, result).execute(stream_, source, result);
  stream_.wait();
  return result;
}

Tensor Graph::add_convolution(const Convolution& layer, const Tensor& source,
                              const Tensor* residual) {
  if (layer.range) return in_eight_bits(layer, source, residual);
  return in_floating_point(layer, source, residual, type_);
}

Tensor Graph::add_logits(const Convolution& layer, const Tensor& source, const Tensor* residual) {
  return in_floating_point(layer, source, residual, Type::f32);
}

Tensor Graph::in_floating_point(const Convolution& layer, const Tensor& source,
                                const Tensor* residual, Type result_type) {
  Addition addition{1, {}};
  if (residual != nullptr) addition.target = floating(*residual).memory;
  return {convolve(layer, floating(source).memory, type_, result_type, {}, addition)};
}

// A source in 8 bits keeps the step it has.
Tensor Graph::in_eight_bits(const Convolution& layer, const Tensor& source,
                            const Tensor* residual) {
  const Tensor input =
      source.step > 0
          ? source
          : quantised(source, static_cast<float>(layer.range->source) / kLargestUnsigned);
  const float step =
      static_cast<float>(layer.range->result) / (layer.relu ? kLargestUnsigned : kLargestSigned);
  Addition addition{1, {}};
  if (residual != nullptr) {
    const Tensor whole = residual->step > 0 ? *residual : quantised(*residual, step);
    addition = {whole.step / step, whole.memory};
  }
  const EightBitConvolution whole = onednn::in_eight_bits(layer, input.step, step);
  return {convolve(whole.layer, input.memory, Type::s8, layer.relu ? Type::u8 : Type::s8,
                   whole.scales, addition),
          step};
}

// `scales`: of each filter's result; empty = none.
memory Graph::convolve(const Convolution& layer, const memory& source, Type weights_type,
                       Type result_type, const std::vector<float>& scales,
                       const Addition& addition) {
  dnnl::primitive_attr attributes;
  if (!scales.empty()) attributes.set_output_scales(1 << 1, scales);
  dnnl::post_ops after;
  if (addition.target) after.append_sum(addition.factor, 0, type_of(addition.target));
  if (layer.relu) after.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
  attributes.set_post_ops(after);

  const auto any = memory::format_tag::any;
  const Dims in = source.get_desc().dims();
  const Sizes sizes = sizes_of(layer, in);
  const memory::desc bias_layout({layer.out}, Type::f32, memory::format_tag::x);
  const memory::desc result_layout = addition.target
                                         ? with_type(addition.target.get_desc(), result_type)
                                         : memory::desc(sizes.result, result_type, any);
  const dnnl::convolution_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
      memory::desc(in, scales.empty() ? type_ : Type::u8, any),
      memory::desc({layer.out, layer.in, layer.kernel, layer.kernel}, weights_type, any),
      bias_layout, result_layout, sizes.strides, sizes.gaps, sizes.padding, sizes.padding);
  const dnnl::convolution_forward::primitive_desc chosen(description, attributes, engine_);

  memory bias(bias_layout, engine_);
  std::copy(layer.bias.begin(), layer.bias.end(), static_cast<float*>(bias.get_data_handle()));
  const memory result = addition.target ? shared(addition.target, chosen.dst_desc())
                                        : memory(chosen.dst_desc(), engine_);
  add(dnnl::convolution_forward(chosen),
      {{DNNL_ARG_SRC, reordered(source, chosen.src_desc())},
       {DNNL_ARG_WEIGHTS, stored_weights(layer, chosen.weights_desc())},
       {DNNL_ARG_BIAS, bias},
       {DNNL_ARG_DST, result}},
      layer.name);
  return result;
}

// The same bytes as numbers of another type.
memory Graph::shared(const memory& target, const memory::desc& wanted) {
  if (target.get_desc() == wanted) return target;
  kept_.push_back(target);
  return {wanted, engine_, target.get_data_handle()};
}

Tensor Graph::add_max_pool(const Tensor& source) {
  const Dims in = dims_of(source);
  const memory::desc layout({1, in[1], (in[2] - 1) / 2 + 1, (in[3] - 1) / 2 + 1},
                            type_of(source.memory), memory::format_tag::any);
  const dnnl::pooling_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_max, source.memory.get_desc(),
      layout, {2, 2}, {3, 3}, {1, 1}, {1, 1});
  const dnnl::pooling_forward::primitive_desc chosen(description, engine_);
  const memory result(chosen.dst_desc(), engine_);
  add(dnnl::pooling_forward(chosen), {{DNNL_ARG_SRC, source.memory}, {DNNL_ARG_DST, result}});
  return {result, source.step};
}

// In floating point: a mean rounded to 8 bits would lose what tells images apart.
Tensor Graph::add_mean(const Tensor& given) {
  const memory source = floating(given).memory;
  const Dims in = source.get_desc().dims();
  const memory::desc layout({1, in[1], 1, 1}, type_of(source), memory::format_tag::any);
  const dnnl::pooling_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_avg_exclude_padding,
      source.get_desc(), layout, {in[2], in[3]}, {in[2], in[3]}, {0, 0}, {0, 0});
  const dnnl::pooling_forward::primitive_desc chosen(description, engine_);
  const memory result(chosen.dst_desc(), engine_);
  add(dnnl::pooling_forward(chosen), {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, result}});
  return {result};
}

Tensor Graph::add_resize(const Tensor& source, int rows, int columns) {
  const Dims in = dims_of(source);
  if (in[2] == rows && in[3] == columns) return source;
  const memory::desc layout({1, in[1], rows, columns}, type_of(source.memory),
                            memory::format_tag::any);
  const dnnl::resampling_forward::desc description(dnnl::prop_kind::forward_inference,
                                                   dnnl::algorithm::resampling_linear,
                                                   source.memory.get_desc(), layout);
  const dnnl::resampling_forward::primitive_desc chosen(description, engine_);
  const memory result(chosen.dst_desc(), engine_);
  add(dnnl::resampling_forward(chosen), {{DNNL_ARG_SRC, source.memory}, {DNNL_ARG_DST, result}});
  return {result, source.step};
}

// In 8 bits where all of them are, with the largest step of them.
Tensor Graph::add_concatenation(const std::vector<Tensor>& sources) {
  if (sources.size() == 1) return sources.front();
  float step = 0;
  for (const auto& source : sources) step = std::max(step, source.step);
  for (const auto& source : sources) step = source.step == 0 ? 0 : step;
  std::vector<memory> parts;
  std::vector<memory::desc> layouts;
  for (const auto& source : sources) {
    parts.push_back((step == 0 ? floating(source) : quantised(source, step)).memory);
    layouts.push_back(parts.back().get_desc());
  }
  const dnnl::concat::primitive_desc chosen(1, layouts, engine_);
  const memory result(chosen.dst_desc(), engine_);
  std::unordered_map<int, memory> arguments = {{DNNL_ARG_DST, result}};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    arguments[DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i)] = parts[i];
  }
  add(dnnl::concat(chosen), std::move(arguments));
  return {result, step};
}

Tensor Graph::add_maximum(const Tensor& one, const Tensor& other) {
  const auto layout = one.memory.get_desc();
  const dnnl::binary::desc description(dnnl::algorithm::binary_max, layout, other.memory.get_desc(),
                                       layout);
  const dnnl::binary::primitive_desc chosen(description, engine_);
  const memory result(chosen.dst_desc(), engine_);
  add(dnnl::binary(chosen),
      {{DNNL_ARG_SRC_0, one.memory}, {DNNL_ARG_SRC_1, other.memory}, {DNNL_ARG_DST, result}});
  return {result};
}

void Graph::run(const Tensor& input, const std::vector<float>& values, const Tensor& output,
                std::vector<float>& result, const Observer& observer) {
  std::copy(values.begin(), values.end(), static_cast<float*>(input.memory.get_data_handle()));
  for (const auto& operation : operations_) {
    operation.primitive.execute(stream_, operation.arguments);
    if (!observer || operation.layer.empty()) continue;
    stream_.wait();
    observer(operation.layer, floats_of(operation.arguments.at(DNNL_ARG_SRC)),
             floats_of(operation.arguments.at(DNNL_ARG_DST)));
  }
  const memory::desc plain = planes(dims_of(output));
  result.resize(plain.get_size() / sizeof(float));
  memory destination(plain, engine_, result.data());
  memory source = output.memory;
  dnnl::reorder(source, destination).execute(stream_, source, destination);
  stream_.wait();
}

}  // namespace heartlab::onednn
