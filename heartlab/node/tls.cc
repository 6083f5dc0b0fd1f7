#include "heartlab/node/tls.h"

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmtls/tlslayer.h>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

void require(const OFCondition& status, const Path& file) {
  if (status.good()) return;
  fail(ErrorKind::kBadInput, "{}: cannot be used for TLS: {}", file.string(), status.text());
}

}  // namespace

void FreeTransportLayer::operator()(DcmTLSTransportLayer* layer) const { delete layer; }

TlsLayer make_tls_layer(const NodeConfig::Receive& receive) {
  if (receive.tls_key.empty()) return nullptr;
  TlsLayer layer(new DcmTLSTransportLayer(NET_ACCEPTOR, nullptr, OFTrue));
  require(layer->setPrivateKeyFile(receive.tls_key.c_str(), DCF_Filetype_PEM), receive.tls_key);
  require(layer->setCertificateFile(receive.tls_certificate.c_str(), DCF_Filetype_PEM),
          receive.tls_certificate);
  if (!layer->checkPrivateKeyMatchesCertificate()) {
    fail(ErrorKind::kBadInput, "{}: is not the key of {}", receive.tls_key.string(),
         receive.tls_certificate.string());
  }
  require(layer->addTrustedCertificateFile(receive.tls_trusted.c_str(), DCF_Filetype_PEM),
          receive.tls_trusted);
  require(layer->setTLSProfile(TSP_Profile_BCP195), receive.tls_key);
  require(layer->activateCipherSuites(), receive.tls_key);
  layer->setCertificateVerification(DCV_requireCertificate);
  return layer;
}

DcmTransportLayer* as_transport_layer(DcmTLSTransportLayer* layer) { return layer; }

}  // namespace heartlab
