// What the operator that runs on this thread says of itself, for traces and profiles. Kernels tell before they divide
// their work, on the thread that called them; who wants to know clears the note before the call.
#pragma once

namespace heddle::trace {

struct WorkNote {
  const char* implementation = nullptr;  // a literal: "oneDNN"
  double operations = 0;                 // floating-point; 0: not told
};
inline thread_local constinit WorkNote t_note{};

// The last to tell is named; operations add up.
inline void note_work(const char* implementation, double operations) {
  t_note.implementation = implementation;
  t_note.operations += operations;
}

}  // namespace heddle::trace
