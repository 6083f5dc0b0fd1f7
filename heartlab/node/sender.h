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
    kUnreachable,  // no answer, or one that it takes nothing now, whatever it is
  };
  Kind kind = Kind::kUnreachable;
  std::string reason;  // not of kTaken
};

// Who is told how the sending of several files goes, by the index of each.
struct Exchange {
  std::function<void(std::size_t)> before;                 // before its first byte leaves
  std::function<bool(std::size_t, const Answer&)> answer;  // false: enough
};

// Both send DICOM files one after the other, until the first that is unreachable; an Error where a
// file cannot be read. By C-STORE over one association:
void send_by_dicom(const Destination& to, const NodeConfig& config, const std::vector<Path>& files,
                   const Exchange& exchange);
// By STOW-RS (PS3.18 10.5), each in a request of its own:
void send_by_web(const Destination& to, const NodeConfig& config, const std::vector<Path>& files,
                 const Exchange& exchange);

struct ResultIdentity {
  std::string study, series, instance;
};
// An Error where it is no DICOM file that states them.
ResultIdentity result_identity(const Path& file);

// Whether a destination has an object. Where it cannot be asked such a question, kNo.
enum class Holds { kYes, kNo, kUnreachable };
struct Asked {
  Holds holds = Holds::kUnreachable;
  std::string status;  // of the answer; empty where there was none
};
// By C-FIND at the level of images (PS3.4 C.6.2):
Asked ask_by_dicom(const Destination& to, const NodeConfig& config, const ResultIdentity& object);
// By QIDO-RS (PS3.18 10.6):
Asked ask_by_web(const Destination& to, const NodeConfig& config, const ResultIdentity& object);

}  // namespace heartlab
