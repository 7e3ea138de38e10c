namespace Wsmq.Cli.Http;

/// <summary>A device of a user.</summary>
internal sealed record ApiDevice(string Name, long LastSeenAt);

/// <summary>A connection of a user.</summary>
internal sealed record ApiUserConnection(
    string Node, string Id, string? Device, string Kind, string? Transport, long ConnectedAt, string[]? Addresses, string[]? Queues,
        long InFlight);

/// <summary>The connections of a user, and the nodes that did not answer.</summary>
internal sealed record ApiUserConnections(ApiUserConnection[] Connections, string[]? Missing);

/// <summary>A dead letter, of one user's list or of a search over all users.</summary>
internal sealed record ApiDeadLetter
{
    public string? User { get; init; }

    public required string Id { get; init; }

    public required string Source { get; init; }

    public required string Position { get; init; }

    public string? Device { get; init; }

    public long Attempts { get; init; }

    public long DeadLetteredAt { get; init; }

    public string? Reason { get; init; }

    public string? Type { get; init; }

    public long? Size { get; init; }

    public string? Preview { get; init; }

    public WsmqDelivery? Message { get; init; }
}

/// <summary>How many dead letters match, and up to when.</summary>
internal sealed record ApiDeadLetterCount(long Count, long Until);

/// <summary>A change of many dead letters, which the deployment carries out.</summary>
internal sealed record ApiDeadLetterRun
{
    public required string Id { get; init; }

    public required string Action { get; init; }

    public long Until { get; init; }

    public double? PerSecond { get; init; }

    public required string State { get; init; }

    public long Total { get; init; }

    /// <summary>Whether the total is known; before, it is what the run has counted so far. Versions that count first do not say.</summary>
    public bool Counted { get; init; } = true;

    public long Done { get; init; }

    public long Failed { get; init; }

    /// <summary>Dead letters that others have replayed or removed meanwhile.</summary>
    public long Gone { get; init; }

    public string? Error { get; init; }

    public long StartedAt { get; init; }

    public long? EndedAt { get; init; }

    public string? StartedBy { get; init; }

    public bool IsRunning => State == "running";
}

/// <summary>An address with a log.</summary>
internal sealed record ApiAddress(string Address, long Entries, long Bytes, long? LastAt);

/// <summary>How far a device has read a log. A member of a group who has acknowledged nothing has no device.</summary>
internal sealed record ApiCursor(string User, string? Device, string Position, long? Behind, bool MayBeMore, long? LastSeenAt);

/// <summary>The log of an address, with its readers.</summary>
internal sealed record ApiAddressDetails(
    string Address, long Entries, long Bytes, string Last, string Removed, ApiCursor[]? Cursors, string? Next);

/// <summary>A message that waits until it is due, without its body.</summary>
internal sealed record ApiDelayed
{
    public required string Key { get; init; }

    public required long DueAt { get; init; }

    /// <summary>Null if the message is corrupt.</summary>
    public string? Id { get; init; }

    public string? Sender { get; init; }

    public string? StateKey { get; init; }

    public bool RemoveState { get; init; }

    public string? Type { get; init; }

    public long Size { get; init; }

    public string? Preview { get; init; }
}

/// <summary>An entry of a log in a list, without its body.</summary>
internal sealed record ApiEntry
{
    public string? Source { get; init; }

    public required string Position { get; init; }

    /// <summary>Null if the entry is corrupt.</summary>
    public string? Id { get; init; }

    public string? Sender { get; init; }

    public long? SentAt { get; init; }

    public long? StoredAt { get; init; }

    public string? StateKey { get; init; }

    public bool RemoveState { get; init; }

    public string? Type { get; init; }

    public string? ContentType { get; init; }

    public long Size { get; init; }

    public string? Preview { get; init; }
}

/// <summary>What happened to one message.</summary>
internal sealed record ApiLifeEvent(long? At, string Kind, string? User, string? Device, long? Attempts, string? Reason,
    string? DeadLetter);

/// <summary>The life of one message.</summary>
internal sealed record ApiLife(ApiEntry? Entry, bool Stored, ApiLifeEvent[] Events, bool MayBeMore);

/// <summary>The state of an address; its messages are read from the JSON.</summary>
internal sealed record ApiState(string Through);

/// <summary>A page of a log.</summary>
internal sealed record ApiLogPage(WsmqDelivery[] Entries, ApiGap[] Gaps, string Next, bool End);

/// <summary>A page of a history.</summary>
internal sealed record ApiHistoryPage(WsmqDelivery[] Entries, string? Next, int? Damaged);

/// <summary>Entries that are missing.</summary>
internal sealed record ApiGap(string? Source, string After, string Before, string Reason);

/// <summary>Rates of a node, per second.</summary>
internal sealed record ApiRates(double Stored, double Delivered, double Acknowledged, double Live, double Jobs);

/// <summary>Times of a node.</summary>
internal sealed record ApiLatency(double? AppendP50Ms, double? AppendP99Ms);

/// <summary>The store of a node.</summary>
internal sealed record ApiStore(string Kind, bool Available);

/// <summary>A reader that lags.</summary>
internal sealed record ApiSlowReader(string User, string? Device, string Address, double BehindMs);

/// <summary>A node of the deployment.</summary>
internal sealed record ApiNode
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public string? Version { get; init; }

    public long StartedAt { get; init; }

    public long Connections { get; init; }

    public long Streams { get; init; }

    public long Users { get; init; }

    public bool Draining { get; init; }

    public ApiRates? Rates { get; init; }

    public ApiLatency? Latency { get; init; }

    public ApiSlowReader[]? SlowReaders { get; init; }

    public ApiStore? Store { get; init; }
}

/// <summary>The nodes, and those that did not answer.</summary>
internal sealed record ApiNodes(ApiNode[] Nodes, string[]? Missing);

/// <summary>What the caller may do.</summary>
internal sealed record ApiRights(string User, string[] Actions);
