/**
 * The public entry of the package: every name that users may import, and no other.
 */

export { applyChanges } from './actors/apply-changes.js'
export type { ClaimConflict, ClaimsRebuilt } from './actors/claim-rebuild.js'
export type {
  CommandOptions,
  DecideOptions,
  Receipt,
  SendOptions,
  TransactOptions,
} from './actors/command.js'
export type { DecisionReceipt, DecisionTools, EventsToAppend } from './actors/decisions.js'
export { diffStates, type StateChange, type StatePath } from './actors/diff-states.js'
export {
  ActivationFailedError,
  CommandAbortedError,
  CommandIdReusedError,
  CommandRejectedError,
  CommandTimeoutError,
  DecideFailedError,
  EvolveFailedError,
  InvalidClaimError,
  InvalidDecisionError,
  InvalidSubjectError,
  InvalidTagsError,
  MomentNotReachedError,
  OverloadedError,
  PrepareFailedError,
  SnapshotRuleFailedError,
  UnknownActorError,
  UnknownCommandError,
} from './actors/errors.js'
export { type ActorLimits, defaultActorLimits } from './actors/limits.js'
export type { Moment } from './actors/moment.js'
export type { EventName, StateDifference } from './actors/past-state.js'
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
  type ClaimedValues,
  type CommandDefinition,
  type DecideTools,
  defineActor,
  type EventCreator,
  type EventCreators,
  type PrepareTools,
  type Rejection,
  type StateOf,
} from './define/actor.js'
export { type AppDefinition, DuplicateNameError, defineApp } from './define/app.js'
export {
  type DataInputOf,
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
  type ScheduleFromContext,
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
  type WhileFilling,
} from './define/projector.js'
export { defaultRetryPolicy, type RetryPolicy } from './define/retry.js'
export type {
  ReactionTools,
  SagaCommand,
  SagaEffect,
  SagaFacts,
  SagaFailure,
  SagaIgnored,
  SagaMessage,
  SagaTime,
  SagaTimer,
} from './define/saga/effects.js'
export type { SagaActor } from './define/saga/instance-actor.js'
export type { InstanceEvents } from './define/saga/instance-events.js'
export type { NotUndone, SagaCause, SagaStatus, StepStatus } from './define/saga/instance-state.js'
export type { SagaRow } from './define/saga/instance-view.js'
export {
  type AnySaga,
  defineSaga,
  type Effects,
  type FailedCommand,
  type SagaDefinition,
  type SagaOptions,
  type Unmatched,
} from './define/saga/saga.js'
export { SagaDefinitionError, type SagaProblem } from './define/saga/saga-errors.js'
export type {
  CallContext,
  CallStepOptions,
  CompensationOptions,
  EachOptions,
  Flow,
  FlowFrom,
  FlowNode,
  SendStepOptions,
  StepFacts,
  Steps,
  UndoCause,
  UndoContext,
  UndoFacts,
  WaitStepOptions,
} from './define/saga/steps.js'
export type { SnapshotMoment, SnapshotOptions, SnapshotRules } from './define/snapshot.js'
export type { TimerTime } from './define/timer-time.js'
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
export { jsonSchemaOf } from './events/json-schema.js'
export type { Json, JsonSchema, SchemaSide } from './events/json-schema-form.js'
export type { PayloadInputOf, PayloadOf } from './events/payload-types.js'
export type { Infer, InferObject } from './events/schema-types.js'
export type {
  Schema,
  StandardIssue,
  StandardJsonSchema,
  StandardJsonSchemaOptions,
  StandardResult,
  StandardSchema,
} from './events/standard-schema.js'
export { InvalidIdError } from './events/stream-id.js'
export {
  SchemaVersionUnknownError,
  UnknownEventError,
  UpcastFailedError,
  UpcastGapError,
} from './events/upcast-errors.js'
export type { OldData, UpcastPart } from './events/upcasting.js'
export type { ActorSendOptions, CaughtUpOptions, Until } from './runtime/awaiting.js'
export { Bus, type BusListener } from './runtime/bus.js'
export { checkSchemas } from './runtime/check-schemas.js'
export type { Claims } from './runtime/claims.js'
export { countSchemas } from './runtime/count-schemas.js'
export type {
  EventQuery,
  EventQueryItem,
  EventsOfQuery,
  EventTypeReference,
} from './runtime/decision-query.js'
export type { EndStreamOptions, StreamEnd } from './runtime/end-stream.js'
export { ForgetIncompleteError } from './runtime/forget-errors.js'
export type { ForgetOptions, ForgetProgress, ForgetReport } from './runtime/forgetting.js'
export type {
  HealthCode,
  HealthReason,
  HealthThresholds,
  RuntimeHealth,
} from './runtime/health-policy.js'
export { type ImportLogOptions, importLog } from './runtime/import-log.js'
export type { ExportLogOptions, Log, ReadLogOptions } from './runtime/log.js'
export { openRuntime } from './runtime/open-runtime.js'
export type { BackupOptions, BackupResult, CopyProgress } from './runtime/operations/backups.js'
export {
  type CompactOptions,
  type CompactResult,
  compactStore,
} from './runtime/operations/compact-store.js'
export { UnsoundStoreError } from './runtime/operations/operation-errors.js'
export { type RestoreOptions, restoreStore } from './runtime/operations/restore-store.js'
export {
  type StoreReport,
  type VerifyStoreOptions,
  verifyStore,
} from './runtime/operations/verify-store.js'
export type { RuntimeOptions } from './runtime/options.js'
export { LockFileError } from './runtime/parse-schema-lock.js'
export type { ReadEventsOptions } from './runtime/read-events.js'
export type { RecordedRange } from './runtime/recorded-range.js'
export type {
  CountProgress,
  CountSchemasOptions,
  RecordedSchema,
  RecordedShape,
} from './runtime/recorded-schemas.js'
export type {
  ActorCommand,
  ActorReference,
  HandlerReference,
  ViewReference,
} from './runtime/references.js'
export type { ReindexTagsOptions, ReindexTagsProgress } from './runtime/reindex-tags.js'
export type { ReceiptsOf, Runtime } from './runtime/runtime.js'
export type {
  CancelOptions,
  ListSagasOptions,
  MessageData,
  OpenStep,
  OperatorOptions,
  SagaInstanceStatus,
  SagaReference,
  SagaTypeReference,
} from './runtime/saga-reference.js'
export type { ScheduleOptions } from './runtime/schedule-options.js'
export type { TimersStatus } from './runtime/scheduling.js'
export type { FindingKind, SchemaFinding } from './runtime/schema-findings.js'
export {
  describeSchemas,
  type LockedActor,
  type LockedEvent,
  type LockedHandler,
  type LockedProjector,
  type LockedSaga,
  type LockedSchema,
  type LockedStep,
  type SchemaLock,
} from './runtime/schema-lock.js'
export type { EventSchema, Schemas } from './runtime/schemas.js'
export type { RuntimeStatus } from './runtime/status.js'
export type { EnvironmentReaders } from './runtime/storage.js'
export type {
  TimerCommand,
  TimerInfo,
  TimerListOptions,
  TimerMessage,
  TimerPage,
  TimerSetting,
  Timers,
} from './runtime/timers.js'
export type { SagaMessageToSend } from './sagas/message-to-send.js'
export type { SagaEnd } from './sagas/saga-ends.js'
export {
  SagaCancelledError,
  SagaCodeError,
  SagaFailedError,
  SagaHaltedError,
  SagaInboxFullError,
  SagaNotEndedError,
  SagaNotFoundError,
  SagaStateError,
  SagaStepFailedError,
  SagaStepTimeoutError,
  SagaUnmatchedError,
  SagaWaitAbortedError,
} from './sagas/saga-errors.js'
export { SagaCallTimeoutError } from './sagas/step-call.js'
export type { AttemptOutcome, TimelineEntry } from './sagas/timeline.js'
export type {
  Durability,
  ExpectedVersion,
  ReadStreamOptions,
  StreamPlace,
} from './store/contracts.js'
export {
  BoundaryConflictError,
  ClaimTakenError,
  CommitUnknownError,
  CopyFailedError,
  DamagedKeyError,
  DamagedRecordError,
  DamagedTableError,
  DirectoryNotEmptyError,
  DiskFullError,
  FormatVersionError,
  KeyTooLargeError,
  RecordTooLargeError,
  StoreChangedError,
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
  ExportDisturbedError,
  FileUnavailableError,
  ImportRefusedError,
  ImportUnverifiedError,
} from './store/exchange/exchange-errors.js'
export type { ExchangeOptions, ExchangeProgress } from './store/exchange/exchange-progress.js'
export type { ExportResult } from './store/exchange/export-file.js'
export type { ImportResult } from './store/exchange/import-file.js'
export type { OldestReader, Readers } from './store/readers.js'
export type { StoreFinding, StoreFindingKind, VerifyProgress } from './store/verification.js'
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
  IndexNotReadyError,
  InvalidKeyError,
  InvalidTokenError,
  KeyParkedError,
  PartitionsChangedError,
  ProjectorFailedError,
  RebuildFailedError,
  ReplayFailedError,
  WaitAbortedError,
  WorkerCrashError,
} from './subscriptions/errors.js'
export type { HandlerStatus } from './subscriptions/handler-subscription.js'
export { AppLoadError } from './subscriptions/load-app.js'
export type { RebuildProgress, RebuildResult } from './subscriptions/rebuild-progress.js'
export type {
  ReplayFailure,
  ReplayOptions,
  ReplayProgress,
  ReplayResult,
} from './subscriptions/replay-options.js'
export type { ParkCause } from './subscriptions/retry-policy.js'
export type { RebuildOptions } from './subscriptions/view-build.js'
export type {
  VerifyOptions,
  ViewDifference,
  ViewVerification,
} from './subscriptions/view-comparison.js'
export type { FindOptions, Page } from './subscriptions/view-query.js'
export type { ViewStatus } from './subscriptions/view-subscription.js'
export type { Lateness } from './timers/due-tally.js'
