namespace Wsmq.Faults.History;

/// <summary>The kinds of events in a history.</summary>
internal static class EventKind
{
    /// <summary>The run itself: <c>id</c> is the seed, <c>why</c> the store.</summary>
    public const string Run = "run";

    /// <summary>
    /// The checks include a device from here on: <c>why</c> is <see cref="Ours"/> or <see cref="Plain"/>, <c>reads</c> its sources.
    /// </summary>
    public const string Device = "device";

    /// <summary>A send begins. The lines of one client are in the order of its calls.</summary>
    public const string Send = "send";

    public const string Receipt = "receipt";

    /// <summary>The reason of a receipt that names another job: it has the unique id of the one that was sent.</summary>
    public const string Taken = "unique-id-taken";

    /// <summary>A send ended without a receipt; <c>why</c> is the error code.</summary>
    public const string Failed = "failed";

    /// <summary>The wsmq client repeats sends after a retryable refusal: the documented exception to the order of a sender.</summary>
    public const string Repeated = "repeated";

    /// <summary>A message was passed to the handler.</summary>
    public const string Deliver = "deliver";

    /// <summary>The handler threw: the same message is delivered again.</summary>
    public const string Threw = "threw";

    /// <summary>The handler returned: the client acknowledges.</summary>
    public const string Ack = "ack";

    public const string Gap = "gap";

    public const string Stalled = "stalled";

    /// <summary>The server has dead-lettered a message, because its handler kept failing.</summary>
    public const string DeadLettered = "dead-lettered";

    /// <summary>The wsmq client was notified that the store is unavailable or available again.</summary>
    public const string Store = "store";

    /// <summary>The state of a client's connection: <c>why</c> is <see cref="Connected"/> or another state.</summary>
    public const string State = "state";

    public const string Connected = "Connected";

    /// <summary>A fault begins or ends: <c>id</c> is its name, <c>why</c> the details.</summary>
    public const string Fault = "fault";

    /// <summary>Entries stored from here on may be lost by the failover that follows.</summary>
    public const string TailAtRisk = "tail-at-risk";

    /// <summary>The replica was promoted: entries stored from here on are safe.</summary>
    public const string Promoted = "promoted";

    /// <summary>A live push was passed to SignalR: <c>id</c> is its id, <c>a</c> its address; <c>why</c> is set if that failed.</summary>
    public const string Push = "push";

    /// <summary>A device received a live push.</summary>
    public const string Pushed = "pushed";

    /// <summary>The address of a live push to all connections.</summary>
    public const string Everybody = "all";

    /// <summary>At the end of the run a resource exceeds its baseline, or a client is not connected.</summary>
    public const string Leak = "leak";

    /// <summary>
    /// A worker begins an attempt at a job: <c>d</c> is the worker, <c>id</c> and <c>p</c> the job, <c>n</c> the number of the attempt,
    /// <c>lost</c> how many leases of the job were lost, and <c>run</c> tells this attempt from all others. One of the following kinds ends
    /// it, unless its worker ends before.
    /// </summary>
    public const string JobBegan = "job-began";

    /// <summary>The handler is about to return, which completes the job.</summary>
    public const string JobReturned = "job-returned";

    /// <summary>The handler is about to fail.</summary>
    public const string JobThrew = "job-threw";

    /// <summary>The attempt is about to end without being counted.</summary>
    public const string JobUncounted = "job-uncounted";

    /// <summary>The handler is about to reject the job.</summary>
    public const string JobRejected = "job-rejected";

    /// <summary>The worker was told, or has noticed, that its lease is lost.</summary>
    public const string JobLeaseLost = "job-lease-lost";

    /// <summary>At the end of the run the job is a dead letter: <c>why</c> is the reason.</summary>
    public const string JobDead = "job-dead";

    /// <summary>At the end of the run the job is stored and no dead letter: <c>why</c> is its state.</summary>
    public const string JobStored = "job-stored";

    /// <summary>The jobs that are stored at the end of the run are all in the lines before.</summary>
    public const string JobsRead = "jobs-read";

    /// <summary>At the end of the run the state of an address has this message for the key <c>state</c>.</summary>
    public const string Kept = "kept";

    /// <summary>The state of an address that is stored at the end of the run is all in the lines before.</summary>
    public const string StateRead = "state-read";

    /// <summary>A device was told a message as the state of a key: <c>a</c> is the address, <c>state</c> the key.</summary>
    public const string StateSeen = "state-seen";

    /// <summary>A worker begins the job of an occurrence of the recurring job: <c>id</c> is the time of the occurrence.</summary>
    public const string Occurrence = "occurrence";

    /// <summary>By the clock of the store it is this time: of all occurrences until then, jobs begin before the run ends.</summary>
    public const string OccurrencesDue = "occurrences-due";

    /// <summary>A client makes a request: <c>a</c> is the address, <c>life</c> how long it waits.</summary>
    public const string Request = "request";

    /// <summary>A responder begins with a request.</summary>
    public const string Asked = "asked";

    /// <summary>A request was answered: <c>why</c> is the id of the request that the reply is for.</summary>
    public const string Replied = "replied";

    /// <summary>A request has failed: <c>why</c> is the error code.</summary>
    public const string Unanswered = "unanswered";

    /// <summary>The presence of an address, as its clients know it.</summary>
    public const string PresenceTrue = "presence-true";

    /// <summary>The presence of an address as <c>d</c>, a client or a node, sees it 20 seconds after the last fault at the latest.</summary>
    public const string PresenceSeen = "presence-seen";

    /// <summary>
    /// The user of <c>d</c> was told, or has read at the end of the run, what has become of a tracked message for <c>reader</c>: <c>why</c> is
    /// the state.
    /// </summary>
    public const string Status = "status";

    /// <summary>At the end of the run <c>d</c> has read the status of a tracked message as a whole: the same with <c>n</c>.</summary>
    public const string StatusRead = "status-read";

    /// <summary>All that <c>d</c> has read of the tracked messages of its user is in the lines before.</summary>
    public const string StatusesRead = "statuses-read";

    /// <summary>A message with a place in a sequence is sent, perhaps not for the first time.</summary>
    public const string PlaceTried = "place-tried";

    /// <summary>The answer to the attempt of the same <c>run</c>: <c>why</c> is one of <see cref="Clients.PlaceAnswer"/> or the code of an error.</summary>
    public const string PlaceTold = "place-told";

    public const string Ours = "ours";
    public const string Plain = "plain";
}
