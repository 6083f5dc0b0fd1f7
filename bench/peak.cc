#include "bench/peak.h"

#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

namespace heartlab::bench {
namespace {

using dnnl::memory;
using Type = memory::data_type;

constexpr memory::dim kRows = 1024, kDepth = 512, kColumns = 2048;

struct Types {
  Type source, weights, result;
};

Types types_of(const std::string& precision) {
  if (precision == "bf16") return {Type::bf16, Type::bf16, Type::bf16};
  if (precision == "int8") return {Type::u8, Type::s8, Type::s8};
  return {Type::f32, Type::f32, Type::f32};
}

}  // namespace

MatrixProduct make_matrix_product(const std::string& precision) try {
  const Types types = types_of(precision);
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  const auto any = [](memory::dim rows, memory::dim columns, Type type) {
    return memory::desc({rows, columns}, type, memory::format_tag::any);
  };
  const dnnl::matmul::desc description(any(kRows, kDepth, types.source),
                                       any(kDepth, kColumns, types.weights),
                                       any(kRows, kColumns, types.result));
  const dnnl::matmul::primitive_desc chosen(description, engine);
  const std::unordered_map<int, memory> arguments = {
      {DNNL_ARG_SRC, memory(chosen.src_desc(), engine)},
      {DNNL_ARG_WEIGHTS, memory(chosen.weights_desc(), engine)},
      {DNNL_ARG_DST, memory(chosen.dst_desc(), engine)}};
  for (const auto& [argument, numbers] : arguments) {
    auto* bytes = static_cast<unsigned char*>(numbers.get_data_handle());
    std::fill_n(bytes, numbers.get_desc().get_size(), static_cast<unsigned char>(1));
  }
  auto product = std::make_shared<dnnl::matmul>(chosen);
  auto stream = std::make_shared<dnnl::stream>(engine);
  return {static_cast<double>(kRows) * kDepth * kColumns, [product, stream, arguments] {
            product->execute(*stream, arguments);
            stream->wait();
          }};
} catch (const dnnl::error&) {
  return {};
}

}  // namespace heartlab::bench
