/// The version of this build, shown by `teal --version` and in both server metadata and admin info.
package enum TealVersion {
    package static let current = "0.1.0"
}
