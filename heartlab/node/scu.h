#pragma once

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmnet/scu.h>

#include <memory>
#include <set>
#include <string>

#include "heartlab/node/config.h"

namespace heartlab {

// Who calls a DICOM destination: titles, address, time limits and, for dicoms://, certificates are
// set. `classes`: SOP classes to negotiate, in little endian, explicit or implicit.
std::unique_ptr<DcmSCU> make_scu(const Destination& to, const NodeConfig& config,
                                 const std::set<std::string>& classes);

// Opens the association.
OFCondition connect(DcmSCU& scu);

}  // namespace heartlab
