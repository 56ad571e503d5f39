import Foundation
import SemanticSearch

/// What `make setup` puts into `.deps` of this checkout.
enum MiniLM {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static var tokenizer: WordPieceTokenizer {
        get throws { try WordPieceTokenizer(vocabulary: Self.file("minilm/vocab.txt")) }
    }

    /// Throws when it is missing: without it, nothing here is tested.
    static func file(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: Self.path(name))) }

    static func path(_ name: String) -> URL { Self.root.appending(path: ".deps/\(name)") }
}
