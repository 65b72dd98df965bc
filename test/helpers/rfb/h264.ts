/**
 * H.264 (encoding 50), by the community's RFB specification: an Annex B stream for each rectangle. The video is one
 * macroblock of plain samples (I_PCM), then a skipped one, so no encoder is needed.
 */
import { all, rect, u32, u8, type Area, type Bytes } from './wire.js';

/** Flag: resets the rectangle's decoder. */
const RESET = 1;

const SPS = 7;
const PPS = 8;
const IDR_SLICE = 5;
const SLICE = 1;

/** The width and height of every picture. */
const SIZE = 16;

export const h264Key = (x: number, y: number): Bytes =>
  payload(x, y, RESET, nal(SPS, sps()), nal(PPS, pps()), nal(IDR_SLICE, picture()));

/** The previous picture again. */
export const h264Same = (x: number, y: number): Bytes => payload(x, y, 0, nal(SLICE, skipped()));

function payload(x: number, y: number, flags: number, ...nals: Bytes[]): Bytes {
  const data = all(...nals);
  const area: Area = [x, y, SIZE, SIZE];
  return rect(area, 50, u32(data.length, flags), data);
}

/** Writes bits, the most significant first. */
class BitWriter {
  #bits: number[] = [];

  bits(value: number, count: number): this {
    for (let i = count - 1; i >= 0; i--) this.#bits.push((value >> i) & 1);
    return this;
  }

  /** Exp-Golomb: ITU-T H.264 section 9.1. */
  ue(...values: number[]): this {
    for (const value of values) {
      const { length } = (value + 1).toString(2);
      this.bits(0, length - 1).bits(value + 1, length);
    }
    return this;
  }

  align(): this {
    while (this.#bits.length % 8 > 0) this.#bits.push(0);
    return this;
  }

  /** Ends with the stop bit: section 7.3.2.11. */
  end(): Bytes {
    this.bits(1, 1).align();
    const bytes = new Uint8Array(this.#bits.length / 8);
    for (const [i, bit] of this.#bits.entries()) bytes[i >> 3] |= bit << (7 - (i & 7));
    return bytes;
  }
}

/** A NAL unit with its start code, and with a 3 inserted in each run of bytes that would look like one: section 7.4.1. */
function nal(type: number, data: Bytes): Bytes {
  const escaped: number[] = [];
  for (const byte of data) {
    const { length } = escaped;
    if (byte <= 3 && length >= 2 && escaped[length - 1] === 0 && escaped[length - 2] === 0) {
      escaped.push(3);
    }
    escaped.push(byte);
  }
  return all(u8(0, 0, 0, 1, 0x60 | type), u8(...escaped));
}

/** The sequence parameters: baseline, level 1.0, one macroblock: section 7.3.2.1. */
const sps = (): Bytes =>
  new BitWriter()
    .bits(66, 8)
    .bits(0xc0, 8)
    .bits(10, 8)
    // id, log2_max_frame_num - 4, pic_order_cnt_type 2, reference frames
    .ue(0, 0, 2, 1)
    .bits(0, 1)
    // width and height in macroblocks, less 1
    .ue(0, 0)
    // frames only, direct_8x8_inference; neither cropping nor VUI
    .bits(0b1100, 4)
    .end();

/** The picture parameters: nothing special, except that slices control deblocking: section 7.3.2.2. */
const pps = (): Bytes =>
  new BitWriter().ue(0, 0).bits(0, 2).ue(0, 0, 0).bits(0, 3).ue(0, 0, 0).bits(0b100, 3).end();

/** A key picture: a luma ramp, and two flat chroma planes. */
function picture(): Bytes {
  const slice = new BitWriter()
    // first_mb, slice_type I, pps; frame_num; idr_pic_id
    .ue(0, 7, 0)
    .bits(0, 4)
    .ue(0)
    // no_output_of_prior_pics, long_term_reference; slice_qp_delta; no deblocking; mb_type I_PCM
    .bits(0, 2)
    .ue(0, 1, 25)
    .align();
  for (let i = 0; i < 256; i++) slice.bits(40 + (i >> 4) * 8 + (i & 15) * 4, 8);
  for (let i = 0; i < 128; i++) slice.bits(i < 64 ? 90 : 170, 8);
  return slice.end();
}

/** A picture that is predicted from the previous one, with its macroblock skipped. */
const skipped = (): Bytes =>
  new BitWriter()
    // first_mb, slice_type P, pps; frame_num
    .ue(0, 5, 0)
    .bits(1, 4)
    // no override of the number of references, no reordering, no marking; slice_qp_delta; no deblocking; mb_skip_run
    .bits(0, 3)
    .ue(0, 1, 1)
    .end();
