import ServingCore

/// Why a batch could not be written: the word it is counted under and the sentence for people.
struct CaptureFailure: Sendable {
    /// `disk_full`, `locked` or `failed`.
    let reason: String
    let sentence: String
    let isFull: Bool
    /// The content of the file is not what was written.
    let isDamage: Bool

    init(_ error: any Error, file: String) {
        if case .unavailable(let sentence)? = error as? StoreError {
            self.init("failed", sentence)
            return
        }
        switch SQLiteFailure(error) {
        case .full: self.init("disk_full", SQLiteFailure.full.sentence(file), isFull: true)
        case .locked: self.init("locked", SQLiteFailure.locked.sentence(file))
        case .damaged:
            self.init("failed", "\(file) is damaged; restart teal to set it aside and begin a new one", isDamage: true)
        case let failure: self.init("failed", failure.sentence(file))
        }
    }

    private init(_ reason: String, _ sentence: String, isFull: Bool = false, isDamage: Bool = false) {
        self.reason = reason
        self.sentence = sentence
        self.isFull = isFull
        self.isDamage = isDamage
    }
}
