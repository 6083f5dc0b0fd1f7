#include "heartlab/node/counters.h"

#include <sys/mman.h>

#include <new>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

struct Metric {
  const char* name;
  const char* type;
  const char* help;
  Counters::Count Counters::*count;
};

constexpr Metric kMetrics[] = {
    {"associations_total", "counter", "Associations asked for", &Counters::associations},
    {"associations_open", "gauge", "Associations open now", &Counters::associations_open},
    {"associations_rejected_total", "counter", "Associations rejected",
     &Counters::associations_rejected},
    {"associations_broken_total", "counter", "Associations that ended by abort, timeout or crash",
     &Counters::associations_broken},
    {"echoes_total", "counter", "C-ECHO requests answered", &Counters::echoes},
    {"objects_received_total", "counter", "Objects received and kept", &Counters::objects},
    {"object_bytes_received_total", "counter", "Their bytes", &Counters::object_bytes},
    {"objects_duplicate_total", "counter", "Objects that were there already",
     &Counters::duplicates},
    {"objects_refused_disk_total", "counter", "Objects refused for want of disk",
     &Counters::refused_disk},
    {"objects_refused_size_total", "counter", "Objects refused as too large",
     &Counters::refused_size},
    {"objects_refused_content_total", "counter", "Objects refused for their content",
     &Counters::refused_content},
    {"series_waiting", "gauge", "Series not complete, or not processed yet",
     &Counters::series_waiting},
    {"series_complete_total", "counter", "Series that became complete", &Counters::series_complete},
    {"series_processed_total", "counter", "Series processed", &Counters::series_processed},
    {"series_without_result_total", "counter", "Series on which nothing was drawn",
     &Counters::series_without_result},
    {"processing_failures_total", "counter", "Tries to process a series that failed",
     &Counters::processing_failures},
    {"series_set_aside", "gauge", "Series set aside after their last try",
     &Counters::series_set_aside},
    {"results_waiting", "gauge", "Results that wait to be sent", &Counters::results_waiting},
    {"results_sent_total", "counter", "Results that a destination acknowledged",
     &Counters::results_sent},
    {"send_failures_total", "counter", "Tries to reach a destination that failed",
     &Counters::send_failures},
    {"results_refused_total", "counter", "Refusals of a result by a destination",
     &Counters::results_refused},
    {"results_given_up", "gauge", "Results left unsent, as a destination refused them too often",
     &Counters::results_given_up},
    {"spool_bytes", "gauge", "Bytes in the spool", &Counters::spool_bytes},
};

}  // namespace

Counters& shared_counters() {
  void* memory =
      ::mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail_errno("share", "memory");
  return *new (memory) Counters;
}

std::string prometheus_text(const Counters& counters) {
  std::string text;
  for (const auto& metric : kMetrics) {
    text += fmt::format("# HELP heartlab_node_{0} {2}\n# TYPE heartlab_node_{0} {1}\n", metric.name,
                        metric.type, metric.help);
    text += fmt::format("heartlab_node_{} {}\n", metric.name, (counters.*metric.count).load());
  }
  return text;
}

}  // namespace heartlab
