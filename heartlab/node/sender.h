#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/node/config.h"

namespace heartlab {

// What a destination said to one result.
struct Answer {
  enum class Kind {
    kTaken,
    kRefused,      // it answered, but will not have this one
    kUnreachable,  // no answer: the connection, its set-up, or the time ran out
  };
  Kind kind = Kind::kUnreachable;
  std::string reason;  // not of kTaken
};

// Called with the index of a file and the answer to it, as soon as that is known. False: enough.
using OnAnswer = std::function<bool(std::size_t, const Answer&)>;

// Both send DICOM files one after the other, until the first that is unreachable; an Error where a
// file cannot be read. By C-STORE over one association:
void send_by_dicom(const Destination& to, const NodeConfig& config, const std::vector<Path>& files,
                   const OnAnswer& on_answer);
// By STOW-RS (PS3.18 10.5), each in a request of its own:
void send_by_web(const Destination& to, const NodeConfig& config, const std::vector<Path>& files,
                 const OnAnswer& on_answer);

}  // namespace heartlab
