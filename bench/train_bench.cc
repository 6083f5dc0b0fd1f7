// train_bench [--rounds N] [--block N] [--augment] [--alone] [--profile] [KEY=VALUE ...]: a
// training step of `heartlab train` and of the same network in PyTorch (bench/train_bench.py),
// blocks of steps taking turns in one run. KEY=VALUE: options of `heartlab train`, over
// DeepLabv3-ResNet-101 at output stride 16, batch 2, crop 450. HeartLab's steps load their batches
// from a data set on disk; PyTorch's have theirs in memory. --alone: without PyTorch. --profile:
// where HeartLab's time goes.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>

#include "bench/pytorch.h"
#include "bench/step_profile.h"
#include "heartlab/core/error.h"
#include "heartlab/core/random.h"
#include "heartlab/core/threads.h"
#include "heartlab/model/architecture.h"
#include "heartlab/nn/compat.h"
#include "heartlab/train/trainer.h"

namespace {

using namespace heartlab;

constexpr int kSide = 513;
constexpr int kPatients = 8;
constexpr int kWarmUp = 2;  // steps

struct Settings {
  int rounds = 5;
  int block = 3;  // steps
  bool alone = false;
  bool profile = false;
  std::string pytorch_precision;  // empty: HeartLab's
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Discs on noise: what a heart costs, an image costs.
void write_data(const Path& file) {
  Preparation preparation;
  preparation.size = kSide;
  preparation.standardise = "image";
  Generator generator(1);
  std::vector<PackedSample> samples;
  for (int i = 0; i < kPatients; ++i) {
    PackedSample packed;
    packed.sample.patient = fmt::format("P{}", i);
    packed.sample.stem = "0";
    packed.sample.source = packed.sample.patient + "/0.png";
    packed.sample.subset = "train";
    packed.sample.rows = packed.sample.columns = kSide;
    packed.image = GreyImage(kSide, kSide);
    packed.label = Raster<std::uint8_t>(kSide, kSide, kBackgroundClass);
    for (int row = 0; row < kSide; ++row) {
      for (int column = 0; column < kSide; ++column) {
        const bool inside = std::hypot(row - kSide / 2, column - kSide / 2) < 60;
        packed.image.at(row, column) =
            static_cast<std::uint8_t>(generator.below(100) + (inside ? 100U : 0U));
        if (inside) packed.label.at(row, column) = kStructureClass;
      }
    }
    samples.push_back(std::move(packed));
  }
  write_packed(file, "cavity", preparation, samples);
}

TrainOptions bench_options() {
  TrainOptions options;
  options.network.atrous_rates = {6, 12, 18};
  options.rates = {2.5e-4};
  options.schedules = {"fixed"};
  options.validate_every = 0;
  options.checkpoint_every = 1'000'000'000;
  options.precision = "bf16";
  options.threads = available_cores();
  return options;
}

void add_augmentation(TrainOptions& options) {
  options.flip = true;
  options.rotation = 180;
  options.scaling = {0.8, 1.25};
  options.gamma = 0.5;
  options.contrast = options.brightness = 0.2;
  options.noise = 0.03;
  options.bias_field = 0.3;
  options.elastic = 10;
  options.blur = 1;
  options.ghosting = 0.2;
  options.motion = 3;
}

// What train_bench.py is told.
nlohmann::ordered_json for_pytorch(const TrainOptions& options, const std::string& precision) {
  const auto& network = options.network;
  if (network.head != "paper" || options.optimiser != "sgd" || options.dice_weight != 0) {
    fail(ErrorKind::kUsage, "train_bench.py knows head = paper, optimiser = sgd, dice_weight = 0");
  }
  const bool grid = network.network != "deeplabv2" && !network.multi_grid.empty();
  return {{"network", network.network},
          {"backbone", network.backbone},
          {"output_stride", network.output_stride},
          {"multi_grid", grid ? network.multi_grid : std::vector<int>{1}},
          {"rates", pyramid_rates(network)},
          {"aspp_channels", network.aspp_channels},
          {"decoder_channels", network.decoder_channels},
          {"low_level_channels", network.low_level_channels},
          {"scales", network.scales},
          {"class_weights", options.class_weights},
          {"batch", options.batch},
          {"crop", options.crops.front()},
          {"threads", options.threads},
          {"precision", precision}};
}

// Steps of one side.
struct Steps {
  std::vector<double> seconds;
  std::vector<double> busy;  // of all cores together: what others on the machine disturb least

  void add(const PytorchSteps::Step& step) {
    seconds.push_back(step.seconds);
    busy.push_back(step.busy);
  }
  void print(const std::string& name) const {
    fmt::print(
        "  {:<9} median {:6.3f} s, least {:6.3f} s; of all cores together {:6.3f} s, {:6.3f} s; {} "
        "steps\n",
        name, median(seconds), std::ranges::min(seconds), median(busy), std::ranges::min(busy),
        seconds.size());
  }
};

double busy_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

class TrainBench {
 public:
  TrainBench(TrainOptions options, const Settings& settings)
      : options_(std::move(options)), settings_(settings) {
    if (settings_.pytorch_precision.empty()) settings_.pytorch_precision = options_.precision;
    options_.iterations = {kWarmUp + settings.rounds * settings.block};
    if (!settings_.alone) {
      pytorch_ = std::make_unique<PytorchSteps>(for_pytorch(options_, settings_.pytorch_precision));
      pytorch_->take(kWarmUp);
    }
  }

  void run(const Path& folder) {
    write_data(folder / "dataset.safetensors");
    TrainRequest request;
    request.out = folder / "run";
    request.device = "cpu";
    request.after_iteration = [this](const IterationTimes& times) { after_iteration(times); };
    train(Dataset(folder / "dataset.safetensors"), options_, request);
    report();
  }

 private:
  void after_iteration(const IterationTimes& times) {
    ++done_;
    if (done_ > kWarmUp) {
      own_.add({times.whole, busy_seconds() - busy_before_});
      // While PyTorch took its turn, the batch after it was drawn.
      if (settings_.alone || (done_ - kWarmUp - 1) % settings_.block != 0) {
        waiting_ += times.waiting;
        working_ += times.whole;
      }
    }
    if (done_ == kWarmUp && settings_.profile) profile_ = std::make_unique<StepProfile>();
    const bool turn = done_ >= kWarmUp && (done_ - kWarmUp) % settings_.block == 0;
    if (pytorch_ && turn && done_ < options_.total_iterations()) {
      for (const auto& step : pytorch_->take(settings_.block)) theirs_.add(step);
    }
    busy_before_ = busy_seconds();
  }

  void report() {
    const auto& network = options_.network;
    fmt::print("{} on {}, output stride {}, scales {}, batch {}, crop {}\nHeartLab: {}\n",
               network.network, network.backbone, network.output_stride,
               network.scales.empty() ? "1" : fmt::format("{}", fmt::join(network.scales, ", ")),
               options_.batch, options_.crops.front(),
               describe_runtime(torch::kCPU, options_.precision == "bf16"));
    own_.print("HeartLab");
    if (pytorch_) {
      fmt::print("PyTorch: {}, eager, {}, channels_last, {} threads\n", pytorch_->version(),
                 settings_.pytorch_precision, options_.threads);
      theirs_.print("PyTorch");
      fmt::print(
          "  HeartLab's step takes {:.3f} of PyTorch's by medians, {:.3f} by the least; of all "
          "cores "
          "together {:.3f}, {:.3f}\n",
          median(own_.seconds) / median(theirs_.seconds),
          std::ranges::min(own_.seconds) / std::ranges::min(theirs_.seconds),
          median(own_.busy) / median(theirs_.busy),
          std::ranges::min(own_.busy) / std::ranges::min(theirs_.busy));
    }
    if (working_ > 0) {
      fmt::print("  waiting for data: {:.2f} % of HeartLab's steps\n", 100 * waiting_ / working_);
    }
    if (profile_) {
      fmt::print("Profile, self time of each of libtorch's operations, a step:\n{}",
                 profile_->table(static_cast<int>(own_.seconds.size()), 28));
    }
  }

  TrainOptions options_;
  Settings settings_;
  std::unique_ptr<PytorchSteps> pytorch_;
  std::unique_ptr<StepProfile> profile_;
  int done_ = 0;
  Steps own_, theirs_;
  double busy_before_ = 0;
  double waiting_ = 0, working_ = 0;
};

int positive(const char* text) { return std::max(1, std::atoi(text)); }

void run(int argc, char** argv, const Path& folder) {
  Settings settings;
  TrainOptions options = bench_options();
  OptionTable table = options.table();
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--rounds" && i + 1 < argc) {
      settings.rounds = positive(argv[++i]);
    } else if (word == "--block" && i + 1 < argc) {
      settings.block = positive(argv[++i]);
    } else if (word == "--pytorch-precision" && i + 1 < argc) {
      settings.pytorch_precision = argv[++i];
    } else if (word == "--augment") {
      add_augmentation(options);
    } else if (word == "--alone") {
      settings.alone = true;
    } else if (word == "--profile") {
      settings.profile = true;
    } else {
      table.set_assignment(word);
    }
  }
  if (options.network.network == "deeplabv2" && options.network.atrous_rates.size() == 3) {
    options.network.atrous_rates.clear();
  }
  TrainBench(options, settings).run(folder);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::string name = (std::filesystem::temp_directory_path() / "train_bench.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  int status = 0;
  try {
    run(argc, argv, name);
  } catch (const heartlab::Error& error) {
    fmt::print(stderr, "train_bench: {}\n", error.what());
    status = exit_status(error.kind());
  }
  std::filesystem::remove_all(name);
  return status;
}
