#include "CVectorMath.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma STDC FP_CONTRACT OFF

// Of the scores.
enum { MIDDLE = 32768 };

void vm_pack_bits(const uint8_t *rows, size_t stride, size_t count, uint64_t *blocks) {
    size_t words = stride / 64;
    size_t padded = (count + VM_BLOCK - 1) / VM_BLOCK * VM_BLOCK;
    for (size_t row = 0; row < padded; row++) {
        uint64_t *block = blocks + row / VM_BLOCK * words * VM_BLOCK + row % VM_BLOCK;
        for (size_t word = 0; word < words; word++) {
            uint64_t bits = 0;
            for (size_t bit = 0; bit < 64 && row < count; bit++) {
                bits |= (uint64_t)(rows[row * stride + word * 64 + bit] >> 7) << bit;
            }
            block[word * VM_BLOCK] = bits;
        }
    }
}

void vm_pack_query(const float *vector, size_t dimension, size_t stride, uint64_t *planes) {
    size_t words = stride / 64;
    float largest = 0;
    memset(planes, 0, VM_PLANES * words * sizeof *planes);
    for (size_t i = 0; i < dimension; i++) {
        largest = fabsf(vector[i]) > largest ? fabsf(vector[i]) : largest;
    }
    double factor = largest == 0 ? 0 : 7 / (double)largest;
    for (size_t i = 0; i < dimension; i++) {
        uint64_t value = (uint64_t)(int64_t)floor((double)vector[i] * factor + 0.5);
        for (size_t plane = 0; plane < VM_PLANES; plane++) {
            planes[plane * words + i / 64] |= (value >> plane & 1) << (i % 64);
        }
    }
}

static inline __attribute__((always_inline)) void scan_bits(
    const uint64_t *planes, const uint64_t *blocks, size_t words, size_t count, uint16_t *out) {
    for (size_t block = 0; block < count; block++) {
        for (size_t row = 0; row < VM_BLOCK; row++) {
            const uint64_t *bits = blocks + block * words * VM_BLOCK + row;
            uint64_t sums[VM_PLANES] = {0};
            for (size_t word = 0; word < words; word++) {
                for (size_t plane = 0; plane < VM_PLANES; plane++) {
                    uint64_t shared = planes[plane * words + word] & bits[word * VM_BLOCK];
                    sums[plane] += (uint64_t)__builtin_popcountll(shared);
                }
            }
            out[block * VM_BLOCK + row] = (uint16_t)(MIDDLE + sums[0] + 2 * sums[1] + 4 * sums[2] - 8 * sums[3]);
        }
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2,popcnt"))) static void scan_bits_avx2(
    const uint64_t *planes, const uint64_t *blocks, size_t words, size_t count, uint16_t *out) {
    scan_bits(planes, blocks, words, count, out);
}

// A vector holds one word of each of the block's rows.
__attribute__((target("avx512f,avx512bw,avx512vpopcntdq"))) static void scan_bits_avx512(
    const uint64_t *planes, const uint64_t *blocks, size_t words, size_t count, uint16_t *out) {
    for (size_t block = 0; block < count; block++) {
        const uint64_t *bits = blocks + block * words * VM_BLOCK;
        __m512i sums[VM_PLANES] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(),
                                   _mm512_setzero_si512()};
        for (size_t word = 0; word < words; word++) {
            __m512i row = _mm512_loadu_si512(bits + word * VM_BLOCK);
            for (size_t plane = 0; plane < VM_PLANES; plane++) {
                __m512i query = _mm512_set1_epi64((long long)planes[plane * words + word]);
                sums[plane] = _mm512_add_epi64(sums[plane], _mm512_popcnt_epi64(_mm512_and_si512(row, query)));
            }
        }
        __m512i low = _mm512_add_epi64(sums[0], _mm512_slli_epi64(sums[1], 1));
        __m512i high = _mm512_sub_epi64(_mm512_slli_epi64(sums[2], 2), _mm512_slli_epi64(sums[3], 3));
        __m512i all = _mm512_add_epi64(_mm512_add_epi64(low, high), _mm512_set1_epi64(MIDDLE));
        _mm_storeu_si128((__m128i *)(out + block * VM_BLOCK), _mm512_cvtepi64_epi16(all));
    }
}
#endif

void vm_scan_bits(int form, const uint64_t *planes, const uint64_t *blocks, size_t words, size_t count, uint16_t *out) {
#if defined(__x86_64__)
    if (form == VM_AVX512_VNNI && __builtin_cpu_supports("avx512vpopcntdq")) {
        scan_bits_avx512(planes, blocks, words, count, out);
        return;
    }
    if (form >= VM_AVX2 && __builtin_cpu_supports("popcnt")) {
        scan_bits_avx2(planes, blocks, words, count, out);
        return;
    }
#endif
    (void)form;
    scan_bits(planes, blocks, words, count, out);
}
