namespace Wsmq.Tests.Fuzz;

internal static partial class WireCorpus
{
    private static IEnumerable<WireCase> Tracking() =>
    [
        Case("status: nothing was sent", Outcome.Result, Call("MessageStatus", "\"user:alice\",\"0000000000000001\",null")),
        Case("status: by id", Outcome.Result, Call("MessageStatus", "\"user:alice\",null,\"any\"")),
        Code("status: position and id", "invalid-message", Call("MessageStatus", "\"user:alice\",\"0000000000000001\",\"any\"")),
        Code("status: neither", "invalid-message", Call("MessageStatus", "\"user:alice\",null,null")),
        Code("status: a work queue", "invalid-address", Call("MessageStatus", "\"work:jobs\",null,\"any\"")),
        Code("status: no position", "invalid-message", Call("MessageStatus", "\"user:alice\",\"last\",null")),
        Code("status: huge id", "invalid-message", Call("MessageStatus", $"\"user:alice\",null,\"{new string('x', 400_000)}\"")),
        Code("status: wrong types", "invalid-address", Call("MessageStatus", "[],{},5")),
        Case("status: too few arguments", Outcome.Error, Call("MessageStatus", "\"user:alice\"")),
        Case("tracked: none", Outcome.Result, Call("TrackedMessages", "\"group:any\",null")),
        Code("tracked: no position", "invalid-message", Call("TrackedMessages", "\"group:any\",\"x\"")),
        Code("tracked: wrong types", "invalid-address", Call("TrackedMessages", "{},[]")),
        Case("readers: none", Outcome.Result, Call("MessageReaders", "\"group:any\",\"0000000000000001\",null")),
        Code("readers: no position", "invalid-message", Call("MessageReaders", "\"group:any\",null,null")),
        Code("readers: huge name", "invalid-message", Call("MessageReaders", $"\"group:any\",\"0000000000000001\",\"{new string('x', 400_000)}\"")),
        Case("send: tracked", Outcome.Result, Call("Send", $$"""{"to":"{{Own}}","track":true}""")),
        Code("send: tracked, of a wrong type", "invalid-message", Call("Send", $$"""{"to":"{{Own}}","track":"yes"}""")),
        Code("send: a tracked job", "unknown-queue", Call("Send", """{"to":"work:jobs","track":true}""")),
    ];
}
