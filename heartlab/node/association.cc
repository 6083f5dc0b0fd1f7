#include "heartlab/node/association.h"

#include <sys/resource.h>

#include <array>
#include <cstring>

#include "heartlab/node/deadline.h"
#include "heartlab/node/event_log.h"
#include "heartlab/node/object.h"
#include "heartlab/node/tls.h"

namespace heartlab {
namespace {

constexpr rlim_t kMostMemory = rlim_t{3} << 30;  // bytes of data of one association's process

// What is taken: images that can be segmented, in transfer syntaxes that heartlab/dicom reads, the
// cheapest to read first.
std::array<const char*, 3> accepted_classes() {
  return {UID_VerificationSOPClass, UID_MRImageStorage, UID_EnhancedMRImageStorage};
}
std::array<const char*, 9> accepted_syntaxes() {
  return {UID_LittleEndianExplicitTransferSyntax, UID_LittleEndianImplicitTransferSyntax,
          UID_BigEndianExplicitTransferSyntax,    UID_DeflatedExplicitVRLittleEndianTransferSyntax,
          UID_RLELosslessTransferSyntax,          UID_JPEGProcess14SV1TransferSyntax,
          UID_JPEGProcess14TransferSyntax,        UID_JPEGLSLosslessTransferSyntax,
          UID_JPEGLSLossyTransferSyntax};
}

void limit_resources() {
  const rlimit memory{kMostMemory, kMostMemory};
  ::setrlimit(RLIMIT_DATA, &memory);
  const rlimit no_core{0, 0};  // a core would hold a patient's image
  ::setrlimit(RLIMIT_CORE, &no_core);
}

// The association of one process, from its request to its end.
class Session {
 public:
  Session(const Reception& reception, const Caller& caller)
      : reception_(reception), caller_(caller) {}

  AssociationEnd run() {
    const NodeConfig::Receive& receive = reception_.config.receive;
    start_deadlines(static_cast<int>(AssociationEnd::kTimedOut));
    set_deadline(receive.idle_s);
    limit_resources();
    dcmExternalSocketHandle.set(caller_.socket);
    T_ASC_Network* network = nullptr;
    if (ASC_initializeNetwork(NET_ACCEPTOR, 0, receive.idle_s, &network).bad()) {
      return broken("network");
    }
    if (reception_.tls != nullptr &&
        ASC_setTransportLayer(network, as_transport_layer(reception_.tls), 0).bad()) {
      return broken("tls");
    }
    const OFCondition status =
        ASC_receiveAssociation(network, &association_, receive.pdu_bytes, nullptr, nullptr,
                               reception_.tls != nullptr, DUL_NOBLOCK, receive.idle_s);
    if (status.bad()) return broken(status.text());
    return negotiate();
  }

 private:
  AssociationEnd negotiate() {
    std::array<char, DUL_LEN_TITLE + 1> calling{}, called{};
    ASC_getAPTitles(association_->params, calling.data(), calling.size(), called.data(),
                    called.size(), nullptr, 0);
    title_ = trimmed(calling.data());
    if (!caller_.has_room) {
      return reject(ASC_RESULT_REJECTEDTRANSIENT, ASC_SOURCE_SERVICEPROVIDER_PRESENTATION_RELATED,
                    ASC_REASON_SP_PRES_LOCALLIMITEXCEEDED, "too many associations");
    }
    if (!reception_.allowed.allows(title_, caller_.address)) {
      return reject(ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
                    ASC_REASON_SU_CALLINGAETITLENOTRECOGNIZED, "calling AE title and address");
    }
    if (trimmed(called.data()) != trimmed(reception_.config.receive.ae_title)) {
      return reject(ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
                    ASC_REASON_SU_CALLEDAETITLENOTRECOGNIZED, "called AE title");
    }
    auto classes = accepted_classes();
    auto syntaxes = accepted_syntaxes();
    ASC_acceptContextsWithPreferredTransferSyntaxes(
        association_->params, classes.data(), static_cast<int>(classes.size()), syntaxes.data(),
        static_cast<int>(syntaxes.size()));
    if (ASC_acknowledgeAssociation(association_).bad()) return broken("acknowledge");
    log("association accepted");
    return serve();
  }

  AssociationEnd serve() {
    for (;;) {
      set_deadline(reception_.config.receive.idle_s);
      T_ASC_PresentationContextID context = 0;
      T_DIMSE_Message message;
      const OFCondition received = next_command(context, message);
      if (received == DUL_PEERREQUESTEDRELEASE) {
        ASC_acknowledgeRelease(association_);
        log("association released");
        return AssociationEnd::kReleased;
      }
      if (received.bad()) return abort(received.text());
      set_deadline(reception_.config.receive.object_s);
      const OFCondition answered = answer(context, message);
      if (answered.bad()) return abort(answered.text());
      if (asked_to_stop()) return abort("the node stops");
    }
  }

  OFCondition next_command(T_ASC_PresentationContextID& context, T_DIMSE_Message& message) {
    const Idle idle;
    return DIMSE_receiveCommand(association_, DIMSE_NONBLOCKING, reception_.config.receive.idle_s,
                                &context, &message, nullptr);
  }

  OFCondition answer(T_ASC_PresentationContextID context, T_DIMSE_Message& message) {
    if (message.CommandField == DIMSE_C_ECHO_RQ) {
      ++reception_.counters.echoes;
      return DIMSE_sendEchoResponse(association_, context, &message.msg.CEchoRQ,
                                    STATUS_ECHO_Success, nullptr);
    }
    if (message.CommandField == DIMSE_C_STORE_RQ) return store(context, message.msg.CStoreRQ);
    return DIMSE_BADCOMMANDTYPE;  // nothing else was negotiated
  }

  OFCondition store(T_ASC_PresentationContextID context, T_DIMSE_C_StoreRQ& request) {
    if (request.DataSetType == DIMSE_DATASET_NULL) return DIMSE_BADCOMMANDTYPE;
    const ObjectOutcome outcome = receive_object(*association_, context, request, reception_);
    if (outcome.connection.bad()) return outcome.connection;
    T_DIMSE_C_StoreRSP response{};
    response.MessageIDBeingRespondedTo = request.MessageID;
    response.DimseStatus = outcome.status;
    response.DataSetType = DIMSE_DATASET_NULL;
    OFStandard::strlcpy(response.AffectedSOPClassUID, request.AffectedSOPClassUID,
                        sizeof response.AffectedSOPClassUID);
    OFStandard::strlcpy(response.AffectedSOPInstanceUID, request.AffectedSOPInstanceUID,
                        sizeof response.AffectedSOPInstanceUID);
    response.opts = O_STORE_AFFECTEDSOPCLASSUID | O_STORE_AFFECTEDSOPINSTANCEUID;
    return DIMSE_sendStoreResponse(association_, context, &request, &response, nullptr);
  }

  AssociationEnd reject(T_ASC_RejectParametersResult result, T_ASC_RejectParametersSource source,
                        T_ASC_RejectParametersReason reason, const char* why) {
    T_ASC_RejectParameters parameters{result, source, reason};
    ASC_rejectAssociation(association_, &parameters);
    ++reception_.counters.associations_rejected;
    log_event("association rejected",
              {{"peer", title_}, {"address", caller_.address_text}, {"reason", why}});
    return AssociationEnd::kRejected;
  }

  AssociationEnd abort(const char* why) {
    ASC_abortAssociation(association_);
    return broken(why);
  }

  AssociationEnd broken(const char* why) {
    log_event("association broken",
              {{"peer", title_}, {"address", caller_.address_text}, {"reason", why}});
    return AssociationEnd::kBroken;
  }

  void log(const char* event) {
    log_event(event, {{"peer", title_}, {"address", caller_.address_text}});
  }

  const Reception& reception_;
  const Caller& caller_;
  T_ASC_Association* association_ = nullptr;  // freed with the process
  std::string title_;
};

}  // namespace

AssociationEnd serve_association(const Reception& reception, const Caller& caller) {
  return Session(reception, caller).run();
}

}  // namespace heartlab
