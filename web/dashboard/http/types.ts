// The names under which the pages know the shapes of the HTTP API, which are generated: see shapes.ts.
import type * as api from "./shapes";

export type Nodes = api.WsmqApiNodes;
export type Node = api.WsmqApiNode;
export type Rate = keyof api.WsmqNodeRates;
export type Rights = api.WsmqApiRights;
export type AddressPage = api.WsmqApiAddressPage;
export type AddressInfo = api.WsmqApiLogInfo;
export type Cursor = api.WsmqApiCursor;
export type Entry = api.WsmqApiEntry;
export type EntryPage = api.WsmqApiEntryPage;
export type Delayed = api.WsmqApiDelayed;
export type DelayedPage = api.WsmqApiDelayedPage;
export type Life = api.WsmqApiLife;
export type LifeEvent = api.WsmqApiEvent;
export type Receipt = api.WsmqApiReceipt;
export type MessageStatus = api.WsmqApiMessageStatus;
export type Queue = api.WsmqApiQueue;
export type Job = api.WsmqApiJob;
export type JobState = api.WsmqJobState;
export type Step = api.WsmqApiStep;
export type DeadLetter = api.WsmqApiFoundDeadLetter;
export type DeadLetterPage = api.WsmqApiDeadLetterPage;
export type Filter = api.WsmqApiDeadLetterFilter;
export type Count = api.WsmqApiDeadLetterCount;
export type Run = api.WsmqApiRun;
export type Runs = api.WsmqApiRuns;
export type Device = api.WsmqApiDevice;
export type Connections = api.WsmqApiConnections;
export type Presence = api.WsmqApiPresence;

export const JOB_STATES = ["ready", "delayed", "leased", "retrying", "blocked", "dead"] as const satisfies readonly JobState[];
