using System.Text;

namespace Wsmq.Tests.Authorization;

/// <summary>
/// Who may do what: for each actor one row per method, with the outcome for each address. docs/authorization.md is generated from it, and
/// <see cref="AuthorizationMatrixTests"/> tests every cell on real nodes.
/// </summary>
internal static class AuthorizationTable
{
    public const string Ok = "yes";
    public const string None = "no";

    public static readonly string[] Targets = ["user:actor", "user:bob", "group:team", "group:secret", "group:unknown", "work:jobs"];

    /// <summary>The methods that manage work queues.</summary>
    public static readonly string[] Managing =
    [
        "QueueInfo", "PeekJobs", "FindJob", "JobStatus", "CancelJob", "CancelUnique", "PurgeQueue", "DeleteQueue", "PauseQueue", "ResumeQueue",
        "RedriveDeadLetters", "RemoveDeadLetters",
    ];

    /// <summary>The endpoints that manage work queues, and the methods of the hub that do the same.</summary>
    public static readonly Dictionary<string, string> QueueEndpoints = new()
    {
        ["GET /queues"] = "ListQueues",
        ["GET /queues/{address}"] = "QueueInfo",
        ["GET /queues/{address}/jobs"] = "PeekJobs",
        ["GET /queues/{address}/jobs/{position}"] = "FindJob",
        ["GET /queues/{address}/jobs/{position}/status"] = "JobStatus",
        ["DELETE /queues/{address}/jobs/{position}"] = "CancelJob",
        ["DELETE /queues/{address}/unique/{uniqueId}"] = "CancelUnique",
        ["POST /queues/{address}/purge"] = "PurgeQueue",
        ["DELETE /queues/{address}"] = "DeleteQueue",
        ["POST /queues/{address}/pause"] = "PauseQueue",
        ["POST /queues/{address}/resume"] = "ResumeQueue",
        ["POST /queues/{address}/redrive"] = "RedriveDeadLetters",
        ["POST /queues/{address}/remove-dead-letters"] = "RemoveDeadLetters",
    };

    /// <summary>The endpoints of the HTTP API.</summary>
    public static readonly string[] Endpoints =
        [
            "POST /messages", "DELETE /messages", "GET /messages/status", "GET /messages/tracked", "GET /messages/readers",
            "POST /requests", "GET /logs", "GET /logs/{address}", "GET /state", "GET /history",
            "GET /presence", .. QueueEndpoints.Keys,
        ];

    /// <summary>All calls over HTTP: an event stream is another form of an endpoint.</summary>
    public static readonly string[] OverHttp = [.. Endpoints, "GET /logs (event stream)"];

    public static readonly string[] Methods =
        [
            "Send", "SendMany", "SendStream", "Produce", "CancelDelayed", "replyTo", "Request", "Ack", "Resume", "Nack", "SetFilter", "History", "Respond",
            "Work", "Complete", "CompleteMany", "WatchPresence", "MessageStatus", "Receive", "Live", "ListQueues", .. Managing, .. OverHttp,
        ];

    /// <summary>The callers: the name of each, and what distinguishes it from the others.</summary>
    public static readonly (string Name, string What)[] Actors =
    [
        ("anonymous", "no token"),
        ("expired", "a token that has expired"),
        ("ran-out", "a token that expired while its connection was open"),
        ("revoked", "a token that was revoked while its connection was open"),
        ("banned", "a user who was banned while connected"),
        ("user", "a user without groups"),
        ("member", "a member of `group:team`"),
        ("former", "a user who was a member of `group:team` when the connection was opened"),
        ("granted", "a user without groups; the app's authorizer allows everything"),
        ("refused", "a member of `group:team`; the app's authorizer allows reading the own queue, and nothing else"),
        ("app", "the app itself, through `IWsmqPublisher`: no authorizer applies"),
    ];

    private static readonly string[] NotLetIn = Same("401");
    private static readonly string[] Closed = Same("closed");
    private static readonly string[] SendToUsers = [Ok, Ok, .. Same("send-not-allowed")[..4]];
    private static readonly string[] SendAsMember = [Ok, Ok, Ok, "send-not-allowed", "send-not-allowed", "send-not-allowed"];
    private static readonly string[] SendAnywhere = Same(Ok);
    private static readonly string[] SendNowhere = Same("send-not-allowed");
    private static readonly string[] ReadOwn = [Ok, .. Same("read-not-allowed")[..5]];
    private static readonly string[] ReadAsMember = [Ok, "read-not-allowed", Ok, .. Same("read-not-allowed")[..3]];
    private static readonly string[] WorkNowhere = [.. Same("unknown-queue")[..5], "work-not-allowed"];
    private static readonly string[] WorkGranted = [.. Same("unknown-queue")[..5], Ok];
    private static readonly string[] CompleteGranted = [.. Same("unknown-queue")[..5], "lease-lost"];
    private static readonly string[] ReceiveOwn = [Ok, .. Same(None)[..5]];
    private static readonly string[] HearAsMember = [Ok, None, Ok, .. Same(None)[..3]];

    /// <summary>The expected outcome for each target.</summary>
    public static string[] Expected(string actor, string method) => (actor, method) switch
    {
        ("anonymous" or "expired", _) => NotLetIn,
        ("ran-out" or "revoked" or "banned", "Receive" or "Live") => Same(None),
        ("ran-out", _) when OverHttp.Contains(method) => NotLetIn,
        ("revoked" or "banned", _) when OverHttp.Contains(method) => Same(actor),
        ("ran-out" or "revoked" or "banned", _) => Closed,
        ("app", "Send" or "SendMany") => SendAnywhere,
        ("app", _) => Same("–"),
        _ when QueueEndpoints.TryGetValue(method, out var same) => Expected(actor, same),
        (_, "POST /messages") => Expected(actor, "Send"),
        ("granted", "POST /requests") => [.. Expected(actor, "Request")[..5], "request-timeout"],
        (_, "POST /requests") => Expected(actor, "Request"),
        (_, "Request") => [.. Expected(actor, "Send").Select(e => e == Ok ? "no-responder" : e)],
        (_, "Respond") => Expected(actor, "Ack"),
        (_, "DELETE /messages" or "MessageStatus" or "GET /messages/status" or "GET /messages/tracked" or "GET /messages/readers") => Expected(actor, "CancelDelayed"),
        (_, "CancelDelayed") => [.. Same(Ok)[..5], "invalid-address"],
        (_, "GET /logs" or "GET /logs/{address}" or "GET /logs (event stream)" or "GET /state") => Expected(actor, "Ack"),
        (_, "GET /history") => Expected(actor, "History"),
        ("granted", "History") => [.. Same(Ok)[..5], "invalid-address"],
        (_, "History") => [.. Expected(actor, "Ack").Select(e => e == "read-not-allowed" ? "history-not-allowed" : e)],
        (_, "SetFilter") => [Ok, "read-not-allowed", Ok, Ok, Ok, "read-not-allowed"],
        ("granted", "WatchPresence") => [.. Same(Ok)[..5], "invalid-address"],
        ("member", "WatchPresence") => [Ok, "presence-not-allowed", Ok, "presence-not-allowed", "presence-not-allowed", "invalid-address"],
        (_, "WatchPresence") => [Ok, .. Same("presence-not-allowed")[..4], "invalid-address"],
        ("granted", "GET /presence") => Same(Ok),
        (_, "GET /presence") => [Ok, .. Same("presence-not-allowed")[..5]],
        ("granted", "ListQueues") => [.. Same(None)[..5], Ok],
        (_, "ListQueues") => Same(None),
        ("granted", _) when Managing.Contains(method) => [.. Same("unknown-queue")[..5], Ok],
        _ when Managing.Contains(method) => Same("manage-not-allowed"),
        (_, "replyTo") => [.. Expected(actor, "Send").Select(e => ReplyTo(actor, e))],
        ("user" or "former", "Send" or "SendMany" or "SendStream" or "Produce") => SendToUsers,
        ("member", "Send" or "SendMany" or "SendStream" or "Produce") => SendAsMember,
        ("granted", "Send" or "SendMany" or "SendStream" or "Produce") => SendAnywhere,
        ("refused", "Send" or "SendMany" or "SendStream" or "Produce") => SendNowhere,
        ("granted", "Work") => WorkGranted,
        ("granted", "Complete" or "CompleteMany") => CompleteGranted,
        (_, "Work" or "Complete" or "CompleteMany") => WorkNowhere,
        ("member", "Ack" or "Resume" or "Nack") => ReadAsMember,
        ("member", _) => HearAsMember,
        (_, "Ack" or "Resume" or "Nack") => ReadOwn,
        _ => ReceiveOwn,
    };

    public static string ToMarkdown()
    {
        var text = new StringBuilder("""
            # Who may do what

            Generated from the table that `AuthorizationMatrixTests` tests cell by cell, on nodes with SQLite and with Redis, with real
            tokens and connections. `yes`: allowed. `no`: nothing is received. A code: refused with that code. `401`: the connection is
            refused, or the request. `closed`: the server has closed the connection. `–`: there is no such call. Rows that begin with
            an HTTP method are [endpoints of the HTTP API](http.md). Those of operators have [a right each](http.md#operators), which nobody
            has by default; `OperatorTests` tests each endpoint with each right. A program with an [API key](http.md#api-keys) may do what
            its scopes name, and nothing else: see [API keys](#api-keys) at the end.

            `replyTo` is a message to `user:actor` that names the address as reply-to. `Receive` and `Live` state whether the actor
            receives what the app sends to the address. The actor's user identifier is `actor`; `group:secret` has another member,
            `group:unknown` was never used before. `CancelDelayed` cancels only what the actor has sent.
            `MessageStatus`, which stands for `TrackedMessages` and `MessageReaders` as well, tells only of what the actor has sent.
            `SetFilter` stands for `PauseReading` and `ResumeReading` as well: a filter for a group opens nothing, and has an effect once the user
            reads the group.
            `WatchPresence` stands for `GetPresence` as well, on nodes with presence enabled. `GET /presence` asks for users: for `actor`, for
            another one, and for users that are named as the other addresses are written.
            Nobody answers requests: `no-responder` means that the request is allowed; the last connection of `granted` works on `work:jobs` and
            does not answer in time. `Reply`, `RefuseRequest` and `CancelRequest` concern only requests that the connection has got or made.
            `Complete` stands for all calls that end or extend a lease; the actor holds none. A grant of the app's authorizer for reading opens nothing by itself: only members read a
            group, and the authorizer can only deny that; to a history (`History`, `GET /history`) it can open every log. `ListQueues` states whether its result has the address. `work:jobs` is the only
            declared work queue. `IWsmqGroups`, `IWsmqPublisher` and the live plane's `IHubContext` exist inside
            the app only; no hub method leads to them.


            """);
        foreach (var (name, what) in Actors)
        {
            text.Append("## ").Append(name).Append("\n\n").Append(char.ToUpperInvariant(what[0])).Append(what.AsSpan(1)).Append(".\n\n| |");
            foreach (var target in Targets)
                text.Append(" `").Append(target).Append("` |");
            text.Append("\n| --- |").Insert(text.Length, " --- |", Targets.Length).Append('\n');
            foreach (var method in Methods)
                text.Append("| ").Append(method).Append(" | ").AppendJoin(" | ", Expected(name, method)).Append(" |\n");
            text.Append('\n');
        }

        KeyTable.Append(text);
        return text.ToString().ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
    }

    // The message itself goes to the actor's own queue, to which the actor "refused" may not send either.
    private static string ReplyTo(string actor, string sending) =>
        actor == "refused" ? "send-not-allowed" : sending == Ok || actor == "granted" ? Ok : "reply-to-not-allowed";

    private static string[] Same(string outcome) => [.. Enumerable.Repeat(outcome, Targets.Length)];
}
