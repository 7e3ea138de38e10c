namespace Wsmq.Tests.Fuzz;

internal static partial class WireCorpus
{
    private static IEnumerable<WireCase> Reading() =>
    [
        Case("filter: types and headers", Outcome.Result, Call("SetFilter", $$"""
            "{{Own}}",{"types":["a","b-*"],"headers":{"area":"north"},"more":[1]}
            """)),
        Case("filter: all sources", Outcome.Result, Call("SetFilter", "\"*\",{\"types\":[\"a\"]}")),
        Case("filter: all sources, none", Outcome.Result, Call("SetFilter", "\"*\",null")),
        Case("filter: none", Outcome.Result, Call("SetFilter", $"\"{Own}\",null")),
        Case("filter: nothing in it", Outcome.Result, Call("SetFilter", $"\"{Own}\",{{}}")),
        Case("filter: a group of others", Outcome.Result, Call("SetFilter", "\"group:any\",{\"types\":[\"a\"]}")),
        Code("filter: another user", "read-not-allowed", Call("SetFilter", "\"user:alice\",null")),
        Code("filter: a work queue", "read-not-allowed", Call("SetFilter", "\"work:jobs\",null")),
        Code("filter: no address", "invalid-address", Call("SetFilter", "{},null")),
        Code("filter: no object", "invalid-message", Call("SetFilter", $"\"{Own}\",[\"a\"]")),
        Code("filter: types of a wrong type", "invalid-message", Call("SetFilter", $"\"{Own}\",{{\"types\":{{}}}}")),
        Code("filter: no type", "invalid-message", Call("SetFilter", $"\"{Own}\",{{\"types\":[]}}")),
        Code("filter: a type that is null", "invalid-message", Call("SetFilter", $"\"{Own}\",{{\"types\":[null]}}")),
        Code("filter: a type that is empty", "invalid-message", Call("SetFilter", $"\"{Own}\",{{\"types\":[\"\"]}}")),
        Code("filter: many types", "invalid-message",
            Call("SetFilter", $"\"{Own}\",{{\"types\":[{string.Join(',', Enumerable.Repeat("\"a\"", 65))}]}}")),
        Code("filter: far too many types", "invalid-message",
            Call("SetFilter", $"\"{Own}\",{{\"types\":[{string.Join(',', Enumerable.Repeat("\"a\"", 90_000))}]}}")),
        Code("filter: headers of wrong types", "invalid-message", Call("SetFilter", $"\"{Own}\",{{\"headers\":{{\"a\":[1],\"b\":null}}}}")),
        Code("filter: a header that is null", "invalid-message", Call("SetFilter", $"\"{Own}\",{{\"headers\":{{\"b\":null}}}}")),
        Code("filter: a header without a name", "invalid-message", Call("SetFilter", $"\"{Own}\",{{\"headers\":{{\"\":\"b\"}}}}")),
        Code("filter: half a surrogate pair", "invalid-message", Call("SetFilter", $"\"{Own}\",{{\"types\":[\"\\ud800\"]}}")),
        Code("filter: huge text", "invalid-message", Call("SetFilter", $"\"{Own}\",{{\"types\":[\"{new string('*', 400_000)}\"]}}")),
        Code("filter: nested deeply", "invalid-message", Call("SetFilter", $"\"{Own}\",{HostileValues.Nested(40)}")),
        Case("filter: too few arguments", Outcome.Error, Call("SetFilter", $"\"{Own}\"")),
        Case("pause: own queue", Outcome.Result, Call("PauseReading", $"\"{Own}\"") + Call("ResumeReading", $"\"{Own}\"")),
        Code("pause: another user", "read-not-allowed", Call("PauseReading", "\"user:alice\"")),
        Code("pause: wrong type", "invalid-address", Call("PauseReading", "[]")),
        Code("pause: huge name", "name-too-long", Call("PauseReading", $"\"group:{new string('x', 400_000)}\"")),
        Code("unpause: half a surrogate pair", "invalid-address", Call("ResumeReading", "\"\\ud800\"")),
        Case("begin reading: not held", Outcome.Result, Call("BeginReading", "")),
        Code("send: any device of a wrong type", "invalid-message", Send("\"anyDevice\":1")),
        Case("send: any device", Outcome.Result, Send("\"anyDevice\":true")),
        Code("send: any device with state", "invalid-message", Send("\"anyDevice\":true,\"stateKey\":\"a\"")),
    ];
}
