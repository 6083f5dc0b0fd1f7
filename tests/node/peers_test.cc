#include "heartlab/node/peers.h"

#include <gtest/gtest.h>

#include "heartlab/node/destination.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

TEST(AllowList, a_title_is_allowed_from_its_own_address_alone) {
  const AllowList list({"SCANNER1@10.0.0.5", "VIEWER@10.0.0.6"});
  EXPECT_TRUE(list.allows("SCANNER1", parse_address("10.0.0.5")));
  EXPECT_FALSE(list.allows("SCANNER1", parse_address("10.0.0.6")));
  EXPECT_FALSE(list.allows("scanner1", parse_address("10.0.0.5")));
  EXPECT_FALSE(list.allows("", parse_address("10.0.0.5")));
}

TEST(AllowList, a_network_holds_its_addresses_and_no_other) {
  const AllowList list({"MR@192.168.1.77/24"});
  EXPECT_TRUE(list.allows("MR", parse_address("192.168.1.1")));
  EXPECT_TRUE(list.allows("MR", parse_address("192.168.1.255")));
  EXPECT_FALSE(list.allows("MR", parse_address("192.168.2.1")));
}

TEST(AllowList, spaces_around_a_title_do_not_count) {
  const AllowList list({"MR ONE@10.0.0.5"});
  EXPECT_TRUE(list.allows("  MR ONE  ", parse_address("10.0.0.5")));
}

TEST(AllowList, an_empty_list_allows_nobody) {
  const AllowList list({});
  EXPECT_FALSE(list.knows_address(parse_address("127.0.0.1")));
  EXPECT_FALSE(list.allows("ANY", parse_address("127.0.0.1")));
}

TEST(AllowList, an_address_of_no_peer_is_not_known) {
  const AllowList list({"MR@192.168.1.0/24"});
  EXPECT_TRUE(list.knows_address(parse_address("192.168.1.9")));
  EXPECT_FALSE(list.knows_address(parse_address("192.168.0.9")));
}

TEST(AllowList, what_does_not_parse_is_named) {
  for (const char* peer : {"SCANNER", "@10.0.0.1", "A@10.0.0", "A@host", "A@10.0.0.1/33",
                           "A@10.0.0.1/0", "A@10.0.0.1/", "A@", "SEVENTEEN-LETTERS@10.0.0.1"}) {
    expect_error(ErrorKind::kUsage, {"receive.peers", peer}, [&] { AllowList list({peer}); });
  }
}

TEST(Destination, each_protocol_is_parsed_to_its_parts) {
  const Destination dicom = parse_destination("dicom://ORTHANC@127.0.0.1:4242");
  EXPECT_EQ(dicom.ae_title, "ORTHANC");
  EXPECT_EQ(dicom.host, "127.0.0.1");
  EXPECT_EQ(dicom.port, 4242);
  EXPECT_FALSE(dicom.is_web());
  const Destination web = parse_destination("https://pacs.example/dicom-web/");
  EXPECT_EQ(web.host, "pacs.example");
  EXPECT_EQ(web.port, 443);
  EXPECT_EQ(web.path, "/dicom-web");
  EXPECT_TRUE(web.is_web());
  EXPECT_EQ(parse_destination("http://localhost:8042/dicom-web").port, 8042);
}

TEST(Destination, what_does_not_parse_is_named) {
  for (const char* text : {"ORTHANC@host:1", "ftp://A@host:1", "dicom://host:104", "dicom://A@host",
                           "dicom://A@host:0", "dicom://A@host:70000", "dicom://A@host:1/path",
                           "http://A@host/", "http://", "dicom://@host:1"}) {
    expect_error(ErrorKind::kUsage, {text}, [&] { parse_destination(text); });
  }
}

}  // namespace
}  // namespace heartlab
