namespace Wsmq.Tests.Fuzz;

internal static partial class WireCorpus
{
    // Mallory may see herself only.
    private static IEnumerable<WireCase> Presence() =>
    [
        Case("presence: own user", Outcome.Result, Call("WatchPresence", $"\"{Own}\"")),
        Code("presence: another user", "presence-not-allowed", Call("WatchPresence", "\"user:alice\"")),
        Code("presence: a work queue", "invalid-address", Call("WatchPresence", "\"work:jobs\"")),
        Code("presence: wrong type", "invalid-address", Call("WatchPresence", "[{}]")),
        Code("presence: half a surrogate pair", "invalid-address", Call("WatchPresence", "\"user:\\ud800\"")),
        Code("presence: huge name", "name-too-long", Call("WatchPresence", $"\"user:{new string('x', 400_000)}\"")),
        Case("unwatch: nothing is watched", Outcome.Result, Call("UnwatchPresence", "\"group:any\"")),
        Code("unwatch: wrong type", "invalid-address", Call("UnwatchPresence", "5")),
        Case("set presence: valid", Outcome.Result, Call("SetPresence", "false,{\"typing\":true}")),
        Code("set presence: wrong types", "invalid-message", Call("SetPresence", "\"yes\",[]")),
        Code("set presence: data of 513 bytes", "invalid-message", Call("SetPresence", $"true,\"{new string('x', 511)}\"")),
        Code("set presence: huge data", "invalid-message", Call("SetPresence", $"true,\"{new string('x', 400_000)}\"")),
        Code("set presence: no flag", "invalid-message", Call("SetPresence", "null,null")),
        Case("set presence: too few arguments", Outcome.Error, Call("SetPresence", "true")),
        Case("get presence: own user", Outcome.Result, Call("GetPresence", "[\"mallory\"]")),
        Case("get presence: nobody", Outcome.Result, Call("GetPresence", "[]")),
        Code("get presence: others", "presence-not-allowed", Call("GetPresence", "[\"mallory\",\"alice\"]")),
        Code("get presence: no array", "invalid-message", Call("GetPresence", "{\"users\":[]}")),
        Code("get presence: no texts", "invalid-message", Call("GetPresence", $"[5,null,{HostileValues.Nested(40)}]")),
        Code("get presence: half a surrogate pair", "invalid-message", Call("GetPresence", "[\"\\ud800\"]")),
        Code("get presence: too many", "invalid-message", Call("GetPresence", $"[{string.Join(',', Enumerable.Repeat("\"mallory\"", 201))}]")),
        Code("get presence: far too many", "invalid-message", Call("GetPresence", $"[{string.Join(',', Enumerable.Repeat("\"\"", 100_000))}]")),
    ];
}
