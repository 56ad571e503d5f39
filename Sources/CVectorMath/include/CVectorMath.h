// Arithmetic over rows of one-byte and two-byte codes. Every function gives the same bits in every form.
//
// A row is `stride` bytes, a multiple of 64; columns beyond the dimension hold the code of zero. `high` is stored with
// 128 added, so that it is the unsigned operand of the byte dot products; `low` is signed. A value's code is
// 256 * (high - 128) + low, at most 32512 in magnitude, and the value itself is the code times the row's scale.
#ifndef C_VECTOR_MATH_H
#define C_VECTOR_MATH_H

#include <stddef.h>
#include <stdint.h>

enum {
    VM_PORTABLE = 0,
    VM_AVX2 = 1,
    VM_AVX512_VNNI = 2,
};

// The fastest form that this processor can run.
int vm_best_form(void);

// Writes the codes of `vector` and returns the scale that makes the decoded row a unit vector. Returns 0, and writes
// nothing that may be used, when the vector is zero or holds NaN or an infinity.
float vm_encode(const float *vector, size_t dimension, size_t stride, uint8_t *high, int8_t *low);

// Writes one signed byte per value, for `vm_scan`. Returns their sum; the vector must be finite.
int32_t vm_encode_query(const float *vector, size_t dimension, size_t stride, int8_t *query);

// out[i] = sum over columns of query * row, rows as stored (128 added). Subtract 128 times the query's sum.
void vm_scan(int form, const int8_t *query, const uint8_t *rows, size_t stride, size_t count, int32_t *out);

// The same for the rows named by `positions`.
void vm_scan_at(int form, const int8_t *query, const uint8_t *rows, size_t stride, const uint32_t *positions,
                size_t count, int32_t *out);

// A row's score is scales[i] * (dots[i] - offset). Writes the numbers of the rows that reach `threshold`, and their
// scores; returns how many. Both outputs have room for `count`.
size_t vm_select(const int32_t *dots, int32_t offset, const float *scales, size_t count, float threshold,
                 uint32_t *positions, float *scores);

// Dot product of a query of floats (`stride` of them, zeros beyond the dimension) with a row's full codes.
float vm_dot(int form, const float *query, const uint8_t *high, const int8_t *low, size_t stride);

// sums[i] += scale * code[i] for `stride` columns.
void vm_accumulate(int form, float *sums, float scale, const uint8_t *high, const int8_t *low, size_t stride);

// One bit for each value, set when its code is -128 or more. Rows lie in blocks of VM_BLOCK: `words` = stride / 64
// groups, each of one 64-bit word of every row. Rows beyond `count` in the last block get zeros.
enum { VM_BLOCK = 8, VM_PLANES = 4 };
void vm_pack_bits(const uint8_t *rows, size_t stride, size_t count, uint64_t *blocks);

// The query's values as VM_PLANES bit planes of `words` words each, lowest first: integers of -7...7 in two's
// complement. Columns beyond the dimension are zeros. The vector must be finite.
void vm_pack_query(const float *vector, size_t dimension, size_t stride, uint64_t *planes);

// out[i] = 32768 + the sum of the query's integers over the row's set bits, for the rows of `count` blocks.
void vm_scan_bits(int form, const uint64_t *planes, const uint64_t *blocks, size_t words, size_t count, uint16_t *out);

// CRC-32C (Castagnoli) of the bytes, continued from `crc`; start with 0.
uint32_t vm_crc32c(int form, uint32_t crc, const uint8_t *bytes, size_t count);

#endif
