#include "heartlab/nn/norm.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "heartlab/nn/convolution.h"
#include "heartlab/nn/norm_kernels.h"

namespace heartlab {
namespace {

namespace kernels = norm_kernels;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Sums are taken over as many parts of the rows, whatever the threads, and then in order: the same
// input gives the same sums, bit for bit.
constexpr std::size_t kParts = 16;

struct Part {
  std::size_t first, rows;  // of the rows
};

// An image laid out channels last, as rows of channels.
struct Rows {
  std::size_t count, channels;

  explicit Rows(const torch::Tensor& x)
      : count(static_cast<std::size_t>(x.numel() / x.size(1))),
        channels(static_cast<std::size_t>(x.size(1))) {}
  Part part(std::size_t index) const {
    const std::size_t first = count * index / kParts;
    return {first, count * (index + 1) / kParts - first};
  }
};

template <typename Work>
void for_each_part(const Rows& rows, const Work& work) {
  at::parallel_for(0, kParts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      const Part part = rows.part(i);
      work(i, part.rows, part.first * rows.channels);
    }
  });
}

// Two sums a channel, each the sum of the parts' in order.
struct Sums {
  std::vector<double> one, two;

  template <typename Work>
  Sums(const Rows& rows, const Work& work) : one(rows.channels), two(rows.channels) {
    std::vector<double> parts(2 * kParts * rows.channels);
    for_each_part(rows, [&](std::size_t i, std::size_t count, std::size_t place) {
      double* sums = parts.data() + 2 * i * rows.channels;
      work(count, place, sums, sums + rows.channels);
    });
    for (std::size_t i = 0; i < kParts; ++i) {
      const double* sums = parts.data() + 2 * i * rows.channels;
      for (std::size_t c = 0; c < rows.channels; ++c) one[c] += sums[c];
      for (std::size_t c = 0; c < rows.channels; ++c) two[c] += sums[rows.channels + c];
    }
  }
};

template <typename T>
T* data_of(const torch::Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

// What normalising by a batch's own statistics takes, one value a channel.
struct Statistics {
  std::vector<double> mean, variance;  // of the batch, biased
};

template <typename T>
Statistics statistics_of(const torch::Tensor& x, const Rows& rows) {
  const T* data = data_of<T>(x);
  // Around the first row's values, so that no digits are lost where the mean is large.
  const auto around = x.select(0, 0).select(1, 0).select(1, 0).to(torch::kFloat).contiguous();
  const float* shift = around.data_ptr<float>();
  const Sums sums(rows, [&](std::size_t count, std::size_t place, double* sum, double* squares) {
    kernels::add_moments(data + place, count, rows.channels, shift, sum, squares);
  });
  Statistics statistics;
  const auto count = static_cast<double>(rows.count);
  for (std::size_t c = 0; c < rows.channels; ++c) {
    const double mean = sums.one[c] / count;
    statistics.mean.push_back(shift[c] + mean);
    statistics.variance.push_back(std::max(0.0, sums.two[c] / count - mean * mean));
  }
  return statistics;
}

void keep_running(BatchNormImpl& norm, const Statistics& statistics, const Rows& rows) {
  const double share = BatchNormImpl::kMomentum;
  const auto count = static_cast<double>(rows.count);
  auto* means = norm.running_mean.data_ptr<float>();
  auto* variances = norm.running_var.data_ptr<float>();
  for (std::size_t c = 0; c < rows.channels; ++c) {
    const double unbiased = statistics.variance[c] * count / (count - 1);
    means[c] = static_cast<float>((1 - share) * means[c] + share * statistics.mean[c]);
    variances[c] = static_cast<float>((1 - share) * variances[c] + share * unbiased);
  }
}

// y = x scale + offset does the same as norming.
struct Line {
  torch::Tensor scale, offset, mean, deviation;  // deviation: 1 / sqrt(variance + eps)

  Line(const Statistics& statistics, const torch::Tensor& weight, const torch::Tensor& bias,
       double epsilon) {
    for (auto* tensor : {&scale, &offset, &mean, &deviation}) *tensor = torch::empty_like(weight);
    for (std::size_t c = 0; c < statistics.mean.size(); ++c) {
      const double inverse = 1.0 / std::sqrt(statistics.variance[c] + epsilon);
      const double factor = inverse * weight.data_ptr<float>()[c];
      scale.data_ptr<float>()[c] = static_cast<float>(factor);
      offset.data_ptr<float>()[c] =
          static_cast<float>(bias.data_ptr<float>()[c] - statistics.mean[c] * factor);
      mean.data_ptr<float>()[c] = static_cast<float>(statistics.mean[c]);
      deviation.data_ptr<float>()[c] = static_cast<float>(inverse);
    }
  }
};

template <typename T>
Line norm_forward(BatchNormImpl& norm, const torch::Tensor& x, const torch::Tensor& shortcut,
                  bool relu, const torch::Tensor& y) {
  const Rows rows(x);
  const Statistics statistics = statistics_of<T>(x, rows);
  keep_running(norm, statistics, rows);
  Line line(statistics, norm.weight, norm.bias, norm.epsilon());
  const float* scale = line.scale.template data_ptr<float>();
  const float* offset = line.offset.template data_ptr<float>();
  const T* beside = data_of<T>(shortcut);
  for_each_part(rows, [&](std::size_t, std::size_t count, std::size_t place) {
    kernels::apply(data_of<T>(x) + place, beside == nullptr ? nullptr : beside + place, count,
                   rows.channels, scale, offset, relu, data_of<T>(y) + place);
  });
  return line;
}

// What goes back through one norm.
struct Backward {
  torch::Tensor x, y, dy, second;  // y: where there was a shortcut
  torch::Tensor scale, offset, mean, deviation;
  bool relu;
};

struct Gradients {
  torch::Tensor x, shortcut, weight, bias;
};

template <typename T>
kernels::Gate<T> gate_of(const Backward& back, std::size_t place) {
  if (!back.relu) return {};
  if (back.y.defined()) return {data_of<T>(back.y) + place, nullptr, nullptr};
  return {nullptr, back.scale.data_ptr<float>(), back.offset.data_ptr<float>()};
}

template <typename T>
Gradients norm_backward(const Backward& back) {
  const Rows rows(back.x);
  Gradients result{
      torch::empty_like(back.x), {}, torch::empty_like(back.scale), torch::empty_like(back.scale)};
  if (back.y.defined()) result.shortcut = torch::empty_like(back.x);
  const T* second = data_of<T>(back.second);
  T* gated = data_of<T>(result.shortcut);
  const T* x = data_of<T>(back.x);
  const Sums sums(rows, [&](std::size_t count, std::size_t place, double* sum, double* products) {
    kernels::add_gradients(data_of<T>(back.dy) + place,
                           second == nullptr ? nullptr : second + place, gate_of<T>(back, place),
                           x + place, count, rows.channels, back.mean.data_ptr<float>(),
                           gated == nullptr ? nullptr : gated + place, sum, products);
  });
  std::vector<float> slope(rows.channels), constant(rows.channels);
  const auto count = static_cast<double>(rows.count);
  for (std::size_t c = 0; c < rows.channels; ++c) {
    const double scale = back.scale.data_ptr<float>()[c];
    const double inverse = back.deviation.data_ptr<float>()[c];
    const double along = scale * sums.two[c] * inverse * inverse / count;
    slope[c] = static_cast<float>(-along);
    constant[c] =
        static_cast<float>(along * back.mean.data_ptr<float>()[c] - scale * sums.one[c] / count);
    result.weight.data_ptr<float>()[c] = static_cast<float>(sums.two[c] * inverse);
    result.bias.data_ptr<float>()[c] = static_cast<float>(sums.one[c]);
  }
  const T* dy = gated == nullptr ? data_of<T>(back.dy) : gated;
  for_each_part(rows, [&](std::size_t, std::size_t part, std::size_t place) {
    const auto gate = gated == nullptr ? gate_of<T>(back, place) : kernels::Gate<T>{};
    kernels::apply_gradient(dy + place, gate, x + place, part, rows.channels,
                            back.scale.data_ptr<float>(), slope.data(), constant.data(),
                            data_of<T>(result.x) + place);
  });
  return result;
}

// A second tensor with the same memory that autograd takes for another one.
torch::Tensor same_memory(const torch::Tensor& y) {
  return torch::from_blob(
      y.data_ptr(), y.sizes(), y.strides(), [y](void*) {}, y.options());
}

struct FusedNorm : torch::autograd::Function<FusedNorm> {
  static variable_list forward(AutogradContext* context, const torch::Tensor& input,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const torch::Tensor& shortcut, BatchNormImpl* norm, bool relu) {
    const auto x = channels_last(input);
    const auto beside =
        shortcut.numel() > 0 ? channels_last(shortcut.to(x.dtype())) : torch::Tensor();
    const auto y = torch::empty_like(x);
    const Line line = x.scalar_type() == torch::kBFloat16
                          ? norm_forward<kernels::Bf16>(*norm, x, beside, relu, y)
                          : norm_forward<float>(*norm, x, beside, relu, y);
    context->saved_data["relu"] = relu;
    context->set_materialize_grads(false);
    const auto gate = beside.defined() ? y : torch::Tensor();
    context->save_for_backward(
        {x, gate, line.scale, line.offset, line.mean, line.deviation, weight, bias});
    if (!beside.defined()) return {y};
    return {y, same_memory(y)};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    Backward back{saved[0], saved[1], {},
                  {},       saved[2], saved[3],
                  saved[4], saved[5], context->saved_data["relu"].toBool()};
    for (const auto& gradient : gradients) {
      if (!gradient.defined()) continue;
      (back.dy.defined() ? back.second : back.dy) =
          channels_last(gradient.to(back.x.scalar_type()));
    }
    if (!back.dy.defined()) return variable_list(6);
    const Gradients result = back.x.scalar_type() == torch::kBFloat16
                                 ? norm_backward<kernels::Bf16>(back)
                                 : norm_backward<float>(back);
    return {result.x, result.weight, result.bias, result.shortcut, {}, {}};
  }
};

bool can_fuse(const BatchNorm& norm, const torch::Tensor& x) {
  const auto type = x.scalar_type();
  return norm->is_training() && !norm->has_peers() && x.device().is_cpu() &&
         (type == torch::kFloat || type == torch::kBFloat16) && x.numel() > x.size(1) &&
         norm->weight.scalar_type() == torch::kFloat;
}

// `shortcut`: without elements where there is none.
variable_list fused(BatchNorm& norm, const torch::Tensor& x, const torch::Tensor& shortcut,
                    bool relu) {
  return FusedNorm::apply(x, norm->weight, norm->bias, shortcut, norm.get(), relu);
}

}  // namespace

torch::Tensor normed(BatchNorm& norm, const torch::Tensor& x) {
  return can_fuse(norm, x) ? fused(norm, x, torch::empty({0}), /*relu=*/false).front() : norm(x);
}

torch::Tensor normed_relu(BatchNorm& norm, const torch::Tensor& x) {
  return can_fuse(norm, x) ? fused(norm, x, torch::empty({0}), /*relu=*/true).front()
                           : torch::relu(norm(x));
}

Twice normed_relu(BatchNorm& norm, const torch::Tensor& x, const torch::Tensor& shortcut) {
  if (can_fuse(norm, x)) {
    const auto outputs = fused(norm, x, shortcut, /*relu=*/true);
    return {outputs[0], outputs[1]};
  }
  const auto y = torch::relu(norm(x) + shortcut);
  return {y, y};
}

NormedConvolutionImpl::NormedConvolutionImpl(const torch::nn::Conv2dOptions& options, bool relu)
    : relu_(relu) {
  convolution_ = register_module("0", torch::nn::Conv2d(options));
  norm_ = register_module("1", BatchNorm(options.out_channels()));
}

torch::Tensor NormedConvolutionImpl::forward(const torch::Tensor& x) {
  const auto y = convolve(convolution_, x);
  return relu_ ? normed_relu(norm_, y) : normed(norm_, y);
}

}  // namespace heartlab
