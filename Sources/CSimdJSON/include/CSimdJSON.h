#pragma once
// What Teal needs of simdjson 3.x, with C linkage: parse a document into simdjson's tape (its doc/tape.md) and let the
// caller walk that; plus number output through std::to_chars. Nothing here throws or allocates per value.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csj_parser csj_parser;

/// The result of a parse; the memory belongs to the parser and is overwritten by its next parse.
typedef struct csj_tape {
    const uint64_t *words;
    size_t word_count;
    const uint8_t *strings;
    size_t string_capacity;
} csj_tape;

/// Returns NULL when memory is short.
csj_parser *csj_parser_create(size_t max_depth);
void csj_parser_destroy(csj_parser *parser);

/// Copies `length` bytes into padded scratch memory and parses them. Returns 0, or a code for `csj_error_message`.
int csj_parse(csj_parser *parser, const uint8_t *json, size_t length, csj_tape *tape);

/// True when the code of a failed parse says that memory was short, not that the document is wrong.
int csj_error_is_memory(int code);

/// A static sentence in English.
const char *csj_error_message(int code);

/// Bytes of document the parser can take without allocating.
size_t csj_parser_capacity(const csj_parser *parser);

/// Frees all scratch memory; the next parse allocates again.
void csj_parser_release(csj_parser *parser);

int csj_is_utf8(const uint8_t *bytes, size_t length);

/// Longest text of one value written below, with its comma.
enum { CSJ_MAX_FLOAT_TEXT = 20, CSJ_MAX_DOUBLE_TEXT = 32, CSJ_MAX_INTEGER_TEXT = 21 };

/// Writes `count` values as shortest round-trip JSON numbers separated by commas and returns the bytes written.
/// Stops at the first value that is not finite, with its index in `*stopped_at` (else `count`). `out` has room for
/// `count * CSJ_MAX_..._TEXT` bytes; `values` need not be aligned.
size_t csj_write_floats(char *out, const void *values, size_t count, size_t *stopped_at);
size_t csj_write_doubles(char *out, const void *values, size_t count, size_t *stopped_at);

/// The same for integers of `width` 1, 2, 4 or 8 bytes.
size_t csj_write_integers(char *out, const void *values, size_t count, int width, int is_signed);

#ifdef __cplusplus
}
#endif
