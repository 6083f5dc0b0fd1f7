#include "heartlab/segment/onednn/graph.h"

namespace heartlab::onednn {
namespace {

using dnnl::memory;
using Dims = memory::dims;

Dims dims_of(const Tensor& tensor) { return tensor.get_desc().dims(); }

memory::data_type type_of(const Tensor& tensor) {
  return static_cast<memory::data_type>(tensor.get_desc().data.data_type);
}

memory::desc planes(const Dims& dims) {
  return {dims, memory::data_type::f32, memory::format_tag::nchw};
}

}  // namespace

Graph::Graph(memory::data_type type)
    : type_(type), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {}

void Graph::add(const dnnl::primitive& primitive, std::unordered_map<int, memory> arguments) {
  operations_.push_back({primitive, std::move(arguments)});
}

Tensor Graph::in_layout(const Tensor& source, const memory::desc& wanted) {
  if (source.get_desc() == wanted) return source;
  const memory result(wanted, engine_);
  add(dnnl::reorder(source, result), {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, result}});
  return result;
}

Tensor Graph::add_input(int channels, int rows, int columns) {
  return {planes({1, channels, rows, columns}), engine_};
}

Tensor Graph::stored_weights(const Convolution& layer, const memory::desc& wanted) {
  const memory::desc plain({layer.out, layer.in, layer.kernel, layer.kernel},
                           memory::data_type::f32, memory::format_tag::oihw);
  memory source(plain, engine_, const_cast<float*>(layer.weights.data()));
  memory result(wanted, engine_);
  dnnl::reorder(source, result).execute(stream_, source, result);
  stream_.wait();
  return result;
}

Tensor Graph::add_convolution(const Convolution& layer, const Tensor& source,
                              const Tensor* residual) {
  return convolve(layer, source, residual, type_);
}

Tensor Graph::add_logits(const Convolution& layer, const Tensor& source) {
  return convolve(layer, source, nullptr, memory::data_type::f32);
}

Tensor Graph::convolve(const Convolution& layer, const Tensor& source, const Tensor* residual,
                       memory::data_type result_type) {
  const Dims in = dims_of(source);
  const memory::dim pad = static_cast<memory::dim>(layer.dilation) * (layer.kernel / 2);
  const memory::dim reach = static_cast<memory::dim>(layer.dilation) * (layer.kernel - 1) + 1;
  const auto side = [&](memory::dim size) { return (size + 2 * pad - reach) / layer.stride + 1; };
  const Dims out = {1, layer.out, side(in[2]), side(in[3])};
  const auto any = memory::format_tag::any;

  dnnl::post_ops after;
  if (residual != nullptr) after.append_sum(1.0F);
  if (layer.relu) after.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(after);
  const memory::desc bias_layout({layer.out}, memory::data_type::f32, memory::format_tag::x);
  const memory::desc result_layout =
      residual != nullptr ? residual->get_desc() : memory::desc(out, result_type, any);
  const Dims strides = {layer.stride, layer.stride};
  const Dims gaps = {layer.dilation - 1, layer.dilation - 1};
  const dnnl::convolution_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
      memory::desc(in, type_, any),
      memory::desc({layer.out, layer.in, layer.kernel, layer.kernel}, type_, any), bias_layout,
      result_layout, strides, gaps, {pad, pad}, {pad, pad});
  const dnnl::convolution_forward::primitive_desc chosen(description, attributes, engine_);

  memory bias(bias_layout, engine_);
  std::copy(layer.bias.begin(), layer.bias.end(), static_cast<float*>(bias.get_data_handle()));
  const memory result = residual != nullptr ? *residual : memory(chosen.dst_desc(), engine_);
  const memory input = in_layout(source, chosen.src_desc());
  add(dnnl::convolution_forward(chosen),
      {{DNNL_ARG_SRC, input},
       {DNNL_ARG_WEIGHTS, stored_weights(layer, chosen.weights_desc())},
       {DNNL_ARG_BIAS, bias},
       {DNNL_ARG_DST, result}});
  return result;
}

Tensor Graph::add_max_pool(const Tensor& source) {
  const Dims in = dims_of(source);
  const memory::desc layout({1, in[1], (in[2] - 1) / 2 + 1, (in[3] - 1) / 2 + 1}, type_of(source),
                            memory::format_tag::any);
  const dnnl::pooling_forward::desc description(dnnl::prop_kind::forward_inference,
                                                dnnl::algorithm::pooling_max, source.get_desc(),
                                                layout, {2, 2}, {3, 3}, {1, 1}, {1, 1});
  const dnnl::pooling_forward::primitive_desc chosen(description, engine_);
  const memory result(chosen.dst_desc(), engine_);
  add(dnnl::pooling_forward(chosen), {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, result}});
  return result;
}

Tensor Graph::add_mean(const Tensor& source) {
  const Dims in = dims_of(source);
  const memory::desc layout({1, in[1], 1, 1}, type_of(source), memory::format_tag::any);
  const dnnl::pooling_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_avg_exclude_padding,
      source.get_desc(), layout, {in[2], in[3]}, {in[2], in[3]}, {0, 0}, {0, 0});
  const dnnl::pooling_forward::primitive_desc chosen(description, engine_);
  const memory result(chosen.dst_desc(), engine_);
  add(dnnl::pooling_forward(chosen), {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, result}});
  return result;
}

Tensor Graph::add_resize(const Tensor& source, int rows, int columns) {
  const Dims in = dims_of(source);
  if (in[2] == rows && in[3] == columns) return source;
  const memory::desc layout({1, in[1], rows, columns}, type_of(source), memory::format_tag::any);
  const dnnl::resampling_forward::desc description(dnnl::prop_kind::forward_inference,
                                                   dnnl::algorithm::resampling_linear,
                                                   source.get_desc(), layout);
  const dnnl::resampling_forward::primitive_desc chosen(description, engine_);
  const memory result(chosen.dst_desc(), engine_);
  add(dnnl::resampling_forward(chosen), {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, result}});
  return result;
}

Tensor Graph::add_concatenation(const std::vector<Tensor>& sources) {
  if (sources.size() == 1) return sources.front();
  std::vector<memory::desc> layouts;
  layouts.reserve(sources.size());
  for (const auto& source : sources) layouts.push_back(source.get_desc());
  const dnnl::concat::primitive_desc chosen(1, layouts, engine_);
  const memory result(chosen.dst_desc(), engine_);
  std::unordered_map<int, memory> arguments = {{DNNL_ARG_DST, result}};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    arguments[DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i)] = sources[i];
  }
  add(dnnl::concat(chosen), std::move(arguments));
  return result;
}

Tensor Graph::add_maximum(const Tensor& one, const Tensor& other) {
  const dnnl::binary::desc description(dnnl::algorithm::binary_max, one.get_desc(),
                                       other.get_desc(), one.get_desc());
  const dnnl::binary::primitive_desc chosen(description, engine_);
  const memory result(chosen.dst_desc(), engine_);
  add(dnnl::binary(chosen),
      {{DNNL_ARG_SRC_0, one}, {DNNL_ARG_SRC_1, other}, {DNNL_ARG_DST, result}});
  return result;
}

void Graph::run(const Tensor& input, const std::vector<float>& values, const Tensor& output,
                std::vector<float>& result) {
  std::copy(values.begin(), values.end(), static_cast<float*>(input.get_data_handle()));
  for (const auto& operation : operations_) {
    operation.primitive.execute(stream_, operation.arguments);
  }
  const memory::desc plain = planes(dims_of(output));
  result.resize(plain.get_size() / sizeof(float));
  memory destination(plain, engine_, result.data());
  memory source = output;
  dnnl::reorder(source, destination).execute(stream_, source, destination);
  stream_.wait();
}

}  // namespace heartlab::onednn
