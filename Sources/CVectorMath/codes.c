#include "CVectorMath.h"

#include <math.h>

// A fused multiply-add would round once where the other forms round twice.
#pragma STDC FP_CONTRACT OFF

enum { LANES = 16 };

// Largest code: 127 in the high byte, so that rounding it never leaves the byte.
static const double LARGEST = 32512;
// Added and taken away again, it rounds a double of small magnitude to the nearest integer, ties to even.
static const double ROUNDER = 6755399441055744.0;

static double largest_magnitude(const float *vector, size_t dimension) {
    float largest = 0;
    for (size_t i = 0; i < dimension; i++) {
        float magnitude = fabsf(vector[i]);
        if (!(magnitude <= largest)) {
            largest = magnitude;
        }
        if (!isfinite(magnitude)) {
            return 0;
        }
    }
    return largest;
}

float vm_encode(const float *vector, size_t dimension, size_t stride, uint8_t *high, int8_t *low) {
    double largest = largest_magnitude(vector, dimension);
    if (largest == 0) {
        return 0;
    }
    double factor = LARGEST / largest;
    int64_t squares = 0;
    for (size_t i = 0; i < dimension; i++) {
        int32_t code = (int32_t)(((double)vector[i] * factor + ROUNDER) - ROUNDER);
        int32_t top = (code + 128) >> 8;
        high[i] = (uint8_t)(top + 128);
        low[i] = (int8_t)(code - top * 256);
        squares += (int64_t)code * code;
    }
    for (size_t i = dimension; i < stride; i++) {
        high[i] = 128;
        low[i] = 0;
    }
    return (float)(1 / sqrt((double)squares));
}

int32_t vm_encode_query(const float *vector, size_t dimension, size_t stride, int8_t *query) {
    double largest = largest_magnitude(vector, dimension);
    double factor = largest == 0 ? 0 : 127 / largest;
    int32_t sum = 0;
    for (size_t i = 0; i < dimension; i++) {
        int32_t code = (int32_t)(((double)vector[i] * factor + ROUNDER) - ROUNDER);
        query[i] = (int8_t)code;
        sum += code;
    }
    for (size_t i = dimension; i < stride; i++) {
        query[i] = 0;
    }
    return sum;
}

static inline __attribute__((always_inline)) float dot(
    const float *query, const uint8_t *high, const int8_t *low, size_t stride) {
    float lanes[LANES] = {0};
    for (size_t i = 0; i < stride; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            int32_t code = ((int32_t)high[i + lane] - 128) * 256 + low[i + lane];
            lanes[lane] += query[i + lane] * (float)code;
        }
    }
    for (size_t width = LANES / 2; width > 0; width /= 2) {
        for (size_t lane = 0; lane < width; lane++) {
            lanes[lane] += lanes[lane + width];
        }
    }
    return lanes[0];
}

static inline __attribute__((always_inline)) void accumulate(
    float *sums, float scale, const uint8_t *high, const int8_t *low, size_t stride) {
    for (size_t i = 0; i < stride; i++) {
        int32_t code = ((int32_t)high[i] - 128) * 256 + low[i];
        sums[i] += scale * (float)code;
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static float dot_avx2(
    const float *query, const uint8_t *high, const int8_t *low, size_t stride) {
    return dot(query, high, low, stride);
}

__attribute__((target("avx512f,avx512bw"))) static float dot_avx512(
    const float *query, const uint8_t *high, const int8_t *low, size_t stride) {
    return dot(query, high, low, stride);
}

__attribute__((target("avx2"))) static void accumulate_avx2(
    float *sums, float scale, const uint8_t *high, const int8_t *low, size_t stride) {
    accumulate(sums, scale, high, low, stride);
}

__attribute__((target("avx512f,avx512bw"))) static void accumulate_avx512(
    float *sums, float scale, const uint8_t *high, const int8_t *low, size_t stride) {
    accumulate(sums, scale, high, low, stride);
}
#endif

float vm_dot(int form, const float *query, const uint8_t *high, const int8_t *low, size_t stride) {
#if defined(__x86_64__)
    if (form == VM_AVX512_VNNI) {
        return dot_avx512(query, high, low, stride);
    }
    if (form == VM_AVX2) {
        return dot_avx2(query, high, low, stride);
    }
#endif
    (void)form;
    return dot(query, high, low, stride);
}

void vm_accumulate(int form, float *sums, float scale, const uint8_t *high, const int8_t *low, size_t stride) {
#if defined(__x86_64__)
    if (form == VM_AVX512_VNNI) {
        accumulate_avx512(sums, scale, high, low, stride);
        return;
    }
    if (form == VM_AVX2) {
        accumulate_avx2(sums, scale, high, low, stride);
        return;
    }
#endif
    (void)form;
    accumulate(sums, scale, high, low, stride);
}
