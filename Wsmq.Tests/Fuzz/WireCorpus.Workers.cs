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

    private static string More(string method) => method is "Retry" or "Reject" or "ReportProgress" ? ",null" : "";
}
