namespace Wsmq;

/// <summary>
/// The names of the fields on the wire. They are explicit, because an app may set a naming policy on SignalR's JSON protocol for its
/// own hubs.
/// </summary>
internal static class Wire
{
    public const string To = "to";
    public const string Id = "id";
    public const string Type = "type";
    public const string Body = "body";
    public const string Data = "data";
    public const string ContentType = "contentType";
    public const string Headers = "headers";
    public const string CorrelationId = "correlationId";
    public const string ReplyTo = "replyTo";
    public const string Sender = "sender";
    public const string SentAt = "sentAt";
    public const string Source = "source";
    public const string Position = "position";
    public const string Previous = "previous";
    public const string Duplicate = "duplicate";
    public const string Number = "number";
    public const string Sequence = "sequence";
    public const string Producer = "producer";
    public const string Epoch = "epoch";
    public const string Seq = "seq";
    public const string Error = "error";
    public const string RetryAfter = "retryAfter";
    public const string Key = "key";
    public const string UniqueId = "uniqueId";
    public const string UniqueIdTaken = "uniqueIdTaken";
    public const string Priority = "priority";
    public const string Delay = "delay";
    public const string NotBefore = "notBefore";
    public const string DueAt = "dueAt";
    public const string TimeToLive = "timeToLive";
    public const string StateKey = "stateKey";
    public const string RemoveState = "removeState";
    public const string AnyDevice = "anyDevice";
    public const string ExpectedTail = "expectedTail";
    public const string Token = "token";
    public const string Attempt = "attempt";
    public const string LostLeases = "lostLeases";
    public const string Due = "due";
    public const string Message = "message";
    public const string Lease = "lease";
    public const string Credit = "credit";
    public const string Counts = "counts";
    public const string Reason = "reason";
    public const string Progress = "progress";
    public const string Timeout = "timeout";
    public const string Responder = "responder";
    public const string Types = "types";
    public const string Code = "code";

    // Of queues and their jobs, as operators see them.
    public const string Queue = "queue";
    public const string Paused = "paused";
    public const string Ready = "ready";
    public const string Delayed = "delayed";
    public const string Leased = "leased";
    public const string Retrying = "retrying";
    public const string Blocked = "blocked";
    public const string Dead = "dead";
    public const string Bytes = "bytes";
    public const string OldestReadyAge = "oldestReadyAge";
    public const string State = "state";
    public const string Time = "time";
    public const string Expires = "expires";
    public const string FailedAttempts = "failedAttempts";
    public const string Worker = "worker";
    public const string DeadReason = "deadReason";
    public const string Skip = "skip";
    public const string Max = "max";
    public const string Messages = "messages";
    public const string From = "from";
    public const string Until = "until";
    public const string Count = "count";
    public const string Next = "next";

    /// <summary>Instead of the name of a state: all jobs that wait.</summary>
    public const string Waiting = "waiting";
    public const string More = "more";
    public const string Totals = "totals";
    public const string Stored = "stored";
    public const string Completed = "completed";
    public const string DeadLettered = "deadLettered";
    public const string DeadLettersRemoved = "deadLettersRemoved";
    public const string Removed = "removed";
    public const string Job = "job";
    public const string Outcome = "outcome";
    public const string Ended = "ended";
    public const string End = "end";

    // Of the history of a log.
    public const string After = "after";
    public const string Before = "before";
    public const string Newest = "newest";
    public const string Entries = "entries";
    public const string Tail = "tail";
    public const string Damaged = "damaged";

    // Of presence.
    public const string Address = "address";
    public const string Version = "version";
    public const string Online = "online";
    public const string Away = "away";
    public const string Members = "members";
    public const string Changes = "changes";
    public const string Status = "status";
    public const string User = "user";
    public const string Device = "device";
    public const string Devices = "devices";
    public const string Since = "since";
    public const string LastSeen = "lastSeen";

    // Of tracked messages.
    public const string Track = "track";
    public const string Delivered = "delivered";
    public const string Acknowledged = "acknowledged";
    public const string Readers = "readers";
    public const string StoredAt = "storedAt";
    public const string ExpiresAt = "expiresAt";
    public const string DeliveredAt = "deliveredAt";
    public const string AcknowledgedAt = "acknowledgedAt";
    public const string EndedAt = "endedAt";
}
