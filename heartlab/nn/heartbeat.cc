#include "heartlab/nn/heartbeat.h"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
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
  store.set(key, std::vector<std::uint8_t>(text.begin(), text.end()));
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

struct Heartbeat::State {
  Ranks ranks;
  std::string machine;
  std::mutex mutex;
  std::condition_variable changed;
  // All under the mutex.
  bool stop = false;
  bool doubt = false;                         // a call has failed
  bool running = true;                        // the thread
  std::string who;                            // is lost
  Clock::time_point answered = Clock::now();  // when the store last did

  void beat(const OpenStore& open_store);
  void learn(const std::string& said);
  bool store_is_silent(Clock::duration for_long) const {
    return running && Clock::now() - answered > for_long;
  }
  std::string without_store() const { return fmt::format("process 0 of {} is lost", ranks.size); }
};

void Heartbeat::State::beat(const OpenStore& open_store) {
  const auto store = open_store();
  set_text(*store, heartlab::machine(ranks.rank), machine);
  Round round(ranks);
  std::unique_lock lock(mutex);
  while (!stop) {
    const bool in_doubt = doubt;
    lock.unlock();
    store->add(alive(ranks.rank), 1);
    if (in_doubt || ranks.rank == 0) {
      const int silent = round.silent(*store, in_doubt ? kLostInDoubt : kLost);
      if (silent >= 0) {
        say_to_all(*store, fmt::format("process {} of {}, on {}, is lost", silent, ranks.size,
                                       text_at(*store, heartlab::machine(silent))));
      }
    }
    const std::string said = text_at(*store, kSaid);
    if (!said.empty()) learn(said);
    lock.lock();
    answered = Clock::now();
    changed.wait_for(lock, kBeat, [&] { return stop || doubt != in_doubt; });
  }
}

void Heartbeat::State::learn(const std::string& said) {
  const std::lock_guard lock(mutex);
  if (who.empty()) who = said;
  changed.notify_all();
}

Heartbeat::Heartbeat(OpenStore open_store, const Ranks& ranks, const std::string& machine)
    : state_(std::make_shared<State>()) {
  state_->ranks = ranks;
  state_->machine = machine;
  thread_ = std::thread([state = state_, open_store = std::move(open_store)] {
    try {
      state->beat(open_store);
    } catch (const std::exception&) {
      state->learn(state->without_store());
    }
    const std::lock_guard lock(state->mutex);
    state->running = false;
    state->changed.notify_all();
  });
}

Heartbeat::~Heartbeat() {
  std::unique_lock lock(state_->mutex);
  state_->stop = true;
  state_->changed.notify_all();
  const bool ended =
      state_->changed.wait_for(lock, kFindingOut, [this] { return !state_->running; });
  lock.unlock();
  ended ? thread_.join() : thread_.detach();
}

bool Heartbeat::lost() {
  const std::lock_guard lock(state_->mutex);
  if (state_->who.empty() && state_->store_is_silent(kLost)) state_->who = state_->without_store();
  return !state_->who.empty();
}

std::string Heartbeat::who_is_lost() {
  std::unique_lock lock(state_->mutex);
  state_->doubt = true;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, kFindingOut, [this] { return !state_->who.empty(); });
  if (!state_->who.empty()) return state_->who;
  if (state_->store_is_silent(kLostInDoubt)) return state_->without_store();
  return fmt::format("a process of {} is lost", state_->ranks.size);
}

}  // namespace heartlab
