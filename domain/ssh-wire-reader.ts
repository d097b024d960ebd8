/** Reads SSH's length-prefixed fields (RFC 4251 5). A field that does not fit sets `failed` and reads as empty; nothing throws. */
export class WireReader {
  readonly #wire: Uint8Array
  #at = 0
  failed = false

  constructor(wire: Uint8Array) {
    this.#wire = wire
  }

  get atEnd(): boolean {
    return this.#at === this.#wire.length
  }

  bytes(): Uint8Array {
    const start = this.#at + 4
    if (this.failed || start > this.#wire.length) return this.#fail()
    const end = start + new DataView(this.#wire.buffer, this.#wire.byteOffset + this.#at, 4).getUint32(0)
    if (end > this.#wire.length) return this.#fail()
    this.#at = end
    return this.#wire.subarray(start, end)
  }

  /** ASCII, which is all that type and curve names are. */
  text(): string {
    return String.fromCharCode(...this.bytes().subarray(0, 1_024))
  }

  /** An mpint above zero in its only allowed form: no needless leading zero byte. */
  positiveInteger(): Uint8Array {
    const bytes = this.bytes()
    const [first = 0, second = 0] = bytes
    const negative = first >= 0x80
    const padded = first === 0 && second < 0x80
    return bytes.length === 0 || negative || padded ? this.#fail() : bytes
  }

  #fail(): Uint8Array {
    this.failed = true
    return new Uint8Array(0)
  }
}
