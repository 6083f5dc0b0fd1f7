#pragma once

#include <cstdint>
#include <future>
#include <string>
#include <vector>

#include "heartlab/train/batches.h"

namespace heartlab {

// The batches of a run, in order: the next is drawn while the network works on this one.
class BatchStream {
 public:
  BatchStream(const Dataset& data, const TrainOptions& options, Share share);

  // Begins with the first batch of an iteration.
  void start_at(int iteration);
  Batch next();
  // Waits for the batch that is being drawn, so that its memory can be counted on.
  void settle() const;

  double seconds_waited() const { return seconds_waited_; }
  // Side of an iteration's images, pixels.
  int side_at(int iteration) const;
  std::uint64_t first_batch_of(int iteration) const;
  // What an iteration's batches are made of, of all processes: patient/stem.
  std::vector<std::string> images_of(int iteration) const;

 private:
  void draw_ahead();

  const Dataset& data_;
  const TrainOptions& options_;
  Share share_;
  PatientSampler sampler_;
  std::uint64_t next_ = 0;
  std::future<Batch> pending_;
  double seconds_waited_ = 0;
};

}  // namespace heartlab
