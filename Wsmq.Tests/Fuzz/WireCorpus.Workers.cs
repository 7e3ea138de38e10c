namespace Wsmq.Tests.Fuzz;

internal static partial class WireCorpus
{
    private static string[] Ends => ["Complete", "Retry", "Reject", "HandBack", "Extend", "ReportProgress"];

    // No queue is declared, so that each call is refused, at the latest, for its queue.
    private static IEnumerable<WireCase> Workers() =>
    [
        Code("work: undeclared queue", "unknown-queue", Call("Work", "\"work:jobs\",1")),
        Code("work: own log", "unknown-queue", Call("Work", $"\"{Own}\",1")),
        Code("work: wrong types", "invalid-address", Call("Work", "[],{}")),
        Code("work: half a surrogate pair", "invalid-address", Call("Work", "\"work:\\ud800\",1")),
        Code("work: huge name", "name-too-long", Call("Work", $"\"work:{new string('x', 400_000)}\",1")),
        Code("work: number that is too large", "unknown-queue", Call("Work", "\"work:jobs\",1e999")),
        Code("work: nested deeply", "unknown-queue", Call("Work", $"\"work:jobs\",{HostileValues.Nested(40)}")),
        Case("work: nested too deeply", Outcome.Closed, Call("Work", $"\"work:jobs\",{HostileValues.Nested(1000)}")),
        Case("work: no credit", Outcome.Error, Call("Work", "\"work:jobs\"")),
        .. Ends.SelectMany(method => new[]
        {
            Code($"{method}: undeclared queue", "unknown-queue", Call(method, $"\"work:jobs\",\"{Zero}\",\"{Zero}\"{More(method)}")),
            Code($"{method}: own log", "unknown-queue", Call(method, $"\"{Own}\",\"{Zero}\",\"{Zero}\"{More(method)}")),
            Code($"{method}: wrong types", "invalid-address", Call(method, $"{{}},[],5{More(method)}")),
            Case($"{method}: too few arguments", Outcome.Error, Call(method, "\"work:jobs\"")),
        }),
        Code("completeMany: undeclared queue", "unknown-queue", Call("CompleteMany", "\"work:jobs\",[]")),
        Code("completeMany: own log", "unknown-queue", Call("CompleteMany", $"\"{Own}\",[]")),
        Code("completeMany: not an array", "unknown-queue", Call("CompleteMany", $"\"work:jobs\",{HostileValues.Nested(40)}")),
        Code("completeMany: null", "unknown-queue", Call("CompleteMany", "\"work:jobs\",null")),
        Code("completeMany: no jobs inside", "unknown-queue", Call("CompleteMany", "\"work:jobs\",[[],5,null,{}]")),
        Code("completeMany: half a surrogate pair", "unknown-queue",
            Call("CompleteMany", """
                "work:jobs",[{"position":"\ud800","token":{"token":[]}}]
                """)),
        Code("completeMany: too many", "unknown-queue", Call("CompleteMany", $"\"work:jobs\",[{string.Join(',', Enumerable.Repeat("{}", 5_000))}]")),
        Case("completeMany: too few arguments", Outcome.Error, Call("CompleteMany", "\"work:jobs\"")),
        Code("retry: not an object", "unknown-queue", Call("Retry", $"\"work:jobs\",\"{Zero}\",\"{Zero}\",[[]]")),
        Code("retry: fields of wrong types", "unknown-queue",
            Call("Retry", $$"""
                "work:jobs","{{Zero}}","{{Zero}}",{"delay":{"delay":[]},"counts":[1],"reason":{"a":"\ud800"},"other":{{HostileValues.Nested(10)}}}
                """)),
        Code("retry: half a surrogate pair in the reason", "unknown-queue",
            Call("Retry", $$"""
                "work:jobs","{{Zero}}","{{Zero}}",{"reason":"\udfff"}
                """)),
        Code("progress: nested deeply", "unknown-queue", Call("ReportProgress", $"\"work:jobs\",\"{Zero}\",\"{Zero}\",{HostileValues.Nested(55)}")),
        Case("progress: nested too deeply", Outcome.Closed, Call("ReportProgress", $"\"work:jobs\",\"{Zero}\",\"{Zero}\",{HostileValues.Nested(1000)}")),
        Code("progress: huge", "unknown-queue", Call("ReportProgress", $"\"work:jobs\",\"{Zero}\",\"{Zero}\",\"{new string('x', 400_000)}\"")),
        Code("progress: half a surrogate pair", "unknown-queue", Call("ReportProgress", $$"""
            "work:jobs","{{Zero}}","{{Zero}}","\udfff"
            """)),
    ];

    private static IEnumerable<WireCase> Requests() =>
    [
        Code("request: nobody answers", "no-responder", Call("Request", $"{{\"to\":\"{Own}\"}},60000")),
        Code("request: null", "invalid-message", Call("Request", "null,1000")),
        Code("request: wrong types", "invalid-message", Call("Request", "[],{}")),
        Code("request: timeout is no number", "invalid-message", Call("Request", $"{{\"to\":\"{Own}\"}},\"5\"")),
        Code("request: timeout too long", "invalid-message", Call("Request", $"{{\"to\":\"{Own}\"}},2000000000")),
        Code("request: a field of messages", "invalid-message", Call("Request", $"{{\"to\":\"{Own}\",\"stateKey\":\"k\"}},1000")),
        Code("request: huge id", "invalid-message", Call("Request", $"{{\"to\":\"{Own}\",\"id\":\"{new string('x', 400_000)}\"}},1000")),
        Code("request: undeclared queue", "send-not-allowed", Call("Request", "{\"to\":\"work:jobs\"},1000")),
        Case("request: too few arguments", Outcome.Error, Call("Request", $"{{\"to\":\"{Own}\"}}")),
        Case("cancel request: unknown id", Outcome.Result, Call("CancelRequest", "\"m\"")),
        Case("cancel request: wrong type", Outcome.Result, Call("CancelRequest", "{}")),
        Case("respond: own", Outcome.Result, Call("Respond", $"\"{Own}\",[\"t\"],1") + Call("Respond", $"\"{Own}\",null,0")),
        Code("respond: another user", "read-not-allowed", Call("Respond", "\"user:alice\",null,1")),
        Code("respond: a queue", "read-not-allowed", Call("Respond", "\"work:jobs\",null,1")),
        Code("respond: no types", "invalid-message", Call("Respond", $"\"{Own}\",[],1")),
        Code("respond: types of wrong types", "invalid-message", Call("Respond", $"\"{Own}\",[[],5,null,{{}}],1")),
        Code("respond: half a surrogate pair", "invalid-message", Call("Respond", $"\"{Own}\",[\"\\ud800\"],1")),
        Code("respond: a control character", "invalid-message", Call("Respond", $"\"{Own}\",[\"a\\n\"],1")),
        Code("respond: too many types", "invalid-message", Call("Respond", $"\"{Own}\",[{string.Join(',', Enumerable.Repeat("\"t\"", 65))}],1")),
        Code("respond: huge types", "invalid-message", Call("Respond", $"\"{Own}\",[\"{new string('x', 400_000)}\"],1")),
        Code("respond: nested deeply", "invalid-message", Call("Respond", $"\"{Own}\",{HostileValues.Nested(40)},1")),
        Code("respond: no number", "invalid-message", Call("Respond", $"\"{Own}\",null,\"x\"")),
        Case("reply: unknown id", Outcome.Result, Call("Reply", "\"x\",{\"body\":1}")),
        Code("reply: null", "invalid-message", Call("Reply", "\"x\",null")),
        Code("reply: wrong types", "invalid-message", Call("Reply", "[],[]")),
        Code("reply: with an address", "invalid-message", Call("Reply", $"\"x\",{{\"to\":\"{Own}\"}}")),
        Case("refuse: unknown id", Outcome.Result, Call("RefuseRequest", "\"x\",\"code\",null")),
        Code("refuse: wrong types", "invalid-message", Call("RefuseRequest", "[],{},5")),
        Code("refuse: no code", "invalid-message", Call("RefuseRequest", "\"x\",\"Not a code\",\"text\"")),
        Code("completeWith: undeclared queue", "unknown-queue", Call("CompleteWith", $"\"work:jobs\",\"{Zero}\",\"{Zero}\",\"r\",{{\"body\":1}}")),
        Code("completeWith: wrong types", "invalid-address", Call("CompleteWith", "{},[],5,[],[]")),
        Code("refuseJob: undeclared queue", "unknown-queue", Call("RefuseJob", $"\"work:jobs\",\"{Zero}\",\"{Zero}\",\"r\",\"c\",null")),
        Code("refuseJob: wrong types", "invalid-address", Call("RefuseJob", "{},[],5,[],[],[]")),
    ];

    private static string More(string method) => method is "Retry" or "Reject" or "ReportProgress" ? ",null" : "";
}
