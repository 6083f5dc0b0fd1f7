#pragma once

#include <cstdint>

#include "heartlab/node/sender.h"

namespace heartlab {

// What the status of an answer means for a result. An answer that speaks of the destination and not
// of the result (no room, no permission, not there now) counts as unreachable: it is asked again
// for as long as it takes.

// Of C-STORE (PS3.4 B.2.3, PS3.7 C). Of the warnings the object is kept all the same.
Answer::Kind kind_of_store_status(std::uint16_t status);
// Of STOW-RS (PS3.18 10.5.3.1). An answer that takes some objects lists the others.
Answer::Kind kind_of_http_status(int status);

// Of the last response to C-FIND (PS3.4 C.4.1.1.4); `found`: an earlier one carried a match.
Holds holds_by_find_status(std::uint16_t status, bool found);
// Of QIDO-RS (PS3.18 10.6.3.1); `found`: the answer lists a match.
Holds holds_by_http_status(int status, bool found);

}  // namespace heartlab
