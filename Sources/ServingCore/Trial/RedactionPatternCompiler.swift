/// Makes a program out of a tree. Counted repetitions are written out, so the program's length is what is bounded.
struct RedactionPatternCompiler {
    let pattern: String
    private(set) var program: [RedactionPattern.Instruction] = []
    private(set) var sets: [ScalarSet] = []

    init(pattern: String) {
        self.pattern = pattern
    }

    mutating func compile(_ node: RedactionPatternNode) throws(RedactionPattern.Problem) {
        switch node {
        case .set(let set):
            self.sets.append(set)
            try self.emit(.take(self.sets.count - 1))
        case .check(let assertion): try self.emit(.check(assertion))
        case .sequence(let nodes):
            for node in nodes { try self.compile(node) }
        case .choice(let branches): try self.choice(branches)
        case .repeated(let node, let least, let most, let isLazy):
            for _ in 0..<least { try self.compile(node) }
            guard let most else { return try self.loop(node, isLazy: isLazy) }
            for _ in least..<most { try self.optional(node, isLazy: isLazy) }
        }
    }

    private mutating func emit(_ instruction: RedactionPattern.Instruction) throws(RedactionPattern.Problem) {
        guard self.program.count < RedactionPattern.maxInstructions else {
            throw RedactionPattern.Problem(
                description:
                    "the pattern '\(self.pattern)' is too large once its repetitions are written out; use smaller"
                    + " counts"
            )
        }
        self.program.append(instruction)
    }

    private mutating func choice(_ branches: [RedactionPatternNode]) throws(RedactionPattern.Problem) {
        var exits: [Int] = []
        for (index, branch) in branches.enumerated() {
            let split = self.program.count
            let isLast = index == branches.count - 1
            if !isLast { try self.emit(.split(split + 1, split + 1)) }
            try self.compile(branch)
            guard !isLast else { continue }
            exits.append(self.program.count)
            try self.emit(.jump(0))
            self.program[split] = .split(split + 1, self.program.count)
        }
        for exit in exits { self.program[exit] = .jump(self.program.count) }
    }

    private mutating func loop(_ node: RedactionPatternNode, isLazy: Bool) throws(RedactionPattern.Problem) {
        let split = self.program.count
        try self.emit(.split(split, split))
        try self.compile(node)
        try self.emit(.jump(split))
        self.setSplit(split, isLazy: isLazy)
    }

    private mutating func optional(_ node: RedactionPatternNode, isLazy: Bool) throws(RedactionPattern.Problem) {
        let split = self.program.count
        try self.emit(.split(split, split))
        try self.compile(node)
        self.setSplit(split, isLazy: isLazy)
    }

    private mutating func setSplit(_ split: Int, isLazy: Bool) {
        let (inside, outside) = (split + 1, self.program.count)
        self.program[split] = isLazy ? .split(outside, inside) : .split(inside, outside)
    }
}
