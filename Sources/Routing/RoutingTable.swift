package import ServingCore
package import Slots

/// Everything one event loop needs to route a request, for one generation. Immutable; replaced as a whole; read once
/// per request.
package final class RoutingTable {
    package let generation: UInt64
    /// Every model has a live version that can answer.
    package let isReady: Bool
    package let models: [String: ModelRoute]

    package init(generation: UInt64, isReady: Bool, models: [String: ModelRoute]) {
        self.generation = generation
        self.isReady = isReady
        self.models = models
    }
}

/// How requests for one model are routed in one generation. Which of them are mirrored changes without a new generation:
/// who answers does not depend on it.
package final class ModelRoute {
    package let name: String
    package let live: SlotHandle?
    package let blue: SlotHandle?
    package let green: SlotHandle?
    package let allowsSlotHeader: Bool
    /// Which clients the candidate answers; nil while it answers none.
    package let split: ModelSplit?
    /// A version of the model takes requests as they come, undecoded.
    package let forwards: Bool
    /// A server answers for a version of the model, whether or not its requests are decoded here.
    var isRemote: Bool { self.blue?.model.remote != nil || self.green?.model.remote != nil }
    /// Where mirrored requests go; nil while nothing is mirrored.
    package internal(set) var mirror: ModelMirror? {
        didSet { self.parameters = self.wantedParameters }
    }
    /// Names of the V2 parameters that mirror and split want to know of a request.
    package private(set) var parameters: [String] = []

    package init(
        name: String,
        live: Slot?,
        blue: SlotHandle?,
        green: SlotHandle?,
        allowsSlotHeader: Bool,
        split: ModelSplit? = nil
    ) {
        self.name = name
        self.blue = blue
        self.green = green
        self.live =
            switch live {
            case .blue: blue
            case .green: green
            case nil: nil
            }
        self.allowsSlotHeader = allowsSlotHeader
        self.split = split
        self.forwards = blue?.forwards == true || green?.forwards == true
        self.parameters = self.wantedParameters
    }

    private var wantedParameters: [String] {
        let mirrored = self.mirror?.parameters ?? []
        guard let name = self.split?.parameter, !mirrored.contains(name) else { return mirrored }
        return mirrored + [name]
    }

    package func handle(of slot: Slot) -> SlotHandle? {
        switch slot {
        case .blue: self.blue
        case .green: self.green
        }
    }
}
