#pragma once

#include <vector>

#include "heartlab/nn/features.h"

namespace heartlab {

// The context module of Yu and Koltun (arXiv 1511.07122, section 3 and table 1, "large") behind a
// front end, a 1x1 convolution with bias from the last features to the classes.
class ContextHead : public HeadModule {
 public:
  ContextHead(int in, int classes);
  torch::Tensor forward(const Features& features) override;

  // The context module of scores of at least 0.
  torch::Tensor context(const torch::Tensor& scores);

  // The context module starts as the identity on scores of at least 0, but for a little noise
  // (equation 5), and the scores start around 5.
  void initialise(const Generator& generator) override;

 private:
  int classes_;
  torch::nn::Conv2d front_end_{nullptr};
  std::vector<torch::nn::Conv2d> layers_;
};

}  // namespace heartlab
