#pragma once

#include "heartlab/core/append_file.h"
#include "heartlab/train/event_file.h"
#include "heartlab/train/options.h"
#include "heartlab/train/validate.h"

namespace heartlab {

// RUN/log.csv (iteration,phase,loss,rate,images_per_second), RUN/validation.csv and the TensorBoard
// events. Opened for a resumed run it keeps the lines up to the iteration that was done last, of
// validations up to the one that was; what came after will be written again.
class RunLog {
 public:
  RunLog(const Path& run, int last_iteration, int last_validation);

  void add_step(int iteration, const SchedulePoint& point, double loss, double images_per_second);
  void add_validation(int iteration, const Validation& validation);

 private:
  AppendFile log_;
  AppendFile validation_;
  EventFile events_;
};

}  // namespace heartlab
