namespace Wsmq.Faults.History;

/// <summary>What a line of a history is about.</summary>
internal static class EventKind
{
    /// <summary>The run itself: seed, store and faults in <c>why</c>.</summary>
    public const string Run = "run";

    /// <summary>A device counts from now on: <c>why</c> is <see cref="Ours"/> or <see cref="Plain"/>, <c>reads</c> its sources.</summary>
    public const string Device = "device";

    /// <summary>A send begins. The lines of one client are in the order of its calls.</summary>
    public const string Send = "send";

    public const string Receipt = "receipt";

    /// <summary>A send ended without a receipt; <c>why</c> is the code.</summary>
    public const string Failed = "failed";

    /// <summary>Our client repeats what the server refused for now: the documented exception of a sender's order.</summary>
    public const string Repeated = "repeated";

    /// <summary>A message came to the handler.</summary>
    public const string Deliver = "deliver";

    /// <summary>The handler threw: the same message comes again.</summary>
    public const string Threw = "threw";

    /// <summary>The handler returned: our client acknowledges, or the plain client has.</summary>
    public const string Ack = "ack";

    public const string Gap = "gap";

    public const string Stalled = "stalled";

    /// <summary>The server has set a message aside, because its handler kept failing.</summary>
    public const string Skipped = "skipped";

    /// <summary>Our client hears that the store is away or back.</summary>
    public const string Store = "store";

    /// <summary>A client's connection: <c>why</c> is <see cref="Connected"/> or something else.</summary>
    public const string State = "state";

    public const string Connected = "Connected";

    /// <summary>A fault begins or ends: <c>id</c> is its name, <c>why</c> says which and what exactly.</summary>
    public const string Fault = "fault";

    /// <summary>From here on what is stored may be lost by the failover that follows.</summary>
    public const string TailAtRisk = "tail-at-risk";

    /// <summary>The replica is the master now: what is stored from here on is safe.</summary>
    public const string Promoted = "promoted";

    /// <summary>A live push was handed to SignalR: its <c>id</c> and whom it is for; <c>why</c> says where that failed.</summary>
    public const string Push = "push";

    /// <summary>A live push came to a device.</summary>
    public const string Pushed = "pushed";

    /// <summary>The address of a live push to all.</summary>
    public const string Everybody = "all";

    /// <summary>Something at the end is not as it was at the beginning.</summary>
    public const string Leak = "leak";

    public const string Ours = "ours";
    public const string Plain = "plain";
}
