#pragma once
#include <curl/curl.h>

// Swift cannot call variadic functions; these give each kind of argument its own name.

typedef size_t (*teal_curl_receiver)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode teal_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode teal_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode teal_curl_set_headers(CURL *handle, struct curl_slist *headers) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

// Copies `length` bytes of `body`.
static inline CURLcode teal_curl_set_body(CURL *handle, const void *body, long length) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, length);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, body) : code;
}

static inline CURLcode teal_curl_set_receiver(
    CURL *handle, CURLoption function, CURLoption data, teal_curl_receiver receiver, void *context) {
    CURLcode code = curl_easy_setopt(handle, function, receiver);
    return code == CURLE_OK ? curl_easy_setopt(handle, data, context) : code;
}

static inline long teal_curl_get_long(CURL *handle, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}
