#include "heartlab/train/memory.h"

#include <fmt/format.h>

#include "heartlab/core/error.h"
#include "heartlab/nn/batch_norm.h"
#include "heartlab/nn/compat.h"
#include "heartlab/nn/headroom.h"
#include "heartlab/prepare/dataset.h"
#include "heartlab/train/loss.h"

namespace heartlab {
namespace {

bool fits(Network& network, const TrainOptions& options, int batch, int side,
          const torch::Device& device, bool bfloat16) {
  release_freed_memory();
  bool done = false;
  try {
    const auto images = torch::zeros({batch, 1, side, side}, torch::kFloat)
                            .to(device)
                            .contiguous(at::MemoryFormat::ChannelsLast);
    const auto labels = torch::full({batch, side, side}, kBackgroundClass, torch::kLong).to(device);
    std::vector<torch::Tensor> outputs;
    {
      const AutocastGuard autocast(device, bfloat16);
      outputs = network->forward_all(images);
    }
    const LossTarget target{labels, {}, torch::zeros({batch, side, side}).to(device)};
    segmentation_loss(outputs, target, options).backward();
    done = true;
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
  }
  network->zero_grad(/*set_to_none=*/true);
  return done;
}

// Below `batch`; 0 = not even one image does.
int largest_batch_that_fits(Network& network, const TrainOptions& options, int batch, int side,
                            const torch::Device& device, bool bfloat16) {
  network->zero_grad(/*set_to_none=*/true);
  int known = 0;
  int above = batch;
  while (known + 1 < above) {
    const int middle = (known + above) / 2;
    (fits(network, options, middle, side, device, bfloat16) ? known : above) = middle;
  }
  return known;
}

}  // namespace

std::string settings_that_fit(const TrainOptions& options, int fits, int processes) {
  const int images = options.batch * options.accumulate;
  int batch = fits;
  while (images % batch != 0) batch -= processes;
  return fmt::format("--set batch={} --set accumulate={}", batch, images / batch);
}

void say_which_batch_fits(Network& network, const TrainOptions& options, int images, int side,
                          const torch::Device& device, bool bfloat16, const std::string& reason) {
  synchronise_batch_norm(*network, nullptr);
  const int processes = options.batch / images;
  const int fits =
      processes * largest_batch_that_fits(network, options, images, side, device, bfloat16);
  const std::string found = fmt::format("batch {} of {} x {} pixels does not fit into memory ({})",
                                        options.batch, side, side, reason);
  if (fits == 0) {
    fail(ErrorKind::kUsage, "{}, and no smaller one does; give smaller crops or a smaller backbone",
         found);
  }
  fail(ErrorKind::kUsage, "{}; the largest that does is {}: {}", found, fits,
       settings_that_fit(options, fits, processes));
}

}  // namespace heartlab
