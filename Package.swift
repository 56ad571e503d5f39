// swift-tools-version: 6.2
// One target per folder; the arrows point down only. The build refuses an import that a target does not declare here,
// `scripts/check_sources.py` one that the data plane must not make.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Swift's runtime in the binary: nothing of Swift need be installed where it runs, and calls of the runtime, of which a
/// request needs hundreds, do not go through the dynamic linker's tables. Only this binary: `--static-swift-stdlib` would
/// be for all products, and there is no static form of what tests link. The libraries are those that Foundation of Swift
/// 6.3 is made of; another toolchain may name them otherwise.
let staticRuntime: [LinkerSetting] =
    [.unsafeFlags(["-static-stdlib"], .when(platforms: [.linux]))]
    + ["CoreFoundation", "_FoundationICU", "_FoundationCShims", "_FoundationCollections"].map {
        .linkedLibrary($0, .when(platforms: [.linux]))
    }

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// The dashboard's files, each of which is a constant of the binary.
let dashboard: [Resource] = [
    "act-forms.js", "act-verdict.js", "act.js", "action-dialog.js", "api.js", "app.js", "audit-table.js",
    "audit.js", "briefs.js", "chart-distribution.js", "chart-interval.js", "chart-live.js", "checks-table.js",
    "cutover.css", "diff-words.js", "dom.js", "explore-form.js", "explore-map.js", "explore-pairs.js",
    "explore-slices.js", "explore.css", "explore.js", "format.js", "history.js", "icon.svg", "index.html",
    "live.js", "map-canvas.js", "map-points.js", "model-charts.js", "model-state.js", "morph.js", "overview.js",
    "pair-numbers.js", "pair-outputs.js", "pair-text.js", "pair.js", "style.css", "texts.js",
    "trial-outputs.js", "trial-sections.js", "trial-text.js", "trial-verdict.js", "trial.css", "trial.js",
].map { .embedInCode("Dashboard/\($0)") }

let package = Package(
    name: "teal",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "teal", targets: ["teal"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Bridges to C. One Swift module touches each.
        .target(name: "COnnxRuntime", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CVectorMath"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        // Nouns and ports; no I/O.
        .target(name: "ServingCore", swiftSettings: strict),

        // Data plane.
        .target(name: "Telemetry", dependencies: ["ServingCore"], swiftSettings: strict),
        .target(name: "HTTP1", dependencies: ["ServingCore", "Telemetry", nio], swiftSettings: strict),
        .target(name: "OpenInference", dependencies: ["CSimdJSON", "ServingCore", nio], swiftSettings: strict),
        .target(name: "OpenAI", dependencies: ["OpenInference", "ServingCore", nio], swiftSettings: strict),
        .target(
            name: "Upstream",
            dependencies: ["HTTP1", "ServingCore", "Telemetry", nio, nioPosix, nioSSL],
            swiftSettings: strict
        ),
        .target(name: "Inference", dependencies: ["COnnxRuntime", "ServingCore", collections], swiftSettings: strict),
        .target(
            name: "Remote",
            dependencies: ["HTTP1", "Inference", "OpenAI", "OpenInference", "ServingCore", "Upstream", nio],
            swiftSettings: strict
        ),
        .target(
            name: "Slots",
            dependencies: [
                "Inference", "OpenInference", "Remote", "ServingCore", "Telemetry", "Upstream", crypto, nio, nioPosix,
                system, yams,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Shadow",
            dependencies: ["Inference", "ServingCore", "Slots", "Telemetry"],
            swiftSettings: strict
        ),
        .target(
            name: "Routing",
            dependencies: ["Remote", "ServingCore", "Shadow", "Slots", "Telemetry", "Upstream", nio],
            swiftSettings: strict
        ),
        .target(
            name: "Gateway",
            dependencies: [
                "HTTP1", "Inference", "OpenAI", "OpenInference", "Remote", "Routing", "ServingCore", "Shadow", "Slots",
                "Telemetry", "Upstream", logging, nio, nioPosix,
            ],
            swiftSettings: strict
        ),

        // Pairs: what was answered, compared and kept.
        .target(name: "Comparison", dependencies: ["ServingCore", histogram], swiftSettings: strict),
        .target(name: "Capture", dependencies: ["Comparison", "ServingCore", crypto], swiftSettings: strict),
        .target(
            name: "Trials",
            dependencies: ["Capture", "Comparison", "ServingCore", logging],
            swiftSettings: strict
        ),

        // Meaning: vectors of requests and answers, search over them, slices.
        .target(
            name: "SemanticSearch",
            dependencies: ["CVectorMath", "Capture", "Comparison", "Inference", "ServingCore", crypto, logging],
            swiftSettings: strict
        ),

        // Control plane.
        .target(
            name: "Promotion",
            dependencies: ["Comparison", "SemanticSearch", "ServingCore", "Trials", crypto, logging],
            swiftSettings: strict
        ),
        .target(name: "Storage", dependencies: ["ServingCore", grdb], swiftSettings: strict),
        .target(
            name: "Cutover",
            dependencies: [
                "Inference", "Routing", "ServingCore", "Shadow", "Slots", "Telemetry", logging, nio, system,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Admin",
            dependencies: [
                "CCurl", "Comparison", "Promotion", "SemanticSearch", "ServingCore", "Telemetry", "Trials", crypto,
                httpTypes,
                hummingbird, hummingbirdCore, lifecycle, logging, nio, nioPosix,
            ],
            resources: [.embedInCode("openapi.json")] + dashboard,
            swiftSettings: strict
        ),

        // Everything together.
        .target(name: "LoadGenerator", dependencies: [nio, nioPosix], swiftSettings: strict),
        .target(
            name: "TealApp",
            dependencies: [
                "Admin", "Capture", "Comparison", "Cutover", "Gateway", "HTTP1", "Inference", "LoadGenerator",
                "OpenInference", "Promotion", "Remote", "Routing", "SemanticSearch", "ServingCore", "Shadow", "Slots",
                "Storage", "Telemetry", "Trials", "Upstream", collections, configuration, crypto, lifecycle,
                logging, nio, nioPosix, signals, system, yams,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "teal",
            dependencies: [
                "Admin", "LoadGenerator", "Promotion", "SemanticSearch", "ServingCore", "TealApp", "Trials",
                argumentParser,
                system,
            ],
            swiftSettings: strict,
            linkerSettings: staticRuntime
        ),

        // Tests mirror the modules.
        .target(
            name: "TestSupport",
            dependencies: [
                "Comparison", "Inference", "Promotion", "Remote", "SemanticSearch", "ServingCore", "Slots", "Trials",
                nio,
                nioHTTP1, nioPosix,
            ],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .target(
            name: "InferOracle",
            dependencies: ["OpenInference", "ServingCore", nio],
            path: "Tests/Fuzz/Oracle",
            swiftSettings: strict
        ),
        .target(
            name: "AnswerOracle",
            dependencies: ["InferOracle", "OpenAI", "OpenInference", "ServingCore", nio],
            path: "Tests/Fuzz/AnswerOracle",
            swiftSettings: strict
        ),
        .target(
            name: "CodecOracle",
            dependencies: ["HTTP1", nio, nioEmbedded, nioHTTP1],
            path: "Tests/Fuzz/CodecOracle",
            swiftSettings: strict
        ),
        .testTarget(name: "ServingCoreTests", dependencies: ["ServingCore", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TelemetryTests",
            dependencies: ["ServingCore", "Telemetry", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OpenInferenceTests",
            dependencies: ["InferOracle", "OpenInference", "ServingCore", "TestSupport", nio],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTP1Tests",
            dependencies: ["CodecOracle", "HTTP1", "ServingCore", "Telemetry", "TestSupport", nio, nioHTTP1],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OpenAITests",
            dependencies: ["AnswerOracle", "OpenAI", "ServingCore", "TestSupport", nio],
            swiftSettings: strict
        ),
        .testTarget(
            name: "UpstreamTests",
            dependencies: ["HTTP1", "ServingCore", "TestSupport", "Upstream", nio, nioEmbedded, nioPosix, nioSSL],
            swiftSettings: strict
        ),
        .testTarget(
            name: "InferenceTests",
            dependencies: ["Inference", "ServingCore", "TestSupport"],
            exclude: ["Fixtures"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SlotsTests",
            dependencies: [
                "Inference", "ServingCore", "Slots", "Telemetry", "TestSupport", nio, nioPosix, system,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RoutingTests",
            dependencies: [
                "Inference", "Routing", "ServingCore", "Shadow", "Slots", "Telemetry", "TestSupport", nio, nioPosix,
                system,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "HTTPOracle",
            dependencies: [
                "Gateway", "HTTP1", "Inference", "Remote", "Routing", "ServingCore", "Slots", "Telemetry",
                "TestSupport", nio, nioEmbedded, nioPosix,
            ],
            path: "Tests/Fuzz/HTTPOracle",
            swiftSettings: strict
        ),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "HTTP1", "HTTPOracle", "Inference", "Remote", "Routing", "ServingCore", "Shadow", "Slots",
                "Telemetry", "TestSupport", "Upstream", logging, nio, nioEmbedded, nioHTTP1, nioPosix,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ShadowTests",
            dependencies: ["Inference", "ServingCore", "Shadow", "Slots", "Telemetry", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ComparisonTests",
            dependencies: ["Comparison", "ServingCore", "TestSupport"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CaptureTests",
            dependencies: ["Capture", "Comparison", "OpenInference", "ServingCore", "TestSupport", nio],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TrialsTests",
            dependencies: ["Capture", "Comparison", "ServingCore", "TestSupport", "Trials", logging],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SemanticSearchTests",
            dependencies: [
                "Capture", "Comparison", "Inference", "SemanticSearch", "ServingCore", "TestSupport", crypto, logging,
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PromotionTests",
            dependencies: [
                "Comparison", "Promotion", "SemanticSearch", "ServingCore", "TestSupport", "Trials", logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CutoverTests",
            dependencies: [
                "Cutover", "Inference", "Routing", "ServingCore", "Shadow", "Slots", "Telemetry", "TestSupport",
                logging,
                nio, nioPosix, system,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StorageTests",
            dependencies: ["ServingCore", "Storage", "TestSupport", grdb],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AdminTests",
            dependencies: [
                "Admin", "Comparison", "Promotion", "SemanticSearch", "ServingCore", "TestSupport", "Trials", lifecycle,
                logging, nio, nioEmbedded, nioPosix,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LoadGeneratorTests",
            dependencies: ["LoadGenerator", "TestSupport", nio, nioPosix],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TealAppTests",
            dependencies: [
                "LoadGenerator", "Promotion", "ServingCore", "TealApp", "Telemetry", "TestSupport", "Trials", lifecycle,
                logging, nio, nioPosix, system,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Admin", "Comparison", "LoadGenerator", "Promotion", "SemanticSearch", "ServingCore", "TealApp",
                "TestSupport",
                "Trials", nio, nioPosix,
            ],
            swiftSettings: strict
        ),
    ]
)

// `TEAL_BENCHMARKS=1 swift run -c release CodecBenchmark`
if Context.environment["TEAL_BENCHMARKS"] == "1" {
    package.targets += [
        .executableTarget(
            name: "CodecBenchmark",
            dependencies: ["OpenInference", "ServingCore", nio],
            path: "benchmarks/codec"
        ),
        .executableTarget(
            name: "GateBenchmark",
            dependencies: ["Comparison", "Promotion", "ServingCore", "Trials"],
            path: "benchmarks/gate"
        ),
        .executableTarget(
            name: "VectorsBenchmark",
            dependencies: ["SemanticSearch"],
            path: "benchmarks/vectors",
            exclude: ["embeddings.py", "run.py", "requirements.txt"]
        ),
        .executableTarget(
            name: "SemanticOracle",
            dependencies: ["Inference", "SemanticSearch", "ServingCore"],
            path: "Tests/oracles/SemanticOracle"
        ),
        .executableTarget(
            name: "CapturesBenchmark",
            dependencies: ["ServingCore", "Storage"],
            path: "benchmarks/captures"
        ),
    ]
}

// `scripts/fuzz.sh`
if Context.environment["TEAL_FUZZ"] == "1" {
    for (name, oracle) in [
        ("FuzzInferJSON", "InferOracle"), ("FuzzInferBinary", "InferOracle"), ("FuzzHTTPHead", "HTTPOracle"),
        ("FuzzHTTPCodec", "CodecOracle"), ("FuzzAnswers", "AnswerOracle"),
    ] {
        package.targets.append(
            .executableTarget(
                name: name,
                dependencies: [.byName(name: oracle)],
                path: "Tests/Fuzz/\(name)",
                swiftSettings: strict
            )
        )
    }
}
