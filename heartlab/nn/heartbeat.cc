#include "heartlab/nn/heartbeat.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

namespace heartlab {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kBeat = 1s;
constexpr auto kLost = 30s;
constexpr auto kLostInDoubt = 5s;
constexpr auto kFindingOut = 10s;
constexpr const char* kSaid = "lost";  // key of what everybody should know

std::string alive(int rank) { return "alive/" + std::to_string(rank); }
std::string machine(int rank) { return "machine/" + std::to_string(rank); }

std::string text_at(c10d::Store& store, const std::string& key) {
  if (!store.check({key})) return "";
  const auto bytes = store.get(key);
  return {bytes.begin(), bytes.end()};
}

void set_text(c10d::Store& store, const std::string& key, const std::string& text) {
  store.set(key, {text.begin(), text.end()});
}

}  // namespace

void say_to_all(c10d::Store& store, const std::string& who) {
  if (!store.check({kSaid})) set_text(store, kSaid, who);
}

// What is known of the others' counts.
class Heartbeat::Round {
 public:
  explicit Round(const Ranks& ranks)
      : ranks_(ranks),
        counts_(static_cast<std::size_t>(ranks.size), 0),
        changed_(static_cast<std::size_t>(ranks.size), Clock::now()) {}

  // The first process whose count has stood still for so long; -1: none.
  int silent(c10d::Store& store, Clock::duration for_long) {
    int found = -1;
    for (int rank = ranks_.size - 1; rank >= 0; --rank) {
      const auto place = static_cast<std::size_t>(rank);
      const auto count = store.add(alive(rank), 0);
      if (std::exchange(counts_[place], count) != count) changed_[place] = Clock::now();
      if (Clock::now() - changed_[place] > for_long) found = rank;
    }
    return found;
  }

 private:
  Ranks ranks_;
  std::vector<std::int64_t> counts_;
  std::vector<Clock::time_point> changed_;
};

Heartbeat::Heartbeat(OpenStore open_store, const Ranks& ranks, const std::string& machine)
    : ranks_(ranks), machine_(machine) {
  thread_ = std::thread([this, open_store = std::move(open_store)] {
    try {
      run(open_store);
    } catch (const std::exception&) {
      learn(fmt::format("process 0 of {} is lost", ranks_.size));  // its store does not answer
    }
  });
}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Heartbeat::run(const OpenStore& open_store) {
  const auto store = open_store();
  set_text(*store, machine(ranks_.rank), machine_);
  Round round(ranks_);
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const bool doubt = doubt_;
    lock.unlock();
    store->add(alive(ranks_.rank), 1);
    if (doubt || ranks_.rank == 0) {
      const int silent = round.silent(*store, doubt ? kLostInDoubt : kLost);
      if (silent >= 0) {
        say_to_all(*store, fmt::format("process {} of {}, on {}, is lost", silent, ranks_.size,
                                       text_at(*store, machine(silent))));
      }
    }
    const std::string said = text_at(*store, kSaid);
    if (!said.empty()) learn(said);
    lock.lock();
    changed_.wait_for(lock, kBeat, [&] { return stop_ || doubt_ != doubt; });
  }
}

void Heartbeat::learn(const std::string& who) {
  {
    const std::lock_guard lock(mutex_);
    if (who_.empty()) who_ = who;
  }
  lost_ = true;
  changed_.notify_all();
}

std::string Heartbeat::who_is_lost() {
  std::unique_lock lock(mutex_);
  doubt_ = true;
  changed_.notify_all();
  changed_.wait_for(lock, kFindingOut, [&] { return !who_.empty(); });
  return who_.empty() ? fmt::format("a process of {} is lost", ranks_.size) : who_;
}

}  // namespace heartlab
