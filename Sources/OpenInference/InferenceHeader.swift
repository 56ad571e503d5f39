/// The HTTP header of the binary tensor extension, in requests and answers: the length of the JSON part.
enum InferenceHeader {
    static let name = "Inference-Header-Content-Length"
}
