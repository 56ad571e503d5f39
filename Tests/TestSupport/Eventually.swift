/// True as soon as `condition` holds; false when it does not within some ten seconds. For what other threads bring
/// about without telling.
package func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
    for _ in 0..<10_000 {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(1))
    }
    return false
}
