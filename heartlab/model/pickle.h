#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace heartlab {

// A value of a restricted pickle. Calls are never made: they are kept as what was to be called
// and with what.
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,
    kInteger,
    kFloat,
    kText,
    kSequence,
    kDictionary,
    kGlobal,
    kCall,
    kPersistent
  };
  using Pointer = std::shared_ptr<PickleValue>;

  Kind kind = Kind::kNone;
  int depth = 0;             // of nesting below it
  bool held = false;         // is part of another value, so that it may no longer grow
  std::int64_t integer = 0;  // also of kBool
  double number = 0;
  std::string text;                                  // kText; "module name" of kGlobal, kCall
  std::vector<Pointer> items;                        // sequence, call arguments, persistent id
  std::vector<std::pair<Pointer, Pointer>> entries;  // dictionary, in order
};

// Reads protocol 2 to 5 as torch.save writes it. Nothing is ever executed: a global or an opcode
// outside the short list that a state_dict needs is an Error that names it and `name`.
PickleValue::Pointer read_pickle(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace heartlab
