#include "heartlab/train/training_process.h"

#include <torch/nn.h>

#include <chrono>
#include <filesystem>
#include <optional>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/json.h"
#include "heartlab/core/log.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/progress.h"
#include "heartlab/nn/batch_norm.h"
#include "heartlab/nn/compat.h"
#include "heartlab/nn/weights.h"
#include "heartlab/train/batch_stream.h"
#include "heartlab/train/checkpoint.h"
#include "heartlab/train/divergence.h"
#include "heartlab/train/gradient_buckets.h"
#include "heartlab/train/loss.h"
#include "heartlab/train/memory.h"
#include "heartlab/train/optimiser.h"
#include "heartlab/train/run_folder.h"
#include "heartlab/train/run_log.h"
#include "heartlab/train/run_manifest.h"
#include "heartlab/train/shared_state.h"
#include "heartlab/train/validate.h"

namespace heartlab {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr int kLogEvery = 10;  // iterations

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The network with the weights that a run begins with.
Network prepared_network(const TrainOptions& options, const TrainRequest& request,
                         const torch::Device& device, Json& init) {
  set_up_torch(options.threads);
  Network network(options.network);
  initialise(network, Generator(options.seed).fork(~std::uint64_t{0}));
  const bool goes_on = request.resume && RunFolder::has_begun(request.out);
  if (!request.init.empty() && !goes_on) init = take_over_weights(network, request.init);
  network->to(device);
  to_channels_last(*network);
  return network;
}

// The norm of all gradients together, scaled down to `limit` where there is one (above 0).
double limit_gradients(const std::vector<torch::Tensor>& parameters, double limit) {
  if (limit > 0) return torch::nn::utils::clip_grad_norm_(parameters, limit);
  std::vector<torch::Tensor> norms;
  for (const auto& parameter : parameters) {
    if (parameter.grad().defined()) norms.push_back(parameter.grad().norm());
  }
  return torch::stack(norms).norm().item<double>();
}

// One process of a run. Process 0 writes RUN and speaks; all go through the same steps.
class Trainer {
 public:
  Trainer(const Dataset& data, const TrainOptions& options, const TrainRequest& request,
          const torch::Device& device, Peers& peers)
      : data_(data),
        options_(options),
        request_(request),
        option_json_(TrainOptions(options).table().to_json()),
        data_sum_(sha256_of_file(data.path())),
        device_(device),
        peers_(peers),
        bfloat16_(use_bfloat16(options.precision, device_)),
        validation_(data.subset("validation")),
        batches_(data, options, {peers.rank(), peers.size()}),
        network_(prepared_network(options, request, device_, init_json_)),
        optimiser_(*network_, options_),
        average_(*network_, options_.average),
        buckets_(*network_, peers) {
    if (!peers.alone()) synchronise_batch_norm(*network_, &peers);
  }

  TrainSummary run() {
    if (first()) open_run();
    share_state(peers_, device_, run_identity().dump(), *network_, optimiser_, average_,
                progression_);
    if (request_.after_start) request_.after_start();
    if (first()) log_.emplace(request_.out, progression_.iteration, progression_.validated);
    const int total = options_.total_iterations();
    Progress bar("train", static_cast<std::size_t>(total),
                 static_cast<std::size_t>(progression_.iteration));
    network_->train();
    if (validation_due()) validate_and_save();
    if (stop_) stop();
    batches_.start_at(progression_.iteration);
    while (progression_.iteration < total && !out_of_patience()) {
      step();
      ++progression_.iteration;
      bar.update(static_cast<std::size_t>(progression_.iteration), note());
      if (validation_due() && !stop_) {
        bar.pause();
        validate_and_save();
      } else if (checkpoint_due() || stop_) {
        save();
      }
      if (stop_ && (!finished() || validation_due())) stop();
    }
    if (out_of_patience()) say_why_early();
    write_model("last.safetensors");
    if (validation_.empty()) write_model("model.safetensors");
    wait_for_all();
    return {progression_.iteration,      progression_.iteration < total, progression_.best_score,
            progression_.best_iteration, seconds_since(start_),          batches_.seconds_waited()};
  }

 private:
  bool first() const { return peers_.rank() == 0; }
  Path checkpoints() const { return request_.out / "checkpoints"; }
  Path best_model() const { return request_.out / "model.safetensors"; }
  Path manifest_file() const { return request_.out / "manifest.json"; }

  // A run that was cut before its first checkpoint starts again: what resumes it needs not know.
  void open_run() {
    if (!request_.resume || RunFolder::was_cut_at_once(request_.out, !request_.init.empty())) {
      start_run();
    } else {
      go_on_with_run();
    }
  }

  void start_run() {
    folder_.emplace(RunFolder::start(request_.out));
    if (request_.resume) info("{}: no checkpoint yet, starting anew", request_.out.string());
    manifest_ = run_manifest(data_, option_json_, data_sum_, device_, bfloat16_, peers_.size());
    if (!init_json_.is_null()) manifest_["init"] = init_json_;
    write_text(manifest_file(), json_text(manifest_));
    save();  // that the disk takes one is known at once, and there is always one to go on from
  }

  void go_on_with_run() {
    folder_.emplace(RunFolder::resume(request_.out));
    const auto found =
        read_checkpoint(checkpoints(), *network_, optimiser_, average_, run_identity());
    if (!found) refuse_to_resume(request_.out);
    progression_ = *found;
    if (progression_.best_iteration >= 0 && !std::filesystem::exists(best_model())) forget_best();
    manifest_ = parse_json<Json>(read_text(manifest_file()), manifest_file().string());
    const Json before = manifest_;
    manifest_["options"]["iterations"] = option_json_["iterations"];
    note_other_rounding(
        run_manifest(data_, option_json_, data_sum_, device_, bfloat16_, peers_.size()),
        progression_.iteration, manifest_);
    if (manifest_ != before) write_text(manifest_file(), json_text(manifest_));
    info("resuming at iteration {}", progression_.iteration);
  }

  void forget_best() {
    warn(
        "{}: is gone, though iteration {} was the best by validation; the next validation counts "
        "as the best",
        best_model().string(), progression_.best_iteration);
    progression_.best_score = -1;
    progression_.best_iteration = -1;
    progression_.validated = std::min(progression_.validated, progression_.iteration - 1);
  }

  // What a resumed run must share with the run it resumes.
  Json run_identity() const {
    Json identity = option_json_;
    identity["data sha256"] = data_sum_;
    return identity;
  }

  void step() {
    const auto start = Clock::now();
    const double waited_before = batches_.seconds_waited();
    const SchedulePoint point = schedule_at(options_, progression_.iteration);
    optimiser_.clear_gradients();
    double own_loss = 0;
    try {
      for (int i = 1; i <= options_.accumulate; ++i) {
        if (i == options_.accumulate) buckets_.start();
        own_loss += accumulate_gradients();
      }
    } catch (const std::exception& error) {
      if (!is_out_of_memory(error)) throw;
      buckets_.abandon();
      batches_.settle();
      say_which_batch_fits(network_, options_, options_.batch / peers_.size(),
                           batches_.side_at(progression_.iteration), device_, bfloat16_,
                           brief_reason(error));
    }
    buckets_.finish();
    const double loss = agree(own_loss) / options_.accumulate;
    const double norm = limit_gradients(network_->parameters(), options_.clip);
    progression_.smooth_loss = smoothed(progression_.smooth_loss, loss);
    const auto why = why_diverged(loss, progression_.smooth_loss, norm, options_);
    if (why) refuse_to_go_on(*why, point.rate);
    optimiser_.step(point.rate, progression_.iteration);
    average_.update();
    const double images = static_cast<double>(options_.batch) * options_.accumulate;
    const double seconds = seconds_since(start);
    const double speed = images / seconds;
    speed_ = speed_ == 0 ? speed : 0.9 * speed_ + 0.1 * speed;
    rate_ = point.rate;
    if (log_ && (progression_.iteration + 1) % kLogEvery == 0) {
      log_->add_step(progression_.iteration + 1, point, loss, speed_);
    }
    if (request_.after_iteration) {
      request_.after_iteration({seconds, batches_.seconds_waited() - waited_before});
    }
  }

  double accumulate_gradients() {
    const Batch batch = batches_.next();
    const auto images = batch.images.to(device_).contiguous(at::MemoryFormat::ChannelsLast);
    std::vector<torch::Tensor> outputs;
    {
      const AutocastGuard autocast(device_, bfloat16_);
      outputs = network_->forward_all(images);
    }
    LossTarget target{batch.labels.to(device_), batch.whole.to(device_), {}};
    if (batch.distances.defined()) target.distances = batch.distances.to(device_);
    const auto loss =
        segmentation_loss(outputs, target, options_, peers_.alone() ? nullptr : &peers_);
    (loss / options_.accumulate).backward();
    return loss.item<double>();
  }

  // The losses of all together, and whether anybody is to stop: all do at the same iteration.
  double agree(double own_loss) {
    stop_ = interrupted();
    if (peers_.alone()) return own_loss;
    auto both = torch::tensor({own_loss, stop_ ? 1.0 : 0.0}, torch::kDouble).to(device_);
    peers_.sum(both);
    both = both.to(torch::kCPU);
    stop_ = both[1].item<double>() > 0;
    return both[0].item<double>();
  }

  [[noreturn]] void refuse_to_go_on(const std::string& why, double rate) const {
    const auto kept = checkpoints_in(checkpoints());
    fail(
        ErrorKind::kBadInput,
        "iteration {}: {}; the weights are left as they were before it. Batch {}: {}. Rate {:.3g}: "
        "lower it or limit the gradients (--set clip=1) in a new run, with --init from the last "
        "good state: {}",
        progression_.iteration, why, batches_.first_batch_of(progression_.iteration),
        fmt::join(batches_.images_of(progression_.iteration), ", "), rate,
        kept.empty() ? "none" : kept.back().string());
  }

  bool validation_due() const {
    const int done = progression_.iteration;
    return progression_.validated < done &&
           (done == options_.total_iterations() ||
            (options_.validate_every > 0 && done % options_.validate_every == 0));
  }

  bool out_of_patience() const {
    return options_.patience > 0 && progression_.without_better >= options_.patience;
  }

  bool finished() const {
    return progression_.iteration == options_.total_iterations() || out_of_patience();
  }

  bool checkpoint_due() const {
    return finished() || progression_.iteration % options_.checkpoint_every == 0;
  }

  void say_why_early() const {
    info("stopped early, at iteration {}: {} validations without a better one than at {}",
         progression_.iteration, progression_.without_better, progression_.best_iteration);
  }

  // A validation that is interrupted is done by the run that goes on.
  void validate_and_save() {
    if (validate_now()) progression_.validated = progression_.iteration;
    if (checkpoint_due() || stop_) save();
  }

  bool validate_now() {
    if (!validation_.empty()) {
      average_.exchange();
      const auto found = validate(network_, data_, validation_, device_, bfloat16_, peers_);
      average_.exchange();
      if (!found) {
        stop_ = true;
        return false;
      }
      take_in(*found);
    }
    if (first() && request_.after_validation) request_.after_validation();
    return true;
  }

  void take_in(const Validation& found) {
    if (log_) log_->add_validation(progression_.iteration, found);
    const double score = found.score(options_.best_by);
    const bool best = score > progression_.best_score;
    info(
        "iteration {}: validation Dice {:.4f} by image, {:.4f} pooled, IoU {:.4f}, missed {} of "
        "{}{}",
        progression_.iteration, found.dice_image_mean, found.confusion.dice(kStructureClass),
        found.confusion.iou(kStructureClass), found.missed, found.images,
        best ? " (best so far)" : "");
    ++progression_.without_better;
    if (!best) return;
    progression_.without_better = 0;
    progression_.best_score = score;
    progression_.best_iteration = progression_.iteration;
    write_model("model.safetensors");
  }

  void save() {
    if (!first()) return;
    write_checkpoint(checkpoints(), *network_, optimiser_, average_, progression_, run_identity());
  }

  void write_model(const std::string& name) {
    if (!first()) return;
    ModelDescription description;
    description.network = options_.network;
    description.preparation = data_.preparation();
    description.target = data_.target();
    description.class_names = {data_.target(), "background"};
    description.views = options_.views;
    description.training = manifest_;
    description.training["iteration"] = progression_.iteration;
    average_.exchange();
    TensorBytes tensors;
    const auto type = options_.model_type == "bf16" ? ElementType::kBF16 : ElementType::kF32;
    for (const auto& [key, tensor] : state_of(*network_)) tensors.add(key, tensor, type);
    average_.exchange();
    write_tensor_file(request_.out / name, tensors.views(), model_metadata(description));
  }

  void wait_for_all() {
    if (!peers_.alone()) peers_.sum(torch::zeros({1}, device_));
  }

  [[noreturn]] void stop() {
    write_model("last.safetensors");
    wait_for_all();
    fail(ErrorKind::kInterrupted,
         "stopped at iteration {}; the state is saved: the same command with --resume goes on",
         progression_.iteration);
  }

  std::string note() const {
    return fmt::format("loss {:.4f}  rate {:.3g}  {:.1f} images/s", progression_.smooth_loss, rate_,
                       speed_);
  }

  const Dataset& data_;
  const TrainOptions& options_;
  const TrainRequest& request_;
  Json option_json_;
  std::string data_sum_;
  Json init_json_;
  Json manifest_;
  torch::Device device_;
  Peers& peers_;
  bool bfloat16_;
  std::vector<std::size_t> validation_;
  BatchStream batches_;
  Network network_;
  Optimiser optimiser_;
  WeightAverage average_;
  GradientBuckets buckets_;
  std::optional<RunFolder> folder_;
  std::optional<RunLog> log_;
  Progression progression_;
  bool stop_ = false;
  double speed_ = 0;
  double rate_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

TrainSummary run_process(const Dataset& data, const TrainOptions& options,
                         const TrainRequest& request, const torch::Device& device, Peers& peers) {
  return Trainer(data, options, request, device, peers).run();
}

}  // namespace heartlab
