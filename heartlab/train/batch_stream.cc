#include "heartlab/train/batch_stream.h"

#include <chrono>

namespace heartlab {

BatchStream::BatchStream(const Dataset& data, const TrainOptions& options, Share share)
    : data_(data),
      options_(options),
      share_(share),
      sampler_(data, data.subset("train"), options.small_first) {}

void BatchStream::start_at(int iteration) {
  next_ = first_batch_of(iteration);
  draw_ahead();
}

Batch BatchStream::next() {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  Batch batch = pending_.get();
  seconds_waited_ += std::chrono::duration<double>(Clock::now() - start).count();
  draw_ahead();
  return batch;
}

void BatchStream::settle() const {
  if (pending_.valid()) pending_.wait();
}

void BatchStream::draw_ahead() {
  const auto each = static_cast<std::uint64_t>(options_.accumulate);
  const int phase = schedule_at(options_, static_cast<int>(next_ / each)).phase;
  const int crop = for_phase(options_.crops, phase);
  pending_ = std::async(std::launch::async, [this, crop, index = next_] {
    return draw_batch(data_, sampler_, options_, crop, index, share_);
  });
  ++next_;
}

int BatchStream::side_at(int iteration) const {
  const int crop = for_phase(options_.crops, schedule_at(options_, iteration).phase);
  return crop == 0 ? data_.side() : crop;
}

std::uint64_t BatchStream::first_batch_of(int iteration) const {
  return static_cast<std::uint64_t>(iteration) * static_cast<std::uint64_t>(options_.accumulate);
}

std::vector<std::string> BatchStream::images_of(int iteration) const {
  std::vector<std::string> names;
  for (int i = 0; i < options_.accumulate; ++i) {
    const auto number = first_batch_of(iteration) + static_cast<std::uint64_t>(i);
    for (const auto index : images_of_batch(sampler_, options_, number)) {
      const auto& sample = data_.samples()[index];
      names.push_back(sample.patient + "/" + sample.stem);
    }
  }
  return names;
}

}  // namespace heartlab
