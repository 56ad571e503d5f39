#include "CVectorMath.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Rows ahead of the one at work whose bytes are asked for when rows are scattered.
enum { AHEAD = 6 };

static int32_t scan_row(const int8_t *query, const uint8_t *row, size_t stride) {
    int32_t sum = 0;
    for (size_t i = 0; i < stride; i++) {
        sum += (int32_t)query[i] * (int32_t)row[i];
    }
    return sum;
}

#if defined(__x86_64__)
// Widened to 16 bits first: `vpmaddubsw` alone would saturate.
__attribute__((target("avx2"))) static int32_t scan_row_avx2(const int8_t *query, const uint8_t *row, size_t stride) {
    __m256i sums = _mm256_setzero_si256();
    for (size_t i = 0; i < stride; i += 16) {
        __m256i q = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(query + i)));
        __m256i r = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(row + i)));
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(q, r));
    }
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
    return _mm_cvtsi128_si32(half);
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static inline __m128i fold(__m512i sums) {
    __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static int32_t scan_row_vnni(
    const int8_t *query, const uint8_t *row, size_t stride) {
    __m512i sums = _mm512_setzero_si512();
    for (size_t i = 0; i < stride; i += 64) {
        sums = _mm512_dpbusd_epi32(sums, _mm512_loadu_si512(row + i), _mm512_loadu_si512(query + i));
    }
    __m128i last = fold(sums);
    last = _mm_hadd_epi32(last, last);
    return _mm_cvtsi128_si32(_mm_hadd_epi32(last, last));
}

// Four rows at once: one load of the query serves four, and their sums are folded together.
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void scan_four_vnni(
    const int8_t *query, const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d, size_t stride,
    int32_t *out) {
    __m512i sa = _mm512_setzero_si512(), sb = sa, sc = sa, sd = sa;
    for (size_t i = 0; i < stride; i += 64) {
        __m512i q = _mm512_loadu_si512(query + i);
        sa = _mm512_dpbusd_epi32(sa, _mm512_loadu_si512(a + i), q);
        sb = _mm512_dpbusd_epi32(sb, _mm512_loadu_si512(b + i), q);
        sc = _mm512_dpbusd_epi32(sc, _mm512_loadu_si512(c + i), q);
        sd = _mm512_dpbusd_epi32(sd, _mm512_loadu_si512(d + i), q);
    }
    __m128i ab = _mm_hadd_epi32(fold(sa), fold(sb));
    __m128i cd = _mm_hadd_epi32(fold(sc), fold(sd));
    _mm_storeu_si128((__m128i *)out, _mm_hadd_epi32(ab, cd));
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void scan_vnni(
    const int8_t *query, const uint8_t *rows, size_t stride, size_t count, int32_t *out) {
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        const uint8_t *row = rows + i * stride;
        scan_four_vnni(query, row, row + stride, row + 2 * stride, row + 3 * stride, stride, out + i);
    }
    for (; i < count; i++) {
        out[i] = scan_row_vnni(query, rows + i * stride, stride);
    }
}
#endif

int vm_best_form(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vnni")) {
        return VM_AVX512_VNNI;
    }
    if (__builtin_cpu_supports("avx2")) {
        return VM_AVX2;
    }
#endif
    return VM_PORTABLE;
}

static int32_t scan_one(int form, const int8_t *query, const uint8_t *row, size_t stride) {
#if defined(__x86_64__)
    if (form == VM_AVX512_VNNI) {
        return scan_row_vnni(query, row, stride);
    }
    if (form == VM_AVX2) {
        return scan_row_avx2(query, row, stride);
    }
#endif
    (void)form;
    return scan_row(query, row, stride);
}

void vm_scan(int form, const int8_t *query, const uint8_t *rows, size_t stride, size_t count, int32_t *out) {
#if defined(__x86_64__)
    if (form == VM_AVX512_VNNI) {
        scan_vnni(query, rows, stride, count, out);
        return;
    }
#endif
    for (size_t i = 0; i < count; i++) {
        out[i] = scan_one(form, query, rows + i * stride, stride);
    }
}

void vm_scan_at(int form, const int8_t *query, const uint8_t *rows, size_t stride, const uint32_t *positions,
                size_t count, int32_t *out) {
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count) {
            const uint8_t *ahead = rows + (size_t)positions[i + AHEAD] * stride;
            for (size_t byte = 0; byte < stride; byte += 64) {
                __builtin_prefetch(ahead + byte);
            }
        }
        out[i] = scan_one(form, query, rows + (size_t)positions[i] * stride, stride);
    }
}

size_t vm_select(const int32_t *dots, int32_t offset, const float *scales, size_t count, float threshold,
                 uint32_t *positions, float *scores) {
    size_t selected = 0;
    for (size_t i = 0; i < count; i++) {
        float score = scales[i] * (float)(dots[i] - offset);
        positions[selected] = (uint32_t)i;
        scores[selected] = score;
        selected += score >= threshold;
    }
    return selected;
}
