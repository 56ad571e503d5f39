/// What the reference implementation makes of a scalar outside ASCII.
///
/// It looks characters up in tables of different ages: categories are those of Unicode 8, so that what came later counts as
/// a letter; decompositions and combining classes are those of Unicode 9. Both are reproduced by the age of a scalar.
enum ScalarForm {
    /// What is decided before anything else.
    enum Kind {
        /// Controls (tab, line feed and carriage return are ASCII), format and private-use characters. Unassigned ones
        /// are letters.
        case removed
        case space
        /// Without case and no mark, or in lower case: stays as it is once decomposed.
        case settled
        case other
    }

    static func kind(of scalar: Unicode.Scalar) -> Kind {
        switch scalar.properties.generalCategory {
        case .otherLetter, .lowercaseLetter: .settled
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: .space
        case .control, .privateUse: .removed
        case .format: Self.isAssigned(scalar, in: 8) ? .removed : .other
        default: scalar == "\u{FFFD}" ? .removed : .other
        }
    }

    /// Each ideograph is a word of its own. The reference begins one block at U+2B920 instead of U+2B820, so does this.
    static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x2_0000...0x2_A6DF, 0x2_A700...0x2_B73F, 0x2_B740...0x2_B81F,
            0x2_B920...0x2_CEAF, 0xF900...0xFAFF, 0x2_F800...0x2_FA1F:
            true
        default: false
        }
    }

    /// Category Mn: removed after decomposition.
    static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1734, 0x1_171E: true
        case 0x1885, 0x1886, 0xA9BD, 0x1_11C9: false
        default: scalar.properties.generalCategory == .nonspacingMark && Self.isAssigned(scalar, in: 8)
        }
    }

    /// Category P: a word of its own.
    static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x166D, 0x1_11C9: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return Self.isAssigned(scalar, in: 8)
        default: return false
        }
    }

    /// 0 for all but marks; marks in a row are sorted by it.
    static func combiningClass(of scalar: Unicode.Scalar) -> UInt8 {
        let value = scalar.properties.canonicalCombiningClass.rawValue
        return value != 0 && Self.isAssigned(scalar, in: 9) ? value : 0
    }

    private static func isAssigned(_ scalar: Unicode.Scalar, in version: Int) -> Bool {
        guard let age = scalar.properties.age else { return false }
        return age.major < version || (age.major == version && age.minor == 0)
    }
}
