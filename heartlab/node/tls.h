#pragma once

#include <memory>

#include "heartlab/node/config.h"

class DcmTLSTransportLayer;
class DcmTransportLayer;

namespace heartlab {

struct FreeTransportLayer {
  void operator()(DcmTLSTransportLayer* layer) const;
};
using TlsLayer = std::unique_ptr<DcmTLSTransportLayer, FreeTransportLayer>;

// TLS by the profile BCP 195 (PS3.15 B.9) for those who connect; a certificate that leads to a
// trusted one is demanded of them. Null where the configuration names no key. An Error names the
// file that cannot be used.
TlsLayer make_tls_layer(const NodeConfig::Receive& receive);

DcmTransportLayer* as_transport_layer(DcmTLSTransportLayer* layer);

}  // namespace heartlab
