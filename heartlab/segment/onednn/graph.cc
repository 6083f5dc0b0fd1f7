#include "heartlab/segment/onednn/graph.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "heartlab/core/stopwatch.h"
#include "heartlab/segment/onednn/graph_parts.h"

namespace heartlab::onednn {
namespace {

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

void append(Activation activation, dnnl::post_ops& after) {
  using dnnl::algorithm;
  switch (activation) {
    case Activation::kNone:
      break;
    case Activation::kRelu:
      after.append_eltwise(1, algorithm::eltwise_relu, 0, 0);
      break;
    case Activation::kHardSwish:
      after.append_eltwise(1, algorithm::eltwise_hardswish, 0, 0);
      break;
    case Activation::kHardSigmoid:
      after.append_eltwise(1, algorithm::eltwise_linear, 1.0F / 6, 0.5F);
      after.append_eltwise(1, algorithm::eltwise_clip, 0, 1);
      break;
  }
}

// Whether oneDNN has nothing but its plain loops for it, a hundred times slower than its kernels.
// On AVX2 and below that happens where the layout of a sum was given.
bool is_slow(const dnnl::convolution_forward::primitive_desc& chosen) {
  return std::string_view(chosen.impl_info_str()).starts_with("ref");
}

float largest_weight() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
    case dnnl::cpu_isa::avx:
    case dnnl::cpu_isa::avx2:
    case dnnl::cpu_isa::avx512_core:
      return kLargestOfPairs;
    default:
      return kLargestSigned;
  }
}

std::uint8_t* bytes_of(const memory& numbers) {
  return static_cast<std::uint8_t*>(numbers.get_data_handle());
}

void run_tiles(const TileConvolution& tiles, const std::unordered_map<int, memory>& arguments) {
  tiles.run(bytes_of(arguments.at(DNNL_ARG_SRC)), bytes_of(arguments.at(DNNL_ARG_DST)),
            bytes_of(arguments.at(DNNL_ARG_WEIGHTS)), bytes_of(arguments.at(DNNL_ARG_SCRATCHPAD)));
}

std::span<const float> floats_of(const memory& numbers) {
  return {static_cast<const float*>(numbers.get_data_handle()),
          numbers.get_desc().get_size() / sizeof(float)};
}

}  // namespace

OperationTime work_of(const Convolution& layer, const memory::desc& result,
                      const std::string& implementation) {
  const Dims dims = result.dims();
  std::string kind = fmt::format("{0}x{0}", layer.kernel);
  if (layer.stride != 1) kind += fmt::format(" stride {}", layer.stride);
  if (layer.dilation != 1) kind += fmt::format(" rate {}", layer.dilation);
  const int sources = layer.in / layer.groups;
  const double taps = static_cast<double>(sources) * layer.kernel * layer.kernel;
  return {layer.name, fmt::format("{}, {} to {}", kind, layer.in, shape_of(result)), implementation,
          taps * static_cast<double>(dims[1] * dims[2] * dims[3]), 0};
}

Graph::Graph(Type type) : type_(type), tiles_(has_tiles()), engine_(dnnl::engine::kind::cpu, 0) {}

Tensor Graph::add_tensor(const memory::desc& layout, float step) {
  places_.push_back({layout, -1});
  return {static_cast<int>(places_.size()) - 1, layout, step};
}

Tensor Graph::shared(const Tensor& target, const memory::desc& wanted, float step) {
  if (target.layout == wanted) return {target.place, wanted, step};
  places_.push_back({wanted, target.place});
  return {static_cast<int>(places_.size()) - 1, wanted, step};
}

Tensor Graph::in_layout(const Tensor& source, const memory::desc& wanted, float factor) {
  if (source.layout == wanted && factor == 1) return source;
  dnnl::primitive_attr attributes = own_scratch();
  if (factor != 1) attributes.set_output_scales(0, {factor});
  const dnnl::reorder::primitive_desc chosen(engine_, source.layout, engine_, wanted, attributes);
  const Tensor result = add_tensor(wanted, source.step);
  operations_.push_back({dnnl::reorder(chosen),
                         chosen.scratchpad_desc(),
                         {{DNNL_ARG_FROM, source.place}, {DNNL_ARG_TO, result.place}},
                         {},
                         work_of("reorder", wanted, chosen.impl_info_str())});
  return result;
}

Tensor Graph::floating(const Tensor& source) {
  if (source.step == 0) return source;
  Tensor result = in_layout(source, library_layout(source, type_), source.step);
  result.step = 0;
  return result;
}

Tensor Graph::quantised(const Tensor& source, float step, Type type) {
  if (source.step == step) return source;
  const float factor = (source.step == 0 ? 1 : source.step) / step;
  Tensor result = in_layout(source, library_layout(source, type), factor);
  result.step = step;
  return result;
}

Tensor Graph::add_input(int channels, int rows, int columns) {
  return add_tensor(planes({1, channels, rows, columns}));
}

Tensor Graph::add_output(const Tensor& source) {
  const Tensor result = in_layout(source, planes(dims_of(source)));
  results_.push_back(result.place);
  return result;
}

Type Graph::floating_type(const Convolution& layer) const {
  return layer.exact ? Type::f32 : type_;
}

Tensor Graph::add_convolution(const Convolution& layer, const Tensor& source,
                              const Tensor* residual) {
  const Tensor result = layer.range
                            ? in_eight_bits(layer, source, residual)
                            : in_floating_point(layer, source, residual,
                                                layer.wide ? Type::f32 : floating_type(layer));
  operations_.back().observed = layer.suits_eight_bits();
  return result;
}

Tensor Graph::add_logits(const Convolution& layer, const Tensor& source, const Tensor* residual) {
  return in_floating_point(layer, source, residual, Type::f32);
}

Tensor Graph::in_floating_point(const Convolution& layer, const Tensor& source,
                                const Tensor* residual, Type result_type) {
  Addition addition;
  if (residual != nullptr) {
    const Tensor known = floating(*residual);
    addition.target = in_layout(known, with_type(known.layout, result_type));
  }
  return convolve(layer, floating(source), result_type, {}, 0, addition);
}

// A source in 8 bits keeps the step it has.
Tensor Graph::in_eight_bits(const Convolution& layer, const Tensor& source,
                            const Tensor* residual) {
  const auto source_step = static_cast<float>(layer.range->source) / kLargestUnsigned;
  const Tensor input = source.step > 0 ? source : quantised(source, source_step, Type::u8);
  const bool relu = layer.activation == Activation::kRelu;
  const Type type = relu ? Type::u8 : Type::s8;
  const float step =
      static_cast<float>(layer.range->result) / (relu ? kLargestUnsigned : kLargestSigned);
  Addition addition;
  if (residual != nullptr) {
    addition.target = residual->step > 0 ? *residual : quantised(*residual, step, type);
    addition.factor = addition.target->step / step;
  }
  return convolve(layer, input, type,
                  heartlab::in_eight_bits(layer, input.step, step, largest_weight()), step,
                  addition);
}

Tensor Graph::convolve(const Convolution& layer, const Tensor& source, Type result_type,
                       const EightBits& eight, float step, const Addition& addition) {
  if (const auto found = convolve_tiles(layer, source, result_type, eight, step, addition)) {
    return *found;
  }
  const bool floating_point = eight.steps.empty();
  dnnl::primitive_attr attributes = own_scratch();
  if (!floating_point) attributes.set_output_scales(1 << 1, eight.scales);
  dnnl::post_ops after;
  if (addition.target) after.append_sum(addition.factor, 0, type_of(*addition.target));
  append(layer.activation, after);
  attributes.set_post_ops(after);

  const auto any = memory::format_tag::any;
  const Dims in = dims_of(source);
  const Sizes sizes = sizes_of(layer, in);
  const Type source_type = floating_point ? floating_type(layer) : Type::u8;
  const Type weights_type = floating_point ? source_type : Type::s8;
  const memory::desc bias_layout({layer.out}, Type::f32, memory::format_tag::x);
  const auto choose = [&](const memory::desc& result) {
    const dnnl::convolution_forward::desc description(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
        memory::desc(in, source_type, any), memory::desc(weights_dims(layer), weights_type, any),
        bias_layout, result, sizes.strides, sizes.gaps, sizes.padding, sizes.padding);
    return dnnl::convolution_forward::primitive_desc(description, attributes, engine_);
  };
  const memory::desc own_layout(sizes.result, result_type, any);
  std::optional<Tensor> target = addition.target;
  auto chosen = choose(target ? with_type(target->layout, result_type) : own_layout);
  if (target && is_slow(chosen)) {
    chosen = choose(own_layout);
    target = in_layout(*target, with_type(chosen.dst_desc(), type_of(*target)));
  }

  const memory bias(bias_layout, engine_);
  std::ranges::copy(floating_point ? layer.bias : eight.bias,
                    static_cast<float*>(bias.get_data_handle()));
  const Tensor input = in_layout(source, chosen.src_desc());
  const Tensor result =
      target ? shared(*target, chosen.dst_desc(), step) : add_tensor(chosen.dst_desc(), step);
  weights_.push_back({operations_.size(), layer, eight.steps, chosen.weights_desc()});
  operations_.push_back({dnnl::convolution_forward(chosen),
                         chosen.scratchpad_desc(),
                         {{DNNL_ARG_SRC, input.place}, {DNNL_ARG_DST, result.place}},
                         {{DNNL_ARG_BIAS, bias}},
                         work_of(layer, chosen.dst_desc(), chosen.impl_info_str())});
  return result;
}

std::vector<OperationTime> Graph::operations() const {
  std::vector<OperationTime> all;
  for (const auto& operation : operations_) all.push_back(operation.work);
  return all;
}

std::vector<float> Graph::run(Workspace& workspace, const Tensor& input,
                              const std::vector<float>& values, const Tensor& output,
                              const Observer& observer) const {
  const auto at = [&](const Tensor& tensor) {
    const memory& place = workspace.places[static_cast<std::size_t>(tensor.place)];
    return static_cast<float*>(place.get_data_handle());
  };
  std::copy(values.begin(), values.end(), at(input));
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const auto& arguments = workspace.arguments[i];
    const Stopwatch stopwatch;
    if (operations_[i].tiles != nullptr) {
      run_tiles(*operations_[i].tiles, arguments);
    } else {
      operations_[i].primitive.execute(workspace.stream, arguments);
    }
    if (observer.time) {
      workspace.stream.wait();
      observer.time(stopwatch.seconds());
    }
    if (!observer.values || !operations_[i].observed) continue;
    workspace.stream.wait();
    observer.values(operations_[i].work.name, floats_of(arguments.at(DNNL_ARG_SRC)),
                    floats_of(arguments.at(DNNL_ARG_DST)));
  }
  workspace.stream.wait();
  const float* found = at(output);
  return {found, found + output.layout.get_size() / sizeof(float)};
}

}  // namespace heartlab::onednn
