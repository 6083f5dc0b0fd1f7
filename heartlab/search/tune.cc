#include "heartlab/search/tune.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "heartlab/core/csv.h"
#include "heartlab/core/error.h"
#include "heartlab/core/json.h"
#include "heartlab/core/log.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/toml_text.h"
#include "heartlab/search/journal.h"
#include "heartlab/search/runs.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

// A failure of this kind is the trial's own: its options diverge or do not fit.
bool is_the_trials_own(const Error& error) {
  return error.kind() == ErrorKind::kBadInput || error.kind() == ErrorKind::kUsage;
}

class Search {
 public:
  Search(const TuneOptions& options, const TrainFunction& train)
      : options_(options),
        train_(train),
        data_(options.data),
        space_(read_text(options.space), options.space.string()),
        base_(configured(options.config, options.settings)) {
    check_options(base_, data_.side());
    if (data_.subset("validation").empty()) {
      fail(ErrorKind::kUsage, "{}: trials are judged on the validation side, which is empty",
           data_.path().string());
    }
    for (int number = 1; number <= options.trials; ++number) {
      Generator generator = Generator(options.seed).fork(static_cast<std::uint64_t>(number));
      Trial trial;
      trial.number = number;
      trial.settings = space_.draw(generator);
      trials_.push_back(std::move(trial));
    }
  }

  std::vector<Trial> run() {
    const FolderLock lock = open_results(options_.out, manifest(), options_.resume);
    TuneJournal journal(options_.out / "journal.jsonl");
    std::vector<int> running;
    for (const auto& trial : trials_) running.push_back(trial.number);
    for (int rung = 1; rung <= options_.rungs; ++rung) {
      for (const int number : running) climb(trial_of(number), rung, journal);
      write_table();
      std::vector<Trial> here;
      for (const int number : running) here.push_back(trial_of(number));
      const std::vector<int> next = survivors(here, options_.keep);
      for (const int number : running) {
        const bool last = rung == options_.rungs;
        if (last || std::ranges::find(next, number) == next.end()) drop_checkpoints(number);
      }
      if (next.empty()) {
        fail(ErrorKind::kBadInput, "rung {} of {}: every trial failed, the first with: {}", rung,
             options_.rungs, here.front().failure);
      }
      info("rung {} of {}: {} trials, the best {:.4f} (trial {})", rung, options_.rungs,
           running.size(), trial_of(next.front()).score, next.front());
      running = next;
    }
    write_best();
    return trials_;
  }

 private:
  Trial& trial_of(int number) { return trials_[static_cast<std::size_t>(number - 1)]; }

  Path folder_of(int number) const { return options_.out / fmt::format("trial-{:03}", number); }

  TrainOptions options_of(const Trial& trial, int rung) const {
    TrainOptions options = base_;
    apply_settings(trial.settings, options, options_.space.string());
    // A run that goes on has had its warm-up; one of its own keeps it in proportion.
    const bool own = !goes_on(options);
    options.iterations = rung_iterations(base_.iterations, rung, options_.rungs);
    if (own) {
      options.warm_up =
          static_cast<int>(std::lround(std::ldexp(options.warm_up, rung - options_.rungs)));
    }
    return options;
  }

  void climb(Trial& trial, int rung, TuneJournal& journal) {
    if (journal.recall(trial, rung)) return;
    const TrainOptions options = options_of(trial, rung);
    TrainRequest request;
    request.out =
        folder_of(trial.number) / (goes_on(options) ? "run" : fmt::format("rung-{}", rung));
    request.resume = has_checkpoints(request.out);
    request.device = options_.device;
    info("trial {}, rung {} of {}: {}", trial.number, rung, options_.rungs, text_of(trial));
    trial.rung = rung;
    bool started = false;
    request.after_start = [&] { started = true; };
    try {
      const TrainSummary summary = train_(data_, options, request);
      trial.iterations = summary.iterations;
      trial.score = summary.best_score;
      trial.best_iteration = summary.best_iteration;
    } catch (const Error& error) {
      if (!is_the_trials_own(error)) throw;
      if (request.resume && !started) {
        fail(error.kind(),
             "trial {} cannot go on: {}; with its folder {} removed, --resume trains it anew",
             trial.number, error.what(), request.out.string());
      }
      trial.score = -1;
      trial.failure = error.what();
      warn("trial {} failed: {}", trial.number, error.what());
    }
    journal.add(trial);
  }

  static std::string text_of(const Trial& trial) {
    std::vector<std::string> texts;
    for (const auto& [key, items] : trial.settings) {
      texts.push_back(fmt::format("{} = {}", key, fmt::join(items, ",")));
    }
    return fmt::format("{}", fmt::join(texts, ", "));
  }

  // A trial that goes no further needs none.
  void drop_checkpoints(int number) const {
    if (!std::filesystem::exists(folder_of(number))) return;
    for (const auto& run : std::filesystem::directory_iterator(folder_of(number))) {
      std::filesystem::remove_all(run.path() / "checkpoints");
    }
  }

  Json manifest() const {
    Json json = make_manifest("tune");
    json["data_sha256"] = sha256_of_file(data_.path());
    json["base"] = TrainOptions(base_).table().to_json();
    json["space"] = parse_toml(read_text(options_.space), options_.space.string());
    json["trials"] = options_.trials;
    json["rungs"] = options_.rungs;
    json["keep"] = options_.keep;
    json["seed"] = options_.seed;
    return json;
  }

  void write_table() const {
    std::vector<std::string> head = {"trial", "rung", "iterations", "score", "best_iteration"};
    for (const auto& key : space_.keys()) head.push_back(key);
    head.push_back("failure");
    std::string text = csv_line(head);
    for (const auto& trial : trials_) {
      std::vector<std::string> fields = {std::to_string(trial.number), std::to_string(trial.rung),
                                         std::to_string(trial.iterations),
                                         trial.score < 0 ? "" : fmt::format("{:.6f}", trial.score),
                                         std::to_string(trial.best_iteration)};
      for (const auto& setting : trial.settings) {
        fields.push_back(fmt::format("{}", fmt::join(setting.items, ",")));
      }
      fields.push_back(trial.failure);
      text += csv_line(fields);
    }
    write_text(options_.out / "trials.csv", text);
  }

  void write_best() const {
    const Trial& best = best_of(trials_);
    TrainOptions options = options_of(best, options_.rungs);
    write_text(options_.out / "best.toml",
               fmt::format("# Trial {} of {} by heartlab tune: validation {} {:.4f}\n", best.number,
                           options_.trials, options.best_by, best.score) +
                   toml_text(options.table().to_json()));
  }

  const TuneOptions& options_;
  const TrainFunction& train_;
  Dataset data_;
  SearchSpace space_;
  TrainOptions base_;
  std::vector<Trial> trials_;
};

}  // namespace

OptionTable TuneOptions::table() {
  OptionTable table;
  table.add("data", data, "Data set made by heartlab prepare; its validation side judges")
      .required();
  table.add("config", config, "TOML file of training options; empty: the study's DeepLabv3");
  table.add("set", settings, "key=value, over the configuration; may be given several times")
      .whole_words();
  table
      .add("space", space,
           "TOML file: for each training option to try a list of choices, or { min, max, log }")
      .required();
  table.add("trials", trials, "Settings to draw and try").range(1, 10000);
  table.add("rungs", rungs, "Lengths to train at; each has twice the iterations of the one before")
      .range(1, 12);
  table.add("keep", keep, "Share of a rung's trials, the best, that go on to the next")
      .range(0.01, 1);
  table.add("seed", seed, "Seed of what is drawn");
  table.add("resume", resume, "Go on with the search in --out");
  table.add("device", device, "Where to compute").one_of({"auto", "cpu", "cuda"});
  table.add("out", out, "Folder for the trials, trials.csv and best.toml").required();
  return table;
}

std::vector<int> rung_iterations(const std::vector<int>& whole, int rung, int rungs) {
  std::vector<int> iterations;
  for (const int count : whole) {
    iterations.push_back(
        std::max(1, static_cast<int>(std::lround(std::ldexp(count, rung - rungs)))));
  }
  return iterations;
}

std::vector<int> survivors(const std::vector<Trial>& trials, double keep) {
  std::vector<const Trial*> good;
  for (const auto& trial : trials) {
    if (trial.failure.empty()) good.push_back(&trial);
  }
  std::ranges::stable_sort(good, [](const Trial* a, const Trial* b) {
    return a->score != b->score ? a->score > b->score : a->number < b->number;
  });
  const auto count =
      static_cast<std::size_t>(std::ceil(keep * static_cast<double>(trials.size()) - 1e-9));
  std::vector<int> numbers;
  for (std::size_t i = 0; i < std::min(good.size(), std::max<std::size_t>(1, count)); ++i) {
    numbers.push_back(good[i]->number);
  }
  return numbers;
}

bool goes_on(const TrainOptions& options) {
  return options.phases() == 1 && for_phase(options.schedules, 0) == "fixed";
}

std::vector<Trial> tune(const TuneOptions& options, const TrainFunction& train) {
  return Search(options, train).run();
}

const Trial& best_of(const std::vector<Trial>& trials) {
  return *std::ranges::max_element(trials, [](const Trial& a, const Trial& b) {
    if (a.failure.empty() != b.failure.empty()) return b.failure.empty();
    if (a.rung != b.rung) return a.rung < b.rung;
    return a.score != b.score ? a.score < b.score : a.number > b.number;
  });
}

}  // namespace heartlab
