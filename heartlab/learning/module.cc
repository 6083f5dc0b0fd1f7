#include "heartlab/learning/learning.h"
#include "heartlab/segment/torch/torch_engine.h"

extern "C" const heartlab::Learning* heartlab_learning() {
  // Its own release, not that of the library it is loaded by.
  static const heartlab::Learning table{HEARTLAB_VERSION, heartlab::train,
                                        heartlab::make_torch_engine};
  return &table;
}
