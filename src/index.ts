/**
 * The public entry of the package: every name that users may import, and no other.
 */

export type { Receipt, SendOptions } from './actors/command.js'
export {
  ActivationFailedError,
  CommandAbortedError,
  CommandIdReusedError,
  CommandRejectedError,
  CommandTimeoutError,
  DecideFailedError,
  EvolveFailedError,
  InvalidDecisionError,
  InvalidSubjectError,
  OverloadedError,
  PrepareFailedError,
  UnknownActorError,
  UnknownCommandError,
} from './actors/errors.js'
export { type ActorLimits, defaultActorLimits } from './actors/limits.js'
export type { ActorSystemStatus } from './actors/status.js'
export { ClosedError } from './base/closed-error.js'
export {
  DramatisError,
  type ErrorCode,
  type ErrorData,
  InvalidArgumentError,
} from './base/errors.js'
export {
  type ActorDefinition,
  type AnyActor,
  type CommandDefinition,
  type DecideTools,
  defineActor,
  type EventCreators,
  type PrepareTools,
  type Rejection,
  type SnapshotOptions,
  type StateOf,
} from './define/actor.js'
export { type AppDefinition, DuplicateNameError, defineApp } from './define/app.js'
export {
  type DataOf,
  defineEvent,
  type EventDefinition,
  type EventOptions,
  type Upcaster,
  type UpcastTargets,
  type UpcastTools,
} from './define/event.js'
export {
  defineHandler,
  type HandlerContext,
  type HandlerDefinition,
  type HandlerOptions,
  type HandlerReceipt,
  type StartFrom,
} from './define/handler.js'
export { RetryAfterError, TerminalError } from './define/handler-errors.js'
export type { PersonalFieldOptions, PersonalFields, SubjectOf } from './define/personal.js'
export {
  type AnyProjector,
  defineProjector,
  type IndexKey,
  type IndexPart,
  type ProjectorDefinition,
  type RowType,
  rowType,
  type UnknownEvents,
  type ViewWriter,
} from './define/projector.js'
export { defaultRetryPolicy, type RetryPolicy } from './define/retry.js'
export {
  EventValueError,
  InvalidSchemaError,
  type PayloadIssue,
  SchemaMismatchError,
} from './events/errors.js'
export type {
  EventMetadata,
  EventValue,
  NewEvent,
  Position,
  RecordedEvent,
  Version,
} from './events/event.js'
export type { Infer, InferObject } from './events/schema-types.js'
export { InvalidIdError } from './events/stream-id.js'
export {
  SchemaVersionUnknownError,
  UnknownEventError,
  UpcastFailedError,
  UpcastGapError,
} from './events/upcast-errors.js'
export type { OldData, UpcastPart } from './events/upcasting.js'
export { Bus, type BusListener } from './runtime/bus.js'
export type { EndStreamOptions, StreamEnd } from './runtime/end-stream.js'
export { ForgetIncompleteError } from './runtime/forget-errors.js'
export type { ForgetOptions, ForgetProgress, ForgetReport } from './runtime/forgetting.js'
export { type ImportLogOptions, importLog } from './runtime/import-log.js'
export type { ExportLogOptions, Log, ReadLogOptions } from './runtime/log.js'
export { openRuntime } from './runtime/open-runtime.js'
export type { RuntimeOptions } from './runtime/options.js'
export type {
  ActorReference,
  HandlerReference,
  ReadEventsOptions,
  ViewReference,
} from './runtime/references.js'
export type { CaughtUpOptions, Runtime } from './runtime/runtime.js'
export type { RuntimeStatus } from './runtime/status.js'
export type { Durability, ExpectedVersion, ReadStreamOptions } from './store/contracts.js'
export {
  CommitUnknownError,
  DamagedKeyError,
  DamagedRecordError,
  DiskFullError,
  FormatVersionError,
  KeyTooLargeError,
  RecordTooLargeError,
  StoreLockedError,
  StoreStoppedError,
  StoreUnavailableError,
  StreamEndedError,
  SubjectForgottenError,
  UnknownSubjectError,
  VersionConflictError,
} from './store/errors.js'
export {
  ExportDamagedError,
  ImportRefusedError,
  ImportUnverifiedError,
} from './store/exchange/exchange-errors.js'
export type { ExchangeOptions, ExchangeProgress } from './store/exchange/exchange-progress.js'
export type { ExportResult } from './store/exchange/export-file.js'
export type { ImportResult } from './store/exchange/import-file.js'
export type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterResult,
  DeadLetters,
  ListOptions,
} from './subscriptions/dead-letters.js'
export {
  CaughtUpTimeoutError,
  HandlerTimeoutError,
  InvalidKeyError,
  InvalidTokenError,
  PartitionsChangedError,
  ProjectorFailedError,
  RebuildFailedError,
  WorkerCrashError,
} from './subscriptions/errors.js'
export type { HandlerStatus } from './subscriptions/handler-subscription.js'
export { AppLoadError } from './subscriptions/load-app.js'
export type { RebuildProgress, RebuildResult } from './subscriptions/rebuild-progress.js'
export type { ParkCause } from './subscriptions/retry-policy.js'
export type { RebuildOptions } from './subscriptions/view.js'
export type { FindOptions, Page } from './subscriptions/view-query.js'
export type { ViewStatus } from './subscriptions/view-subscription.js'
