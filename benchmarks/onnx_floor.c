// What a bare ONNX Runtime call costs: one thread, one row, the input tensor created and released for each call, all
// outputs fetched. No server can answer from this model for less.
//
// onnx_floor LIBRARY MODEL (float|text) INPUT ROWS ITERATIONS REPETITIONS OUTPUT...
// ROWS holds one row after another, each after its size in bytes (uint32). Prints microseconds of processor time per
// call, one line per repetition.
#include "COnnxRuntime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_OUTPUTS = 8, MAX_ROWS = 1000 };

typedef struct {
    char *bytes;
    uint32_t size;
} Row;

static const OrtApi *api;

static void fail(const char *what, const char *why) {
    fprintf(stderr, "onnx_floor: %s: %s\n", what, why);
    exit(1);
}

static void check(OrtStatus *status, const char *what) {
    if (status != NULL) fail(what, api->GetErrorMessage(status));
}

static void *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail(path, "cannot be opened");
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    void *bytes = malloc(*size + 1);
    if (bytes == NULL || fread(bytes, 1, *size, file) != *size) fail(path, "cannot be read");
    fclose(file);
    return bytes;
}

static size_t read_rows(const char *path, Row *rows) {
    size_t size, count = 0, offset = 0;
    char *bytes = read_file(path, &size);
    while (count < MAX_ROWS && offset + 4 <= size) {
        memcpy(&rows[count].size, bytes + offset, 4);
        rows[count].bytes = bytes + offset + 4;
        offset += 4 + rows[count].size;
        if (offset > size) fail(path, "ends within a row");
        count += 1;
    }
    if (count == 0) fail(path, "has no rows");
    return count;
}

static void ignore_log(
    void *context, OrtLoggingLevel level, const char *category, const char *identifier, const char *location,
    const char *message) {
    (void)context, (void)level, (void)category, (void)identifier, (void)location, (void)message;
}

static OrtValue *float_tensor(const OrtMemoryInfo *memory, Row row) {
    const int64_t shape[] = {1, row.size / (int64_t)sizeof(float)};
    OrtValue *value = NULL;
    check(
        api->CreateTensorWithDataAsOrtValue(memory, row.bytes, row.size, shape, 2, ORT_ELEMENT_FLOAT, &value),
        "create tensor");
    return value;
}

static OrtValue *text_tensor(OrtAllocator *allocator, Row row) {
    const int64_t shape[] = {1};
    OrtValue *value = NULL;
    char *buffer = NULL;
    check(api->CreateTensorAsOrtValue(allocator, shape, 1, ORT_ELEMENT_STRING, &value), "create tensor");
    check(api->GetResizedStringTensorElementBuffer(value, 0, row.size, &buffer), "fill tensor");
    memcpy(buffer, row.bytes, row.size);
    return value;
}

static double processor_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static OrtSession *open_session(OrtEnv *environment, const char *path) {
    size_t size;
    void *model = read_file(path, &size);
    OrtSessionOptions *options = NULL;
    OrtSession *session = NULL;
    check(api->CreateSessionOptions(&options), "session options");
    check(api->SetIntraOpNumThreads(options, 1), "session options");
    check(api->SetInterOpNumThreads(options, 1), "session options");
    check(api->SetSessionGraphOptimizationLevel(options, ORT_OPTIMIZE_ALL), "session options");
    check(api->CreateSessionFromArray(environment, model, size, options, &session), path);
    api->ReleaseSessionOptions(options);
    free(model);
    return session;
}

int main(int count, char **arguments) {
    if (count < 9 || count - 8 > MAX_OUTPUTS) fail("arguments", "LIBRARY MODEL float|text INPUT ROWS N M OUTPUT...");
    static Row rows[MAX_ROWS];
    const char *input = arguments[4];
    const int is_text = strcmp(arguments[3], "text") == 0;
    const size_t row_count = read_rows(arguments[5], rows);
    const long iterations = atol(arguments[6]), repetitions = atol(arguments[7]);
    const char *const *outputs = (const char *const *)&arguments[8];
    const size_t output_count = (size_t)count - 8;

    OrtLibrary library;
    char reason[500];
    if (ort_open(arguments[1], &library, reason, sizeof reason) != ORT_OPENED) fail(arguments[1], reason);
    api = library.api;
    OrtEnv *environment = NULL;
    OrtMemoryInfo *memory = NULL;
    OrtAllocator *allocator = NULL;
    check(api->CreateEnvWithCustomLogger(ignore_log, NULL, ORT_LOG_ERROR, "floor", &environment), "environment");
    check(api->CreateCpuMemoryInfo(ORT_ALLOCATOR_ARENA, ORT_MEMORY_DEFAULT, &memory), "memory");
    check(api->GetAllocatorWithDefaultOptions(&allocator), "allocator");
    OrtSession *session = open_session(environment, arguments[2]);

    // The repetition before the first warms up and is not printed.
    for (long repetition = -1; repetition < repetitions; repetition++) {
        const double before = processor_microseconds();
        for (long iteration = 0; iteration < iterations; iteration++) {
            const Row row = rows[(size_t)iteration % row_count];
            OrtValue *value = is_text ? text_tensor(allocator, row) : float_tensor(memory, row);
            OrtValue *answers[MAX_OUTPUTS] = {NULL};
            check(
                api->Run(
                    session, NULL, &input, (const OrtValue *const *)&value, 1, outputs, output_count, answers),
                "run");
            for (size_t index = 0; index < output_count; index++) api->ReleaseValue(answers[index]);
            api->ReleaseValue(value);
        }
        if (repetition >= 0) printf("%.3f\n", (processor_microseconds() - before) / (double)iterations);
    }
    return 0;
}
