// Sends requests at a constant rate whatever the answers do, and measures each answer from the moment its request was
// due: a server that stalls cannot hide what the stall cost. Costs a fraction of what the server costs, so that it can
// run beside it.
//
// open_loop PORT REQUESTS RATE CONNECTIONS SECONDS
// REQUESTS holds complete HTTP requests, each after a line with its size in bytes. RATE 0 sends the next request as soon
// as an answer has come. Prints one line of JSON, times in microseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 1024, ANSWER_BYTES = 1 << 16 };

typedef struct {
    const char *bytes;
    size_t size;
} Request;

typedef struct {
    int socket;
    uint64_t due;
    size_t received;
    char answer[ANSWER_BYTES];
} Connection;

static Request *requests;
static size_t request_count;
static Connection *connections;
static int *idle;
static int idle_count;
static uint32_t *latencies;
static size_t answered, failed, capacity;

static void fail(const char *what) {
    fprintf(stderr, "open_loop: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void read_requests(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail(path);
    size_t size;
    while (fscanf(file, "%zu%*c", &size) == 1) {
        char *bytes = malloc(size);
        if (bytes == NULL || fread(bytes, 1, size, file) != size) fail(path);
        requests = realloc(requests, (request_count + 1) * sizeof *requests);
        requests[request_count++] = (Request){bytes, size};
    }
    fclose(file);
    if (request_count == 0) fail("no requests");
}

static void connect_all(int port, int count, int epoll) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int index = 0; index < count; index++) {
        int socket_ = socket(AF_INET, SOCK_STREAM, 0);
        if (socket_ < 0 || connect(socket_, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
        int on = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(socket_, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
        epoll_ctl(epoll, EPOLL_CTL_ADD, socket_, &event);
        connections[index].socket = socket_;
        idle[idle_count++] = index;
    }
}

// Oldest idle connection first, so that all of them, and with them all event loops of the server, get their share.
static int take_idle(void) {
    int index = idle[0];
    memmove(idle, idle + 1, (size_t)--idle_count * sizeof *idle);
    return index;
}

static void send_request(Connection *connection, uint64_t number, uint64_t due) {
    Request request = requests[number % request_count];
    connection->due = due;
    connection->received = 0;
    // Requests are small and the connection is idle: the socket's buffer takes them whole.
    if (send(connection->socket, request.bytes, request.size, MSG_NOSIGNAL) != (ssize_t)request.size) fail("send");
}

// True when an answer is complete.
static int receive(Connection *connection) {
    ssize_t count = recv(
        connection->socket, connection->answer + connection->received, ANSWER_BYTES - 1 - connection->received, 0);
    if (count < 0 && errno == EAGAIN) return 0;
    if (count <= 0) fail("the server closed a connection");
    connection->received += (size_t)count;
    connection->answer[connection->received] = 0;
    char *body = strstr(connection->answer, "\r\n\r\n");
    if (body == NULL) return 0;
    char *length = strcasestr(connection->answer, "\ncontent-length:");
    if (length == NULL || length > body) fail("an answer without content-length");
    size_t whole = (size_t)(body + 4 - connection->answer) + strtoul(length + 16, NULL, 10);
    return connection->received >= whole;
}

static void note(Connection *connection, uint64_t time) {
    if (strncmp(connection->answer, "HTTP/1.1 200", 12) != 0) failed++;
    if (answered < capacity) latencies[answered] = (uint32_t)(time - connection->due);
    answered++;
}

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static double quantile(double share) {
    size_t count = answered < capacity ? answered : capacity;
    size_t rank = (size_t)(share * (double)count);
    return latencies[rank < count ? rank : count - 1] / 1000.0;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: open_loop PORT REQUESTS RATE CONNECTIONS SECONDS\n");
        return 2;
    }
    read_requests(argv[2]);
    double rate = atof(argv[3]), seconds = atof(argv[5]);
    int count = atoi(argv[4]);
    if (count < 1 || count > MAX_CONNECTIONS) fail("CONNECTIONS must be 1 to 1024");
    connections = calloc((size_t)count, sizeof *connections);
    idle = calloc((size_t)count, sizeof *idle);
    capacity = (size_t)((rate > 0 ? rate : 200000) * seconds) + 1;
    latencies = calloc(capacity, sizeof *latencies);
    int epoll = epoll_create1(0);
    connect_all(atoi(argv[1]), count, epoll);
    // Sleeps end when they are due, not 50 us later.
    prctl(PR_SET_TIMERSLACK, 1);

    uint64_t start = now(), end = start + (uint64_t)(seconds * 1e9), sent = 0;
    uint64_t interval = rate > 0 ? (uint64_t)(1e9 / rate) : 0;
    struct epoll_event events[64];
    for (;;) {
        uint64_t time = now();
        while (idle_count > 0 && time < end && (interval == 0 || start + sent * interval <= time)) {
            send_request(&connections[take_idle()], sent, interval == 0 ? time : start + sent * interval);
            sent++;
        }
        if (time >= end && (idle_count == count || time >= end + 5000000000u)) break;
        uint64_t next = start + sent * interval;
        uint64_t wait = interval == 0 || idle_count == 0 || time >= end ? 100000000u : next > time ? next - time : 0;
        struct timespec timeout = {(time_t)(wait / 1000000000u), (long)(wait % 1000000000u)};
        int ready = epoll_pwait2(epoll, events, 64, &timeout, NULL);
        for (int index = 0; index < ready; index++) {
            Connection *connection = &connections[events[index].data.u32];
            if (!receive(connection)) continue;
            note(connection, now());
            idle[idle_count++] = (int)events[index].data.u32;
        }
    }
    double elapsed = (double)(now() - start) / 1e9;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    qsort(latencies, answered < capacity ? answered : capacity, sizeof *latencies, ascending);
    printf(
        "{\"sent\": %llu, \"answered\": %zu, \"failed\": %zu, \"rate\": %.1f, \"client_us\": %.2f, \"p50\": %.1f, "
        "\"p90\": %.1f, \"p99\": %.1f, \"p999\": %.1f, \"max\": %.1f}\n",
        (unsigned long long)sent, answered, failed, (double)answered / elapsed, cpu / (double)sent * 1e6,
        quantile(0.5), quantile(0.9), quantile(0.99), quantile(0.999), quantile(1));
    return answered == sent ? 0 : 1;
}
