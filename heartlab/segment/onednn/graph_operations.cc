// The operations of a graph that are no convolutions.
#include <algorithm>

#include "heartlab/model/architecture.h"
#include "heartlab/segment/onednn/graph_parts.h"

namespace heartlab::onednn {
namespace {

// A kernel's padding before and after each side, so that stride 2 halves it, rounding up.
struct PoolPadding {
  Dims before, after;

  PoolPadding(const Dims& in, memory::dim kernel) : before(2, (kernel - 1) / 2) {
    for (const memory::dim side : {in[2], in[3]}) {
      after.push_back(2 * ((side + 1) / 2 - 1) + kernel - before[0] - side);
    }
  }
};

memory::desc halved(const Tensor& source) {
  const Dims in = dims_of(source);
  return {{1, in[1], (in[2] + 1) / 2, (in[3] + 1) / 2}, type_of(source), memory::format_tag::any};
}

}  // namespace

Tensor Graph::add_max_pool(const Tensor& given, int kernel) {
  const Tensor source = in_library_layout(given);
  const PoolPadding padding(dims_of(source), kernel);
  const dnnl::pooling_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_max, source.layout,
      halved(source), {2, 2}, {kernel, kernel}, padding.before, padding.after);
  return pool(description, source);
}

Pooled Graph::add_max_pool_with_places(const Tensor& given) {
  const Tensor source = in_library_layout(floating(given));
  const PoolPadding padding(dims_of(source), 2);
  const dnnl::pooling_forward::desc description(
      dnnl::prop_kind::forward_training, dnnl::algorithm::pooling_max, source.layout,
      halved(source), {2, 2}, {2, 2}, padding.before, padding.after);
  const dnnl::pooling_forward::primitive_desc chosen(description, own_scratch(), engine_);
  const Tensor values = add_tensor(chosen.dst_desc());
  const int places = add_tensor(chosen.workspace_desc()).place;
  operations_.push_back(
      {dnnl::pooling_forward(chosen),
       chosen.scratchpad_desc(),
       {{DNNL_ARG_SRC, source.place}, {DNNL_ARG_DST, values.place}, {DNNL_ARG_WORKSPACE, places}},
       {},
       work_of("pooling", values.layout, chosen.impl_info_str())});
  return {values, places, source.layout, chosen};
}

// What is a gradient to training: each value goes where its maximum came from.
Tensor Graph::add_unpool(const Tensor& given, const Pooled& pooled) {
  const Tensor values = in_layout(floating(given), pooled.values.layout);
  const dnnl::memory::desc& source = pooled.source;
  const PoolPadding padding(source.dims(), 2);
  const dnnl::pooling_backward::desc description(dnnl::algorithm::pooling_max, source,
                                                 values.layout, {2, 2}, {2, 2}, padding.before,
                                                 padding.after);
  const dnnl::pooling_backward::primitive_desc chosen(description, own_scratch(), engine_,
                                                      pooled.primitive);
  const Tensor result = add_tensor(chosen.diff_src_desc());
  operations_.push_back({dnnl::pooling_backward(chosen),
                         chosen.scratchpad_desc(),
                         {{DNNL_ARG_DIFF_DST, values.place},
                          {DNNL_ARG_DIFF_SRC, result.place},
                          {DNNL_ARG_WORKSPACE, pooled.places}},
                         {},
                         work_of("unpooling", result.layout, chosen.impl_info_str())});
  return result;
}

// In f32: its rounding would shift the whole image one way.
Tensor Graph::add_mean(const Tensor& given) {
  Tensor source =
      in_layout(given, library_layout(given, Type::f32), given.step == 0 ? 1 : given.step);
  source.step = 0;
  const Dims in = dims_of(source);
  const memory::desc layout({1, in[1], 1, 1}, Type::f32, memory::format_tag::any);
  const dnnl::pooling_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_avg_exclude_padding,
      source.layout, layout, {in[2], in[3]}, {in[2], in[3]}, {0, 0}, {0, 0});
  return pool(description, source);
}

Tensor Graph::pool(const dnnl::pooling_forward::desc& description, const Tensor& source) {
  const dnnl::pooling_forward::primitive_desc chosen(description, own_scratch(), engine_);
  const Tensor result = add_tensor(chosen.dst_desc(), source.step);
  operations_.push_back({dnnl::pooling_forward(chosen),
                         chosen.scratchpad_desc(),
                         {{DNNL_ARG_SRC, source.place}, {DNNL_ARG_DST, result.place}},
                         {},
                         work_of("pooling", result.layout, chosen.impl_info_str())});
  return result;
}

Tensor Graph::add_resize(const Tensor& given, int rows, int columns) {
  if (given.rows() == rows && given.columns() == columns) return given;
  const Tensor source = in_library_layout(given);
  const Dims in = dims_of(source);
  const memory::desc layout({1, in[1], rows, columns}, type_of(source), memory::format_tag::any);
  const dnnl::resampling_forward::desc description(dnnl::prop_kind::forward_inference,
                                                   dnnl::algorithm::resampling_linear,
                                                   source.layout, layout);
  const dnnl::resampling_forward::primitive_desc chosen(description, own_scratch(), engine_);
  const Tensor result = add_tensor(chosen.dst_desc(), source.step);
  operations_.push_back({dnnl::resampling_forward(chosen),
                         chosen.scratchpad_desc(),
                         {{DNNL_ARG_SRC, source.place}, {DNNL_ARG_DST, result.place}},
                         {},
                         work_of("resize", result.layout, chosen.impl_info_str())});
  return result;
}

// In 8 bits where all of them are, with the largest step of them; in f32 where one of them is.
Tensor Graph::add_concatenation(const std::vector<Tensor>& sources) {
  if (sources.size() == 1) return sources.front();
  float step = 0;
  for (const auto& source : sources) step = std::max(step, source.step);
  for (const auto& source : sources) step = source.step == 0 ? 0 : step;
  Type type = step == 0 ? type_ : Type::u8;
  for (const auto& source : sources) type = type_of(source) == Type::f32 ? Type::f32 : type;
  std::vector<memory::desc> layouts;
  std::unordered_map<int, int> places;
  for (const auto& source : sources) {
    const Tensor known = step == 0 ? floating(source) : quantised(source, step, Type::u8);
    const Tensor part = in_layout(known, library_layout(known, type));
    places[DNNL_ARG_MULTIPLE_SRC + static_cast<int>(layouts.size())] = part.place;
    layouts.push_back(part.layout);
  }
  const dnnl::concat::primitive_desc chosen(1, layouts, engine_, own_scratch());
  const Tensor result = add_tensor(chosen.dst_desc(), step);
  places[DNNL_ARG_DST] = result.place;
  operations_.push_back({dnnl::concat(chosen),
                         chosen.scratchpad_desc(),
                         std::move(places),
                         {},
                         work_of("concatenation", result.layout, chosen.impl_info_str())});
  return result;
}

Tensor Graph::add_unit_length(const Tensor& given) {
  const Tensor source =
      in_layout(given, library_layout(given, Type::f32), given.step == 0 ? 1 : given.step);
  const Dims dims = dims_of(source);
  const dnnl::reduction::desc description(dnnl::algorithm::reduction_norm_lp_sum, source.layout,
                                          planes({1, 1, dims[2], dims[3]}), 2, kLengthEpsilon);
  const dnnl::reduction::primitive_desc chosen(description, own_scratch(), engine_);
  const Tensor length = add_tensor(chosen.dst_desc());
  operations_.push_back({dnnl::reduction(chosen),
                         chosen.scratchpad_desc(),
                         {{DNNL_ARG_SRC, source.place}, {DNNL_ARG_DST, length.place}},
                         {},
                         work_of("length", length.layout, chosen.impl_info_str())});
  return binary(dnnl::algorithm::binary_div, "unit length", source, length);
}

Tensor Graph::add_product(const Tensor& one, const Tensor& other) {
  return binary(dnnl::algorithm::binary_mul, "product", floating(one), floating(other));
}

Tensor Graph::add_maximum(const Tensor& one, const Tensor& other) {
  return binary(dnnl::algorithm::binary_max, "maximum", one, other);
}

Tensor Graph::binary(dnnl::algorithm algorithm, const std::string& name, const Tensor& first,
                     const Tensor& second) {
  const Tensor one = in_library_layout(first), other = in_library_layout(second);
  const dnnl::binary::desc description(algorithm, one.layout, other.layout, one.layout);
  const dnnl::binary::primitive_desc chosen(description, own_scratch(), engine_);
  const Tensor result = add_tensor(chosen.dst_desc());
  operations_.push_back(
      {dnnl::binary(chosen),
       chosen.scratchpad_desc(),
       {{DNNL_ARG_SRC_0, one.place}, {DNNL_ARG_SRC_1, other.place}, {DNNL_ARG_DST, result.place}},
       {},
       work_of(name, result.layout, chosen.impl_info_str())});
  return result;
}

}  // namespace heartlab::onednn
