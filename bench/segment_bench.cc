// segment_bench [--model FILE | --network deeplabv3 --backbone resnet101 --head torchvision ...
// --size 513] [--rounds 15] [--threads 0] [--data DATASET --images 100] [--save FILE]: HeartLab's
// engine against libtorch on one network, taking turns in one run. Prints medians, their ratios to
// libtorch's, multiplications a second, their share of what a large matrix product reaches in the
// same rounds, and the memory of each alone. Medians and ratios hold on a noisy machine, single
// times do not.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <vector>

#include "bench/child.h"
#include "bench/frozen_script.h"
#include "bench/peak.h"
#include "bench/random_model.h"
#include "heartlab/core/error.h"
#include "heartlab/core/progress.h"
#include "heartlab/core/stopwatch.h"
#include "heartlab/metrics/confusion.h"
#include "heartlab/prepare/dataset.h"
#include "heartlab/segment/torch/torch_engine.h"

namespace {

using namespace heartlab;
using bench::in_child;

struct Options {
  Path model;
  NetworkOptions network;
  int size = 513;
  int rounds = 15;
  int threads = 0;
  Path data;
  int images = 100;
  Path save;

  OptionTable table() {
    OptionTable table;
    table.add("model", model, "Model file; without it the network below, with random weights");
    network.add_to(table);
    table.add("size", size, "Side of the random network's images").range(1, kLargestSquare);
    table.add("rounds", rounds, "Turns of each engine").range(1, 1e6);
    table.add("threads", threads, "CPU threads; 0 = the cores at hand").range(0, 1024);
    table.add("data", data, "Data set on which masks are compared with those in fp32");
    table.add("images", images, "How many of its images, spread over it").range(1, 1e6);
    table.add("save", save, "Where to write the random network, with its ranges for 8 bits");
    return table;
  }
};

struct Contender {
  std::string name;
  std::string precision;
  std::function<std::unique_ptr<Engine>()> make;
  std::string reference;  // of whose speed the ratio is
  double megabytes = 0;
  std::unique_ptr<Engine> engine;
  std::vector<double> seconds;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

const char* instructions() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
      return "SSE4.1";
    case dnnl::cpu_isa::avx:
      return "AVX";
    case dnnl::cpu_isa::avx2:
      return "AVX2";
    case dnnl::cpu_isa::avx2_vnni:
      return "AVX2 VNNI";
    case dnnl::cpu_isa::avx512_core:
      return "AVX-512";
    case dnnl::cpu_isa::avx512_core_vnni:
      return "AVX-512 VNNI";
    case dnnl::cpu_isa::avx512_core_bf16:
      return "AVX-512 BF16";
    case dnnl::cpu_isa::avx512_core_amx:
      return "AMX";
    default:
      return "other instructions";
  }
}

constexpr int kProductsInTurn = 8;
constexpr const char* kEagerFp32 = "libtorch fp32";
constexpr const char* kEagerBf16 = "libtorch bf16 autocast";

EngineOptions engine_options(const std::string& precision, int threads) {
  EngineOptions options;
  options.precision = precision;
  options.threads = threads;
  options.packed_weights = 0;
  return options;
}

std::vector<Contender> contenders_of(const ModelFile& model, int threads) {
  std::vector<Contender> all;
  const auto add = [&](std::string name, const std::string& precision, const char* reference,
                       auto make) {
    all.push_back({std::move(name), precision, std::move(make), reference, 0, nullptr, {}});
  };
  const auto torch = [&model, threads](const std::string& precision) {
    return [=, &model] { return make_torch_engine(model, engine_options(precision, threads)); };
  };
  const auto onednn = [&model, threads](const std::string& precision) {
    return [=, &model] { return make_onednn_engine(model, engine_options(precision, threads)); };
  };
  add(kEagerFp32, "fp32", kEagerFp32, torch("fp32"));
  add("HeartLab fp32", "fp32", kEagerFp32, onednn("fp32"));
  add(kEagerBf16, "bf16", kEagerBf16, torch("bf16"));
  add("libtorch bf16 frozen script", "bf16", kEagerBf16,
      [&model, threads] { return bench::make_frozen_script(model, threads); });
  add("HeartLab bf16", "bf16", kEagerBf16, onednn("bf16"));
  if (!model.description().quantisation.empty()) {
    add("HeartLab int8", "int8", kEagerBf16, onednn("int8"));
  }
  return all;
}

// Of its own: oneDNN imitates it on others, slowly.
bool has_bfloat16() {
  const std::string name = instructions();
  return name == "AVX-512 BF16" || name == "AMX";
}

// Each contender in a process of its own first: those that cannot run on this machine are named and
// left out, and the memory of each is its own.
void keep_those_that_run(std::vector<Contender>& contenders, const std::vector<float>& input,
                         int side) {
  std::erase_if(contenders, [&](Contender& contender) {
    const auto result = in_child([&] {
      if (contender.precision == "bf16" && !has_bfloat16()) {
        fail(ErrorKind::kUnsupported, "the machine has no bf16");
      }
      const auto engine = contender.make();
      for (int i = 0; i < 2; ++i) engine->run(input, side);
    });
    contender.megabytes = result.peak_megabytes;
    if (!result.ended_well) fmt::print("left out: {}: {}\n", contender.name, result.message);
    return !result.ended_well;
  });
}

struct Peak {
  std::string precision;
  bench::MatrixProduct product;
  std::vector<double> seconds;
};

template <typename Work>
double seconds_of(const Work& work) {
  const Stopwatch stopwatch;
  work();
  return stopwatch.seconds();
}

void take_turns(std::vector<Contender>& contenders, std::vector<Peak>& peaks,
                const std::vector<float>& input, int side, int rounds) {
  for (auto& contender : contenders) {
    contender.engine = contender.make();
    for (int i = 0; i < 2; ++i) contender.engine->run(input, side);
  }
  for (auto& peak : peaks) peak.product.run();
  Progress progress("rounds", static_cast<std::size_t>(rounds));
  for (int round = 0; round < rounds; ++round) {
    for (auto& contender : contenders) {
      contender.seconds.push_back(seconds_of([&] { contender.engine->run(input, side); }));
    }
    // The quickest of a few: the first pays for what ran before it.
    for (auto& peak : peaks) {
      double quickest = seconds_of(peak.product.run);
      for (int i = 1; i < kProductsInTurn; ++i) {
        quickest = std::min(quickest, seconds_of(peak.product.run));
      }
      peak.seconds.push_back(quickest);
    }
    progress.update(static_cast<std::size_t>(round) + 1);
  }
}

double macs_of(const ModelFile& model, int threads) {
  return make_onednn_engine(model, engine_options("fp32", threads))->profile().macs();
}

// Of the named one, or nothing where it did not run.
std::vector<double> ratio_to(const std::vector<Contender>& contenders, const std::string& name,
                             double seconds) {
  for (const auto& contender : contenders) {
    if (contender.name == name) return {median(contender.seconds) / seconds};
  }
  return {};
}

void print_table(const std::vector<Contender>& contenders, const std::vector<Peak>& peaks,
                 double macs) {
  fmt::print(
      "| | ms | times libtorch's speed | GMAC/s | of the peak | peak memory, MB |\n"
      "|---|---:|---:|---:|---:|---:|\n");
  for (const auto& contender : contenders) {
    const double seconds = median(contender.seconds);
    auto ratio = ratio_to(contenders, contender.reference, seconds);
    std::string times = ratio.empty() ? "" : fmt::format("{:.2f}", ratio.front());
    if (ratio.empty()) {
      times = fmt::format("{:.2f} (of fp32)", ratio_to(contenders, kEagerFp32, seconds).front());
    }
    std::string share;
    for (const auto& peak : peaks) {
      if (peak.precision != contender.precision) continue;
      share = fmt::format("{:.0f} %",
                          100 * (macs / seconds) / (peak.product.macs / median(peak.seconds)));
    }
    fmt::print("| {} | {:.1f} | {} | {:.0f} | {} | {:.0f} |\n", contender.name, 1e3 * seconds,
               times, macs / 1e9 / seconds, share, contender.megabytes);
  }
  for (const auto& peak : peaks) {
    fmt::print("peak in {}: {:.0f} GMAC/s\n", peak.precision,
               peak.product.macs / 1e9 / median(peak.seconds));
  }
}

// Dice of masks with those in fp32, mean and worst over the images of a data set.
void print_agreement(const ModelFile& model, const std::vector<Contender>& contenders,
                     const Options& options) {
  const Dataset data(options.data);
  const auto masks = [&](const Contender& contender) {
    const Segmenter segmenter(model, contender.make());
    std::vector<Mask> all;
    const std::size_t count = std::min(data.size(), static_cast<std::size_t>(options.images));
    Progress progress("masks of " + contender.name, count);
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back(segmenter.segment(data.image_raster(i * data.size() / count)).mask);
      progress.update(i + 1);
    }
    return all;
  };
  std::vector<Mask> expected;
  for (const auto& contender : contenders) {
    if (!contender.name.starts_with("HeartLab")) continue;
    const auto found = masks(contender);
    if (expected.empty()) expected = found;
    double sum = 0;
    double worst = 1;
    for (std::size_t i = 0; i < found.size(); ++i) {
      Confusion confusion(2);
      confusion.add(expected[i].pixels, found[i].pixels);
      const double dice = std::isnan(confusion.dice(1)) ? 1.0 : confusion.dice(1);
      sum += dice;
      worst = std::min(worst, dice);
    }
    fmt::print("{}: Dice with fp32's masks {:.4f}, worst {:.4f}, {} images of {}\n", contender.name,
               sum / static_cast<double>(found.size()), worst, found.size(), options.data.string());
  }
}

void run(const Options& options, const Path& file) {
  const ModelFile model(file);
  const NetworkOptions& network = model.description().network;
  const int side = model.description().preparation.size;
  const auto input = bench::random_input(side, 1);
  auto contenders = contenders_of(model, options.threads);
  keep_those_that_run(contenders, input, side);
  std::vector<Peak> peaks;
  for (const std::string precision : {"fp32", "bf16", "int8"}) {
    if (precision == "bf16" && !has_bfloat16()) continue;
    auto product = bench::make_matrix_product(precision);
    if (product.run) peaks.push_back({precision, std::move(product), {}});
  }
  const double macs = macs_of(model, options.threads);
  take_turns(contenders, peaks, input, side, options.rounds);
  fmt::print("{} on {} (head {}, output stride {}), {} x {}, {:.1f} GMAC; {}; medians of {}\n",
             network.network, network.backbone, network.head, network.output_stride, side, side,
             macs / 1e9, instructions(), options.rounds);
  print_table(contenders, peaks, macs);
  if (!options.data.empty()) print_agreement(model, contenders, options);
}

// In children, whose threads and memory end with them.
Path random_model(const Options& options, const Path& folder) {
  const Path file = options.save.empty() ? folder / "random.safetensors" : options.save;
  for (const auto& step : std::vector<std::function<void()>>{
           [&] { bench::write_random_model(file, options.network, options.size); },
           [&] { bench::add_eight_bits(file); }}) {
    const auto result = in_child(step);
    if (!result.ended_well) fail(ErrorKind::kInternal, "the random network: {}", result.message);
  }
  return file;
}

void parse(Options& options, int argc, char** argv) {
  OptionTable table = options.table();
  for (int i = 1; i < argc; i += 2) {
    const std::string flag = argv[i];
    std::string key = flag.starts_with("--") ? flag.substr(2) : flag;
    std::ranges::replace(key, '-', '_');
    if (i + 1 == argc) fail(ErrorKind::kUsage, "{}: expected a value", flag);
    table.set(key, std::string(argv[i + 1]), flag);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Path folder = std::filesystem::temp_directory_path() /
                      fmt::format("segment_bench-{}", static_cast<long>(::getpid()));
  int status = 0;
  try {
    Options options;
    parse(options, argc, argv);
    if (options.model.empty()) make_folder(folder);
    run(options, options.model.empty() ? random_model(options, folder) : options.model);
  } catch (const heartlab::Error& error) {
    fmt::print(stderr, "segment_bench: {}\n", error.what());
    status = exit_status(error.kind());
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return status;
}
