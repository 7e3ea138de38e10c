namespace Wsmq.Tests.Fuzz;

/// <summary>JSON values and texts that are known to break programs.</summary>
internal static class HostileValues
{
    /// <summary>Texts that do not end the JSON string that they are inserted into.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        "", " ", "user:", "user: ", "user:*", "user:?", "user:[a]", "user:{}", "user:{a}", "user:{a}b}", "user:%", "user:%00", "user:%7B0%7D",
        "user:..", "user:../../x", "user:a:b", "user::", "::", "user:a\\nb", "user:a\\u0000", "user:\\u001e", "user:\\ud800", "\\udc00",
        "user:\\u202egnp", "user:\\u200dbob", "user:\\ufeffbob", "user:\\u0430lice", "user:\\uff42ob", "user:e\\u0301", "user:\\ufdfa",
        "user:\\uffff", "user:\\ud83d\\ude00", "user:\\udbff\\udfff", "group:\\u0000", "work:jobs", "GROUP:x", "\\u0075ser:bob",
        "0000000000000000", "9999999999999999", "9007199254740991", "9007199254740992", "-000000000000001", "0x00000000000001",
        "\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661\\u0661", "1e15", "NaN",
        "__proto__", "constructor", "$where", "'; DROP TABLE logs; --", "${jndi:ldap://x}", "<script>", "\\r\\nSET a b\\r\\n", "*1\\r\\n$4\\r\\nPING",
        "Send", "Ack", "Resume", "SendStream", "SendMany", "Receive", "OnConnectedAsync", "Dispose", "json", "messagepack",
    ];

    /// <summary>JSON values of any type.</summary>
    public static IReadOnlyList<string> Values { get; } =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "2", "3", "4", "5", "6", "7", "8", "9", "99", "2147483647", "2147483648", "-2147483649",
        "9223372036854775807", "9223372036854775808", "1e308", "1e309", "-1e-400", "0.1", "123456789012345678901234567890", "[]", "{}", "[[]]",
        "[null]", "[1,2,3]", "{\"a\":{}}", "{\"\":\"\"}", "{\"a\":1,\"a\":2}", "\"\"", "\"x\"",
    ];

    /// <summary>Texts that are not JSON.</summary>
    public static IReadOnlyList<string> Noise { get; } =
    [
        "NaN", "Infinity", "undefined", "'x'", "01", "+1", ".5", "1.", "0x10", "tru", "nul", "/* */", "// x\n", "\ufeff", "\0", "\u001e",
        "{\"type\":6}\u001e", "\u001e\u001e", "\u202e", "\u2028", "\\", "\"", "{", "}", "[", "]", ",", ":", "\u007f", "\u0001",
    ];

    /// <summary>Bytes that are not UTF-8.</summary>
    public static IReadOnlyList<byte[]> NoText { get; } =
        [[0xFF], [0xFE, 0xFF], [0xC0, 0x9E], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x80]];

    public static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
