import CCurl

/// One HTTP exchange through libcurl. The only file that touches it. Blocks the calling thread.
struct CurlExchange {
    struct Answer {
        var status = 0
        /// Names in lower case.
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        fileprivate var limit: Int
        fileprivate var overflowed = false

        fileprivate init(limit: Int) { self.limit = limit }
    }

    enum Failure: Error, Equatable {
        case refused
        case unknownHost
        case timedOut
        /// The connection ended before the answer: the request may or may not have had its effect.
        case interrupted
        case tooLarge
        case other(String)
    }

    var method: String
    var url: String
    var headers: [String]
    var body: [UInt8]?
    var timeoutMilliseconds: Int
    /// Bytes of an answer's body.
    var answerLimit = Self.answerLimit

    static let answerLimit = 64 * 1024 * 1024
    /// Not thread-safe in older versions, hence once.
    private static let isInitialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    func perform() throws(Failure) -> Answer {
        guard Self.isInitialised, let handle = curl_easy_init() else {
            throw .other("libcurl could not be initialised")
        }
        defer { curl_easy_cleanup(handle) }
        var list: UnsafeMutablePointer<curl_slist>?
        for header in self.headers {
            guard let longer = curl_slist_append(list, header) else { break }
            list = longer
        }
        defer { curl_slist_free_all(list) }
        var answer = Answer(limit: self.answerLimit)
        let code = withUnsafeMutablePointer(to: &answer) { context in
            self.configure(handle, list, context)
            return curl_easy_perform(handle)
        }
        guard code == CURLE_OK else { throw self.failure(code, handle, overflowed: answer.overflowed) }
        answer.status = teal_curl_get_long(handle, CURLINFO_RESPONSE_CODE)
        return answer
    }

    private func configure(
        _ handle: UnsafeMutableRawPointer,
        _ list: UnsafeMutablePointer<curl_slist>?,
        _ context: UnsafeMutablePointer<Answer>
    ) {
        _ = teal_curl_set_string(handle, CURLOPT_URL, self.url)
        _ = teal_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        // An admin token is for the gateway, not for a proxy that the environment happens to name.
        _ = teal_curl_set_string(handle, CURLOPT_PROXY, "")
        _ = teal_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
        _ = teal_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        _ = teal_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, min(5000, self.timeoutMilliseconds))
        _ = teal_curl_set_long(handle, CURLOPT_TIMEOUT_MS, self.timeoutMilliseconds)
        _ = teal_curl_set_headers(handle, list)
        if let body {
            _ = body.withUnsafeBytes {
                teal_curl_set_body(handle, $0.baseAddress ?? UnsafeRawPointer(handle), $0.count)
            }
        }
        if self.method == "HEAD" { _ = teal_curl_set_long(handle, CURLOPT_NOBODY, 1) }
        _ = teal_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, self.method)
        _ = teal_curl_set_receiver(
            handle,
            CURLOPT_WRITEFUNCTION,
            CURLOPT_WRITEDATA,
            { bytes, size, count, context in
                guard let bytes, let answer = context?.assumingMemoryBound(to: Answer.self) else { return 0 }
                let length = size * count
                guard answer.pointee.body.count + length <= answer.pointee.limit else {
                    answer.pointee.overflowed = true
                    return 0
                }
                answer.pointee.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: length))
                return length
            },
            context
        )
        _ = teal_curl_set_receiver(
            handle,
            CURLOPT_HEADERFUNCTION,
            CURLOPT_HEADERDATA,
            { bytes, size, count, context in
                guard let bytes, let answer = context?.assumingMemoryBound(to: Answer.self) else { return 0 }
                let length = size * count
                answer.pointee.add(
                    header: String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
                )
                return length
            },
            context
        )
    }

    private func failure(_ code: CURLcode, _ handle: UnsafeMutableRawPointer, overflowed: Bool) -> Failure {
        if overflowed { return .tooLarge }
        switch code {
        case CURLE_COULDNT_CONNECT: return .refused
        case CURLE_COULDNT_RESOLVE_HOST: return .unknownHost
        case CURLE_OPERATION_TIMEDOUT: return .timedOut
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE: return .interrupted
        default: return .other(String(cString: curl_easy_strerror(code)))
        }
    }
}

extension CurlExchange.Answer {
    fileprivate mutating func add(header line: String) {
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].trimmingPrefix { $0 == " " }
        self.headers[line[..<colon].lowercased()] = String(value.prefix { !$0.isNewline })
    }
}
