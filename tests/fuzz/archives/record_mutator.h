// Changes one record of an archive in the terms of what it holds: tokens of source, opcodes of a pickle, bytes and
// length of a storage; or the list of records. One thread.
#pragma once

#include <string>
#include <vector>

#include "calls/call_mutator.h"
#include "small_zip.h"

namespace heddle::fuzz {

void mutate_source(std::string& text, Dice& dice);
void mutate_pickle(std::string& pickle, Dice& dice);
void mutate_records(std::vector<Record>& records, Dice& dice);

}  // namespace heddle::fuzz
