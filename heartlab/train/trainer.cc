#include "heartlab/train/trainer.h"

#include <torch/nn.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <future>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/json.h"
#include "heartlab/core/log.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/progress.h"
#include "heartlab/model/state_dict.h"
#include "heartlab/nn/compat.h"
#include "heartlab/nn/weights.h"
#include "heartlab/train/batches.h"
#include "heartlab/train/checkpoint.h"
#include "heartlab/train/loss.h"
#include "heartlab/train/optimiser.h"
#include "heartlab/train/run_log.h"
#include "heartlab/train/validate.h"

namespace heartlab {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr int kLogEvery = 10;      // iterations
constexpr double kDiverged = 1e6;  // a loss from which no run comes back

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string brief(const std::vector<std::string>& names) {
  std::string text = fmt::format("{}", names.size());
  if (names.empty()) return text;
  text += " (" + names.front();
  if (names.size() > 1) text += ", " + names[1];
  return text + (names.size() > 2 ? ", ...)" : ")");
}

class Trainer {
 public:
  Trainer(const Dataset& data, const TrainOptions& options, const TrainRequest& request)
      : data_(data),
        options_(options),
        request_(request),
        option_json_(TrainOptions(options).table().to_json()),
        data_sum_(sha256_of_file(data.path())),
        device_(choose_device(request.device)),
        bfloat16_(use_bfloat16(options.precision, device_)),
        sampler_(data, data.subset("train"), options.small_first),
        validation_(data.subset("validation")),
        network_(options.network) {
    set_up_torch(options_.threads);
    initialise(network_, Generator(options_.seed).fork(~std::uint64_t{0}));
    if (!request_.init.empty() && request_.resume) {
      fail(ErrorKind::kUsage,
           "--init starts a run and --resume goes on with one: give one of them");
    }
    if (!request_.init.empty()) take_over_weights();
    network_->to(device_);
    to_channels_last(*network_);
  }

  TrainSummary run() {
    Optimiser optimiser(*network_, options_);
    WeightAverage average(*network_, options_.average);
    prepare_run(optimiser, average);
    RunLog log(request_.out, progression_.iteration);
    const int total = options_.total_iterations();
    Progress bar("train", static_cast<std::size_t>(total),
                 static_cast<std::size_t>(progression_.iteration));
    network_->train();
    prefetch();
    while (progression_.iteration < total) {
      step(optimiser, average, log);
      const int done = ++progression_.iteration;
      bar.update(static_cast<std::size_t>(done), note());
      const bool last = done == total;
      if (last || (options_.validate_every > 0 && done % options_.validate_every == 0)) {
        bar.pause();
        validate_now(average, log);
      }
      if (last || done % options_.checkpoint_every == 0 || interrupted()) {
        write_checkpoint(request_.out / "checkpoints", *network_, optimiser, average, progression_,
                         run_identity());
      }
      if (interrupted() && !last) stop(average);
    }
    write_model("last.safetensors", average);
    if (validation_.empty()) write_model("model.safetensors", average);
    return {total, progression_.best_score, progression_.best_iteration, seconds_since(start_),
            waiting_};
  }

 private:
  void take_over_weights() {
    const StateDict weights = StateDict::read(request_.init);
    const InitReport report = initialise_from(*network_, weights.tensors());
    init_json_ = {{"file", request_.init.filename().string()},
                  {"sha256", sha256_of_file(request_.init)},
                  {"matched", report.matched.size()},
                  {"folded", report.folded},
                  {"reshaped", report.reshaped},
                  {"missing", report.missing},
                  {"unused", report.unused}};
    // So that a model knows of every patient it has ever seen.
    if (request_.init.extension() == ".safetensors" && is_model_file(request_.init)) {
      const auto patients = ModelFile(request_.init).description().patients_trained_on();
      if (patients) init_json_["patients"] = *patients;
    }
    info(
        "init {}: matched {}, folded to one channel {}, of another shape {}, not in the file {}, "
        "not used {}",
        request_.init.string(), brief(report.matched), brief(report.folded), brief(report.reshaped),
        brief(report.missing), brief(report.unused));
    if (report.matched.empty()) {
      fail(ErrorKind::kBadInput, "{}: none of its tensors fits the network {} on {}",
           request_.init.string(), options_.network.network, options_.network.backbone);
    }
  }

  void prepare_run(Optimiser& optimiser, WeightAverage& average) {
    refuse_results_of_others(request_.out, "train");
    const Path checkpoints = request_.out / "checkpoints";
    if (request_.resume) {
      const auto found =
          read_checkpoint(checkpoints, *network_, optimiser, average, run_identity());
      if (!found) {
        fail(ErrorKind::kNotFound, "{}: no checkpoint to resume from", checkpoints.string());
      }
      progression_ = *found;
      const Path manifest = request_.out / "manifest.json";
      manifest_ = parse_json<Json>(read_text(manifest), manifest.string());
      info("resuming at iteration {}", progression_.iteration);
      return;
    }
    for (const char* name : {"checkpoints", "model.safetensors"}) {
      if (!std::filesystem::exists(request_.out / name)) continue;
      fail(ErrorKind::kUsage, "{}: holds {} of an earlier run; give --resume or another --out",
           request_.out.string(), name);
    }
    manifest_ = manifest();
    make_folder(request_.out);
    write_text(request_.out / "manifest.json", json_text(manifest_));
  }

  Json manifest() const {
    Json json = make_manifest("train");
    json["runtime"] = describe_runtime(device_, bfloat16_);
    json["options"] = option_json_;
    json["data"] = {{"sha256", data_sum_},
                    {"target", data_.target()},
                    {"train_images", data_.subset("train").size()},
                    {"validation_images", validation_.size()},
                    {"patients", patients()}};
    if (!init_json_.is_null()) json["init"] = init_json_;
    return json;
  }

  // What a resumed run must share with the run it resumes.
  Json run_identity() const {
    Json identity = option_json_;
    identity["data sha256"] = data_sum_;
    return identity;
  }

  // Patients by subset, so that a model can say whom it has seen.
  Json patients() const {
    Json lists = {{"train", Json::array()}, {"validation", Json::array()}, {"test", Json::array()}};
    for (const auto& sample : data_.samples()) {
      auto& list = lists[sample.subset];
      if (std::find(list.begin(), list.end(), sample.patient) == list.end()) {
        list.push_back(sample.patient);
      }
    }
    return lists;
  }

  // The next batch is drawn while the network works on this one.
  void prefetch() {
    const auto accumulate = static_cast<std::uint64_t>(options_.accumulate);
    if (next_batch_ == 0) {
      next_batch_ = static_cast<std::uint64_t>(progression_.iteration) * accumulate;
    }
    const auto iteration = static_cast<int>(next_batch_ / accumulate);
    const int crop = for_phase(options_.crops, schedule_at(options_, iteration).phase);
    pending_ = std::async(std::launch::async, [this, crop, index = next_batch_] {
      return draw_batch(data_, sampler_, options_, crop, index);
    });
    ++next_batch_;
  }

  void step(Optimiser& optimiser, WeightAverage& average, RunLog& log) {
    const auto start = Clock::now();
    const double waited_before = waiting_;
    const SchedulePoint point = schedule_at(options_, progression_.iteration);
    optimiser.clear_gradients();
    double loss_sum = 0;
    for (int i = 0; i < options_.accumulate; ++i) loss_sum += accumulate_gradients();
    const double loss = loss_sum / options_.accumulate;
    if (!(loss < kDiverged)) {
      fail(ErrorKind::kBadInput,
           "iteration {}: the loss of batch {} is {}; lower the rate (now {}). Checkpoints written "
           "before, every {} iterations, stay in {}",
           progression_.iteration, next_batch_ - 2, loss, point.rate, options_.checkpoint_every,
           request_.out.string());
    }
    if (options_.clip > 0) torch::nn::utils::clip_grad_norm_(network_->parameters(), options_.clip);
    optimiser.step(point.rate, progression_.iteration);
    average.update();
    const double images = static_cast<double>(options_.batch) * options_.accumulate;
    const double seconds = seconds_since(start);
    const double speed = images / seconds;
    speed_ = speed_ == 0 ? speed : 0.9 * speed_ + 0.1 * speed;
    rate_ = point.rate;
    smooth_loss_ = smooth_loss_ < 0 ? loss : 0.95 * smooth_loss_ + 0.05 * loss;
    if ((progression_.iteration + 1) % kLogEvery == 0) {
      log.add_step(progression_.iteration + 1, point, loss, speed_);
    }
    if (request_.after_iteration) request_.after_iteration({seconds, waiting_ - waited_before});
  }

  double accumulate_gradients() {
    const auto start = Clock::now();
    const Batch batch = pending_.get();
    waiting_ += seconds_since(start);
    prefetch();
    const auto images = batch.images.to(device_).contiguous(at::MemoryFormat::ChannelsLast);
    std::vector<torch::Tensor> outputs;
    {
      const AutocastGuard autocast(device_, bfloat16_);
      outputs = network_->forward_all(images);
    }
    const auto loss = segmentation_loss(outputs, batch.labels.to(device_), options_);
    (loss / options_.accumulate).backward();
    return loss.item<double>();
  }

  void validate_now(WeightAverage& average, RunLog& log) {
    if (validation_.empty()) {
      if (request_.after_validation) request_.after_validation();
      return;
    }
    average.exchange();
    const Validation found = validate(network_, data_, validation_, device_, bfloat16_);
    average.exchange();
    log.add_validation(progression_.iteration, found);
    const double score = found.score(options_.best_by);
    const bool best = score > progression_.best_score;
    info(
        "iteration {}: validation Dice {:.4f} by image, {:.4f} pooled, IoU {:.4f}, missed {} of "
        "{}{}",
        progression_.iteration, found.dice_image_mean, found.confusion.dice(kStructureClass),
        found.confusion.iou(kStructureClass), found.missed, found.images,
        best ? " (best so far)" : "");
    if (best) {
      progression_.best_score = score;
      progression_.best_iteration = progression_.iteration;
      write_model("model.safetensors", average);
    }
    if (request_.after_validation) request_.after_validation();
  }

  void write_model(const std::string& name, WeightAverage& average) {
    ModelDescription description;
    description.network = options_.network;
    description.preparation = data_.preparation();
    description.target = data_.target();
    description.class_names = {data_.target(), "background"};
    description.views = options_.views;
    description.training = manifest_;
    description.training["iteration"] = progression_.iteration;
    average.exchange();
    TensorBytes tensors;
    const auto type = options_.model_type == "bf16" ? ElementType::kBF16 : ElementType::kF32;
    for (const auto& [key, tensor] : state_of(*network_)) tensors.add(key, tensor, type);
    average.exchange();
    write_tensor_file(request_.out / name, tensors.views(), model_metadata(description));
  }

  [[noreturn]] void stop(WeightAverage& average) {
    write_model("last.safetensors", average);
    fail(ErrorKind::kInterrupted,
         "stopped at iteration {}; the state is saved: the same command with --resume goes on",
         progression_.iteration);
  }

  std::string note() const {
    return fmt::format("loss {:.4f}  rate {:.3g}  {:.1f} images/s", smooth_loss_, rate_, speed_);
  }

  const Dataset& data_;
  const TrainOptions& options_;
  const TrainRequest& request_;
  Json option_json_;
  std::string data_sum_;
  Json init_json_;
  Json manifest_;
  torch::Device device_;
  bool bfloat16_;
  PatientSampler sampler_;
  std::vector<std::size_t> validation_;
  Network network_;
  Progression progression_;
  std::uint64_t next_batch_ = 0;
  std::future<Batch> pending_;
  double speed_ = 0;
  double rate_ = 0;
  double smooth_loss_ = -1;
  double waiting_ = 0;  // seconds
  Clock::time_point start_ = Clock::now();
};

}  // namespace

TrainSummary train(const Dataset& data, const TrainOptions& options, const TrainRequest& request) {
  check_options(options, data.side());
  return Trainer(data, options, request).run();
}

}  // namespace heartlab
