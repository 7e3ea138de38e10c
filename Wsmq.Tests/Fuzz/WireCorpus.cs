namespace Wsmq.Tests.Fuzz;

/// <summary>The fixed cases with their required outcomes. The user who sends them is <c>mallory</c>.</summary>
internal static partial class WireCorpus
{
    public const string Own = "user:mallory";
    private const string Zero = "0000000000000000";
    private const int Frame = 598_016;

    public static IReadOnlyList<WireCase> All { get; } =
    [
        .. Handshakes(), .. Frames(), .. Arguments(), .. Workers(), .. Presence(), .. Tracking(), .. Reading(), .. Requests(), .. Streams(), .. Sockets(), .. Sizes(),
    ];

    private static WireCase Case(string name, Outcome outcome, string text) => new(name, outcome, null, [WireFrame.Of(text)]);

    private static WireCase Code(string name, string code, string text) => new(name, Outcome.Code, code, [WireFrame.Of(text)]);

    private static WireCase Start(string name, Outcome outcome, string text) => Case(name, outcome, text) with { IsHandshake = true };

    private static string Call(string target, string arguments) =>
        $$"""{"type":1,"invocationId":"1","target":"{{target}}","arguments":[{{arguments}}]}␞""";

    private static string Send(string fields) => Call("Send", $$"""{"to":"{{Own}}"{{(fields.Length > 0 ? "," : "")}}{{fields}}}""");

    private static IEnumerable<WireCase> Handshakes() =>
    [
        Start("handshake: messagepack", Outcome.Closed, """{"protocol":"messagepack","version":1}␞"""),
        Start("handshake: unknown protocol", Outcome.Closed, """{"protocol":"xml","version":1}␞"""),
        Start("handshake: json in upper case", Outcome.Ignored, """{"protocol":"JSON","version":1}␞"""),
        Start("handshake: version 0", Outcome.Ignored, """{"protocol":"json","version":0}␞"""),
        Start("handshake: version 99", Outcome.Closed, """{"protocol":"json","version":99}␞"""),
        Start("handshake: version too large for a number", Outcome.Closed, """{"protocol":"json","version":1e99}␞"""),
        Start("handshake: no version", Outcome.Closed, """{"protocol":"json"}␞"""),
        Start("handshake: no protocol", Outcome.Closed, """{"version":1}␞"""),
        Start("handshake: wrong types", Outcome.Closed, """{"protocol":1,"version":"1"}␞"""),
        Start("handshake: array", Outcome.Closed, """["json",1]␞"""),
        Start("handshake: empty", Outcome.Closed, "␞"),
        Start("handshake: not JSON", Outcome.Closed, "GET / HTTP/1.1\r\n\r\n␞"),
        Start("handshake: byte order mark", Outcome.Closed, "\ufeff{\"protocol\":\"json\",\"version\":1}␞"),
        Start("handshake: repeated fields", Outcome.Ignored, """{"protocol":"xml","protocol":"json","version":1,"version":1}␞"""),
        Start("handshake: unknown fields", Outcome.Ignored, """{"protocol":"json","version":1,"x":[{}]}␞"""),
        Start("handshake: nested deeply", Outcome.Closed, $$"""{"protocol":"json","version":1,"x":{{HostileValues.Nested(1000)}}}␞"""),
        Start("handshake: over the frame limit", Outcome.Closed, $$"""{"protocol":"json","version":1,"x":"{{new string('x', Frame)}}"}␞"""),
        Start("handshake: never terminated", Outcome.Closed, new string('x', Frame + 10)),
        new("handshake: messagepack bytes", Outcome.Closed, null, [new(2, [0x95, 0x01, 0x80, 0xC0, 0xA4, 0x53, 0x65, 0x6E, 0x64])]) { IsHandshake = true },
        new("handshake: reserved bits", Outcome.Closed, null, [new(1, WireFrame.Bytes("{}␞"), Reserved: 1)]) { IsHandshake = true },
        new("handshake: unknown opcode", Outcome.Closed, null, [new(5, WireFrame.Bytes("{}␞"))]) { IsHandshake = true },
        new("handshake: not masked", Outcome.Closed, null, [new(1, WireFrame.Bytes("{}␞"), Masked: false)]) { IsHandshake = true },
        new("handshake: in many fragments", Outcome.Ignored, null,
            [.. WireFrame.Bytes("""{"protocol":"json","version":1}␞""").Select((b, i) => new WireFrame((byte)(i == 0 ? 1 : 0), [b], Final: b == 0x1E))])
            { IsHandshake = true },
    ];

    private static IEnumerable<WireCase> Frames() =>
    [
        Case("frame: not JSON", Outcome.Closed, "hello␞"),
        Case("frame: empty", Outcome.Closed, "␞"),
        Case("frame: null", Outcome.Closed, "null␞"),
        Case("frame: array", Outcome.Closed, "[1]␞"),
        Case("frame: truncated", Outcome.Closed, """{"type":1,"invocationId":"1","tar␞"""),
        Case("frame: two values, the first one counts", Outcome.Ignored, """{"type":6}{"type":6}␞"""),
        Case("frame: byte order mark", Outcome.Closed, "\ufeff{\"type\":6}␞"),
        Case("frame: NUL inside", Outcome.Closed, "{\"type\":\06}␞"),
        Case("frame: separator inside of a text", Outcome.Closed, Call("Send", "{\"to\":\"user:\u001ex\"}")),
        Case("frame: without a type", Outcome.Closed, "{}␞"),
        Case("frame: type is a text", Outcome.Closed, """{"type":"1"}␞"""),
        Case("frame: type is a fraction", Outcome.Closed, """{"type":1.5}␞"""),
        Case("frame: type too large for a number", Outcome.Closed, """{"type":99999999999999999999}␞"""),
        Case("frame: unknown type", Outcome.TimesOut, """{"type":42}␞"""),
        Case("frame: negative type", Outcome.TimesOut, """{"type":-1}␞"""),
        Case("frame: repeated type, the last one counts", Outcome.Ignored, """{"type":1,"type":6}␞"""),
        Case("frame: a thousand pings", Outcome.Ignored, string.Concat(Enumerable.Repeat("{\"type\":6}␞", 1_000))),
        Case("frame: ping with deeply nested content", Outcome.Ignored, $$"""{"type":6,"x":{{HostileValues.Nested(60)}}}␞"""),
        Case("frame: close", Outcome.Closed, """{"type":7}␞"""),
        Case("frame: acknowledgement of a stateful reconnect", Outcome.Ignored, """{"type":8,"sequenceId":5}␞"""),
        Case("frame: sequence of a stateful reconnect", Outcome.Ignored, """{"type":9,"sequenceId":5}␞"""),
        Case("call: no target", Outcome.Closed, """{"type":1,"invocationId":"1","arguments":[]}␞"""),
        Case("call: target null", Outcome.Closed, """{"type":1,"invocationId":"1","target":null,"arguments":[]}␞"""),
        Case("call: target is a number", Outcome.Closed, """{"type":1,"invocationId":"1","target":5,"arguments":[]}␞"""),
        Case("call: unknown target", Outcome.Error, Call("DropAll", "")),
        Case("call: target is a client method", Outcome.Error, Call("Receive", "{}")),
        Case("call: method of the hub's base", Outcome.Error, Call("OnDisconnectedAsync", "null")),
        Case("call: dispose", Outcome.Error, Call("Dispose", "")),
        Case("call: target in upper case", Outcome.Result, Call("SEND", $$"""{"to":"{{Own}}"}""")),
        Case("call: huge target", Outcome.Error, Call(new string('x', 100_000), "")),
        Case("call: no arguments", Outcome.Closed, """{"type":1,"invocationId":"1","target":"Ack"}␞"""),
        Case("call: arguments null", Outcome.Closed, """{"type":1,"invocationId":"1","target":"Ack","arguments":null}␞"""),
        Case("call: arguments are an object", Outcome.Closed, """{"type":1,"invocationId":"1","target":"Ack","arguments":{}}␞"""),
        Case("call: arguments before the target", Outcome.Result, $$"""{"arguments":[{"to":"{{Own}}"}],"invocationId":"1","target":"Send","type":1}␞"""),
        Case("call: arguments nested too deeply, before the target", Outcome.Closed,
            $$"""{"arguments":[{{HostileValues.Nested(1000)}}],"invocationId":"1","target":"Send","type":1}␞"""),
        Case("call: invocation id is a number", Outcome.Closed, """{"type":1,"invocationId":1,"target":"Ack","arguments":[]}␞"""),
        Case("call: empty invocation id", Outcome.Ignored, """{"type":1,"invocationId":"","target":"Nothing","arguments":[]}␞"""),
        Case("call: huge invocation id", Outcome.Ignored, $$"""{"type":1,"invocationId":"{{new string('i', 300_000)}}","target":"Nothing","arguments":[]}␞"""),
        Case("call: repeated invocation id", Outcome.Result, Send("") + Send("")),
        Case("call: without an invocation id", Outcome.Ignored, """{"type":1,"target":"Ack","arguments":["nobody","x"]}␞"""),
        Case("call: headers", Outcome.Result, $$$"""{"type":1,"headers":{"a":"b"},"invocationId":"1","target":"Send","arguments":[{"to":"{{{Own}}}"}]}␞"""),
        Case("call: headers of a wrong type", Outcome.Closed, """{"type":1,"headers":5,"invocationId":"1","target":"Send","arguments":[{}]}␞"""),
        Case("completion: of an unknown invocation", Outcome.Ignored, """{"type":3,"invocationId":"77","result":{"a":1}}␞"""),
        Case("completion: with an error", Outcome.Ignored, """{"type":3,"invocationId":"77","error":"x"}␞"""),
        Case("completion: with result and error", Outcome.Closed, """{"type":3,"invocationId":"77","result":1,"error":"x"}␞"""),
        Case("completion: without an id", Outcome.Closed, """{"type":3,"result":1}␞"""),
        Case("cancel: of a call", Outcome.Ignored, """{"type":5,"invocationId":"1"}␞"""),
        Case("cancel: of an unknown invocation", Outcome.Ignored, """{"type":5,"invocationId":"nothing"}␞"""),
        Case("cancel: without an id", Outcome.Closed, """{"type":5}␞"""),
    ];
}
