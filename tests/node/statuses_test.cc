#include "heartlab/node/statuses.h"

#include <gtest/gtest.h>

namespace heartlab {
namespace {

using Kind = Answer::Kind;

TEST(Statuses, a_success_or_a_warning_of_a_store_means_that_it_is_kept) {
  for (const int status : {0x0000, 0xb000, 0xb006, 0xb007}) {
    EXPECT_EQ(kind_of_store_status(static_cast<std::uint16_t>(status)), Kind::kTaken) << status;
  }
}

TEST(Statuses, a_destination_that_is_full_or_lets_nobody_in_refuses_no_result) {
  for (const int status : {0xa700, 0xa701, 0x0213, 0x0124}) {
    EXPECT_EQ(kind_of_store_status(static_cast<std::uint16_t>(status)), Kind::kUnreachable)
        << status;
  }
  for (const int status : {401, 403, 404, 408, 429, 500, 503, 507}) {
    EXPECT_EQ(kind_of_http_status(status), Kind::kUnreachable) << status;
  }
}

TEST(Statuses, what_is_said_of_the_result_itself_is_a_refusal) {
  for (const int status : {0x0110, 0x0122, 0xa900, 0xc000}) {
    EXPECT_EQ(kind_of_store_status(static_cast<std::uint16_t>(status)), Kind::kRefused) << status;
  }
  for (const int status : {400, 409, 413, 415}) {
    EXPECT_EQ(kind_of_http_status(status), Kind::kRefused) << status;
  }
}

TEST(Statuses, a_search_that_failed_does_not_say_that_nothing_is_there) {
  EXPECT_EQ(holds_by_find_status(0x0000, true), Holds::kYes);
  EXPECT_EQ(holds_by_find_status(0x0000, false), Holds::kNo);
  for (const int status : {0xa700, 0xc000, 0xc001, 0xfe00, 0xff00, 0x0110, 0x0124}) {
    EXPECT_EQ(holds_by_find_status(static_cast<std::uint16_t>(status), false), Holds::kUnreachable)
        << status;
  }
  EXPECT_EQ(holds_by_http_status(200, true), Holds::kYes);
  for (const int status : {200, 204, 404}) {
    EXPECT_EQ(holds_by_http_status(status, false), Holds::kNo) << status;
  }
  for (const int status : {301, 400, 401, 403, 429, 500, 503}) {
    EXPECT_EQ(holds_by_http_status(status, false), Holds::kUnreachable) << status;
  }
}

TEST(Statuses, where_such_a_question_is_not_answered_at_all_the_result_is_sent_again) {
  for (const int status : {0x0122, 0x0211, 0xa900}) {
    EXPECT_EQ(holds_by_find_status(static_cast<std::uint16_t>(status), false), Holds::kNo)
        << status;
  }
  for (const int status : {405, 501}) EXPECT_EQ(holds_by_http_status(status, false), Holds::kNo);
}

}  // namespace
}  // namespace heartlab
