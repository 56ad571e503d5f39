import Glibc

/// What is done with e-values of several tests.
package enum EValues {
    /// Indices, ascending, of the hypotheses that are rejected when of all those rejected at most a share of `alpha` shall be
    /// true ones (e-BH, Wang & Ramdas): valid however the e-values depend on each other, and at any time. No number counts as
    /// no evidence.
    package static func rejected(_ values: [Double], alpha: Double) -> [Int] {
        guard alpha > 0 else { return [] }
        let values = values.map { $0.isNaN ? 0 : $0 }
        let order = values.indices.sorted { values[$0] != values[$1] ? values[$0] > values[$1] : $0 < $1 }
        let most = order.indices.last { place in
            Double(place + 1) * values[order[place]] / Double(values.count) >= 1 / alpha
        }
        return most.map { order[...$0].sorted() } ?? []
    }

    /// An e-value of a p-value: `kappa p^(kappa - 1)`. No number counts as no evidence.
    package static func calibrated(p: Double, kappa: Double = 0.5) -> Double {
        guard !p.isNaN, kappa > 0, kappa < 1 else { return 0 }
        return kappa * pow(min(1, max(0, p)), kappa - 1)
    }
}
