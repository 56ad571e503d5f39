#include "CSimdJSON.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>

using simdjson::SIMDJSON_PADDING;

struct csj_parser {
    simdjson::dom::parser parser;
    std::unique_ptr<uint8_t[]> scratch;
    size_t capacity = 0;
    size_t max_depth = 0;
};

namespace {

// Capacities grow in powers of two from this, so that bodies of like size do not allocate again and again.
constexpr size_t smallest_capacity = 16 * 1024;

int grow(csj_parser *self, size_t length) noexcept {
    size_t capacity = smallest_capacity;
    while (capacity < length) { capacity *= 2; }
    csj_parser_release(self);
    self->scratch.reset(new (std::nothrow) uint8_t[capacity + SIMDJSON_PADDING]);
    if (!self->scratch) { return simdjson::MEMALLOC; }
    // The padding is read (never interpreted), so it has to hold something.
    std::memset(self->scratch.get(), ' ', capacity + SIMDJSON_PADDING);
    auto error = self->parser.allocate(capacity, self->max_depth);
    if (error == simdjson::SUCCESS) { error = self->parser.doc.allocate(capacity); }
    if (error != simdjson::SUCCESS) {
        csj_parser_release(self);
        return error;
    }
    self->capacity = capacity;
    return simdjson::SUCCESS;
}

// std::to_chars picks the shorter of fixed and scientific form and writes whole numbers without a point. The point is
// added because JSON readers take `-0` and integers beyond 64 bits for integers, and would lose the value.
template <typename Real>
size_t write_reals(char *out, const void *values, size_t count, size_t *stopped_at, size_t longest) noexcept {
    const auto *in = static_cast<const char *>(values);
    char *at = out;
    for (size_t index = 0; index < count; index++, in += sizeof(Real)) {
        Real value;
        std::memcpy(&value, in, sizeof value);
        if (!std::isfinite(value)) {
            *stopped_at = index;
            return size_t(at - out);
        }
        if (index != 0) { *at++ = ','; }
        char *start = at;
        at = std::to_chars(at, at + longest - 3, value).ptr;
        bool whole = true;
        for (const char *digit = start; digit != at; digit++) {
            if (*digit == '.' || *digit == 'e') {
                whole = false;
                break;
            }
        }
        if (whole) {
            *at++ = '.';
            *at++ = '0';
        }
    }
    *stopped_at = count;
    return size_t(at - out);
}

template <typename Integer>
size_t write_integers(char *out, const void *values, size_t count) noexcept {
    const auto *in = static_cast<const char *>(values);
    char *at = out;
    for (size_t index = 0; index < count; index++, in += sizeof(Integer)) {
        Integer value;
        std::memcpy(&value, in, sizeof value);
        if (index != 0) { *at++ = ','; }
        at = std::to_chars(at, at + CSJ_MAX_INTEGER_TEXT - 1, value).ptr;
    }
    return size_t(at - out);
}

}  // namespace

csj_parser *csj_parser_create(size_t max_depth) {
    auto *self = new (std::nothrow) csj_parser;
    if (self) { self->max_depth = max_depth; }
    return self;
}

void csj_parser_destroy(csj_parser *self) { delete self; }

int csj_parse(csj_parser *self, const uint8_t *json, size_t length, csj_tape *tape) {
    if (length > self->capacity) {
        if (length > simdjson::SIMDJSON_MAXSIZE_BYTES / 2) { return simdjson::CAPACITY; }
        if (int error = grow(self, length)) { return error; }
    }
    if (length == 0) { return simdjson::EMPTY; }
    std::memcpy(self->scratch.get(), json, length);
    auto error = self->parser.parse(self->scratch.get(), length, false).error();
    if (error != simdjson::SUCCESS) { return error; }
    const auto &document = self->parser.doc;
    tape->words = document.tape.get();
    tape->word_count = size_t(document.tape[0] & 0x00FFFFFFFFFFFFFFull);
    tape->strings = document.string_buf.get();
    tape->string_capacity = 5 * self->capacity / 3;
    return simdjson::SUCCESS;
}

int csj_error_is_memory(int code) { return code == simdjson::MEMALLOC; }

const char *csj_error_message(int code) { return simdjson::error_message(simdjson::error_code(code)); }

size_t csj_parser_capacity(const csj_parser *self) { return self->capacity; }

void csj_parser_release(csj_parser *self) {
    self->parser = simdjson::dom::parser();
    self->scratch.reset();
    self->capacity = 0;
}

int csj_is_utf8(const uint8_t *bytes, size_t length) {
    return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}

size_t csj_write_floats(char *out, const void *values, size_t count, size_t *stopped_at) {
    return write_reals<float>(out, values, count, stopped_at, CSJ_MAX_FLOAT_TEXT);
}

size_t csj_write_doubles(char *out, const void *values, size_t count, size_t *stopped_at) {
    return write_reals<double>(out, values, count, stopped_at, CSJ_MAX_DOUBLE_TEXT);
}

size_t csj_write_integers(char *out, const void *values, size_t count, int width, int is_signed) {
    switch (width) {
    case 1: return is_signed ? write_integers<int8_t>(out, values, count) : write_integers<uint8_t>(out, values, count);
    case 2:
        return is_signed ? write_integers<int16_t>(out, values, count) : write_integers<uint16_t>(out, values, count);
    case 4:
        return is_signed ? write_integers<int32_t>(out, values, count) : write_integers<uint32_t>(out, values, count);
    default:
        return is_signed ? write_integers<int64_t>(out, values, count) : write_integers<uint64_t>(out, values, count);
    }
}
