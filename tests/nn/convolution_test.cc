#include "heartlab/nn/convolution.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "heartlab/nn/compat.h"
#include "tests/nn/formula.h"

namespace heartlab {
namespace {

using testing::random_bf16;
using testing::relative_error;

constexpr int kRows = 19, kColumns = 22;

struct Case {
  int in, out, kernel, stride, dilation;
};

torch::nn::Conv2d make_convolution(const Case& item) {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(item.in, item.out, item.kernel)
                             .stride(item.stride)
                             .dilation(item.dilation)
                             .padding(item.dilation * (item.kernel / 2))
                             .bias(false));
  const torch::NoGradGuard no_gradients;
  conv->weight.copy_(random_bf16(conv->weight.sizes(), 1));
  conv->weight.set_data(conv->weight.data().contiguous(at::MemoryFormat::ChannelsLast));
  return conv;
}

// The value and both gradients, in fp32 or under bf16 autocast.
std::vector<torch::Tensor> outcome(const Case& item, bool bfloat16) {
  auto conv = make_convolution(item);
  const auto x = random_bf16({2, item.in, kRows, kColumns}, 2).requires_grad_(true);
  torch::Tensor y;
  {
    const AutocastGuard autocast(torch::kCPU, bfloat16);
    y = convolve(conv, x);
  }
  EXPECT_EQ(y.scalar_type(), bfloat16 ? torch::kBFloat16 : torch::kFloat);
  if (bfloat16) {
    EXPECT_THAT(y.grad_fn()->name(), ::testing::HasSubstr("Bf16Convolution"));
  }
  (y.to(torch::kFloat) * random_bf16(y.sizes(), 3)).sum().backward();
  return {y.detach().to(torch::kFloat), x.grad(), conv->weight.grad()};
}

TEST(Convolution, in_bf16_it_stays_near_fp32_forward_and_back) {
  const Case cases[] = {{16, 32, 1, 1, 1},  {16, 32, 1, 2, 1}, {16, 24, 3, 1, 1},
                        {16, 24, 3, 1, 2},  {16, 24, 3, 1, 6}, {16, 24, 3, 1, 18},
                        {16, 24, 3, 1, 24}, {16, 24, 3, 2, 1}, {1, 16, 7, 2, 1}};
  for (const auto& item : cases) {
    const auto expected = outcome(item, false);
    const auto found = outcome(item, true);
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].sizes(), expected[i].sizes());
      EXPECT_LE(relative_error(found[i], expected[i]), 1e-2)
          << fmt::format("{}x{}, stride {}, dilation {}: ", item.kernel, item.kernel, item.stride,
                         item.dilation)
          << (i == 0   ? "value"
              : i == 1 ? "gradient of x"
                       : "gradient of the weights");
    }
  }
}

}  // namespace
}  // namespace heartlab
