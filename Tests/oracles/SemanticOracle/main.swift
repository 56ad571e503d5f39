// Answers what the scripts beside it ask. Standard input holds texts, each behind its length in 4 bytes, little-endian.
// * `tokenize VOCAB`: the ids of each text, 4 bytes each, behind their number.
// * `embed MODEL VOCAB LIBRARY BATCH_TOKENS ROUNDS`: a row of 4-byte floats a text; on standard error the processor
//   seconds of each round, tokenizing included.
// * `static TABLE ROUNDS`: on standard error the processor seconds of each round, tokenizing included.
import Glibc
import Inference
import SemanticSearch
import ServingCore

let arguments = CommandLine.arguments
switch (arguments.dropFirst().first, arguments.count) {
case ("tokenize", 3):
    let tokenizer = try WordPieceTokenizer(vocabulary: Stream.readFile(arguments[2]))
    var answer: [Int32] = []
    var ids: [Int32] = []
    for text in Stream.texts(in: Stream.readAll(STDIN_FILENO)) {
        ids.removeAll(keepingCapacity: true)
        tokenizer.encodeWithSpecials(text, into: &ids)
        answer.append(Int32(ids.count))
        answer += ids
    }
    answer.withUnsafeBytes { Stream.writeAll($0) }

case ("embed", 7):
    let runtime = try OnnxRuntime(path: arguments[4])
    // As the gateway runs embedders: the arena is worth 2 % here.
    let options = EngineOptions(memoryArena: true)
    let engine = try runtime.load(TensorBytes(copying: Stream.readFile(arguments[2])), options: options)
    let embedder = try OnnxTextEmbedder(
        name: "oracle",
        modelDigest: "",
        tokenizer: WordPieceTokenizer(vocabulary: Stream.readFile(arguments[3])),
        engine: engine,
        options: OnnxTextOptions(batchTokens: Int(arguments[5]) ?? 256)
    )
    let texts = Stream.texts(in: Stream.readAll(STDIN_FILENO))
    var vectors: [Float] = []
    for _ in 0..<(Int(arguments[6]) ?? 1) {
        let start = Stream.processorSeconds()
        vectors = try embedder.embed(texts)
        Array("\(Stream.processorSeconds() - start)\n".utf8).withUnsafeBytes { Stream.writeAll($0, to: STDERR_FILENO) }
    }
    vectors.withUnsafeBytes { Stream.writeAll($0) }

case ("static", 4):
    let embedder = try StaticEmbedder(contentsOf: Stream.readFile(arguments[2]))
    let texts = Stream.texts(in: Stream.readAll(STDIN_FILENO))
    for _ in 0..<(Int(arguments[3]) ?? 1) {
        let start = Stream.processorSeconds()
        let vectors = embedder.embed(texts)
        guard !vectors.isEmpty else { fatalError("no vectors") }
        Array("\(Stream.processorSeconds() - start)\n".utf8).withUnsafeBytes { Stream.writeAll($0, to: STDERR_FILENO) }
    }

default:
    print(
        "usage: SemanticOracle tokenize VOCAB | embed MODEL VOCAB LIBRARY BATCH_TOKENS ROUNDS | static TABLE ROUNDS"
    )
    exit(64)
}
