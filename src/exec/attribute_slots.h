// Attributes of objects while several threads run code that assigns them: each slot is read and written whole. Reading
// takes no lock where no compiled code assigns attributes of the class. Any thread.
#pragma once

#include "core/boxes.h"

namespace heddle::exec {

// From now on slots of this class's objects may be written. Before anybody can run the code that does.
void mark_assigned(const ClassType& type);

// slot < object.slots.size().
IValue read_slot(const ObjectValue& object, size_t slot);
void write_slot(ObjectValue& object, size_t slot, IValue value);

}  // namespace heddle::exec
