internal import NIOCore
internal import ServingCore

extension Tensor {
    /// One BYTES element each; the bounds of requests and answers keep an element below the 4 GiB of its length prefix.
    init(texts: [ByteBuffer]) {
        let bytes = TensorBytes(count: texts.reduce(0) { $0 + 4 + $1.readableBytes }) { target in
            var at = 0
            for text in texts {
                let length = UInt32(clamping: text.readableBytes).littleEndian
                target.storeBytes(of: length, toByteOffset: at, as: UInt32.self)
                at += 4
                text.withUnsafeReadableBytes {
                    UnsafeMutableRawBufferPointer(rebasing: target[at...]).copyMemory(from: $0)
                }
                at += text.readableBytes
            }
        }
        self.init(datatype: .bytes, shape: [Int64(texts.count)], bytes: bytes)
    }

    init(texts: [String]) {
        self.init(texts: texts.map { ByteBuffer(string: $0) })
    }

    init<Value: BitwiseCopyable>(_ datatype: DataType, _ shape: [Int64], _ values: [Value]) {
        self.init(datatype: datatype, shape: shape, bytes: values.withUnsafeBytes { TensorBytes(copying: $0) })
    }

    /// The first BYTES element; nil for a tensor without one.
    var firstText: ByteBuffer? {
        guard self.datatype == .bytes else { return nil }
        return self.bytes.withUnsafeBytes { bytes in
            var elements = BytesElements(bytes)
            return elements.next().map { ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: bytes[$0])) }
        }
    }
}
