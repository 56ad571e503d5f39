import CodecOracle

// SwiftPM gives every executable an entry point of its own, so libFuzzer's `main` is not used; this is what it calls.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argc: UnsafeMutablePointer<CInt>,
    _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private let oracle = CodecOracle()

var argc = CommandLine.argc
var argv = CommandLine.unsafeArgv
_ = runDriver(&argc, &argv) { start, count in
    let wrong = oracle.check(Array(UnsafeBufferPointer(start: start, count: count)))
    guard wrong.isEmpty else { fatalError("\(wrong)") }
    return 0
}

/// Never called; some linkers take in libFuzzer's own `main`, which wants it.
@_cdecl("LLVMFuzzerTestOneInput")
func unused(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { 0 }
