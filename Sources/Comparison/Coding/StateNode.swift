/// A value that is being encoded; containers are filled in bit by bit.
final class StateNode {
    enum Content {
        case scalar(StateScalar)
        case list([StateNode])
        case members([String: StateNode])
    }

    var content: Content

    init(_ content: Content) { self.content = content }

    convenience init(_ value: some Encodable, _ path: [any CodingKey]) throws {
        if let scalar = StateScalar(value) {
            self.init(.scalar(scalar))
        } else {
            self.init(.scalar(.null))
            try value.encode(to: StateEncoder(node: self, codingPath: path))
        }
    }

    func write(into writer: inout BinaryWriter) {
        switch self.content {
        case .scalar(let scalar): scalar.write(into: &writer)
        case .list(let nodes):
            writer.write(StateTag.list)
            writer.write(UInt64(nodes.count))
            for node in nodes { node.write(into: &writer) }
        case .members(let members):
            writer.write(StateTag.members)
            writer.write(UInt64(members.count))
            for (name, node) in members.sorted(by: { $0.key < $1.key }) {
                writer.write(name)
                node.write(into: &writer)
            }
        }
    }

    func append(_ node: StateNode) {
        guard case .list(var nodes) = self.content else {
            self.content = .list([node])
            return
        }
        // Without this the array would be copied for each element.
        self.content = .list([])
        nodes.append(node)
        self.content = .list(nodes)
    }

    func set(_ node: StateNode, _ name: String) {
        guard case .members(var members) = self.content else {
            self.content = .members([name: node])
            return
        }
        self.content = .members([:])
        members[name] = node
        self.content = .members(members)
    }
}
