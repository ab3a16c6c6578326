// The operators that a row tests besides its own: in-place and out= forms of it, and the same kernel under further
// names. One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "row.h"
#include "schema/operator_table.h"

namespace heddle::test {

// The relatives of every operator of the table.
class Forms {
 public:
  explicit Forms(const schema::OperatorTable& table);
  // In-place and out= forms, and what has the very kernel and the same arguments under another name.
  std::vector<const schema::Operator*> all(const schema::Operator& op) const;

  // Runs the in-place and out= forms of the row's operator, under all its names, on the row's arguments, and compares
  // with the row's outputs. What differs in words; empty when nothing does.
  std::string check(const schema::Operator& op, const Row& row) const;

 private:
  struct Relatives {
    std::vector<const schema::Operator*> in_place;
    std::vector<const schema::Operator*> into_out;
    std::vector<const schema::Operator*> same;
  };
  const Relatives& of(const schema::Operator& op) const;
  std::map<const schema::Operator*, Relatives> relatives_;
};

}  // namespace heddle::test
