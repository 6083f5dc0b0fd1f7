#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace heartlab {

// What /metrics tells, in memory that the listener, its associations and the node share.
struct Counters {
  using Count = std::atomic<std::uint64_t>;
  Count associations{0}, associations_open{0}, associations_rejected{0}, associations_broken{0};
  Count objects{0}, object_bytes{0}, duplicates{0}, echoes{0};
  Count refused_disk{0}, refused_size{0}, refused_content{0};
  Count series_waiting{0}, series_complete{0}, series_processed{0}, processing_failures{0};
  Count series_set_aside{0}, series_without_result{0};
  Count results_waiting{0}, results_sent{0}, send_failures{0}, results_refused{0},
      results_given_up{0};
  Count spool_bytes{0};
  static_assert(Count::is_always_lock_free);  // else it could not be shared by processes
};

// Zeroed, shared with every process forked from now on, there until the process ends.
Counters& shared_counters();

// The text format of Prometheus (version 0.0.4).
std::string prometheus_text(const Counters& counters);

}  // namespace heartlab
