#include "heartlab/core/error.h"
#include "heartlab/dicom/attributes.h"
#include "heartlab/dicom/load.h"
#include "heartlab/node/scu.h"
#include "heartlab/node/sender.h"
#include "heartlab/node/statuses.h"

namespace heartlab {
namespace {

using Responses = OFList<QRResponse*>;

void put(DcmDataset& query, const DcmTagKey& tag, const std::string& value) {
  query.putAndInsertString(tag, value.c_str());
}

// What the responses say, the last of which ends the search; they are deleted.
Asked said_by(Responses& responses) {
  bool found = false;
  Uint16 status = STATUS_FIND_Pending_MatchesAreContinuing;
  while (!responses.empty()) {
    const std::unique_ptr<QRResponse> response(responses.front());
    responses.pop_front();
    found = found || response->m_dataset != nullptr;
    status = response->m_status;
  }
  return {holds_by_find_status(status, found), fmt::format("C-FIND status {:04X}", status)};
}

}  // namespace

ResultIdentity result_identity(const Path& file) {
  ResultIdentity object;
  with_data_set(file, [&](DcmDataset& data) {
    object = {text_of(data, DCM_StudyInstanceUID), text_of(data, DCM_SeriesInstanceUID),
              text_of(data, DCM_SOPInstanceUID)};
  });
  if (object.study.empty() || object.series.empty() || object.instance.empty()) {
    fail(ErrorKind::kBadInput, "{}: expected study, series and SOP instance UID", file.string());
  }
  return object;
}

Asked ask_by_dicom(const Destination& to, const NodeConfig& config, const ResultIdentity& object) {
  const char* const find = UID_FINDStudyRootQueryRetrieveInformationModel;
  const auto scu = make_scu(to, config, {find});
  const OFCondition status = connect(*scu);
  if (status == NET_EC_NoAcceptablePresentationContexts) {
    return {Holds::kNo, "no presentation context for C-FIND"};
  }
  if (status.bad()) return {};
  DcmDataset query;
  put(query, DCM_QueryRetrieveLevel, "IMAGE");
  put(query, DCM_StudyInstanceUID, object.study);
  put(query, DCM_SeriesInstanceUID, object.series);
  put(query, DCM_SOPInstanceUID, object.instance);
  Responses responses;
  const OFCondition asked =
      scu->sendFINDRequest(scu->findPresentationContextID(find, ""), &query, &responses);
  Asked said = said_by(responses);
  if (scu->isConnected()) scu->releaseAssociation();
  return asked.bad() ? Asked() : said;
}

}  // namespace heartlab
