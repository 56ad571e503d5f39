#include "CVectorMath.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static uint32_t step(uint32_t crc, uint8_t byte) {
    crc ^= byte;
    for (int bit = 0; bit < 8; bit++) {
        crc = (crc >> 1) ^ (0x82f63b78u & (0u - (crc & 1u)));
    }
    return crc;
}

static uint32_t crc32c_portable(uint32_t crc, const uint8_t *bytes, size_t count) {
    uint32_t table[256];
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = step(0, (uint8_t)i);
    }
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        crc = (crc >> 8) ^ table[(crc ^ bytes[i]) & 0xff];
    }
    return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const uint8_t *bytes, size_t count) {
    uint64_t state = (uint32_t)~crc;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        state = _mm_crc32_u64(state, word);
    }
    for (; count > 0; bytes++, count--) {
        state = _mm_crc32_u8((uint32_t)state, *bytes);
    }
    return ~(uint32_t)state;
}
#endif

uint32_t vm_crc32c(int form, uint32_t crc, const uint8_t *bytes, size_t count) {
#if defined(__x86_64__)
    // AVX2 never comes without it.
    if (form >= VM_AVX2) {
        return crc32c_sse42(crc, bytes, count);
    }
#endif
    (void)form;
    return crc32c_portable(crc, bytes, count);
}
