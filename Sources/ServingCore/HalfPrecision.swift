extension Double {
    /// The value of IEEE 754 half-precision bits. By hand, because `Float16` does not exist on every platform Swift has.
    package init(halfPrecision bits: UInt16) {
        let exponent = Int(bits >> 10) & 0x1F
        let fraction = Double(bits & 0x3FF)
        let magnitude =
            switch exponent {
            case 0: fraction / 16_777_216
            case 31: fraction == 0 ? Double.infinity : Double.nan
            default: (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
            }
        self = bits & 0x8000 == 0 ? magnitude : -magnitude
    }
}
