using System.Globalization;

namespace Wsmq.Testing.Memory;

/// <summary>Every hub method with its smallest and its largest arguments, and what a client may send besides calls.</summary>
public static class MemoryLoads
{
    // Below the limit of a body, and small enough for a frame, with the server's defaults.
    private const int LargeBody = 250_000;
    private const int LargeText = 530_000;

    // SignalR closes the connection for a frame of this size.
    private const int TooLarge = 1_000_000;
    private const int InArray = 1_024;

    private static readonly string[] WithQueue = ["QueueInfo", "PauseQueue", "ResumeQueue"];
    private static readonly string[] WithText = ["FindJob", "JobStatus", "CancelJob", "CancelUnique", "DeleteQueue"];
    private static readonly string[] WithFilter = ["RedriveDeadLetters", "RemoveDeadLetters"];

    private const string PublishOpening = """{"type":4,"invocationId":"p","target":"SendStream","arguments":[],"streamIds":["s"]}""";

    /// <summary>All loads, for one user.</summary>
    public static IReadOnlyList<MemoryLoad> Of(string user)
    {
        var small = $$"""{"to":"user:{{user}}"}""";
        var large = $$"""{"to":"user:{{user}}","body":"{{new string('b', LargeBody)}}"}""";
        return
        [
            new("Send, smallest", Call("Send", small)),
            new("Send, largest body", Call("Send", large)),
            new("Send, headers", Call("Send", WithHeaders(small))),
            new("Send, long texts", Call("Send", $$"""{"to":"{{new string('t', LargeText)}}"}""")),
            new("Request, smallest", Call("Request", small, "1000")),
            new("Request, largest body", Call("Request", large, "1000")),
            new("Request, headers", Call("Request", WithHeaders(small), "1000")),
            new("CancelRequest, long text", Call("CancelRequest", Text(LargeText))),
            new("Respond, many types", Call("Respond", $"\"user:{user}\"", Many("\"\"", LargeText / 4), "1")),
            new("Reply, largest body", Call("Reply", "\"x\"", large)),
            new("RefuseRequest, long texts", Call("RefuseRequest", Text(LargeText / 2), "\"c\"", Text(LargeText / 2))),
            new("CompleteWith, largest body", Call("CompleteWith", "\"work:x\"", "\"\"", "\"\"", "\"\"", large)),
            new("SendMany, nothing", Call("SendMany", Many("0", InArray))),
            new("SendMany, empty messages", Call("SendMany", Many("{}", InArray))),
            new("SendMany, malformed messages", Call("SendMany", Many("""{"to":1}""", InArray))),
            new("SendMany, smallest messages", Call("SendMany", Many(small, InArray))),
            new("SendMany, one large", Call("SendMany", Many(large, 1))),
            new("SendMany, too many", Call("SendMany", Many("0", LargeText / 2))),
            new("SendStream, nothing", Item(Many("0", InArray))) { Opening = PublishOpening },
            new("SendStream, smallest messages", Item(Many(small, InArray))) { Opening = PublishOpening },
            new("SendStream, large messages", Item(Many(large, 1))) { Opening = PublishOpening },
            new("SendStream, cancelled and begun again", $$"""{{PublishOpening}}{{HubSocket.Separator}}{{Item(Many(small, InArray))}}{{HubSocket.Separator}}{"type":5,"invocationId":"p"}"""),
            new("Ack, smallest", Call("Ack", "\"\"", "\"\"")),
            new("Ack, long texts", Call("Ack", Text(LargeText / 2), Text(LargeText / 2))),
            new("Resume", Call("Resume", $"\"user:{user}\"", "\"0000000000000000\"")),
            new("History", Call("History", $"\"user:{user}\"", "null")),
            new("History, long text", Call("History", $"\"user:{user}\"", $$"""{"type":{{Text(LargeText)}}}""")),
            new("SetFilter, smallest", Call("SetFilter", $"\"user:{user}\"", "null")),
            new("SetFilter, long text", Call("SetFilter", $"\"user:{user}\"", $$"""{"types":[{{Text(LargeText)}}]}""")),
            new("PauseReading, long text", Call("PauseReading", Text(LargeText))),
            new("ResumeReading, long text", Call("ResumeReading", Text(LargeText))),
            new("BeginReading", Call("BeginReading")),
            new("Nack, long reason", Call("Nack", $"\"user:{user}\"", "\"0000000000000001\"", Text(LargeText))),
            new("ReportProgress, smallest", Call("ReportProgress", "\"work:x\"", "\"\"", "\"\"", "0")),
            new("ReportProgress, largest", Call("ReportProgress", "\"work:x\"", "\"\"", "\"\"", $"[{string.Join(',', Enumerable.Repeat("[]", LargeText / 3))}]")),
            .. Managing(),
            new("WatchPresence, smallest", Call("WatchPresence", $"\"user:{user}\"")),
            new("WatchPresence, long text", Call("WatchPresence", Text(LargeText))),
            new("UnwatchPresence, long text", Call("UnwatchPresence", Text(LargeText))),
            new("SetPresence, smallest", Call("SetPresence", "true", "null")),
            new("SetPresence, largest", Call("SetPresence", "true", $"[{string.Join(',', Enumerable.Repeat("[]", LargeText / 3))}]")),
            new("GetPresence, smallest", Call("GetPresence", $"[\"{user}\"]")),
            new("GetPresence, many", Call("GetPresence", Many("\"\"", LargeText / 3))),
            new("GetPresence, long text", Call("GetPresence", $"[{Text(LargeText)}]")),
            new("Ack, arguments that do not fit", Call("Ack", $"[{string.Join(',', Enumerable.Repeat("[]", LargeText / 3))}]")),
            new("frames that are too large", Call("Nack", Text(TooLarge))),
            new("unknown method, smallest", Call("x")),
            new("unknown method, largest", Call("x", Text(LargeText))),
            new("items of no stream", Item(Text(LargeText))),
            new("completions of no call", $$"""{"type":3,"invocationId":"c","result":{{Text(LargeText)}}}"""),
            new("pings", """{"type":6}"""),
            new("parts of a frame", "{" + new string(' ', LargeText)) { Times = 1 },
        ];
    }

    // Refused, as for most users.
    private static IEnumerable<MemoryLoad> Managing()
    {
        const string Queue = "\"work:x\"";
        var (text, half) = (Text(LargeText), Text(LargeText / 2));
        yield return new("ListQueues", Call("ListQueues"));
        foreach (var method in WithQueue)
            yield return new($"{method}, long text", Call(method, text));
        foreach (var method in WithText)
            yield return new($"{method}, long texts", Call(method, half, half));
        yield return new("PeekJobs, smallest", Call("PeekJobs", Queue, "{}"));
        yield return new("PeekJobs, long text", Call("PeekJobs", Queue, $$"""{"state":{{text}}}"""));
        yield return new("PeekJobs, many fields", Call("PeekJobs", Queue, $$"""{{{string.Join(',', Enumerable.Repeat("\"a\":[]", LargeText / 8))}}}"""));
        yield return new("PurgeQueue, long texts", Call("PurgeQueue", Queue, half, half));
        foreach (var method in WithFilter)
            yield return new($"{method}, long texts", Call(method, Queue, $$"""{"type":{{half}}}""", half));
    }

    private static string Call(string target, params string[] arguments) =>
        $$"""{"type":1,"invocationId":"1","target":"{{target}}","arguments":[{{string.Join(',', arguments)}}]}""";

    private static string Item(string item) => $$"""{"type":2,"invocationId":"s","item":{{item}}}""";

    private static string Many(string element, int count) => $"[{string.Join(',', Enumerable.Repeat(element, count))}]";

    private static string Text(int length) => $"\"{new string('x', length)}\"";

    private static string WithHeaders(string message)
    {
        var names = Enumerable.Range(0, LargeText / 10).Select(i => $"\"{i.ToString("x5", CultureInfo.InvariantCulture)}\":\"\"");
        return $"{message[..^1]},\"headers\":{{{string.Join(',', names)}}}}}";
    }
}
