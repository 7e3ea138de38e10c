namespace Wsmq.Tests.Fuzz;

internal static partial class WireCorpus
{
    private static IEnumerable<WireCase> Arguments() =>
    [
        Case("send: address only", Outcome.Result, Send("")),
        Case("send: too many arguments", Outcome.Error, Call("Send", "{},{}")),
        Case("send: no argument", Outcome.Error, Call("Send", "")),
        Code("send: null", "invalid-message", Call("Send", "null")),
        Code("send: array", "invalid-message", Call("Send", "[[]]")),
        Code("send: address of a wrong type", "invalid-message", Call("Send", """{"to":{"to":1}}""")),
        Code("send: address is half a surrogate pair", "invalid-message", Call("Send", """{"to":"user:\ud800"}""")),
        Code("send: field name is half a surrogate pair", "invalid-message", Send("\"\\udfff\":1")),
        Code("send: address with NUL", "invalid-name", Call("Send", """{"to":"user:a\u0000b"}""")),
        Code("send: address with a separator", "invalid-name", Call("Send", """{"to":"user:a\u001eb"}""")),
        Code("send: right-to-left override in the name", "invalid-name", Call("Send", """{"to":"user:\u202ebob"}""")),
        Code("send: confusable letter in the name", "invalid-name", Call("Send", """{"to":"user:\u0430lice"}""")),
        Code("send: byte order mark in the name", "invalid-name", Call("Send", """{"to":"user:\ufeffbob"}""")),
        Code("send: huge name", "name-too-long", Call("Send", $$"""{"to":"user:{{new string('x', 400_000)}}"}""")),
        Code("send: huge kind", "unknown-address-kind", Call("Send", $$"""{"to":"{{new string('x', 400_000)}}:a"}""")),
        Code("send: repeated field, the last one counts", "invalid-address", Send("\"to\":\"nobody\"")),
        Code("send: body at depth 64", "invalid-body", Send($"\"body\":{HostileValues.Nested(60)}")),
        Case("send: body at depth 10", Outcome.Result, Send($"\"body\":{HostileValues.Nested(10)}")),
        Case("send: body at depth 1000", Outcome.Closed, Send($"\"body\":{HostileValues.Nested(1000)}")),
        Case("send: unknown field at depth 100000", Outcome.Closed, Send($"\"x\":{new string('[', 100_000)}{new string(']', 100_000)}")),
        Case("send: number with a huge exponent", Outcome.Result, Send("\"body\":1e999999")),
        Case("send: number of many digits", Outcome.Result, Send($"\"body\":{new string('9', 100_000)}")),
        Case("send: half a surrogate pair in the body", Outcome.Result, Send("\"body\":\"\\ud800\"")),
        Case("send: unknown fields", Outcome.Result, Send(string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"f{i}\":{i}")))),
        Code("send: body over the limit", "message-too-large", Send($"\"body\":\"{new string('x', 300_000)}\"")),
        Code("send: many headers", "message-too-large",
            Send($"\"headers\":{{{string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"h{i}\":\"\""))}}}")),
        Code("send: repeated header", "invalid-message",
            Send($"\"headers\":{{{string.Join(',', Enumerable.Repeat("\"\":\"\"", 20_000))}}}")),
        Code("send: header is half a surrogate pair", "invalid-message", Send("\"headers\":{\"a\":\"\\udc00\"}")),
        Code("send: data with NUL", "invalid-message", Send("\"data\":\"AA\\u0000A\"")),
        Code("send: negative delay", "invalid-message", Send("\"delay\":-1")),
        Code("send: huge delay", "invalid-message", Send("\"delay\":253402300799999")),
        Code("send: delay and time of wrong types", "invalid-message", Send("\"delay\":{},\"notBefore\":[1]")),
        Case("send: a time in the past", Outcome.Result, Send("\"notBefore\":1,\"delay\":0")),
        Case("send: a delay, and longest life", Outcome.Result, Send("\"delay\":60000,\"timeToLive\":253402300799999")),
        Code("send: no life", "invalid-message", Send("\"timeToLive\":0")),
        Case("send: state", Outcome.Result, Send("\"stateKey\":\"a\",\"body\":1")),
        Code("send: state key and removal of wrong types", "invalid-message", Send("\"stateKey\":[1],\"removeState\":{}")),
        Code("send: huge state key", "invalid-message", Send($"\"stateKey\":\"{new string('x', 400_000)}\"")),
        Code("send: state key is half a surrogate pair", "invalid-message", Send("\"stateKey\":\"\\ud800\"")),
        Code("send: state key with NUL", "invalid-message", Send("\"stateKey\":\"a\\u0000\"")),
        Code("send: removal without a key", "invalid-message", Send("\"removeState\":true")),
        Code("send: removal with a body", "invalid-message", Send("\"stateKey\":\"a\",\"removeState\":true,\"body\":1")),
        Case("send: removal of what is not there", Outcome.Result, Send("\"stateKey\":\"z\",\"removeState\":true")),
        Code("send: expected tail is no position", "invalid-message", Send("\"expectedTail\":\"1\"")),
        Code("send: expected tail too large", "invalid-message", Send("\"expectedTail\":\"9007199254740992\"")),
        Code("send: expected tail of a wrong type", "invalid-message", Send("\"expectedTail\":1")),
        Code("send: another tail than expected", "position-conflict", Send("\"expectedTail\":\"9007199254740991\"")),
        Code("send: state of a work queue", "unknown-queue", Call("Send", """{"to":"work:jobs","stateKey":"a"}""")),
        Case("cancel: unknown id", Outcome.Result, Call("CancelDelayed", $"\"{Own}\",\"m\"")),
        Code("cancel: wrong types", "invalid-address", Call("CancelDelayed", "{},[]")),
        Code("cancel: no id", "invalid-message", Call("CancelDelayed", $"\"{Own}\",null")),
        Code("cancel: huge id", "invalid-message", Call("CancelDelayed", $"\"{Own}\",\"{new string('x', 400_000)}\"")),
        Code("cancel: half a surrogate pair", "invalid-message", Call("CancelDelayed", $"\"{Own}\",\"\\ud800\"")),
        Code("cancel: a work queue", "invalid-address", Call("CancelDelayed", "\"work:jobs\",\"m\"")),
        Code("ack: wrong types", "invalid-address", Call("Ack", "5,{}")),
        Code("ack: half a surrogate pair", "invalid-address", Call("Ack", $"\"\\ud800\",\"{Zero}\"")),
        Code("ack: position with non-ASCII digits", "invalid-position", Call("Ack", $"\"{Own}\",\"\\u0661{Zero[1..]}\"")),
        Code("ack: position too large", "invalid-position", Call("Ack", $"\"{Own}\",\"9007199254740992\"")),
        Code("ack: position past the tail", "ack-beyond-tail", Call("Ack", $"\"{Own}\",\"9007199254740991\"")),
        Code("ack: another user's queue", "read-not-allowed", Call("Ack", $"\"user:alice\",\"{Zero}\"")),
        Code("ack: nested deeply", "invalid-address", Call("Ack", $"{HostileValues.Nested(40)},\"{Zero}\"")),
        Case("ack: nested too deeply", Outcome.Closed, Call("Ack", $"{HostileValues.Nested(1000)},\"{Zero}\"")),
        Code("resume: position past the tail", "position-beyond-tail", Call("Resume", $"\"{Own}\",\"9007199254740991\"")),
        Code("resume: another user's queue", "read-not-allowed", Call("Resume", $"\"user:alice\",\"{Zero}\"")),
        Case("resume: a hundred times", Outcome.Result, string.Concat(Enumerable.Repeat(Call("Resume", $"\"{Own}\",\"{Zero}\""), 100))),
        Case("history: default", Outcome.Result, Call("History", $"\"{Own}\",null")),
        Case("history: everything given", Outcome.Result, Call("History", $$"""
            "{{Own}}",{"after":"{{Zero}}","before":"9007199254740991","newest":true,"max":200,"id":"m","sender":"bob","type":"*a*","from":0,"to":253402300799999}
            """)),
        Case("history: a range that is empty", Outcome.Result, Call("History", $$"""
            "{{Own}}",{"after":"9007199254740991","before":"{{Zero}}","from":253402300799999,"to":0}
            """)),
        Case("history: many stars", Outcome.Result, Call("History", $$"""
            "{{Own}}",{"type":"{{string.Concat(Enumerable.Repeat("*a", 1_000))}}"}
            """)),
        Code("history: another user's queue", "history-not-allowed", Call("History", "\"user:alice\",{}")),
        Code("history: a work queue", "history-not-allowed", Call("History", "\"work:jobs\",{}")),
        Code("history: wrong types", "invalid-address", Call("History", "{},[]")),
        Code("history: query of a wrong type", "invalid-message", Call("History", $"\"{Own}\",[[[1]]]")),
        Code("history: position of a wrong form", "invalid-message", Call("History", $$"""
            "{{Own}}",{"after":"1"}
            """)),
        Code("history: numbers out of range", "invalid-message", Call("History", $$"""
            "{{Own}}",{"from":1e999,"to":-9223372036854775809}
            """)),
        Code("history: page too large", "invalid-message", Call("History", $$"""
            "{{Own}}",{"max":201}
            """)),
        Code("history: empty page", "invalid-message", Call("History", $$"""
            "{{Own}}",{"max":0}
            """)),
        Code("history: huge query", "invalid-message", Call("History", $$"""
            "{{Own}}",{"sender":"{{new string('x', 400_000)}}"}
            """)),
        Code("history: half a surrogate pair", "invalid-message", Call("History", $$"""
            "{{Own}}",{"type":"\ud800"}
            """)),
        Case("queues: list", Outcome.Result, Call("ListQueues", "")),
        Code("queues: another user's queue", "manage-not-allowed", Call("QueueInfo", "\"work:jobs\"")),
        Code("queues: no queue", "invalid-address", Call("QueueInfo", "{}")),
        Code("queues: query of a wrong type", "manage-not-allowed", Call("PeekJobs", "\"work:jobs\",[[[1]]]")),
        Code("queues: query nested deeply", "manage-not-allowed", Call("PeekJobs", $"\"work:jobs\",{HostileValues.Nested(40)}")),
        Case("queues: query nested too deeply", Outcome.Closed, Call("PeekJobs", $"\"work:jobs\",{HostileValues.Nested(1000)}")),
        Code("queues: huge query", "manage-not-allowed", Call("PeekJobs", $$"""
            "work:jobs",{"state":"{{new string('x', 400_000)}}"}
            """)),
        Code("queues: half a surrogate pair in a filter", "manage-not-allowed", Call("RedriveDeadLetters", """
            "work:jobs",{"type":"\ud800","\udfff":1},null
            """)),
        Code("queues: numbers out of range", "manage-not-allowed", Call("RemoveDeadLetters", """
            "work:jobs",{"from":1e999,"until":-9223372036854775809},null
            """)),
        Code("queues: status of a position of a wrong type", "manage-not-allowed", Call("JobStatus", "\"work:jobs\",[{}]")),
        Code("queues: huge continuation", "manage-not-allowed", Call("DeleteQueue", $"\"work:jobs\",\"{new string('9', 400_000)}\"")),
        Case("queues: too few arguments", Outcome.Error, Call("PurgeQueue", "\"work:jobs\"")),
        Case("send many: empty array", Outcome.Result, Call("SendMany", "[]")),
        Case("send many: not an array", Outcome.Result, Call("SendMany", "5")),
        Case("send many: all malformed", Outcome.Result, Call("SendMany", $"[{string.Join(',', Enumerable.Repeat("1", 900))}]")),
        Code("send many: a full frame of malformed messages", "invalid-message", Call("SendMany", $"[{string.Join(',', Enumerable.Repeat("1", 250_000))}]")),
        Case("send many: array in an array", Outcome.Result, Call("SendMany", "[[[{}]]]")),
    ];

    private static IEnumerable<WireCase> Streams() =>
    [
        Case("stream: method that is not a stream", Outcome.Error, """{"type":4,"invocationId":"1","target":"Send","arguments":[{}]}␞"""),
        Case("stream: invoked as a plain call", Outcome.Error, """{"type":1,"invocationId":"1","target":"SendStream","arguments":[]}␞"""),
        Case("stream: without an upload", Outcome.Error, """{"type":4,"invocationId":"1","target":"SendStream","arguments":[]}␞"""),
        Case("stream: without an invocation id", Outcome.Closed, """{"type":4,"target":"SendStream","arguments":[],"streamIds":["s"]}␞"""),
        Case("stream: too many uploads", Outcome.Error,
            """{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["a","b","c"]}␞"""),
        Case("stream: ten thousand uploads", Outcome.Error,
            $$"""{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":[{{string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"{i}\""))}}]}␞"""),
        Case("stream: upload ids that are not texts", Outcome.Closed,
            """{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":[1]}␞"""),
        Case("stream: argument instead of the upload", Outcome.Error,
            """{"type":4,"invocationId":"1","target":"SendStream","arguments":[[]],"streamIds":[]}␞"""),
        Case("stream: uploads for a call that takes none", Outcome.Error,
            """{"type":1,"invocationId":"1","target":"Send","arguments":[{}],"streamIds":["s"]}␞"""),
        Code("producer: not named", "invalid-message", """{"type":4,"invocationId":"1","target":"Produce","arguments":[null,1],"streamIds":["s"]}␞"""),
        Code("producer: named by an object", "invalid-message", """{"type":4,"invocationId":"1","target":"Produce","arguments":[{"a":[]},1],"streamIds":["s"]}␞"""),
        Code("producer: epoch below zero", "invalid-message", """{"type":4,"invocationId":"1","target":"Produce","arguments":["p",-1],"streamIds":["s"]}␞"""),
        Case("producer: without an epoch", Outcome.Error, """{"type":4,"invocationId":"1","target":"Produce","arguments":["p"],"streamIds":["s"]}␞"""),
        Case("producer: sequences of wrong types", Outcome.Result,
            """{"type":4,"invocationId":"1","target":"Produce","arguments":["p",1],"streamIds":["s"]}␞{"type":2,"invocationId":"s","item":[{"to":"user:bob","sequence":"1"},{"to":"user:bob","sequence":1.5},{"to":"user:bob","sequence":-1},{"to":"user:bob","sequence":[1]},{"to":"user:bob","sequence":9223372036854775808}]}␞{"type":3,"invocationId":"s"}␞"""),
        Code("stream: a second one", "too-many-sends",
            """{"type":4,"invocationId":"0","target":"SendStream","arguments":[],"streamIds":["s"]}␞{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["t"]}␞"""),
        Code("stream: same upload twice", "too-many-sends",
            """{"type":4,"invocationId":"0","target":"SendStream","arguments":[],"streamIds":["s"]}␞{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["s"]}␞"""),
        Case("stream: item of an unknown upload", Outcome.Ignored, """{"type":2,"invocationId":"nothing","item":[{}]}␞"""),
        Case("stream: item without an id", Outcome.Closed, """{"type":2,"item":[]}␞"""),
        Case("stream: end of an unknown upload", Outcome.Ignored, """{"type":3,"invocationId":"nothing"}␞"""),
        Case("stream: item after the end", Outcome.Result,
            """{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["s"]}␞{"type":3,"invocationId":"s"}␞{"type":2,"invocationId":"s","item":[{}]}␞"""),
        Code("stream: ended with an error", "invalid-message",
            """{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["s"]}␞{"type":3,"invocationId":"s","error":"x"}␞"""),
        Case("stream: items of wrong types", Outcome.Result,
            """{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["s"]}␞{"type":2,"invocationId":"s","item":5}␞{"type":2,"invocationId":"s","item":[null,"x",[],{}]}␞{"type":2,"invocationId":"s","item":null}␞{"type":3,"invocationId":"s"}␞"""),
        Code("stream: an item full of messages", "invalid-message",
            $$"""{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["s"]}␞{"type":2,"invocationId":"s","item":[{{string.Join(',', Enumerable.Repeat("1", 250_000))}}]}␞"""),
        Code("stream: item nested too deeply", "invalid-message",
            $$"""{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["s"]}␞{"type":2,"invocationId":"s","item":{{HostileValues.Nested(1000)}}}␞"""),
        Case("stream: cancelled at once", Outcome.Ignored,
            """{"type":4,"invocationId":"9","target":"SendStream","arguments":[],"streamIds":["s"]}␞{"type":5,"invocationId":"9"}␞{"type":2,"invocationId":"s","item":[{}]}␞"""),
    ];

    private static IEnumerable<WireCase> Sockets() =>
    [
        new("socket: binary frame with JSON", Outcome.Result, null, [new(2, WireFrame.Bytes(Send("")))]),
        new("socket: binary frame with MessagePack", Outcome.Closed, null, [new(2, [0x06, 0x95, 0x01, 0x80, 0xC0, 0xA1, 0x61, 0x90, 0x1E])]),
        new("socket: one message in many fragments", Outcome.Result, null,
            [.. WireFrame.Bytes(Send("")).Select((b, i) => new WireFrame((byte)(i == 0 ? 1 : 0), [b], Final: b == 0x1E))]),
        new("socket: a ping between the fragments", Outcome.Result, null,
            [new(1, WireFrame.Bytes(Send(""))[..10], Final: false), new(9, [1, 2, 3]), new(0, WireFrame.Bytes(Send(""))[10..])]),
        new("socket: many hub frames in one message", Outcome.Result, null, [WireFrame.Of("{\"type\":6}␞" + Send("") + "{\"type\":6}␞")]),
        new("socket: empty messages", Outcome.Ignored, null, [.. Enumerable.Repeat(WireFrame.Of(""), 100)]),
        new("socket: bytes that are not UTF-8", Outcome.Closed, null, [WireFrame.Of([.. "{\"type\":6,\"x\":\""u8, 0xFF, 0xFE, .. "\"}\u001e"u8])]),
        new("socket: half a surrogate pair in UTF-8", Outcome.Closed, null, [WireFrame.Of([0xED, 0xA0, 0x80, 0x1E])]),
        new("socket: flag of a compressed frame", Outcome.Closed, null, [new(1, WireFrame.Bytes("{\"type\":6}␞"), Reserved: 4)]),
        new("socket: other reserved bits", Outcome.Closed, null, [new(1, WireFrame.Bytes("{\"type\":6}␞"), Reserved: 3)]),
        new("socket: not masked", Outcome.Closed, null, [new(1, WireFrame.Bytes("{\"type\":6}␞"), Masked: false)]),
        new("socket: undefined opcode", Outcome.Closed, null, [new(3, [1])]),
        new("socket: undefined control opcode", Outcome.Closed, null, [new(11, [1])]),
        new("socket: continuation without a message", Outcome.Closed, null, [new(0, [1])]),
        new("socket: new message inside of another", Outcome.Closed, null, [new(1, [(byte)'{'], Final: false), new(1, [(byte)'}'])]),
        new("socket: ping too long", Outcome.Closed, null, [new(9, new byte[126])]),
        new("socket: fragmented ping", Outcome.Closed, null, [new(9, [1], Final: false)]),
        new("socket: a thousand pings", Outcome.Ignored, null, [.. Enumerable.Repeat(new WireFrame(9, [1]), 1_000)]),
        new("socket: unsolicited pong", Outcome.Ignored, null, [new(10, [1])]),
        new("socket: close without a reason", Outcome.Closed, null, [new(8, [])]),
        new("socket: close with half a code", Outcome.Closed, null, [new(8, [3])]),
        new("socket: close with an invalid code", Outcome.Closed, null, [new(8, [0, 0])]),
        new("socket: negative length", Outcome.Closed, null, [new(1, [1, 2, 3], Claimed: long.MinValue)]),
    ];

    private static IEnumerable<WireCase> Sizes() =>
    [
        Case("size: just below the largest frame", Outcome.Ignored, $$"""{"type":6,"x":"{{new string('x', Frame - 100)}}"}␞"""),
        Case("size: over the largest frame", Outcome.Closed, $$"""{"type":6,"x":"{{new string('x', Frame + 1)}}"}␞"""),
        Case("size: over the largest frame, never terminated", Outcome.Closed, new string('x', Frame + 100)),
        Case("size: ten times the largest frame", Outcome.Closed, $$"""{"type":6,"x":"{{new string('x', 10 * Frame)}}"}␞"""),
        new("size: many small messages that never end a frame", Outcome.Closed, null,
            [.. Enumerable.Repeat(WireFrame.Of(new string('x', 1_000)), (Frame / 1_000) + 10)]),
    ];
}
