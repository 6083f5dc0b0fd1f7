#pragma once

#include <fmt/format.h>

#include <string>

#include "heartlab/segment/onednn/graph.h"

namespace heartlab::onednn {

// What the files that implement Graph share.

using dnnl::memory;
using Dims = memory::dims;
using Type = memory::data_type;

inline Dims dims_of(const Tensor& tensor) { return tensor.layout.dims(); }

inline Type type_of(const Tensor& tensor) {
  return static_cast<Type>(tensor.layout.data.data_type);
}

// The same layout for numbers of another type.
inline memory::desc with_type(memory::desc layout, Type type) {
  layout.data.data_type = static_cast<dnnl_data_type_t>(type);
  return layout;
}

inline memory::desc channels_last(const Dims& dims, Type type) {
  return {dims, type, memory::format_tag::nhwc};
}

inline bool is_tiled(const Tensor& tensor) {
  const auto& data = tensor.layout.data;
  return data.ndims == 4 && data.format_kind == dnnl_blocked &&
         data.format_desc.blocking.inner_nblks == 1 &&
         tensor.layout == tile_layout(dims_of(tensor), type_of(tensor));
}

// For numbers of this type, a layout for which every operation of the library has fast loops.
inline memory::desc library_layout(const Tensor& tensor, Type type) {
  if (is_tiled(tensor)) return channels_last(dims_of(tensor), type);
  return with_type(tensor.layout, type);
}

inline memory::desc planes(const Dims& dims) { return {dims, Type::f32, memory::format_tag::nchw}; }

OperationTime work_of(const Convolution& layer, const memory::desc& result,
                      const std::string& implementation);

inline Dims weights_dims(const Convolution& layer) {
  if (layer.groups == 1) return {layer.out, layer.in, layer.kernel, layer.kernel};
  return {layer.groups, layer.out / layer.groups, layer.in / layer.groups, layer.kernel,
          layer.kernel};
}

// What an operation makes, for people: "64, 96 x 96".
inline std::string shape_of(const memory::desc& layout) {
  const Dims dims = layout.dims();
  return fmt::format("{}, {} x {}", dims[1], dims[2], dims[3]);
}

inline OperationTime work_of(const std::string& name, const memory::desc& result,
                             const std::string& implementation) {
  return {name, shape_of(result), implementation, 0, 0};
}

// Operations use scratch memory that the caller gives them: the library's own belongs to the
// thread that made them.
inline dnnl::primitive_attr own_scratch() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

}  // namespace heartlab::onednn
