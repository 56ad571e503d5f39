// The part of ONNX Runtime's C interface that Teal uses: a table of functions found by position. The table is
// append-only, so the positions below hold for every library that offers ORT_MINIMUM_API_VERSION or newer.
// Usable from C alone.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#define ORT_NULLABLE _Nullable
#define ORT_NONNULL _Nonnull
#pragma clang assume_nonnull begin
#else
#define ORT_NULLABLE
#define ORT_NONNULL
#endif

/// ONNX Runtime 1.17.
#define ORT_MINIMUM_API_VERSION 17
/// ONNX Runtime 1.24 lends a value's shape instead of copying it, and can say that a declared shape is missing.
#define ORT_SHAPE_API_VERSION 24

typedef struct OrtStatus OrtStatus;
typedef struct OrtEnv OrtEnv;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtValue OrtValue;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtAllocator OrtAllocator;

// The library's enumerations, passed as int: values it may add later must stay representable.
typedef int OrtErrorCode;
typedef int OrtLoggingLevel;
typedef int OrtGraphOptimizationLevel;
typedef int OrtValueKind;
typedef int OrtElementType;
typedef int OrtAllocatorKind;
typedef int OrtMemoryKind;

enum { ORT_LOG_ERROR = 3 };
enum { ORT_OPTIMIZE_ALL = 99 };
enum { ORT_KIND_TENSOR = 1, ORT_KIND_SEQUENCE = 2, ORT_KIND_MAP = 3 };
enum { ORT_ALLOCATOR_ARENA = 1 };
enum { ORT_MEMORY_DEFAULT = 0 };
enum {
    ORT_ELEMENT_FLOAT = 1,
    ORT_ELEMENT_UINT8 = 2,
    ORT_ELEMENT_INT8 = 3,
    ORT_ELEMENT_UINT16 = 4,
    ORT_ELEMENT_INT16 = 5,
    ORT_ELEMENT_INT32 = 6,
    ORT_ELEMENT_INT64 = 7,
    ORT_ELEMENT_STRING = 8,
    ORT_ELEMENT_BOOL = 9,
    ORT_ELEMENT_FLOAT16 = 10,
    ORT_ELEMENT_DOUBLE = 11,
    ORT_ELEMENT_UINT32 = 12,
    ORT_ELEMENT_UINT64 = 13,
    ORT_ELEMENT_BFLOAT16 = 16,
};

typedef void (*OrtLoggingFunction)(
    void *ORT_NULLABLE context, OrtLoggingLevel level, const char *ORT_NULLABLE category,
    const char *ORT_NULLABLE identifier, const char *ORT_NULLABLE location, const char *ORT_NULLABLE message);

/// A NULL status means success; any other is read with GetErrorMessage and given to ReleaseStatus.
typedef struct OrtApi {
    uintptr_t unused_0[1];
    OrtErrorCode (*ORT_NONNULL GetErrorCode)(const OrtStatus *status);
    const char *ORT_NONNULL (*ORT_NONNULL GetErrorMessage)(const OrtStatus *status);
    uintptr_t unused_3[1];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL CreateEnvWithCustomLogger)(
        OrtLoggingFunction log, void *ORT_NULLABLE context, OrtLoggingLevel level, const char *name,
        OrtEnv *ORT_NULLABLE *ORT_NONNULL out);
    uintptr_t unused_5[3];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL CreateSessionFromArray)(
        const OrtEnv *env, const void *model, size_t size, const OrtSessionOptions *options,
        OrtSession *ORT_NULLABLE *ORT_NONNULL out);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL Run)(
        OrtSession *session, const OrtRunOptions *ORT_NULLABLE options,
        const char *ORT_NULLABLE const *ORT_NONNULL input_names, const OrtValue *ORT_NULLABLE const *ORT_NONNULL inputs,
        size_t input_count, const char *ORT_NULLABLE const *ORT_NONNULL output_names, size_t output_count,
        OrtValue *ORT_NULLABLE *ORT_NONNULL outputs);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL CreateSessionOptions)(OrtSessionOptions *ORT_NULLABLE *ORT_NONNULL out);
    uintptr_t unused_11[5];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL EnableMemPattern)(OrtSessionOptions *options);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL DisableMemPattern)(OrtSessionOptions *options);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL EnableCpuMemArena)(OrtSessionOptions *options);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL DisableCpuMemArena)(OrtSessionOptions *options);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SetSessionLogId)(OrtSessionOptions *options, const char *identifier);
    uintptr_t unused_21[1];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SetSessionLogSeverityLevel)(OrtSessionOptions *options, int level);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SetSessionGraphOptimizationLevel)(
        OrtSessionOptions *options, OrtGraphOptimizationLevel level);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SetIntraOpNumThreads)(OrtSessionOptions *options, int threads);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SetInterOpNumThreads)(OrtSessionOptions *options, int threads);
    uintptr_t unused_26[4];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SessionGetInputCount)(const OrtSession *session, size_t *out);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SessionGetOutputCount)(const OrtSession *session, size_t *out);
    uintptr_t unused_32[1];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SessionGetInputTypeInfo)(
        const OrtSession *session, size_t index, OrtTypeInfo *ORT_NULLABLE *ORT_NONNULL out);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SessionGetOutputTypeInfo)(
        const OrtSession *session, size_t index, OrtTypeInfo *ORT_NULLABLE *ORT_NONNULL out);
    uintptr_t unused_35[1];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SessionGetInputName)(
        const OrtSession *session, size_t index, OrtAllocator *allocator, char *ORT_NULLABLE *ORT_NONNULL out);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL SessionGetOutputName)(
        const OrtSession *session, size_t index, OrtAllocator *allocator, char *ORT_NULLABLE *ORT_NONNULL out);
    uintptr_t unused_38[1];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL CreateRunOptions)(OrtRunOptions *ORT_NULLABLE *ORT_NONNULL out);
    uintptr_t unused_40[6];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL RunOptionsSetTerminate)(OrtRunOptions *options);
    uintptr_t unused_47[1];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL CreateTensorAsOrtValue)(
        OrtAllocator *allocator, const int64_t *ORT_NULLABLE shape, size_t rank, OrtElementType type,
        OrtValue *ORT_NULLABLE *ORT_NONNULL out);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL CreateTensorWithDataAsOrtValue)(
        const OrtMemoryInfo *memory, void *ORT_NULLABLE data, size_t size, const int64_t *ORT_NULLABLE shape,
        size_t rank, OrtElementType type, OrtValue *ORT_NULLABLE *ORT_NONNULL out);
    uintptr_t unused_50[1];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL GetTensorMutableData)(OrtValue *value, void *ORT_NULLABLE *ORT_NONNULL out);
    uintptr_t unused_52[1];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL GetStringTensorDataLength)(const OrtValue *value, size_t *out);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL GetStringTensorContent)(
        const OrtValue *value, void *ORT_NULLABLE text, size_t size, size_t *ORT_NULLABLE offsets, size_t count);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL CastTypeInfoToTensorInfo)(
        const OrtTypeInfo *type, const OrtTensorTypeAndShapeInfo *ORT_NULLABLE *ORT_NONNULL out);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL GetOnnxTypeFromTypeInfo)(const OrtTypeInfo *type, OrtValueKind *out);
    uintptr_t unused_57[3];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL GetTensorElementType)(
        const OrtTensorTypeAndShapeInfo *info, OrtElementType *out);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL GetDimensionsCount)(const OrtTensorTypeAndShapeInfo *info, size_t *out);
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL GetDimensions)(
        const OrtTensorTypeAndShapeInfo *info, int64_t *ORT_NULLABLE out, size_t rank);
    uintptr_t unused_63[2];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL GetTensorTypeAndShape)(
        const OrtValue *value, OrtTensorTypeAndShapeInfo *ORT_NULLABLE *ORT_NONNULL out);
    uintptr_t unused_66[3];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL CreateCpuMemoryInfo)(
        OrtAllocatorKind allocator, OrtMemoryKind memory, OrtMemoryInfo *ORT_NULLABLE *ORT_NONNULL out);
    uintptr_t unused_70[6];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL AllocatorFree)(OrtAllocator *allocator, void *memory);
    uintptr_t unused_77[1];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL GetAllocatorWithDefaultOptions)(OrtAllocator *ORT_NULLABLE *ORT_NONNULL out);
    uintptr_t unused_79[13];
    void (*ORT_NONNULL ReleaseEnv)(OrtEnv *ORT_NULLABLE env);
    void (*ORT_NONNULL ReleaseStatus)(OrtStatus *ORT_NULLABLE status);
    void (*ORT_NONNULL ReleaseMemoryInfo)(OrtMemoryInfo *ORT_NULLABLE info);
    void (*ORT_NONNULL ReleaseSession)(OrtSession *ORT_NULLABLE session);
    void (*ORT_NONNULL ReleaseValue)(OrtValue *ORT_NULLABLE value);
    void (*ORT_NONNULL ReleaseRunOptions)(OrtRunOptions *ORT_NULLABLE options);
    void (*ORT_NONNULL ReleaseTypeInfo)(OrtTypeInfo *ORT_NULLABLE type);
    void (*ORT_NONNULL ReleaseTensorTypeAndShapeInfo)(OrtTensorTypeAndShapeInfo *ORT_NULLABLE info);
    void (*ORT_NONNULL ReleaseSessionOptions)(OrtSessionOptions *ORT_NULLABLE options);
    uintptr_t unused_101[29];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL AddSessionConfigEntry)(
        OrtSessionOptions *options, const char *key, const char *value);
    uintptr_t unused_131[121];
    OrtStatus *ORT_NULLABLE (*ORT_NONNULL GetResizedStringTensorElementBuffer)(
        OrtValue *value, size_t index, size_t size, char *ORT_NULLABLE *ORT_NONNULL out);
} OrtApi;

#define ORT_AT(slot, function) \
    _Static_assert(offsetof(OrtApi, function) == (slot) * sizeof(void *), #function " is not at its position")
ORT_AT(1, GetErrorCode);
ORT_AT(2, GetErrorMessage);
ORT_AT(4, CreateEnvWithCustomLogger);
ORT_AT(8, CreateSessionFromArray);
ORT_AT(9, Run);
ORT_AT(10, CreateSessionOptions);
ORT_AT(16, EnableMemPattern);
ORT_AT(17, DisableMemPattern);
ORT_AT(18, EnableCpuMemArena);
ORT_AT(19, DisableCpuMemArena);
ORT_AT(20, SetSessionLogId);
ORT_AT(22, SetSessionLogSeverityLevel);
ORT_AT(23, SetSessionGraphOptimizationLevel);
ORT_AT(24, SetIntraOpNumThreads);
ORT_AT(25, SetInterOpNumThreads);
ORT_AT(30, SessionGetInputCount);
ORT_AT(31, SessionGetOutputCount);
ORT_AT(33, SessionGetInputTypeInfo);
ORT_AT(34, SessionGetOutputTypeInfo);
ORT_AT(36, SessionGetInputName);
ORT_AT(37, SessionGetOutputName);
ORT_AT(39, CreateRunOptions);
ORT_AT(46, RunOptionsSetTerminate);
ORT_AT(48, CreateTensorAsOrtValue);
ORT_AT(49, CreateTensorWithDataAsOrtValue);
ORT_AT(51, GetTensorMutableData);
ORT_AT(53, GetStringTensorDataLength);
ORT_AT(54, GetStringTensorContent);
ORT_AT(55, CastTypeInfoToTensorInfo);
ORT_AT(56, GetOnnxTypeFromTypeInfo);
ORT_AT(60, GetTensorElementType);
ORT_AT(61, GetDimensionsCount);
ORT_AT(62, GetDimensions);
ORT_AT(65, GetTensorTypeAndShape);
ORT_AT(69, CreateCpuMemoryInfo);
ORT_AT(76, AllocatorFree);
ORT_AT(78, GetAllocatorWithDefaultOptions);
ORT_AT(92, ReleaseEnv);
ORT_AT(93, ReleaseStatus);
ORT_AT(94, ReleaseMemoryInfo);
ORT_AT(95, ReleaseSession);
ORT_AT(96, ReleaseValue);
ORT_AT(97, ReleaseRunOptions);
ORT_AT(98, ReleaseTypeInfo);
ORT_AT(99, ReleaseTensorTypeAndShapeInfo);
ORT_AT(100, ReleaseSessionOptions);
ORT_AT(130, AddSessionConfigEntry);
ORT_AT(252, GetResizedStringTensorElementBuffer);
#undef ORT_AT

typedef struct OrtApiBase {
    const void *ORT_NULLABLE (*ORT_NONNULL GetApi)(uint32_t version);
    const char *ORT_NULLABLE (*ORT_NONNULL GetVersionString)(void);
} OrtApiBase;

/// An opened library. It stays open until the process ends.
typedef struct OrtLibrary {
    const OrtApi *ORT_NULLABLE api;
    /// E.g. "1.32.0"; also set when the library is too old.
    const char *ORT_NULLABLE version;
    /// Only with ORT_SHAPE_API_VERSION.
    bool (*ORT_NULLABLE has_shape)(const OrtTensorTypeAndShapeInfo *info);
    /// Only with ORT_SHAPE_API_VERSION: the shape stays the value's.
    OrtStatus *ORT_NULLABLE (*ORT_NULLABLE shape_reference)(
        const OrtValue *value, OrtElementType *type, const int64_t *ORT_NULLABLE *ORT_NONNULL shape, size_t *rank);
} OrtLibrary;

enum {
    ORT_OPENED = 0,
    /// No such file, or not a library this machine can load; `reason` says which.
    ORT_NOT_LOADED = 1,
    /// A library, but not ONNX Runtime.
    ORT_NOT_ONNX_RUNTIME = 2,
    /// ONNX Runtime, older than ORT_MINIMUM_API_VERSION; `library->version` says how old.
    ORT_TOO_OLD = 3,
};

/// Opens the library at `path`. On ORT_NOT_LOADED, `reason` holds the loader's own words, cut to `reason_size`.
int ort_open(const char *path, OrtLibrary *library, char *reason, size_t reason_size);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
