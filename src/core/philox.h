// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"): 128 random bits for each counter under
// a key. Pure, so any thread may compute any block. Kernels of random operators call it with the tickets of
// core/generator.h.
#pragma once

#include <array>
#include <cstdint>

namespace heddle {

inline constexpr int kPhiloxRounds = 10;
// What words 0 and 2 of a block are multiplied by, and what is added to the words of the key after each round.
inline constexpr std::array<uint32_t, 2> kPhiloxFactors = {0xD2511F53u, 0xCD9E8D57u};
inline constexpr std::array<uint32_t, 2> kPhiloxKeySteps = {0x9E3779B9u, 0xBB67AE85u};

inline std::array<uint32_t, 4> philox_4x32_10(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const uint64_t a = uint64_t{kPhiloxFactors[0]} * counter[0];
    const uint64_t b = uint64_t{kPhiloxFactors[1]} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key[0] += kPhiloxKeySteps[0];
    key[1] += kPhiloxKeySteps[1];
  }
  return counter;
}

// Block number `block` of the stream of `seed`.
inline std::array<uint32_t, 4> philox(uint64_t seed, uint64_t block) {
  return philox_4x32_10({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), 0, 0},
                        {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
}

}  // namespace heddle
