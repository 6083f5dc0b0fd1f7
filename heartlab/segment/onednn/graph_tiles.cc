// Convolutions on tiles, and the layouts around them.
#include "heartlab/segment/onednn/graph_parts.h"

namespace heartlab::onednn {
namespace {

memory::desc bytes(std::size_t count) {
  return {
      {static_cast<memory::dim>(std::max<std::size_t>(1, count))}, Type::u8, memory::format_tag::x};
}

}  // namespace

Tensor Graph::in_library_layout(const Tensor& source) {
  return in_layout(source, library_layout(source, type_of(source)));
}

std::optional<Tensor> Graph::convolve_tiles(const Convolution& layer, const Tensor& source,
                                            Type result_type, const EightBits& eight, float step,
                                            const Addition& addition) {
  const bool eight_bits = !eight.steps.empty();
  const bool wide = !eight_bits && result_type == Type::f32;
  const bool type_suits = eight_bits || (type_ == Type::bf16 && !(wide && addition.target));
  if (!tiles_ || !type_suits || !TileConvolution::suits(layer)) return std::nullopt;
  TileConvolution::Types types{eight_bits, result_type == Type::s8, false, wide};
  if (addition.target) types.there_signed = type_of(*addition.target) == Type::s8;
  auto tiles = std::make_shared<const TileConvolution>(
      layer, source.rows(), source.columns(), types, eight,
      TileConvolution::Addition{addition.target.has_value(), addition.factor});
  const Tensor input =
      in_layout(source, tile_layout(dims_of(source), eight_bits ? Type::u8 : Type::bf16));
  const memory::desc layout =
      tile_layout({1, layer.out, tiles->result_rows(), tiles->result_columns()}, result_type);
  Tensor result;
  if (addition.target) {
    const Type there = eight_bits ? type_of(*addition.target) : result_type;
    result = shared(in_layout(*addition.target, with_type(layout, there)), layout, step);
  } else {
    result = add_tensor(layout, step);
  }
  weights_.push_back({operations_.size(), layer, eight.steps, bytes(tiles->weights_bytes())});
  operations_.push_back({{},
                         bytes(tiles->scratch_bytes()),
                         {{DNNL_ARG_SRC, input.place}, {DNNL_ARG_DST, result.place}},
                         {},
                         work_of(layer, layout, eight_bits ? "tiles:int8" : "tiles:bf16"),
                         false,
                         std::move(tiles)});
  return result;
}

}  // namespace heartlab::onednn
