#include "heartlab/nn/convolution.h"

#include <array>

#include "heartlab/nn/compat.h"

namespace heartlab {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// An image laid out channels last as the matrix [places, channels] that it is in memory.
torch::Tensor as_matrix(const torch::Tensor& x) {
  return x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)});
}

torch::Tensor as_image(const torch::Tensor& matrix, const torch::Tensor& like) {
  return matrix.view({like.size(0), like.size(2), like.size(3), matrix.size(1)})
      .permute({0, 3, 1, 2});
}

// Every `stride`th row and column.
torch::Tensor thinned(const torch::Tensor& x, int64_t stride) {
  if (stride == 1) return channels_last(x);
  return channels_last(x.slice(2, 0, c10::nullopt, stride).slice(3, 0, c10::nullopt, stride));
}

// What a kernel of 3x3 at this place (-1, 0 or 1 from its centre) reads and writes along one side:
// input `from`, output `to`, `count` of each.
struct Overlap {
  int64_t from, to, count;

  Overlap(int64_t place, int64_t dilation, int64_t size) {
    const int64_t shift = place * dilation;
    from = std::max<int64_t>(0, shift);
    to = std::max<int64_t>(0, -shift);
    count = size - std::min(size, std::abs(shift));
  }
};

// The gradient of 3x3 weights at stride 1, a product of matrices for each place of the kernel: over
// what input and output have in common there.
torch::Tensor weight_gradient_by_overlaps(const torch::Tensor& dy, const torch::Tensor& x,
                                          const torch::Tensor& weight, int64_t dilation) {
  auto gradient = torch::zeros_like(weight, weight.options().dtype(torch::kFloat));
  for (int64_t row = 0; row < 3; ++row) {
    const Overlap rows(row - 1, dilation, x.size(2));
    for (int64_t column = 0; column < 3; ++column) {
      const Overlap columns(column - 1, dilation, x.size(3));
      if (rows.count == 0 || columns.count == 0) continue;
      const auto from =
          channels_last(x.narrow(2, rows.from, rows.count).narrow(3, columns.from, columns.count));
      const auto to =
          channels_last(dy.narrow(2, rows.to, rows.count).narrow(3, columns.to, columns.count));
      gradient.select(2, row).select(2, column).copy_(
          torch::mm(as_matrix(to).t(), as_matrix(from)));
    }
  }
  return gradient;
}

// The same, with zeros around the images instead, so that every place of the kernel is a constant
// distance in memory: [N (H + d)][W + d][C], d zeros after each row and d rows of zeros after each
// image, and as many before the first.
torch::Tensor weight_gradient_by_shifts(const torch::Tensor& dy, const torch::Tensor& x,
                                        const torch::Tensor& weight, int64_t dilation) {
  const auto pad = [&](const torch::Tensor& image, int64_t before, int64_t after) {
    const int64_t rows = image.size(2) + dilation, columns = image.size(3) + dilation;
    const int64_t places = image.size(0) * rows * columns;
    auto padded = torch::zeros({before + places + after, image.size(1)}, image.options());
    padded.narrow(0, before, places)
        .view({image.size(0), rows, columns, image.size(1)})
        .narrow(1, 0, image.size(2))
        .narrow(2, 0, image.size(3))
        .copy_(image.permute({0, 2, 3, 1}));
    return padded;
  };
  const int64_t step = x.size(3) + dilation;
  const int64_t margin = dilation * step + dilation;
  const auto from = pad(x, margin, margin);
  const auto to = pad(dy, 0, 0).t();
  auto gradient = torch::empty_like(weight, weight.options().dtype(torch::kFloat));
  for (int64_t row = 0; row < 3; ++row) {
    for (int64_t column = 0; column < 3; ++column) {
      const int64_t shift = margin + (row - 1) * dilation * step + (column - 1) * dilation;
      gradient.select(2, row).select(2, column).copy_(
          torch::mm(to, from.narrow(0, shift, to.size(1))));
    }
  }
  return gradient;
}

struct Shape {
  int64_t kernel, stride, dilation;

  std::array<int64_t, 2> strides() const { return {stride, stride}; }
  std::array<int64_t, 2> dilations() const { return {dilation, dilation}; }
  std::array<int64_t, 2> padding() const {
    return {dilation * (kernel / 2), dilation * (kernel / 2)};
  }
};

// Input and weights' gradients by libtorch, as `wanted` says.
variable_list plain_gradients(const torch::Tensor& dy, const torch::Tensor& x,
                              const torch::Tensor& weight, const Shape& shape,
                              std::array<bool, 3> wanted) {
  const auto [input, weights, bias] = at::convolution_backward(
      dy, x, weight, c10::nullopt, shape.strides(), shape.padding(), shape.dilations(),
      /*transposed=*/false, /*output_padding=*/{0, 0}, /*groups=*/1, wanted);
  return {input, weights};
}

torch::Tensor weight_gradient(const torch::Tensor& dy, const torch::Tensor& x,
                              const torch::Tensor& weight, const Shape& shape) {
  if (shape.kernel == 1) {
    const auto product = torch::mm(as_matrix(dy).t(), as_matrix(thinned(x, shape.stride)));
    return product.to(torch::kFloat).view({weight.size(0), weight.size(1), 1, 1});
  }
  if (shape.kernel == 3 && shape.stride == 1) {
    const double padded =
        static_cast<double>((x.size(2) + shape.dilation) * (x.size(3) + shape.dilation)) /
        static_cast<double>(x.size(2) * x.size(3));
    // Beyond, the zeros would cost more than copying what overlaps.
    constexpr double kWorthwhile = 1.2;
    return padded < kWorthwhile ? weight_gradient_by_shifts(dy, x, weight, shape.dilation)
                                : weight_gradient_by_overlaps(dy, x, weight, shape.dilation);
  }
  return plain_gradients(dy, x, weight, shape, {false, true, false})[1];
}

torch::Tensor input_gradient(const torch::Tensor& dy, const torch::Tensor& x,
                             const torch::Tensor& weight, const Shape& shape) {
  if (shape.kernel != 1) return plain_gradients(dy, x, weight, shape, {true, false, false})[0];
  const auto product =
      as_image(torch::mm(as_matrix(dy), weight.view({weight.size(0), weight.size(1)})), dy);
  if (shape.stride == 1) return product;
  auto gradient = torch::zeros_like(x);
  gradient.slice(2, 0, c10::nullopt, shape.stride)
      .slice(3, 0, c10::nullopt, shape.stride)
      .copy_(product);
  return gradient;
}

struct Bf16Convolution : torch::autograd::Function<Bf16Convolution> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& input,
                               const torch::Tensor& master, int64_t stride, int64_t dilation) {
    const Shape shape{master.size(2), stride, dilation};
    const auto x = channels_last(input.to(torch::kBFloat16));
    const auto weight = channels_last(master.to(torch::kBFloat16));
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["dilation"] = dilation;
    if (shape.kernel == 1) {
      const auto seen = thinned(x, stride);
      return as_image(torch::mm(as_matrix(seen), weight.view({weight.size(0), weight.size(1)}).t()),
                      seen);
    }
    return channels_last(at::convolution(x, weight, {}, shape.strides(), shape.padding(),
                                         shape.dilations(), false, {0, 0}, 1));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto& x = saved[0];
    const auto& weight = saved[1];
    const Shape shape{weight.size(2), context->saved_data["stride"].toInt(),
                      context->saved_data["dilation"].toInt()};
    const auto dy = channels_last(gradients[0].to(torch::kBFloat16));
    torch::Tensor input;
    if (context->needs_input_grad(0)) input = input_gradient(dy, x, weight, shape);
    return {input, weight_gradient(dy, x, weight, shape), {}, {}};
  }
};

bool can_multiply(const torch::nn::Conv2d& conv, const torch::Tensor& x) {
  return conv->is_training() && x.device().is_cpu() && torch::GradMode::is_enabled() &&
         cpu_autocast_enabled();
}

}  // namespace

torch::nn::Conv2dOptions padded(int in, int out, int kernel, int stride, int dilation) {
  return torch::nn::Conv2dOptions(in, out, kernel)
      .stride(stride)
      .dilation(dilation)
      .padding(dilation * (kernel / 2))
      .bias(false);
}

torch::Tensor channels_last(const torch::Tensor& x) {
  return x.contiguous(at::MemoryFormat::ChannelsLast);
}

torch::Tensor convolve(torch::nn::Conv2d& conv, const torch::Tensor& x) {
  if (!can_multiply(conv, x)) return conv(x);
  return Bf16Convolution::apply(x, conv->weight, conv->options.stride()->at(0),
                                conv->options.dilation()->at(0));
}

}  // namespace heartlab
