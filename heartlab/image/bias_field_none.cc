#include "heartlab/core/error.h"
#include "heartlab/image/bias_field.h"

namespace heartlab {

bool has_bias_correction() { return false; }

Image bias_corrected(const Image& /*image*/) {
  fail(ErrorKind::kUnsupported,
       "N4 bias field correction is not in this build of HeartLab: build it with -DHEARTLAB_N4=ON");
}

}  // namespace heartlab
