import Foundation
import FoundationXML

/// What an XML text consists of; reading it fails when the text is not well formed.
final class XMLOutline: NSObject, XMLParserDelegate {
    struct Element {
        var name: String
        var attributes: [String: String]
        /// Of this element and all inside it.
        var text = ""
    }

    /// In the order in which they begin.
    private(set) var elements: [Element] = []
    private var open: [Int] = []
    private(set) var problem: String?

    init(_ text: String) {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        parser.shouldResolveExternalEntities = false
        if !parser.parse() { self.problem = "\(parser.parserError.map { "\($0)" } ?? "") in line \(parser.lineNumber)" }
    }

    var text: String { self.elements.first?.text ?? "" }

    func all(_ name: String, _ style: String? = nil) -> [Element] {
        self.elements.filter { element in
            let styles = (element.attributes["class"] ?? "").split(separator: " ").map(String.init)
            return element.name == name && style.map { styles.contains($0) } ?? true
        }
    }

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        self.open.append(self.elements.count)
        self.elements.append(Element(name: name, attributes: attributes))
    }

    func parser(
        _ parser: XMLParser,
        didEndElement name: String,
        namespaceURI: String?,
        qualifiedName: String?
    ) {
        self.open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        for index in self.open { self.elements[index].text += text }
    }
}
