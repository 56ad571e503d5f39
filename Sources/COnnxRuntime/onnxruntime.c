#include "COnnxRuntime.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

// Positions of what ORT_SHAPE_API_VERSION adds; the table of an older library ends before them.
enum { SLOT_HAS_SHAPE = 390, SLOT_SHAPE_REFERENCE = 414 };

int ort_open(const char *path, OrtLibrary *library, char *reason, size_t reason_size) {
    memset(library, 0, sizeof *library);
    if (reason_size > 0) reason[0] = '\0';

    // dlopen would search the system's folders for a bare name and take NULL-like "" for the program itself.
    void *handle = path[0] == '\0' ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *why = path[0] == '\0' ? "the path is empty" : dlerror();
        snprintf(reason, reason_size, "%s", why != NULL ? why : "unknown reason");
        return ORT_NOT_LOADED;
    }

    const OrtApiBase *(*get_base)(void) = (const OrtApiBase *(*)(void))dlsym(handle, "OrtGetApiBase");
    const OrtApiBase *base = get_base != NULL ? get_base() : NULL;
    if (base == NULL) {
        dlclose(handle);
        return ORT_NOT_ONNX_RUNTIME;
    }

    library->version = base->GetVersionString();
    library->api = base->GetApi(ORT_MINIMUM_API_VERSION);
    if (library->api == NULL) return ORT_TOO_OLD; // left open: the version string lives in it

    // An older library prints a line to stderr when asked for more than it has, so look at its version first.
    unsigned major = 0, minor = 0;
    if (library->version == NULL || sscanf(library->version, "%u.%u", &major, &minor) != 2) return ORT_OPENED;
    if (major == 1 && minor < ORT_SHAPE_API_VERSION) return ORT_OPENED;
    void *const *slots = base->GetApi(ORT_SHAPE_API_VERSION);
    if (slots == NULL) return ORT_OPENED;
    memcpy(&library->has_shape, &slots[SLOT_HAS_SHAPE], sizeof(void *));
    memcpy(&library->shape_reference, &slots[SLOT_SHAPE_REFERENCE], sizeof(void *));
    return ORT_OPENED;
}
