#include "heartlab/segment/onednn/graph.h"

#include <algorithm>
#include <utility>

namespace heartlab::onednn {
namespace {

using dnnl::memory;
using Dims = memory::dims;

Dims dims_of(const Tensor& tensor) { return tensor.layout.dims(); }

memory::data_type type_of(const Tensor& tensor) {
  return static_cast<memory::data_type>(tensor.layout.data.data_type);
}

memory::desc planes(const Dims& dims) {
  return {dims, memory::data_type::f32, memory::format_tag::nchw};
}

// Operations use scratch memory that the caller gives them: the library's own belongs to the
// thread that made them.
dnnl::primitive_attr own_scratch() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

}  // namespace

Graph::Graph(memory::data_type type) : type_(type), engine_(dnnl::engine::kind::cpu, 0) {}

Tensor Graph::add_tensor(const memory::desc& layout) {
  layouts_.push_back(layout);
  return {static_cast<int>(layouts_.size()) - 1, layout};
}

Tensor Graph::in_layout(const Tensor& source, const memory::desc& wanted) {
  if (source.layout == wanted) return source;
  const dnnl::reorder::primitive_desc chosen(engine_, source.layout, engine_, wanted,
                                             own_scratch());
  const Tensor result = add_tensor(wanted);
  operations_.push_back({dnnl::reorder(chosen),
                         chosen.scratchpad_desc(),
                         {{DNNL_ARG_FROM, source.place}, {DNNL_ARG_TO, result.place}},
                         {}});
  return result;
}

Tensor Graph::add_input(int channels, int rows, int columns) {
  return add_tensor(planes({1, channels, rows, columns}));
}

Tensor Graph::add_output(const Tensor& source) {
  return in_layout(source, planes(dims_of(source)));
}

memory Graph::stored_weights(const Convolution& layer, const memory::desc& wanted) {
  const memory::desc plain({layer.out, layer.in, layer.kernel, layer.kernel},
                           memory::data_type::f32, memory::format_tag::oihw);
  memory source(plain, engine_, const_cast<float*>(layer.weights.data()));
  memory result(wanted, engine_);
  dnnl::stream stream(engine_);
  dnnl::reorder(source, result).execute(stream, source, result);
  stream.wait();
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
  dnnl::primitive_attr attributes = own_scratch();
  attributes.set_post_ops(after);
  const memory::desc bias_layout({layer.out}, memory::data_type::f32, memory::format_tag::x);
  const memory::desc result_layout =
      residual != nullptr ? residual->layout : memory::desc(out, result_type, any);
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
  const Tensor input = in_layout(source, chosen.src_desc());
  const Tensor result = residual != nullptr ? *residual : add_tensor(chosen.dst_desc());
  operations_.push_back(
      {dnnl::convolution_forward(chosen),
       chosen.scratchpad_desc(),
       {{DNNL_ARG_SRC, input.place}, {DNNL_ARG_DST, result.place}},
       {{DNNL_ARG_WEIGHTS, stored_weights(layer, chosen.weights_desc())}, {DNNL_ARG_BIAS, bias}}});
  return result;
}

Tensor Graph::add_max_pool(const Tensor& source) {
  const Dims in = dims_of(source);
  const memory::desc layout({1, in[1], (in[2] - 1) / 2 + 1, (in[3] - 1) / 2 + 1}, type_of(source),
                            memory::format_tag::any);
  const dnnl::pooling_forward::desc description(dnnl::prop_kind::forward_inference,
                                                dnnl::algorithm::pooling_max, source.layout, layout,
                                                {2, 2}, {3, 3}, {1, 1}, {1, 1});
  return pool(description, source);
}

Tensor Graph::add_mean(const Tensor& source) {
  const Dims in = dims_of(source);
  const memory::desc layout({1, in[1], 1, 1}, type_of(source), memory::format_tag::any);
  const dnnl::pooling_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_avg_exclude_padding,
      source.layout, layout, {in[2], in[3]}, {in[2], in[3]}, {0, 0}, {0, 0});
  return pool(description, source);
}

Tensor Graph::pool(const dnnl::pooling_forward::desc& description, const Tensor& source) {
  const dnnl::pooling_forward::primitive_desc chosen(description, own_scratch(), engine_);
  const Tensor result = add_tensor(chosen.dst_desc());
  operations_.push_back({dnnl::pooling_forward(chosen),
                         chosen.scratchpad_desc(),
                         {{DNNL_ARG_SRC, source.place}, {DNNL_ARG_DST, result.place}},
                         {}});
  return result;
}

Tensor Graph::add_resize(const Tensor& source, int rows, int columns) {
  const Dims in = dims_of(source);
  if (in[2] == rows && in[3] == columns) return source;
  const memory::desc layout({1, in[1], rows, columns}, type_of(source), memory::format_tag::any);
  const dnnl::resampling_forward::desc description(dnnl::prop_kind::forward_inference,
                                                   dnnl::algorithm::resampling_linear,
                                                   source.layout, layout);
  const dnnl::resampling_forward::primitive_desc chosen(description, own_scratch(), engine_);
  const Tensor result = add_tensor(chosen.dst_desc());
  operations_.push_back({dnnl::resampling_forward(chosen),
                         chosen.scratchpad_desc(),
                         {{DNNL_ARG_SRC, source.place}, {DNNL_ARG_DST, result.place}},
                         {}});
  return result;
}

Tensor Graph::add_concatenation(const std::vector<Tensor>& sources) {
  if (sources.size() == 1) return sources.front();
  std::vector<memory::desc> layouts;
  layouts.reserve(sources.size());
  for (const auto& source : sources) layouts.push_back(source.layout);
  const dnnl::concat::primitive_desc chosen(1, layouts, engine_, own_scratch());
  const Tensor result = add_tensor(chosen.dst_desc());
  std::unordered_map<int, int> places = {{DNNL_ARG_DST, result.place}};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    places[DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i)] = sources[i].place;
  }
  operations_.push_back({dnnl::concat(chosen), chosen.scratchpad_desc(), std::move(places), {}});
  return result;
}

Tensor Graph::add_maximum(const Tensor& one, const Tensor& other) {
  const dnnl::binary::desc description(dnnl::algorithm::binary_max, one.layout, other.layout,
                                       one.layout);
  const dnnl::binary::primitive_desc chosen(description, own_scratch(), engine_);
  const Tensor result = add_tensor(chosen.dst_desc());
  operations_.push_back(
      {dnnl::binary(chosen),
       chosen.scratchpad_desc(),
       {{DNNL_ARG_SRC_0, one.place}, {DNNL_ARG_SRC_1, other.place}, {DNNL_ARG_DST, result.place}},
       {}});
  return result;
}

std::unique_ptr<Workspace> Graph::make_workspace() const {
  auto workspace = std::make_unique<Workspace>();
  workspace->stream = dnnl::stream(engine_);
  for (const auto& layout : layouts_) workspace->places.emplace_back(layout, engine_);
  std::size_t scratch_bytes = 0;
  for (const auto& operation : operations_) {
    scratch_bytes = std::max(scratch_bytes, operation.scratch.get_size());
  }
  const memory::desc bytes({static_cast<memory::dim>(std::max<std::size_t>(1, scratch_bytes))},
                           memory::data_type::u8, memory::format_tag::x);
  const memory scratch = workspace->places.emplace_back(bytes, engine_);
  for (const auto& operation : operations_) {
    auto& arguments = workspace->arguments.emplace_back(operation.constants);
    for (const auto& [argument, place] : operation.places) {
      arguments[argument] = workspace->places[static_cast<std::size_t>(place)];
    }
    arguments[DNNL_ARG_SCRATCHPAD] = memory(operation.scratch, engine_, scratch.get_data_handle());
  }
  return workspace;
}

std::vector<float> Graph::run(Workspace& workspace, const Tensor& input,
                              const std::vector<float>& values, const Tensor& output) const {
  const auto at = [&](const Tensor& tensor) {
    const memory& place = workspace.places[static_cast<std::size_t>(tensor.place)];
    return static_cast<float*>(place.get_data_handle());
  };
  std::copy(values.begin(), values.end(), at(input));
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    operations_[i].primitive.execute(workspace.stream, workspace.arguments[i]);
  }
  workspace.stream.wait();
  const float* found = at(output);
  return {found, found + output.layout.get_size() / sizeof(float)};
}

}  // namespace heartlab::onednn
