import Foundation
package import NIOCore

/// A model's held-out requests with the right answers, as traffic without end: items in their order, again and again, each
/// time with an id of its own, and with noise on real numbers after the first.
package struct HeldOutData: Sendable {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case empty
        case line(Int)

        package var description: String {
            switch self {
            case .empty: "there is no request in it"
            case .line(let number):
                "line \(number) is not an infer request with a `label` in its `parameters` (and an `id` written as "
                    + "\"id\":\"...\", if it has one)"
            }
        }
    }

    private let items: [HeldOutItem]

    /// `text` is one V2 infer request per line, with the label of the first output among its parameters.
    package init(_ text: String) throws(Failure) {
        var items: [HeldOutItem] = []
        for (index, line) in text.split(separator: "\n").enumerated() {
            guard let item = HeldOutItem(line, number: index + 1) else { throw .line(index + 1) }
            items.append(item)
        }
        guard !items.isEmpty else { throw .empty }
        self.items = items
    }

    /// Of the held-out items.
    package var count: Int { self.items.count }

    /// Request `number`, 0 or more, of traffic without end: the same every time.
    package func body(_ number: Int) -> [UInt8] {
        self.items[number % self.items.count].body(round: number / self.items.count, seed: UInt64(number))
    }

    /// The `id` of request `number`.
    package func id(_ number: Int) -> String {
        self.items[number % self.items.count].id(round: number / self.items.count)
    }

    /// The right class of request `number`.
    package func label(_ number: Int) -> String { self.items[number % self.items.count].label }

    /// True if the first value of the first tensor in an answer is the label of item `index`.
    package func isRight(_ answer: ByteBuffer, for index: Int) -> Bool {
        guard self.items.indices.contains(index) else { return false }
        return FirstValue.equals(self.items[index].answer, in: answer)
    }
}
