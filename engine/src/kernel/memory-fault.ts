/** What a read or write of the modelled memory ran into: undefined behaviour of the code under review. */
export type FaultKind = 'null-dereference' | 'out-of-bounds' | 'uninitialised' | 'freed' | 'unmapped';

export class MemoryFault extends Error {
  readonly kind: FaultKind;
  readonly address: bigint;
  constructor(kind: FaultKind, address: bigint, message: string) {
    super(message);
    this.kind = kind;
    this.address = address;
  }
}
