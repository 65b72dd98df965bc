/**
 * The errors that are thrown, and their codes.
 */
import { expectTypeOf } from 'vitest';
import {
  ReceiveUnderflowError,
  WebsockClosedError,
  WebsockError,
  type WebsockErrorCode,
} from 'websock-client';

declare const error: WebsockError;
declare const closed: WebsockClosedError;
declare const underflow: ReceiveUnderflowError;

expectTypeOf<WebsockErrorCode>().toEqualTypeOf<
  | 'ERR_RECEIVE_UNDERFLOW'
  | 'ERR_RECEIVE_OVERFLOW'
  | 'ERR_SEND_OVERFLOW'
  | 'ERR_READ_PENDING'
  | 'ERR_CLOSED'
  | 'ERR_TRUNCATED'
  | 'ERR_OPEN_TIMEOUT'
  | 'ERR_TEXT_FRAME'
  | 'ERR_CHANNEL'
  | 'ERR_RESUME'
  | 'ERR_STATE'
>();
expectTypeOf(error.code).toEqualTypeOf<WebsockErrorCode>();
expectTypeOf(error).toExtend<Error>();
if (error.code === 'ERR_CLOSED') expectTypeOf(error.message).toEqualTypeOf<string>();
// @ts-expect-error -- no such code
if (error.code === 'ECONNREFUSED') throw error;
// @ts-expect-error -- read only
error.code = 'ERR_STATE';
// @ts-expect-error -- not a code
void new WebsockError('ERR_OTHER', 'Cannot go on');

expectTypeOf(closed).toExtend<WebsockError>();
expectTypeOf(closed.closeCode).toEqualTypeOf<number>();
expectTypeOf(closed.reason).toEqualTypeOf<string>();
expectTypeOf(closed.available).toEqualTypeOf<number>();
// @ts-expect-error -- read only
closed.closeCode = 1000;
// @ts-expect-error -- only a WebsockClosedError has one
expectTypeOf(error.closeCode).toEqualTypeOf<number>();

expectTypeOf(underflow).toExtend<RangeError>();
expectTypeOf<ReceiveUnderflowError['code']>().toEqualTypeOf<'ERR_RECEIVE_UNDERFLOW'>();
expectTypeOf(underflow.needed).toEqualTypeOf<number>();
expectTypeOf(underflow.available).toEqualTypeOf<number>();
// @ts-expect-error -- read only
underflow.needed = 2;
// @ts-expect-error -- it has only one code
if (underflow.code === 'ERR_CLOSED') throw underflow;
