#include "heartlab/search/journal.h"

#include <filesystem>
#include <sstream>

#include "heartlab/core/json.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;
using Done = std::map<std::pair<int, int>, Trial>;

Done read(const Path& file) {
  Done done;
  if (!std::filesystem::exists(file)) return done;
  const std::string text = read_text(file);
  const std::string whole = text.substr(0, text.rfind('\n') + 1);
  if (whole.size() < text.size()) write_text(file, whole);
  std::istringstream lines(whole);
  for (std::string line; std::getline(lines, line);) {
    const Json json = parse_json<Json>(line, file.string());
    try {
      Trial trial;
      trial.number = json.at("trial").get<int>();
      trial.rung = json.at("rung").get<int>();
      trial.iterations = json.at("iterations").get<int>();
      trial.score = json.at("score").get<double>();
      trial.best_iteration = json.at("best_iteration").get<int>();
      trial.failure = json.at("failure").get<std::string>();
      done[{trial.number, trial.rung}] = trial;
    } catch (const Json::exception& error) {
      fail(ErrorKind::kBadInput, "{}: not a search's journal: {}", file.string(), error.what());
    }
  }
  return done;
}

}  // namespace

TuneJournal::TuneJournal(const Path& file) : done_(read(file)), file_(file) {}

bool TuneJournal::recall(Trial& trial, int rung) const {
  const auto found = done_.find({trial.number, rung});
  if (found == done_.end()) return false;
  const auto settings = std::move(trial.settings);
  trial = found->second;
  trial.settings = settings;
  return true;
}

void TuneJournal::add(const Trial& trial) {
  const Json json = {{"trial", trial.number},
                     {"rung", trial.rung},
                     {"iterations", trial.iterations},
                     {"score", trial.score},
                     {"best_iteration", trial.best_iteration},
                     {"failure", trial.failure}};
  file_.append(json.dump() + "\n");
}

}  // namespace heartlab
