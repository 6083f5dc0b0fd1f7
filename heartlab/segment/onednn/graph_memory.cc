// What a graph keeps in memory: its weights, and the plan of its workspaces.
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>

#include "heartlab/core/manifest.h"
#include "heartlab/core/threads.h"
#include "heartlab/segment/onednn/graph_parts.h"
#include "heartlab/segment/onednn/own_threads.h"

namespace heartlab::onednn {
namespace {

constexpr std::size_t kAlignment = 64;  // bytes
// Tiles read that far beyond a tensor.
constexpr std::size_t kBeyond = std::size_t{kBlock} * kRowBytes;

std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// How numbers lie, in words; nothing where they lie in no blocks.
std::optional<std::string> text_of(const memory::desc& layout) {
  const auto& data = layout.data;
  if (data.format_kind != dnnl_blocked) return {};
  const auto& blocks = data.format_desc.blocking;
  const auto count = static_cast<std::size_t>(data.ndims);
  const auto inner = static_cast<std::size_t>(blocks.inner_nblks);
  return fmt::format("type {}, {} in {} at {}, blocks {} of {}, extra {} {} {} {}",
                     static_cast<int>(data.data_type), fmt::join(data.dims, data.dims + count, "x"),
                     fmt::join(data.padded_dims, data.padded_dims + count, "x"),
                     fmt::join(blocks.strides, blocks.strides + count, " "),
                     fmt::join(blocks.inner_blks, blocks.inner_blks + inner, " "),
                     fmt::join(blocks.inner_idxs, blocks.inner_idxs + inner, " "), data.extra.flags,
                     data.extra.compensation_mask, data.extra.scale_adjust,
                     data.extra.asymm_compensation_mask);
}

}  // namespace

void Graph::finish(int threads, const WeightsOrigin& origin) {
  find_weights(threads, origin);
  plan_memory();
}

std::optional<std::string> Graph::layouts() const {
  const auto* library = dnnl::version();
  std::string text = fmt::format("heartlab {}, oneDNN {}.{}.{} {}, instructions {}\n", version(),
                                 library->major, library->minor, library->patch, library->hash,
                                 static_cast<int>(dnnl::get_effective_cpu_isa()));
  for (const auto& [operation, layer, steps, wanted] : weights_) {
    const auto layout = text_of(wanted);
    if (!layout) return {};
    text +=
        fmt::format("{} {} {} {}\n", layer.name, operations_[operation].tiles ? "tiles" : "blocks",
                    *layout, fmt::join(steps, " "));
  }
  return text;
}

void Graph::find_weights(int threads, const WeightsOrigin& origin) {
  std::size_t bytes = 0;
  std::vector<std::size_t> offsets;
  for (const auto& each : weights_) {
    offsets.push_back(bytes);
    bytes += aligned(each.wanted.get_size());
  }
  std::optional<PackedWeights> packed;
  if (origin.least_bytes > 0 && bytes >= origin.least_bytes) {
    if (const auto text = layouts()) packed.emplace(origin, *text, bytes);
  }
  if (packed) kept_weights_ = packed->open(threads);
  if (kept_weights_) {
    // Nothing writes to weights.
    auto* all = const_cast<std::uint8_t*>(PackedWeights::weights(*kept_weights_).data());
    for (std::size_t i = 0; i < offsets.size(); ++i) give_weights(i, all + offsets[i]);
  } else {
    weights_memory_ = Pages(bytes);
    read_weights(threads, offsets);
    if (packed) {
      keeping_ = std::async(std::launch::async, [packed, bytes, all = weights_memory_.at(0)] {
        packed->keep({all, bytes}, 1);
      });
    }
  }
  weights_.clear();
}

void Graph::give_weights(std::size_t which, std::uint8_t* bytes) {
  auto& constants = operations_[weights_[which].operation].constants;
  constants[DNNL_ARG_WEIGHTS] = memory(weights_[which].wanted, engine_, bytes);
}

// Each worker takes one convolution after the other and reads it alone.
void Graph::read_weights(int threads, const std::vector<std::size_t>& offsets) {
  std::size_t most = 0;
  for (const auto& each : weights_) most = std::max(most, each.layer.weight_count());
  // Each has room for the largest: more of them would fill memory and not be faster.
  constexpr std::size_t kMostWorkers = 16;
  const auto workers = std::min({static_cast<std::size_t>(threads), weights_.size(), kMostWorkers});
  std::atomic<std::size_t> next{0};
  parallel_for(workers, threads, [&](std::size_t) {
    const OwnThreads alone(1);
    dnnl::stream stream(engine_);
    const auto room = std::make_unique_for_overwrite<float[]>(most);
    for (std::size_t i = next++; i < weights_.size(); i = next++) {
      const auto& [operation, layer, steps, wanted] = weights_[i];
      const std::span<float> values = std::span(room.get(), layer.weight_count());
      layer.read_weights(values);
      if (!steps.empty()) round_to_steps(values, steps);
      give_weights(i, weights_memory_.at(offsets[i]));
      if (const auto& tiles = operations_[operation].tiles) {
        tiles->pack(values, weights_memory_.at(offsets[i]));
        continue;
      }
      const memory::desc plain(
          weights_dims(layer), Type::f32,
          layer.groups == 1 ? memory::format_tag::oihw : memory::format_tag::goihw);
      memory source(plain, engine_, values.data());
      memory result = operations_[operation].constants.at(DNNL_ARG_WEIGHTS);
      dnnl::reorder(source, result).execute(stream, source, result);
      stream.wait();
    }
  });
}

std::vector<Graph::Life> Graph::lives() const {
  std::vector<Life> lives(places_.size(), {operations_.size(), 0});
  const auto use = [&](int place, std::size_t when) {
    auto index = static_cast<std::size_t>(place);
    while (places_[index].shares >= 0) index = static_cast<std::size_t>(places_[index].shares);
    lives[index].first = std::min(lives[index].first, when);
    lives[index].last = std::max(lives[index].last, when);
  };
  use(0, 0);  // the input, which is there before the first operation
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    for (const auto& [argument, place] : operations_[i].places) use(place, i);
  }
  for (const int place : results_) use(place, operations_.size());
  return lives;
}

// The largest first, each at the lowest offset at which it meets nothing that lives when it does.
void Graph::plan_memory() {
  const std::vector<Life> life = lives();
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].shares < 0) order.push_back(i);
  }
  const auto size = [this](std::size_t i) { return aligned(places_[i].layout.get_size()); };
  std::ranges::stable_sort(order, std::greater{}, size);
  std::vector<std::size_t> placed;  // by offset
  for (const std::size_t i : order) {
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      const bool meet = life[i].first <= life[other].last && life[other].first <= life[i].last;
      if (!meet) continue;
      if (offset + size(i) <= places_[other].offset) break;
      offset = std::max(offset, places_[other].offset + size(other));
    }
    places_[i].offset = offset;
    workspace_bytes_ = std::max(workspace_bytes_, offset + size(i));
    placed.insert(std::ranges::upper_bound(placed, offset, {},
                                           [this](std::size_t k) { return places_[k].offset; }),
                  i);
  }
}

std::unique_ptr<Workspace> Graph::make_workspace() const {
  auto workspace = std::make_unique<Workspace>();
  workspace->stream = dnnl::stream(engine_);
  workspace->pages = Pages(workspace_bytes_ + kBeyond);
  for (const auto& place : places_) {
    void* bytes = place.shares < 0
                      ? workspace->pages.at(place.offset)
                      : workspace->places[static_cast<std::size_t>(place.shares)].get_data_handle();
    workspace->places.emplace_back(memory(place.layout, engine_, bytes));
  }
  std::size_t scratch_bytes = 0;
  for (const auto& operation : operations_) {
    scratch_bytes = std::max(scratch_bytes, operation.scratch.get_size());
  }
  const memory::desc bytes({static_cast<memory::dim>(std::max<std::size_t>(1, scratch_bytes))},
                           Type::u8, memory::format_tag::x);
  const memory scratch = workspace->places.emplace_back(bytes, engine_);
  for (const auto& operation : operations_) {
    auto& arguments = workspace->arguments.emplace_back(operation.constants);
    for (const auto& [argument, place] : operation.places) {
      arguments[argument] = workspace->places[static_cast<std::size_t>(place)];
    }
    arguments[DNNL_ARG_SCRATCHPAD] = memory(operation.scratch, engine_, scratch.get_data_handle());
  }
  return workspace;
}

}  // namespace heartlab::onednn
