#pragma once

namespace heartlab {

// The context module of Yu and Koltun (arXiv 1511.07122, table 1, "large"): filters as multiples of
// the classes; a ReLU after every layer but the last.
struct ContextLayer {
  int multiple;
  int kernel;
  int dilation;
};

constexpr ContextLayer kContextLayers[] = {{2, 3, 1},  {2, 3, 1},   {4, 3, 2},  {8, 3, 4},
                                           {16, 3, 8}, {32, 3, 16}, {32, 3, 1}, {1, 1, 1}};

}  // namespace heartlab
