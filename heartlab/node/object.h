#pragma once

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/dimse.h>

#include <string>

#include "heartlab/node/association.h"

namespace heartlab {

// What came of one C-STORE request.
struct ObjectOutcome {
  OFCondition connection = EC_Normal;  // bad: the association is over
  Uint16 status = STATUS_STORE_Success;
};

// Receives the data set that follows `request` and puts it into the spool. The data set is read to
// its end whatever becomes of it, so that a refusal can be answered: A700 where the disk is full or
// the object too large, A900 where it is not what the request said, C000 where it does not parse,
// 0111 where another object is kept under its identity.
ObjectOutcome receive_object(T_ASC_Association& association, T_ASC_PresentationContextID context,
                             const T_DIMSE_C_StoreRQ& request, const Reception& reception);

}  // namespace heartlab
